//! One kernel in one case.

use crate::case::{Case, CotangentKind, Demand};
use crate::claimed::Claimed;
use crate::controls::controls;
use crate::definition::Definition;
use crate::error::CheckError;
use crate::examination::CaseReport;
use crate::failure::{Roles, failure};
use crate::identities::{Identity, IdentityReport, Subject, identity};
use crate::ladder::largest;
use crate::layer::{Layer, Mode, Role};
use crate::level::Level;
use crate::measured::{Measured, Plan};
use crate::options::Options;
use crate::problem::Problem;
use crate::protocol::{Bench, Finding, ProtocolReport, protocol_for};
use crate::random::cotangent;
use crate::rule::Rule;
use crate::session::Session;
use crate::settings::Precision;
use crate::values::Place;
use crate::verdict::{Outcome, Reason, Verdict};
use crate::worst::{inspect, worst_argument};

/// The largest input at which conduct is tested; a larger one would show nothing else.
const LARGEST_PROTOCOL: usize = 8192;

/// A kernel in a case, beside what was measured there.
pub(crate) struct Trial<'a> {
    pub layer: &'a dyn Layer,
    pub kernel: usize,
    pub case: &'a Case,
    pub place: &'a Place,
    pub measured: &'a Measured<'a>,
    pub precision: Precision,
    /// The largest resolution that may pass.
    pub required: f64,
    pub demand: Demand,
    /// Whether it is the first case, whose numbers are shown even if they are right.
    pub is_first: bool,
    pub options: &'a Options,
}

impl CaseReport {
    /// A report of a verdict and nothing else.
    pub(crate) fn empty(
        case: &Case,
        place: &Place,
        demand: Demand,
        verdict: Verdict,
    ) -> CaseReport {
        CaseReport {
            name: case.name.clone(),
            purpose: case.purpose.clone(),
            shape: place.shape.clone(),
            mode: place.mode,
            demand,
            verdict,
            resolution: f64::INFINITY,
            level: Level::Adjoint,
            arguments: Vec::new(),
            protocol: Vec::new(),
            identities: Vec::new(),
            controls: None,
            worst: None,
            failure: None,
            literal: None,
        }
    }
}

/// Judges a kernel in a case. The second result is its distance to the derivative without stops.
pub(crate) fn try_kernel(trial: &Trial) -> (CaseReport, Option<f64>) {
    judge_kernel(trial).unwrap_or_else(|error| {
        let report = CaseReport::empty(trial.case, trial.place, trial.demand, Verdict::Pass);
        (silent(report, error.to_string()), None)
    })
}

fn judge_kernel(trial: &Trial) -> Result<(CaseReport, Option<f64>), CheckError> {
    let Trial { case, place, demand, measured, .. } = *trial;
    let mut report = CaseReport::empty(case, place, demand, Verdict::Pass);
    report.level = measured.level;
    let session = match new_session(trial) {
        Ok(session) => session,
        Err(message) => return Ok((silent(report, message), None)),
    };
    let backward = |values: &[&[f64]], v: &[f64]| session.gradients(place, values, v);
    let claimed = measured.claimed(&backward, trial.precision)?;
    let rule = measured.rule(trial.precision, trial.required);
    report.arguments = measured.judge(&claimed, rule);
    report.resolution = report.arguments.iter().map(|a| a.resolution).fold(0.0, f64::max);
    report.verdict = measured.overall(&report.arguments);
    if report.verdict.outcome() == Outcome::Passed {
        let found = controls(measured, &claimed, rule);
        if let Some(&accepted) = found.accepted.first() {
            report.verdict = Verdict::Inconclusive(Reason::NoPower { accepted });
        }
        report.controls = Some(found);
    }
    let is_shown = trial.is_first || report.verdict.outcome() == Outcome::Failed;
    if let Some(number) = worst_argument(&report.arguments).filter(|_| is_shown) {
        report.worst = Some(inspect(measured, number, &report.arguments[number])?);
    }
    if report.verdict.outcome() == Outcome::Failed {
        let roles = roles(place);
        report.failure = failure(measured, &claimed, &report.arguments, &roles, trial.precision)?;
    }
    if trial.case.cotangent == CotangentKind::Normal && place.arguments[0].len() <= LARGEST_PROTOCOL
    {
        report.protocol = conduct(trial, &session, &claimed);
    }
    report.identities = identities(trial, &session, &claimed)?;
    report.verdict = with_conduct(report.verdict, &report.protocol, &report.identities);
    let distance = unfrozen_distance(trial, &claimed)?;
    Ok((report, distance))
}

fn new_session<'a>(trial: &Trial<'a>) -> Result<Session<'a>, String> {
    trial.layer.kernel(trial.kernel).map(Session::new)
}

/// A kernel that gives no usable answer breaks a rule, whatever else it does.
fn silent(report: CaseReport, message: String) -> CaseReport {
    let broken = ProtocolReport { rule: Rule::Answer, finding: Finding::Broken(message) };
    CaseReport { verdict: Verdict::Protocol(Rule::Answer), protocol: vec![broken], ..report }
}

fn roles(place: &Place) -> Roles {
    let eps = place.of_role(Role::Eps).and_then(|number| place.arguments[number].first().copied());
    Roles { gain: place.of_role(Role::Gain), eps }
}

