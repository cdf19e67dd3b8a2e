//! One row of `runs.csv`: a network trained once.

use crate::csv_file::{Column, CsvFile, Row};
use crate::error::AnalysisError;
use std::path::Path;

/// A network trained once.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Names the folder `runs/<id>` with the curves of this run.
    pub id: String,
    /// The arm this run belongs to.
    pub arm: String,
    /// The arm that its arm is compared with, which is the arm itself for a baseline; `None` where
    /// nothing is compared.
    pub baseline: Option<String>,
    /// Whether the run was made to choose a learning rate or to score the plausible ones.
    pub phase: Phase,
    /// The values of the swept keys, in the order of the study; `-` for a key that has no meaning in
    /// the arm.
    pub keys: Vec<String>,
    /// The peak learning rate.
    pub learning_rate: f64,
    /// The seed; runs of two arms with equal seeds are a pair.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// The number of steps taken.
    pub steps: u64,
    /// The number of trainable parameters.
    pub parameters: u64,
    /// The test loss, in nat, of the predictor that knows only the class frequencies.
    pub constant_loss: f64,
    /// The number of test examples.
    pub test_examples: u64,
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Finds the learning rates that are plausible for its arm.
    Tune,
    /// Scores its arm at one of them; a study without tuning has only these.
    Confirm,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// It trained; these are the values at its last step.
    Finished(Scores),
    /// It failed, which is a result and is counted.
    Failed {
        /// How.
        reason: Reason,
        /// The test loss at the last step, where it is finite.
        test_loss: Option<f64>,
    },
}

/// The measurements of a finished run. Losses are in nat, accuracies are fractions from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Loss on the fixed subset of the training part, in evaluation mode, at the last step.
    pub fit_loss: f64,
    /// Validation loss at the last step.
    pub val_loss: f64,
    /// Test loss at the last step.
    pub test_loss: f64,
    /// Test accuracy at the last step.
    pub test_accuracy: f64,
    /// Whether the validation loss is no better than that of the constant predictor.
    pub overconfident: bool,
}

/// Why a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A loss or a gradient was infinite or NaN (`non-finite`).
    NonFinite,
    /// The training loss grew beyond bounds (`exploded`).
    Exploded,
    /// It does not fit its training examples better than the constant predictor (`not-trained`).
    NotTrained,
}

impl Run {
    /// The scores, if the run finished.
    pub fn scores(&self) -> Option<&Scores> {
        match &self.outcome {
            Outcome::Finished(scores) => Some(scores),
            Outcome::Failed { .. } => None,
        }
    }

    /// The test loss at the last step, also of a failed run where it is finite.
    pub fn test_loss(&self) -> Option<f64> {
        match &self.outcome {
            Outcome::Finished(scores) => Some(scores.test_loss),
            Outcome::Failed { test_loss, .. } => *test_loss,
        }
    }

    /// `min(test_loss, constant_loss)`, and `constant_loss` where the test loss is not finite: what
    /// a reader would get who falls back on the constant predictor.
    pub fn capped_test_loss(&self) -> f64 {
        self.test_loss().map_or(self.constant_loss, |loss| loss.min(self.constant_loss))
    }
}

/// The columns before and after those of the swept keys.
const BEFORE_KEYS: &str = "phase";
const AFTER_KEYS: &str = "learning_rate";

/// Reads the bytes of a `runs.csv`: the swept keys, and the runs. The columns between `phase` and `learning_rate`
/// are the swept keys; the others are found by name, in any order, and columns that are not needed
/// here are passed over.
///
/// # Errors
/// Names the file, the line and the column: a missing column, a row of
/// another length than the header, a cell that is not what the column demands. The scores of failed
/// runs may be empty or not finite; those of finished runs must be finite.
pub(crate) fn parse_runs(
    path: &Path,
    bytes: &[u8],
) -> Result<(Vec<String>, Vec<Run>), AnalysisError> {
    let file = CsvFile::parse(path, bytes)?;
    let columns = Columns::find(&file)?;
    let swept = columns.keys.iter().map(|&key| file.name(key).to_string()).collect();
    let runs = file.rows().map(|row| columns.run(row)).collect::<Result<_, _>>()?;
    Ok((swept, runs))
}

