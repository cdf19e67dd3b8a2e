//! equations
