//! The program `normlab`.

use std::process::ExitCode;

fn main() -> ExitCode {
    runner::main()
}
