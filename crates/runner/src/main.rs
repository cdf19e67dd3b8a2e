//! normlab
fn main() {}
