//! Every verdict, on functions small enough to know it by hand.

use gradcheck::{
    Argument, Finding, Function, Identity, KernelInfo, Layer, Level, Options, Outcome, Parameter,
    Plain, Precision, Property, Reading, Reason, Report, Rule, Settings, Slices, Subgradient,
    Verdict, check, examine,
};
use gradcheck::{Call, Evaluation, Kernel, Mode, Offered, Strided, Value};

fn relu(a: &[&[f64]]) -> Vec<f64> {
    a[0].iter().map(|x| x.max(0.0)).collect()
}

/// Checks a gradient of relu that gives `at_zero` times the cotangent where x is 0.
fn relu_with(at_zero: f64) -> Report {
    let x = [Argument { name: "x", shape: &[4], values: &[0.7, 0.0, -0.3, -0.0] }];
    let backward = |a: &[&[f64]], v: &[f64]| {
        let slope = |x: f64| if x == 0.0 { at_zero } else { f64::from(x > 0.0) };
        vec![Some(a[0].iter().zip(v).map(|(x, v)| slope(*x) * v).collect())]
    };
    let function = Function { forward: &relu, backward: &backward };
    check(&x, &function, &Settings::default()).expect("sound")
}

#[test]
fn at_a_kink_every_slope_between_both_sides_is_valid() {
    for at_zero in [0.0, 0.3, 0.5, 1.0] {
        let report = relu_with(at_zero);
        assert_eq!(report.verdict, Verdict::Kink(Subgradient::Valid), "{at_zero}\n{report}");
        assert_eq!(report.arguments[0].kinks, 2, "{report}");
    }
    for at_zero in [-0.001, 1.001, 2.0] {
        let report = relu_with(at_zero);
        assert_eq!(report.verdict, Verdict::Kink(Subgradient::Invalid), "{at_zero}\n{report}");
    }
}

#[test]
fn a_wrong_gradient_beside_a_kink_is_a_failure() {
    let x = [Argument { name: "x", shape: &[2], values: &[0.7, 0.0] }];
    let backward = |_: &[&[f64]], v: &[f64]| vec![Some(vec![1.01 * v[0], 0.0])];
    let function = Function { forward: &relu, backward: &backward };
    let report = check(&x, &function, &Settings::default()).expect("sound");
    assert_eq!(report.verdict, Verdict::Fail, "{report}");
    let failure = report.failure.expect("a failure");
    assert_eq!((failure.worst.entry, failure.curve.reading), (0, Reading::Plateau));
}

fn cube(_: &[usize], a: &[&[f64]]) -> Vec<f64> {
    a[0].iter().map(|x| x * x * x).collect()
}

fn cube_gradient(_: &[usize], a: &[&[f64]], v: &[f64]) -> Vec<Option<Vec<f64>>> {
    vec![Some(a[0].iter().zip(v).map(|(x, v)| 3.0 * x * x * v).collect())]
}

#[test]
fn large_inputs_are_checked_along_directions_and_a_lost_row_is_seen() {
    let x: Vec<f64> = (0..300 * 40).map(|i| (0.37 * f64::from(i)).sin()).collect();
    let x = [Argument { name: "x", shape: &[300, 40], values: &x }];
    let judged = |lost: std::ops::Range<usize>| {
        let backward = |a: &[&[f64]], v: &[f64]| {
            let mut gradients = cube_gradient(&[], a, v);
            gradients[0].iter_mut().for_each(|dx| dx[lost.clone()].fill(0.0));
            gradients
        };
        let function = Function { forward: &|a| cube(&[], a), backward: &backward };
        check(&x, &function, &Settings::default()).expect("sound")
    };
    let report = judged(0..0);
    assert_eq!((&report.verdict, report.level), (&Verdict::Pass, Level::Adjoint), "{report}");
    for lost in [0..40, 299 * 40..300 * 40, 5000..5001, 0..12_000] {
        assert_eq!(judged(lost.clone()).verdict, Verdict::Fail, "{lost:?}");
    }
}

