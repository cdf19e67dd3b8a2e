//! Xavier (Glorot) initialization: a compromise between the variance of activations and that of
//! gradients in linear layers.

use super::Initialization;

pub(super) static INITIALIZATION: Initialization = Initialization {
    name: "xavier-normal",
    title: "Xavier normal (Glorot)",
    formula: "N(0, 2 / (fan_in + fan_out))",
    citation: "Glorot, Bengio 2010, AISTATS",
    standard_deviation: |fan_in, fan_out| (2.0 / (fan_in + fan_out)).sqrt(),
};
