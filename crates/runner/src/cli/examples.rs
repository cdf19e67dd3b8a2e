//! What stands below the help of each verb: command lines to start from.

/// Below the help of the program.
pub const PROGRAM: &str = "\
First steps:
  normlab run experiments/quickstart.toml    train and compare networks
  normlab list keys                          what an experiment file can say
  normlab gradcheck layer rms                check the gradients of two norms
  normlab VERB --help                        options and examples of a verb

Exit codes:
  0  success; runs that diverge are results
  1  a run crashed, a check failed, or output could not be written
  2  the command line or a file is not usable; nothing was written
  3  a gradient check was inconclusive";

/// Below that of `normlab run`.
pub const RUN: &str = "\
Examples:
  normlab run experiments/quickstart.toml --dry-run
  normlab run experiments/quickstart.toml --jobs 4 --out other-results";

/// Below that of `normlab report`.
pub const REPORT: &str = "\
Examples:
  normlab report results/quickstart";

/// Below that of `normlab list`.
pub const LIST: &str = "\
Examples:
  normlab list norms
  normlab list keys --json";

/// Below that of `normlab gradcheck`.
pub const GRADCHECK: &str = "\
Examples:
  normlab gradcheck layer rms --plot curves.svg
  normlab gradcheck --equation \"gamma * x / mean(abs(x))\" --over features
  normlab gradcheck --python my_norm.py:MyNorm";

/// Below that of `normlab show`.
pub const SHOW: &str = "\
Examples:
  normlab show batch
  normlab show --equation \"tanh(alpha * x)\" --parameter alpha=scalar:0.5";

/// Below that of `normlab apply`.
pub const APPLY: &str = "\
Examples:
  normlab apply layer --input x.csv --out out
  normlab apply rms --input x.csv --cotangent v.csv --out out";

/// Below that of `normlab export`.
pub const EXPORT: &str = "\
Examples:
  normlab export batch --to torch --out batch_norm.py && python batch_norm.py
  normlab export --equation \"x / rms(x)\" --over features --name my --to latex";

/// Below that of `normlab precision`.
pub const PRECISION: &str = "\
Examples:
  normlab precision layer rms --policy none,llama --out precision
  normlab precision layer --storage f32 --variance two-pass,one-pass";

/// Below that of `normlab card`.
pub const CARD: &str = "\
Examples:
  normlab card layer --out layer.html
  normlab card --equation \"x / rms(x)\" --over features --name my --out my.html
  normlab card --all cards";

/// Below that of `normlab verify`.
pub const VERIFY: &str = "\
Example:
  normlab verify layer.html";

/// Below that of `normlab new`.
pub const NEW: &str = "\
Example:
  normlab new norm absolute --equation \"x / mean(abs(x))\" --over features";

/// Below that of `normlab shim`.
pub const SHIM: &str = "\
Example:
  normlab shim python > normlab_shim.py";
