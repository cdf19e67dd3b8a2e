//! Proof of the checker's power: a corpus of planted faults, false alarms, the smallest error that is
//! seen, and whether the error bar is honest. The example `power` prints the same as tables, at
//! full size.

mod alarms;
mod backward;
mod calibration;
mod corpus;
mod curve;
mod double_double;
mod faults;
mod kernel;
mod norm;
mod number;
mod point;
mod slices;
mod suite;
