//! From the CSV files of a study to its statistics, its tables, its answer and its figures.
//!
//! The crate reads `runs.csv`, `runs/<run_id>/metrics.csv` and `runs/<run_id>/layers.csv` and
//! nothing else. It knows no networks, trains nothing and writes no files.
//!
//! ```no_run
//! # fn main() -> Result<(), analysis::AnalysisError> {
//! use analysis::{Study, figures, summarize};
//! use std::path::Path;
//!
//! let root = Path::new("results/quickstart");
//! let question = "Which deep residual networks train?";
//! let study = Study::read(&root.join("runs.csv"), "quickstart", question)?;
//! for paragraph in summarize(&study).answer() {
//!     println!("{}\n  {}", paragraph.heading, paragraph.items.join("\n  "));
//! }
//! let drawn = figures(&study, root);
//! for figure in drawn.figures {
//!     println!("{}: {} bytes", figure.file_name, figure.svg.len());
//! }
//! for problem in drawn.problems {
//!     println!("a figure is missing: {problem}");
//! }
//! # Ok(())
//! # }
//! ```

mod answer;
mod arms;
mod comparison;
mod csv_file;
mod error;
mod every_rate;
mod figures;
mod number;
mod plausible;
mod rate;
mod records;
mod run;
mod statistics;
mod study;
mod summary;
mod table;

pub use answer::Paragraph;
pub use comparison::{Comparison, Contrast, Contrasts, Failures, Verdict, Withheld};
pub use error::AnalysisError;
pub use every_rate::{EveryRate, Scored, compare, is_settled};
pub use figures::{Drawn, Figure, LogAxis, LogCurve, LogLabels, figures, is_figure, log_curves};
pub use number::three_digits;
pub use plausible::{BySeed, Plausible, plausible};
pub use rate::{RateChoice, Tuned};
pub use run::{Outcome, Phase, Reason, Run, Scores};
pub use statistics::{Estimate, Interval, detectable_difference, holm};
pub use study::Study;
pub use summary::{ArmSummary, Role, Summary, summarize};
pub use table::TextTable;
