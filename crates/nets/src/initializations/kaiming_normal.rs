//! Kaiming (He) initialization: keeps the second moment of activations through ReLU layers.

use super::Initialization;

pub(super) static INITIALIZATION: Initialization = Initialization {
    name: "kaiming-normal",
    title: "Kaiming normal (He)",
    formula: "N(0, 2 / fan_in)",
    citation: "He, Zhang, Ren, Sun 2015, arXiv:1502.01852",
    standard_deviation: |fan_in, _| (2.0 / fan_in).sqrt(),
};
