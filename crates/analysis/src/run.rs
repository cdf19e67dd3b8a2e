use crate::csv_file::{Column, CsvFile, Row};
use crate::error::AnalysisError;
use std::path::Path;

/// One row of `runs.csv`: a network trained once.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Names the folder `runs/<id>` with the curves of this run.
    pub id: String,
    /// The arm this run belongs to.
    pub arm: String,
    /// Whether the run chooses a learning rate or scores the chosen one.
    pub phase: Phase,
    /// The values of the swept keys, in the order of the study.
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
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Chooses the learning rate of its arm.
    Tune,
    /// Scores the arm; a study without tuning has only these.
    Confirm,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// It trained; these are the values at its last step.
    Finished(Scores),
    /// It failed, which is a result and is counted.
    Failed(Reason),
}

/// The measurements of a finished run. Losses are in nat, accuracies are fractions from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Mean training loss of the last epoch.
    pub train_loss: f64,
    /// Validation loss at the last step.
    pub val_loss: f64,
    /// Validation accuracy at the last step.
    pub val_accuracy: f64,
    /// Test loss at the last step.
    pub test_loss: f64,
    /// Test accuracy at the last step.
    pub test_accuracy: f64,
}

/// Why a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A loss or a gradient was infinite or NaN (`non-finite`).
    NonFinite,
    /// The loss grew beyond bounds (`exploded`).
    Exploded,
    /// It ended no better than the constant predictor (`no-better-than-constant`).
    NoBetterThanConstant,
}

impl Run {
    /// The scores, if the run finished.
    pub fn scores(&self) -> Option<&Scores> {
        match &self.outcome {
            Outcome::Finished(scores) => Some(scores),
            Outcome::Failed(_) => None,
        }
    }

    /// `min(test_loss, constant_loss)`, and `constant_loss` for a failed run: what a reader would
    /// get who falls back on the constant predictor.
    pub fn capped_test_loss(&self) -> f64 {
        self.scores().map_or(self.constant_loss, |scores| scores.test_loss.min(self.constant_loss))
    }

    /// The validation loss, capped like [`Run::capped_test_loss`].
    pub(crate) fn capped_val_loss(&self) -> f64 {
        self.scores().map_or(self.constant_loss, |scores| scores.val_loss.min(self.constant_loss))
    }
}

/// Reads `runs.csv`. Columns are found by name, in any order; columns that are not needed here are
/// passed over. `swept` names the columns that become [`Run::keys`].
///
/// # Errors
/// Names the file, the line and the column: a file that cannot be read, a missing column, a row of
/// another length than the header, a cell that is not what the column demands. The score cells of
/// failed runs are not read, so they may hold anything; those of finished runs must be finite.
pub fn read_runs(path: &Path, swept: &[String]) -> Result<Vec<Run>, AnalysisError> {
    let file = CsvFile::read(path)?;
    let columns = Columns::find(&file, swept)?;
    file.rows().map(|row| columns.run(row)).collect()
}

struct Columns {
    id: Column,
    arm: Column,
    phase: Column,
    keys: Vec<Column>,
    learning_rate: Column,
    seed: Column,
    status: Column,
    reason: Column,
    steps: Column,
    train_loss: Column,
    val_loss: Column,
    val_accuracy: Column,
    test_loss: Column,
    test_accuracy: Column,
    parameters: Column,
    constant_loss: Column,
}

impl Columns {
    fn find(file: &CsvFile, swept: &[String]) -> Result<Self, AnalysisError> {
        Ok(Self {
            id: file.column("run_id")?,
            arm: file.column("arm")?,
            phase: file.column("phase")?,
            keys: swept.iter().map(|key| file.column(key)).collect::<Result<_, _>>()?,
            learning_rate: file.column("learning_rate")?,
            seed: file.column("seed")?,
            status: file.column("status")?,
            reason: file.column("reason")?,
            steps: file.column("steps")?,
            train_loss: file.column("train_loss")?,
            val_loss: file.column("val_loss")?,
            val_accuracy: file.column("val_accuracy")?,
            test_loss: file.column("test_loss")?,
            test_accuracy: file.column("test_accuracy")?,
            parameters: file.column("parameters")?,
            constant_loss: file.column("constant_loss")?,
        })
    }

    fn run(&self, row: Row) -> Result<Run, AnalysisError> {
        Ok(Run {
            id: row.text(self.id).to_string(),
            arm: row.text(self.arm).to_string(),
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
                train_loss: loss(row, self.train_loss)?,
                val_loss: loss(row, self.val_loss)?,
                val_accuracy: accuracy(row, self.val_accuracy)?,
                test_loss: loss(row, self.test_loss)?,
                test_accuracy: accuracy(row, self.test_accuracy)?,
            })),
            "failed" => self.reason(row).map(Outcome::Failed),
            _ => Err(row.refuse(self.status, "`finished` or `failed`")),
        }
    }

    fn reason(&self, row: Row) -> Result<Reason, AnalysisError> {
        match row.text(self.reason) {
            "non-finite" => Ok(Reason::NonFinite),
            "exploded" => Ok(Reason::Exploded),
            "no-better-than-constant" => Ok(Reason::NoBetterThanConstant),
            _ => Err(row.refuse(
                self.reason,
                "the reason of a failed run: `non-finite`, `exploded` or `no-better-than-constant`",
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

    const HEADER: &str = "run_id,arm,phase,placement,learning_rate,seed,status,reason,steps,\
        train_loss,val_loss,val_accuracy,test_loss,test_accuracy,parameters,constant_loss\n";
    const FINISHED: &str =
        "a1,pre,confirm,pre,3e-3,7,finished,,200,0.01,0.2,0.95,0.25,0.94,4810,2.3\n";
    const FAILED: &str = "a2,none,tune,none,1e-2,8,failed,non-finite,17,nan,inf,,NaN,,4810,2.3\n";

    fn read(text: &str) -> Result<Vec<Run>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        std::fs::write(&path, text).unwrap();
        let shown = format!("{}/", folder.path().display());
        read_runs(&path, &["placement".to_string()])
            .map_err(|error| error.to_string().replace(&shown, ""))
    }

    #[test]
    fn reads_finished_and_failed_runs() {
        let runs = read(&format!("{HEADER}{FINISHED}{FAILED}")).unwrap();
        assert_eq!(runs[0].keys, ["pre"]);
        assert_eq!((runs[0].seed, runs[0].steps, runs[0].phase), (7, 200, Phase::Confirm));
        assert_eq!(runs[0].scores().unwrap().test_loss, 0.25);
        assert_eq!(runs[0].capped_test_loss(), 0.25);
        assert_eq!(runs[1].outcome, Outcome::Failed(Reason::NonFinite));
        assert_eq!(runs[1].capped_test_loss(), 2.3);
    }

    #[test]
    fn a_loss_above_the_constant_predictor_is_capped() {
        let row = FINISHED.replace("0.25", "9.5");
        assert_eq!(read(&format!("{HEADER}{row}")).unwrap()[0].capped_test_loss(), 2.3);
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
        assert_eq!(second_row("a3,pre\n"), "runs.csv, line 3: 2 cells where the header has 16");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_runs(Path::new("nowhere/runs.csv"), &[]).unwrap_err();
        assert!(error.to_string().starts_with("cannot read nowhere/runs.csv: "));
    }
}