struct Columns {
    id: Column,
    arm: Column,
    baseline: Column,
    phase: Column,
    keys: Vec<Column>,
    learning_rate: Column,
    seed: Column,
    status: Column,
    reason: Column,
    overconfident: Column,
    steps: Column,
    fit_loss: Column,
    val_loss: Column,
    test_loss: Column,
    test_accuracy: Column,
    parameters: Column,
    constant_loss: Column,
    test_examples: Column,
}

impl Columns {
    fn find(file: &CsvFile) -> Result<Self, AnalysisError> {
        let (phase, learning_rate) = (file.column(BEFORE_KEYS)?, file.column(AFTER_KEYS)?);
        Ok(Self {
            id: file.column("run_id")?,
            arm: file.column("arm")?,
            baseline: file.column("baseline")?,
            phase,
            keys: file.between(phase, learning_rate),
            learning_rate,
            seed: file.column("seed")?,
            status: file.column("status")?,
            reason: file.column("reason")?,
            overconfident: file.column("overconfident")?,
            steps: file.column("steps")?,
            fit_loss: file.column("fit_loss")?,
            val_loss: file.column("val_loss")?,
            test_loss: file.column("test_loss")?,
            test_accuracy: file.column("test_accuracy")?,
            parameters: file.column("parameters")?,
            constant_loss: file.column("constant_loss")?,
            test_examples: file.column("test_examples")?,
        })
    }

    fn run(&self, row: Row) -> Result<Run, AnalysisError> {
        let baseline = row.text(self.baseline);
        Ok(Run {
            id: row.text(self.id).to_string(),
            arm: row.text(self.arm).to_string(),
            baseline: (!baseline.is_empty()).then(|| baseline.to_string()),
            phase: self.phase(row)?,
            keys: self.keys.iter().map(|&key| row.text(key).to_string()).collect(),
            learning_rate: row.number(
                self.learning_rate,
                |rate| rate > 0.0,
                "a positive learning rate",
            )?,
            seed: row.count(self.seed)?,
            outcome: self.outcome(row)?,
            steps: row.count(self.steps)?,
            parameters: row.count(self.parameters)?,
            constant_loss: loss(row, self.constant_loss)?,
            test_examples: row.count(self.test_examples)?,
        })
    }

    fn phase(&self, row: Row) -> Result<Phase, AnalysisError> {
        match row.text(self.phase) {
            "tune" => Ok(Phase::Tune),
            "confirm" => Ok(Phase::Confirm),
            _ => Err(row.refuse(self.phase, "`tune` or `confirm`")),
        }
    }

    fn outcome(&self, row: Row) -> Result<Outcome, AnalysisError> {
        match row.text(self.status) {
            "finished" => Ok(Outcome::Finished(Scores {
                fit_loss: loss(row, self.fit_loss)?,
                val_loss: loss(row, self.val_loss)?,
                test_loss: loss(row, self.test_loss)?,
                test_accuracy: accuracy(row, self.test_accuracy)?,
                overconfident: self.overconfident(row)?,
            })),
            "failed" => Ok(Outcome::Failed {
                reason: self.reason(row)?,
                test_loss: row.measured(self.test_loss)?.filter(|loss| loss.is_finite()),
            }),
            _ => Err(row.refuse(self.status, "`finished` or `failed`")),
        }
    }

    fn overconfident(&self, row: Row) -> Result<bool, AnalysisError> {
        let refused = || row.refuse(self.overconfident, "`true` or `false`");
        row.text(self.overconfident).parse().map_err(|_| refused())
    }

    fn reason(&self, row: Row) -> Result<Reason, AnalysisError> {
        match row.text(self.reason) {
            "non-finite" => Ok(Reason::NonFinite),
            "exploded" => Ok(Reason::Exploded),
            "not-trained" => Ok(Reason::NotTrained),
            _ => Err(row.refuse(
                self.reason,
                "the reason of a failed run: `non-finite`, `exploded` or `not-trained`",
            )),
        }
    }
}

