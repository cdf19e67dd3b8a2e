//! A straight line from the peak to 0.

use super::Curve;

pub(super) static CURVE: Curve =
    Curve { name: "linear", title: "Linear to zero", equation: "1 - t", citation: "" };
