//! The program `normlab`, built for the tests of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    runner::main()
}