fn loss(row: Row, column: Column) -> Result<f64, AnalysisError> {
    row.number(column, |loss| loss >= 0.0, "a finite loss from 0, which a finished run must have")
}

fn accuracy(row: Row, column: Column) -> Result<f64, AnalysisError> {
    row.number(column, |accuracy| (0.0..=1.0).contains(&accuracy), "a fraction from 0 to 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "run_id,engine,arm,baseline,phase,placement,learning_rate,seed,status,\
                          reason,overconfident,steps,train_loss,fit_loss,val_loss,val_accuracy,\
                          test_loss,test_accuracy,parameters,constant_loss,test_examples\n";
    const FINISHED: &str = "a1,2,pre,pre,confirm,pre,3e-3,7,finished,,false,200,0.1,0.11,0.2,0.95,0.25,0.94,50,2.3,360\n";
    const FAILED: &str = "a2,2,none,pre,tune,none,1e-3,0,failed,non-finite,false,9,nan,nan,inf,nan,nan,nan,50,2.3,360\n";

    fn read(text: &str) -> Result<(Vec<String>, Vec<Run>), String> {
        parse_runs(Path::new("runs.csv"), text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_finished_and_failed_runs_and_the_swept_keys() {
        let (swept, runs) = read(&format!("{HEADER}{FINISHED}{FAILED}")).unwrap();
        assert_eq!(swept, ["placement"]);
        assert_eq!(
            (&runs[0].keys[..], runs[0].baseline.as_deref()),
            (&["pre".to_string()][..], Some("pre"))
        );
        assert_eq!((runs[0].seed, runs[0].steps, runs[0].phase), (7, 200, Phase::Confirm));
        assert_eq!(runs[0].scores().unwrap().test_loss, 0.25);
        assert_eq!(runs[0].capped_test_loss(), 0.25);
        let failed = Outcome::Failed { reason: Reason::NonFinite, test_loss: None };
        assert_eq!(runs[1].outcome, failed);
        assert_eq!(runs[1].capped_test_loss(), 2.3);
    }

    #[test]
    fn the_loss_of_each_run_is_capped_at_the_constant_predictor_whatever_its_status() {
        let capped = |row: &str| read(&format!("{HEADER}{row}")).unwrap().1[0].capped_test_loss();
        assert_eq!(capped(&FINISHED.replace("0.25", "9.5")), 2.3);
        // A failed run that ended at 0.94 counts as that, and not as the constant predictor.
        let failed =
            FAILED.replace("non-finite", "not-trained").replace("inf,nan,nan", "inf,nan,0.94");
        assert_eq!(capped(&failed), 0.94);
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let message = read(&HEADER.replace("seed,", "sead,")).unwrap_err();
        assert!(message.starts_with("runs.csv, line 1: no column `seed`; the columns are run_id,"));
        let second_row = |row: &str| read(&format!("{HEADER}{FAILED}{row}")).unwrap_err();
        assert_eq!(
            second_row(&FINISHED.replace("3e-3", "fast")),
            "runs.csv, line 3, column `learning_rate`: \"fast\" is not a positive learning rate"
        );
        assert_eq!(
            second_row(&FINISHED.replace("0.25", "")),
            "runs.csv, line 3, column `test_loss`: \"\" is not a finite loss from 0, which a \
             finished run must have"
        );
        assert_eq!(
            second_row(&FINISHED.replace("0.94", "94")),
            "runs.csv, line 3, column `test_accuracy`: \"94\" is not a fraction from 0 to 1"
        );
        assert_eq!(
            second_row(&FINISHED.replace("finished", "done")),
            "runs.csv, line 3, column `status`: \"done\" is not `finished` or `failed`"
        );
        assert_eq!(second_row("a3,pre\n"), "runs.csv, line 3: 2 cells where the header has 21");
    }
}
