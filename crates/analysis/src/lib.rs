//! From the CSV files of a study to its statistics, its one-sentence answer and its figures.
//!
//! The crate reads `runs.csv`, `runs/<run_id>/metrics.csv` and `runs/<run_id>/layers.csv` and
//! nothing else. It knows no networks, trains nothing and writes no files.
//!
//! ```no_run
//! # fn main() -> Result<(), analysis::AnalysisError> {
//! use analysis::{Study, figures, read_runs, summarize};
//! use std::path::Path;
//!
//! let swept = ["placement".to_string(), "depth".to_string()];
//! let baseline = [("placement".to_string(), "pre".to_string())];
//! let study = Study {
//!     name: "quickstart",
//!     question: "Which deep residual networks train?",
//!     swept: &swept,
//!     baseline: &baseline,
//!     tuned_rates: &[1e-3, 3e-3, 1e-2],
//! };
//! let root = Path::new("results/quickstart");
//! let runs = read_runs(&root.join("runs.csv"), study.swept)?;
//! let summary = summarize(&study, &runs);
//! println!("{}", summary.answer());
//! for figure in figures(&study, root, &runs)? {
//!     println!("{}: {} bytes", figure.file_name, figure.svg.len());
//! }
//! # Ok(())
//! # }
//! ```

mod answer;
mod arms;
mod csv_file;
mod error;
mod figures;
mod number;
mod rate;
mod records;
mod run;
mod statistics;
mod study;
mod summary;
mod table;

pub use error::AnalysisError;
pub use figures::{Figure, LogAxis, LogCurve, LogLabels, figures, log_curves};
pub use number::three_digits;
pub use rate::{RateChoice, choose_rate};
pub use run::{Outcome, Phase, Reason, Run, Scores, read_runs};
pub use statistics::{Estimate, Interval};
pub use study::Study;
pub use summary::{ArmSummary, PairedDifference, Role, Summary, summarize};
