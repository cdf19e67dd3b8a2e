//! The peak rate throughout.

use super::Curve;

pub(super) static CURVE: Curve =
    Curve { name: "constant", title: "Constant", equation: "1", citation: "" };