#[test]
fn a_budget_too_small_for_any_level_is_no_pass() {
    let x = [Argument { name: "x", shape: &[2], values: &[0.3, 0.7] }];
    let backward = |a: &[&[f64]], v: &[f64]| cube_gradient(&[], a, v);
    let function = Function { forward: &|a| cube(&[], a), backward: &backward };
    let report = check(&x, &function, &Settings { budget: 10, ..Settings::default() });
    let verdict = report.expect("sound").verdict;
    assert!(matches!(verdict, Verdict::Inconclusive(Reason::Budget { .. })), "{verdict}");
}

#[test]
fn a_resolution_that_cannot_be_met_is_no_pass() {
    let x = [Argument { name: "x", shape: &[2], values: &[0.3, 0.7] }];
    let backward = |a: &[&[f64]], v: &[f64]| cube_gradient(&[], a, v);
    let function = Function { forward: &|a| cube(&[], a), backward: &backward };
    let settings = Settings { required_resolution: Some(1e-17), ..Settings::default() };
    let verdict = check(&x, &function, &settings).expect("sound").verdict;
    assert!(matches!(verdict, Verdict::Inconclusive(Reason::Resolution { .. })), "{verdict}");
}

#[test]
fn without_a_forward_pass_in_f64_the_verdict_is_weak_and_still_sees_a_part_in_five() {
    let x = [Argument { name: "x", shape: &[3], values: &[0.5, 0.75, -0.375] }];
    let forward =
        |a: &[&[f64]]| a[0].iter().map(|x| f64::from((*x as f32).tanh())).collect::<Vec<f64>>();
    let judged = |factor: f64| {
        let backward = |a: &[&[f64]], v: &[f64]| {
            let slope = |x: f64| f64::from((factor * x.cosh().powi(-2)) as f32);
            vec![Some(a[0].iter().zip(v).map(|(x, v)| slope(*x) * v).collect())]
        };
        let function = Function { forward: &forward, backward: &backward };
        let (precision, forward_precision) = (Precision::Single, Precision::Single);
        let settings = Settings { precision, forward_precision, ..Settings::default() };
        check(&x, &function, &settings).expect("sound")
    };
    let right = judged(1.0);
    assert_ne!(right.verdict.outcome(), Outcome::Failed, "{right}");
    assert!(right.to_string().contains("weak"), "{right}");
    assert_eq!(judged(1.2).verdict, Verdict::Fail);
}

fn only(layer: &dyn Layer, case: &str) -> gradcheck::Examination {
    let options = Options { only: Some(case.to_string()), ..Options::default() };
    examine(layer, &options).expect("sound").remove(0)
}

#[test]
fn a_declared_property_that_is_not_true_is_said_so() {
    let layer = Plain::new("cube", cube, cube_gradient)
        .with_properties(|shape| vec![Property::Shift(Slices::rows(shape))]);
    let found = only(&layer, "plain");
    let identity = &found.cases[0].identities[0];
    assert!(matches!(identity.finding, Identity::NotTrue(_)), "{found}");
    assert_eq!(found.verdict.outcome(), Outcome::Inconclusive, "{found}");
    assert!(found.to_string().contains("shift invariance is declared"), "{found}");
}

#[test]
fn a_true_property_is_asked_of_the_gradient() {
    // A cube has degree 3: <dx, x> = 3 <v, y>.
    let degrees = vec![("x".to_string(), 1.0)];
    let cubic = Property::Homogeneous { degrees, output: 3.0 };
    let independent = |shape: &[usize]| Property::Independent(Slices::rows(shape));
    let layer = |factor: f64| {
        let backward = move |s: &[usize], a: &[&[f64]], v: &[f64]| {
            let mut gradients = cube_gradient(s, a, v);
            gradients[0].iter_mut().flatten().for_each(|dx| *dx *= factor);
            gradients
        };
        let cubic = cubic.clone();
        Plain::new("cube", cube, backward)
            .with_properties(move |shape| vec![cubic.clone(), independent(shape)])
    };
    let right = only(&layer(1.0), "plain");
    assert_eq!(right.verdict, Verdict::Pass, "{right}");
    let holds = |report: &gradcheck::IdentityReport| report.finding == Identity::Holds;
    assert!(right.cases[0].identities.iter().all(holds), "{right}");
    let wrong = only(&layer(1.001), "plain");
    assert!(matches!(wrong.cases[0].identities[0].finding, Identity::Violated(_)), "{wrong}");
}

