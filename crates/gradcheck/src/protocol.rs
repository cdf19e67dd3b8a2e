//! Rules of conduct, tested without finite differences.

mod contents;
mod order;
mod results;
mod shapes;
mod tiling;

use crate::case::Input;
use crate::layer::Layer;
use crate::rule::Rule;
use crate::session::{Session, Use};
use crate::settings::Precision;
use crate::strided::{Layout, Strided};
use crate::values::Place;

/// What became of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct ProtocolReport {
    /// The rule.
    pub rule: Rule,
    /// Whether it was kept.
    pub finding: Finding,
}

/// Whether a rule was kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// It was.
    Kept,
    /// It was not, and how that showed.
    Broken(String),
    /// The kernel has not the hook that would show it.
    NotOffered,
}

/// What a test of a rule comes to: an error is a broken rule.
type Tested = Result<Finding, String>;

/// A kernel at a place, with what it is to be compared with.
pub(crate) struct Bench<'a, 'k> {
    pub layer: &'a dyn Layer,
    /// Makes a kernel that has seen no call.
    pub fresh: &'a dyn Fn() -> Result<Session<'k>, String>,
    /// The kernel that has been used so far.
    pub session: &'a Session<'k>,
    pub place: &'a Place,
    /// The same layer at another shape.
    pub elsewhere: Place,
    /// The same layer without any rows.
    pub empty: Place,
    pub precision: Precision,
    /// Two signed cotangents of the output.
    pub cotangents: [Vec<f64>; 2],
    /// How far rounding may move each gradient.
    pub allowed: Vec<f64>,
    /// How far rounding may move a value, relative to the largest.
    pub relative: f64,
    /// The definition's output.
    pub output: &'a [f64],
}

/// Tests every rule at a place.
fn protocol(bench: &Bench) -> Vec<ProtocolReport> {
    type Test = fn(&Bench) -> Tested;
    let tests: [(Rule, Test); 11] = [
        (Rule::Determinism, results::determinism),
        (Rule::Linearity, results::linearity),
        (Rule::Mutation, results::mutation),
        (Rule::Aliasing, results::aliasing),
        (Rule::Accumulation, order::accumulation),
        (Rule::ForeignForward, order::foreign_forward),
        (Rule::FirstCall, order::first_call),
        (Rule::EmptyBatch, shapes::empty_batch),
        (Rule::Containment, contents::containment),
        (Rule::Value, contents::value),
        (Rule::State, contents::state),
    ];
    let mut found: Vec<ProtocolReport> =
        tests.iter().map(|(rule, test)| report(*rule, test(bench))).collect();
    for layout in [Layout::Transposed, Layout::Sliced, Layout::Broadcast] {
        found.push(report(Rule::Layout(layout), shapes::layout(bench, layout)));
    }
    found
}

/// Tests the rule that one input is for; every rule at all others.
pub(crate) fn protocol_for(input: Input, bench: &Bench) -> Vec<ProtocolReport> {
    match input {
        Input::ManyRows => vec![report(Rule::ManyRows, tiling::many_rows(bench))],
        Input::ManyColumns => vec![report(Rule::ManyColumns, tiling::many_columns(bench))],
        _ => protocol(bench),
    }
}

fn report(rule: Rule, tested: Tested) -> ProtocolReport {
    ProtocolReport { rule, finding: tested.unwrap_or_else(Finding::Broken) }
}

impl Bench<'_, '_> {
    /// A new use at the place, after its forward pass.
    fn ready(&self) -> Result<Use, String> {
        self.ready_at(self.session, &self.place.slices(), Layout::Contiguous)
    }

    fn ready_at(
        &self,
        session: &Session,
        values: &[&[f64]],
        layout: Layout,
    ) -> Result<Use, String> {
        let with = session.using(self.place, values, layout);
        session.forward(&with, &self.place.state)?;
        Ok(with)
    }

    fn cotangent(&self, number: usize) -> Strided {
        let values = &self.cotangents[number];
        self.session.cotangent(self.place, values, Layout::Contiguous)
    }

    /// The gradients at the place and the first cotangent.
    fn expected(&self) -> Result<Vec<Vec<f64>>, String> {
        let with = self.ready()?;
        self.session.backward(&with, &self.cotangent(0)).map(|g| read(&g, &with))
    }

    /// Whether two results agree within so much of what rounding may do.
    fn agree(
        &self,
        found: &[Vec<f64>],
        expected: &[Vec<f64>],
        share: f64,
        what: &str,
    ) -> Result<(), String> {
        let allowed: Vec<f64> = self.allowed.iter().map(|allowed| share * allowed).collect();
        self.agree_within(found, expected, &allowed, what)
    }

    /// Whether no entry of any gradient is further off than this.
    fn agree_within(
        &self,
        found: &[Vec<f64>],
        expected: &[Vec<f64>],
        allowed: &[f64],
        what: &str,
    ) -> Result<(), String> {
        let names = self.place.names();
        for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
            for (entry, (a, b)) in found.iter().zip(expected).enumerate() {
                let agrees =
                    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= allowed[number];
                if !agrees {
                    let name = names[number];
                    return Err(format!(
                        "{what}: gradient of {name} at {entry} is {a:e}, not {b:e}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The gradients as numbers, zeros for `None`.
fn read(gradients: &[Option<Strided>], with: &Use) -> Vec<Vec<f64>> {
    let one = |(gradient, argument): (&Option<Strided>, &Strided)| match gradient {
        Some(gradient) => gradient.to_vec(),
        None => vec![0.0; argument.len()],
    };
    gradients.iter().zip(&with.arguments).map(one).collect()
}
