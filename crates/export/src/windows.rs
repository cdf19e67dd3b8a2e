//! Sums over neighbours as functions of Python.

use equations::{Direction, NormEquation, Operation, Reach, Window};

use crate::frame::Frame;
use crate::library::Library;

/// The functions that the module of an equation needs; none without windows.
pub(crate) fn helpers(equation: &NormEquation, library: Library) -> String {
    let mut nodes = equation.expression().nodes().iter().map(|node| node.operation);
    let has = |operation| matches!(operation, Operation::Window { .. } | Operation::Cumulative(..));
    if !nodes.any(has) {
        return String::new();
    }
    match library {
        Library::Torch => include_str!("../templates/torch_windows.txt"),
        Library::Jax => include_str!("../templates/jax_windows.txt"),
    }
    .to_owned()
}

/// The sums of a tensor that has its full size along the axis.
pub(crate) fn call(Window { axis, reach }: Window, e: &str, frame: Frame) -> String {
    // Parts and members are stored one behind the other, and groups and channels.
    let places = frame.places(axis);
    let axis = format!("{}, {}", places[0], places[places.len() - 1]);
    match reach {
        Reach::Near { before, after } => format!("_window({e}, {axis}, {before}, {after})"),
        Reach::All(Direction::UpTo) => format!("_cumsum({e}, {axis})"),
        Reach::All(Direction::From) => format!("_cumsum_back({e}, {axis})"),
    }
}