/// How far rounding may move an entry of each gradient: eight times its conditioning, and roundings of
/// its natural scale.
fn allowed(trial: &Trial, claimed: &Claimed) -> Vec<f64> {
    let measured = trial.measured;
    let roundings = 64.0 + (measured.problem.output.len() as f64).sqrt();
    let of = |number: usize| match &measured.references[number] {
        None => 0.0,
        Some(reference) => {
            let random = measured.cotangents.random.len();
            let gradient = claimed.gradient(0, number).unwrap_or_default();
            // A gradient along a direction of many entries is their sum, so its scale bounds theirs.
            let scale = largest(reference.scales[..random].iter().copied())
                .max(largest(gradient.iter().copied()));
            let rounding = roundings * trial.precision.unit_roundoff() * scale;
            8.0 * reference.conditioning(trial.precision) + rounding
        }
    };
    (0..measured.references.len()).map(of).collect()
}

fn relative(trial: &Trial) -> f64 {
    let roundings = 64.0 * trial.precision.unit_roundoff();
    8.0 * trial.measured.relative_conditioning(trial.precision) + roundings
}

fn conduct<'k>(trial: &Trial<'k>, session: &Session<'k>, claimed: &Claimed) -> Vec<ProtocolReport> {
    let (layer, place, seed) = (trial.layer, trial.place, trial.options.seed);
    let length = trial.measured.problem.output.len();
    let of_shape = |shape: Vec<usize>| {
        let case = Case { shape, ..trial.case.clone() };
        Place::new(layer, &case, place.mode, seed.wrapping_add(1))
    };
    let mut more = place.shape.clone();
    more[0] *= 2;
    let mut none = place.shape.clone();
    none[0] = 0;
    let precision = trial.precision;
    let fresh = || new_session(trial);
    let bench = Bench {
        layer,
        fresh: &fresh,
        session,
        place,
        elsewhere: of_shape(more),
        empty: of_shape(none),
        precision,
        cotangents: [0, 1].map(|number| cotangent(seed, number, length, precision)),
        allowed: allowed(trial, claimed),
        relative: relative(trial),
        output: &trial.measured.problem.output,
    };
    protocol_for(trial.case.input, &bench)
}

fn identities(
    trial: &Trial,
    session: &Session,
    claimed: &Claimed,
) -> Result<Vec<IdentityReport>, CheckError> {
    let place = trial.place;
    // What is declared holds of training: in evaluation a batch norm is not invariant to shifts. And
    // with stops it holds of the function, but not of the derivative that takes them for constants.
    if place.mode == Mode::Eval || trial.layer.stops() {
        return Ok(Vec::new());
    }
    let Some(cotangent) = trial.measured.cotangents.random.first() else { return Ok(Vec::new()) };
    let subject = Subject {
        problem: trial.measured.problem,
        cotangent,
        gradients: &|values, v| session.gradients(place, values, v),
        allowed: &allowed(trial, claimed),
        relative: relative(trial),
    };
    let declared = trial.layer.properties(&place.shape);
    declared.iter().map(|property| identity(&subject, property)).collect()
}

/// The verdict on numbers, unless conduct or identities weigh more.
fn with_conduct(
    verdict: Verdict,
    protocol: &[ProtocolReport],
    identities: &[IdentityReport],
) -> Verdict {
    let broken = protocol.iter().filter(|report| matches!(report.finding, Finding::Broken(_)));
    let of_identity = |report: &IdentityReport| match report.finding {
        Identity::Violated(_) => Some(Verdict::Fail),
        Identity::NotTrue(violation) => {
            let name = report.property.clone();
            Some(Verdict::Inconclusive(Reason::Property { name, violation }))
        }
        Identity::Holds | Identity::Vacuous => None,
    };
    let all: Vec<Verdict> = std::iter::once(verdict)
        .chain(broken.map(|report| Verdict::Protocol(report.rule)))
        .chain(identities.iter().filter_map(of_identity))
        .collect();
    Verdict::weightiest(all.iter())
}

/// The largest distance of the claimed gradients to the derivative in which nothing is stopped,
/// relative to the largest number in it; in the first case alone, for it takes differences of its own.
fn unfrozen_distance(trial: &Trial, claimed: &Claimed) -> Result<Option<f64>, CheckError> {
    if !trial.layer.stops() || !trial.is_first {
        return Ok(None);
    }
    let place = trial.place;
    let forward = Definition { layer: trial.layer, place, base: None };
    let frozen = trial.measured.problem;
    let problem = Problem::new(frozen.arguments, &forward, frozen.precision, trial.options.seed)?;
    let plan = Plan {
        is_constant: &place.is_constant(),
        precisions: &[],
        random: trial.measured.cotangents.random.clone(),
        budget: trial.options.budget,
        finest: trial.measured.level,
        seed: trial.options.seed,
    };
    let Ok(measured) = Measured::new(&problem, plan)? else { return Ok(None) };
    let (mut distance, mut scale) = (0.0f64, 0.0f64);
    for (number, reference) in measured.references.iter().enumerate() {
        for line in reference.iter().flat_map(|reference| &reference.lines) {
            for (cotangent, estimate) in line.estimates.iter().enumerate() {
                let gradient = claimed.gradient(cotangent, number);
                let (Some(estimate), Some(gradient)) = (estimate, gradient) else { continue };
                distance = distance.max((estimate.value - line.line.along(gradient)).abs());
                scale = scale.max(estimate.value.abs());
            }
        }
    }
    Ok(Some(if scale > 0.0 { distance / scale } else { distance }))
}