#[test]
fn a_pair_of_closures_gets_what_it_can_get() {
    let found = only(&Plain::new("cube", cube, cube_gradient), "plain");
    let finding = |rule: Rule| {
        let mut reports = found.cases[0].protocol.iter();
        reports.find(|report| report.rule == rule).map(|report| &report.finding)
    };
    for rule in [Rule::Determinism, Rule::Linearity, Rule::Mutation, Rule::EmptyBatch] {
        assert_eq!(finding(rule), Some(&Finding::Kept), "{rule}");
    }
    for rule in [Rule::Accumulation, Rule::Value, Rule::State, Rule::Containment] {
        assert_eq!(finding(rule), Some(&Finding::NotOffered), "{rule}");
    }
}

#[test]
fn zeros_are_rejected_wherever_a_pass_is_given() {
    let found = only(&Plain::new("cube", cube, cube_gradient), "plain");
    let controls = found.cases[0].controls.as_ref().expect("a pass has controls");
    assert_eq!((controls.rejected.len(), controls.accepted.len()), (3, 0), "{found}");
    assert_eq!(controls.vanishing, 0);
    // A constant function has the gradient zero, for which zeros are right.
    let zero = |_: &[usize], a: &[&[f64]], _: &[f64]| vec![Some(vec![0.0; a[0].len()])];
    let constant = Plain::new("one", |_, a| vec![1.0; a[0].len()], zero);
    let found = only(&constant, "plain");
    assert_eq!(found.verdict, Verdict::Pass, "{found}");
    assert_eq!(found.cases[0].controls.as_ref().map(|c| c.vanishing), Some(1));
}

/// y = x - average, average <- average + mean(x) / 2 in training.
struct Centring {
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    WrongMomentum,
    BackwardUpdates,
    UpdatesInEvaluation,
    TrainingGradientInEvaluation,
}

impl Layer for Centring {
    fn name(&self) -> String {
        "centring".to_string()
    }

    fn parameters(&self, _shape: &[usize]) -> Vec<Parameter> {
        Vec::new()
    }

    fn modes(&self) -> Vec<Mode> {
        vec![Mode::Train, Mode::Eval]
    }

    fn start_state(&self, _shape: &[usize]) -> Vec<Vec<f64>> {
        vec![vec![1.0]]
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        let x = at.arguments[0];
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let (centre, state) = match at.mode {
            Mode::Train => (mean, vec![vec![0.5 * at.state[0][0] + 0.5 * mean]]),
            Mode::Eval => (at.state[0][0], at.state.to_vec()),
        };
        Ok(Value { output: x.iter().map(|x| x - centre).collect(), state })
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        vec![KernelInfo { name: "loop".to_string(), precision: Precision::Double }]
    }

    fn kernel(&self, _number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        Ok(Box::new(CentringKernel { fault: self.fault, average: 1.0 }))
    }
}

struct CentringKernel {
    fault: Fault,
    average: f64,
}

impl Kernel for CentringKernel {
    fn forward(&mut self, call: &Call) -> Offered<Strided> {
        let x = call.arguments[0].to_vec();
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let centre = if call.mode == Mode::Train { mean } else { self.average };
        let share = if self.fault == Fault::WrongMomentum { 0.1 } else { 0.5 };
        if call.mode == Mode::Train || self.fault == Fault::UpdatesInEvaluation {
            self.average = (1.0 - share) * self.average + share * mean;
        }
        let y: Vec<f64> = x.iter().map(|x| x - centre).collect();
        Ok(Some(Strided::new(call.shape, &y)))
    }

    fn backward(
        &mut self,
        call: &Call,
        cotangent: &Strided,
    ) -> Result<Vec<Option<Strided>>, String> {
        if self.fault == Fault::BackwardUpdates {
            self.average += 1.0;
        }
        let v = cotangent.to_vec();
        let is_batch =
            call.mode == Mode::Train || self.fault == Fault::TrainingGradientInEvaluation;
        let mean = if is_batch { v.iter().sum::<f64>() / v.len() as f64 } else { 0.0 };
        let dx: Vec<f64> = v.iter().map(|v| v - mean).collect();
        Ok(vec![Some(Strided::new(call.shape, &dx))])
    }

