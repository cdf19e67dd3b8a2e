//! The corpus: faults planted by hand, each in one kernel of one norm.

mod accumulation;
mod axes;
mod blocks;
mod detached;
mod eps;
mod factors;
mod gain;
mod leaks;
mod memory;
mod missing;
mod modes;
mod precision;
mod small;
mod tails;
mod terms;
mod thresholds;

use crate::backward::Backward;
use crate::kernel::Formula;
use crate::norm::Norm;
use crate::suite::{Candidate, Make};
use gradcheck::{Gradients, Kernel};

/// A wrong kernel.
#[derive(Clone, Copy)]
pub struct Fault {
    pub family: &'static str,
    pub norm: Norm,
    pub candidate: Candidate,
}

/// Every fault, by family.
pub fn all() -> Vec<Fault> {
    let families = [
        ("terms", terms::faults()),
        ("factors", factors::faults()),
        ("eps", eps::faults()),
        ("detached", detached::faults()),
        ("gain and bias", gain::faults()),
        ("axes", axes::faults()),
        ("blocks", blocks::faults()),
        ("tails", tails::faults()),
        ("small and degenerate", small::faults()),
        ("thresholds", thresholds::faults()),
        ("precision", precision::faults()),
        ("memory and state", memory::faults()),
        ("accumulation", accumulation::faults()),
        ("training and evaluation", modes::faults()),
        ("missing and extra", missing::faults()),
        ("leaks", leaks::faults()),
    ];
    let named = |(family, planted): (&'static str, Vec<Planted>)| {
        planted.into_iter().map(move |(norm, candidate)| Fault { family, norm, candidate })
    };
    families.into_iter().flat_map(named).collect()
}

type Planted = (Norm, Candidate);

fn double(norm: Norm, name: &'static str, formula: Formula<f64>) -> Planted {
    (norm, Candidate { name, make: Make::Double(formula) })
}

fn single(norm: Norm, name: &'static str, formula: Formula<f32>) -> Planted {
    (norm, Candidate { name, make: Make::Single(formula) })
}

fn kernel(norm: Norm, name: &'static str, make: fn(Norm) -> Box<dyn Kernel>) -> Planted {
    (norm, Candidate { name, make: Make::Kernel(make) })
}

/// The right gradients, but with `dx` 0 where a test of row and column says so.
fn lost(at: &Backward<f64>, is_lost: impl Fn(usize, usize) -> bool) -> Gradients {
    at.changed(0, |i, dx| if is_lost(i / at.width, i % at.width) { 0.0 } else { dx })
}
