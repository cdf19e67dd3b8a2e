//! Layers in a real Python. The interpreter is `NORMLAB_PYTHON`, else `python3`; where it cannot import what a test
//! needs, the test says so and ends.

mod broken;
mod corpus;
mod environment;
mod examples;
mod hooks;
mod kinds;
mod stub;
mod values;
