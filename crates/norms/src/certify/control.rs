//! A gradient that is wrong on purpose.

use equations::NormSource;
use gradcheck::{Evaluation, Kernel, KernelInfo, Layer, Parameter, Property, Value};

use super::layer::EntryLayer;
use crate::catalogue::{Citation, Entry, Example, Family, Kernel as Operation, Place, Site, find};
use crate::choice::NormChoice;

/// Its value is that of layer normalization. Its derivative takes the statistics for constants, as an
/// implementation that detaches them does.
static DETACHED: Entry = Entry {
    name: "detached-layer",
    title: "Layer normalization with detached statistics",
    family: Family::Features,
    site: Site::Activations,
    source: NormSource {
        equation: "gamma * (x - stop(mean(x))) / stop(sqrt(var(x) + eps)) + beta",
        over: "features",
        parameters: &[],
        constants: &[],
    },
    claims: &[],
    citation: Citation { authors: "Xu et al.", year: 2019, place: Place::Arxiv("1911.07013") },
    verified: "It is wrong on purpose.",
    example: Example {
        samples: 1,
        positions: 1,
        groups: 1,
        parameters: &[],
        constants: &[("eps", 0.0)],
        x: &[1.0, 9.0],
        y: &[-1.0, 1.0],
        averages: &[],
    },
    aliases: &[],
    exceptions: &[],
    kernel: Operation::Compiled,
};

/// The definition of one norm, and the operations of another for its kernels.
pub(super) struct OtherKernels {
    pub definition: EntryLayer,
    pub kernels: EntryLayer,
}

/// Layer normalization, computed with detached statistics.
pub(super) fn detached_layer_norm() -> OtherKernels {
    let layer = find("layer").expect("it is in the catalogue");
    OtherKernels {
        definition: EntryLayer::new(&NormChoice::plain(layer)),
        kernels: EntryLayer::new(&NormChoice::plain(&DETACHED)),
    }
}

impl Layer for OtherKernels {
    fn name(&self) -> String {
        self.kernels.name()
    }

    fn parameters(&self, shape: &[usize]) -> Vec<Parameter> {
        self.definition.parameters(shape)
    }

    fn definition(&self, at: &Evaluation) -> Result<Value, String> {
        self.definition.definition(at)
    }

    fn properties(&self, shape: &[usize]) -> Vec<Property> {
        self.definition.properties(shape)
    }

    fn kernels(&self) -> Vec<KernelInfo> {
        self.kernels.kernels()
    }

    fn kernel(&self, number: usize) -> Result<Box<dyn Kernel + '_>, String> {
        self.kernels.kernel(number)
    }
}

#[cfg(test)]
mod tests {
    use gradcheck::{Options, Outcome, examine};

    use super::*;

    #[test]
    fn stops_are_frozen_and_the_distance_to_the_derivative_without_them_is_told() {
        let plain = Options { only: Some("plain".to_string()), ..Options::default() };
        for found in examine(&EntryLayer::new(&NormChoice::plain(&DETACHED)), &plain)
            .expect("it can be examined")
        {
            // What dfdx computes is the derivative of the text with its stops.
            assert_eq!(found.verdict.outcome(), Outcome::Passed, "{found}");
            // Both terms of the statistics are missing, which is no small part of a gradient.
            let distance = found.unfrozen_distance.expect("the text has stops");
            assert!((0.1..10.0).contains(&distance), "{distance}");
        }
    }
}