    fn state(&mut self) -> Offered<Vec<Vec<f64>>> {
        Ok(Some(vec![vec![self.average]]))
    }

    fn set_state(&mut self, state: &[Vec<f64>]) -> Result<(), String> {
        self.average = state[0][0];
        Ok(())
    }
}

#[test]
fn running_averages_are_compared_in_both_modes() {
    let verdict = |fault| only(&Centring { fault }, "plain").verdict;
    assert_eq!(verdict(Fault::None), Verdict::Pass);
    assert_eq!(verdict(Fault::WrongMomentum), Verdict::Protocol(Rule::State));
    assert_eq!(verdict(Fault::BackwardUpdates), Verdict::Protocol(Rule::State));
    assert_eq!(verdict(Fault::UpdatesInEvaluation), Verdict::Protocol(Rule::State));
    assert_eq!(verdict(Fault::TrainingGradientInEvaluation), Verdict::Fail);
}

/// y = (x - stop(mean(x))), checked with the stop frozen.
#[test]
fn a_stop_is_frozen_and_its_distance_to_the_derivative_is_told() {
    struct Detached;
    impl Layer for Detached {
        fn name(&self) -> String {
            "detached".to_string()
        }
        fn parameters(&self, _shape: &[usize]) -> Vec<Parameter> {
            Vec::new()
        }
        fn definition(&self, at: &Evaluation) -> Result<Value, String> {
            let mean = at.base[0].iter().sum::<f64>() / at.base[0].len() as f64;
            let output = at.arguments[0].iter().map(|x| x - mean).collect();
            Ok(Value { output, state: Vec::new() })
        }
        fn stops(&self) -> bool {
            true
        }
        fn kernels(&self) -> Vec<KernelInfo> {
            vec![KernelInfo { name: "identity".to_string(), precision: Precision::Double }]
        }
        fn kernel(&self, _number: usize) -> Result<Box<dyn Kernel + '_>, String> {
            Ok(Box::new(IdentityKernel))
        }
    }
    struct IdentityKernel;
    impl Kernel for IdentityKernel {
        fn backward(
            &mut self,
            _call: &Call,
            cotangent: &Strided,
        ) -> Result<Vec<Option<Strided>>, String> {
            Ok(vec![Some(Strided::new(cotangent.shape(), &cotangent.to_vec()))])
        }
    }
    let found = only(&Detached, "plain");
    assert_eq!(found.verdict, Verdict::Pass, "{found}");
    // The derivative of x - mean(x) differs from the identity by 1/32 per unit cotangent.
    let distance = found.unfrozen_distance.expect("the definition has stops");
    assert!(distance > 0.005 && distance < 1.0, "{distance}");
}

#[test]
fn a_definition_that_fails_leaves_its_cases_undecided() {
    let definition = |_: &[usize], a: &[&[f64]]| {
        assert!(a[0].len() != 8, "no batch of one");
        cube(&[], a)
    };
    let found = only(&Plain::new("cube", definition, cube_gradient), "one-row");
    let Verdict::Inconclusive(Reason::Definition { message }) = &found.cases[0].verdict else {
        panic!("{found}")
    };
    assert_eq!(message, "the forward pass panicked: no batch of one");
    assert_eq!(found.verdict.outcome(), Outcome::Inconclusive, "{found}");
}

#[test]
fn every_report_of_a_failure_fits_forty_lines_and_names_how_to_replay_it() {
    let zero = |_: &[usize], a: &[&[f64]], _: &[f64]| vec![Some(vec![0.0; a[0].len()])];
    let found = examine(&Plain::new("cube", cube, zero), &Options::default()).expect("sound");
    let text = found[0].to_string();
    assert!(text.lines().count() <= 40, "{text}");
    assert!(text.contains("likely cause: the gradient is zero"), "{text}");
    assert!(text.contains("replay: seed 0, case "), "{text}");
    assert!(text.contains("smallest failing input: shape [1, 1]"), "{text}");
}
