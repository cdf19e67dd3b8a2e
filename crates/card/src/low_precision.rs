//! The error of a norm in bf16, under the casts of real models.

use equations::Extents;
use norms::NormChoice;
use precision::{Format, Input, Policy, Study, deviations};

use crate::curves::Curve;

/// The norm with layer norm, which it is compared with, unless it is that.
pub(crate) fn with_layer_norm(choice: &NormChoice) -> Vec<NormChoice> {
    let layer = NormChoice::plain(norms::find("layer").expect("it is in the catalogue"));
    let mut both = vec![choice.clone()];
    both.extend((choice.name() != layer.name()).then_some(layer));
    both
}

/// The error of value and gradient of x by the offset of the input, in standard deviations, for the
/// casts none, llama and gemma.
pub(crate) fn curves(choice: &NormChoice) -> Vec<Curve> {
    // A matrix of channels has their number squared, and needs more rows than channels.
    let features = if choice.equation().has_matrices() { 8 } else { 256_usize };
    let features = features.next_multiple_of(choice.groups());
    let extents = Extents::new(8, 2, features, choice.groups()).unwrap_or_else(|e| panic!("{e}"));
    let study = Study { equation: choice.equation(), extents, seed: 0 };
    let mut curves = Vec::new();
    for casts in ["none", "llama", "gemma"] {
        let policy = Policy::named(casts, Format::Bf16).expect("it is one of the names");
        let found: Vec<(f64, Vec<f64>)> = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0]
            .into_iter()
            .map(|offset| {
                let deviations = deviations(&study, &policy, Input { offset, scale: 1.0 });
                (offset, deviations.into_iter().map(|deviation| deviation.error).collect())
            })
            .collect();
        for (panel, which) in [("value", 0), ("gradient of x", 1)] {
            let points = found.iter().map(|(offset, errors)| (*offset, errors[which]));
            curves.push(Curve::new(panel, casts, points));
        }
    }
    curves
}
