//! What a run reports while it trains, as the text of its three files.

use training::{LayerRecord, Observer, StepRecord, TimingRecord};

use crate::number::shortest;

/// The files of a run.
pub struct RunFiles {
    /// `metrics.csv`: one row for each step.
    pub metrics: Vec<u8>,
    /// `layers.csv`: one row for each statistic of each layer, at some steps.
    pub layers: Vec<u8>,
    /// `timing.csv`: one row for each epoch; the only one that depends on the clock.
    pub timing: Vec<u8>,
}

impl RunFiles {
    /// The files with their names, `timing.csv` last.
    pub fn named(&self) -> [(&'static str, &[u8]); 3] {
        [("metrics.csv", &self.metrics), ("layers.csv", &self.layers), ("timing.csv", &self.timing)]
    }
}

/// Collects the files in memory, so that training neither waits for a disk nor leaves torn files.
pub struct Recorder {
    metrics: csv::Writer<Vec<u8>>,
    layers: csv::Writer<Vec<u8>>,
    timing: csv::Writer<Vec<u8>>,
}

impl Recorder {
    /// Files with headers and no rows.
    pub fn new() -> Recorder {
        Recorder {
            metrics: table(&[
                "step",
                "epoch",
                "learning_rate",
                "train_loss",
                "val_loss",
                "val_accuracy",
                "grad_norm",
            ]),
            layers: table(&["step", "layer", "statistic", "value"]),
            timing: table(&["epoch", "train_seconds", "evaluate_seconds"]),
        }
    }

    /// The files as they are now.
    pub fn into_files(self) -> RunFiles {
        let [metrics, layers, timing] = [self.metrics, self.layers, self.timing].map(bytes);
        RunFiles { metrics, layers, timing }
    }
}

impl Observer for Recorder {
    fn on_step(&mut self, record: &StepRecord) {
        let validation = |part: fn(&training::Evaluation) -> f64| {
            record.validation.as_ref().map_or(String::new(), |measured| shortest(part(measured)))
        };
        let row = [
            record.step.to_string(),
            record.epoch.to_string(),
            shortest(record.learning_rate),
            shortest(record.train_loss),
            validation(|measured| measured.loss),
            validation(|measured| measured.accuracy),
            shortest(record.grad_norm),
        ];
        add(&mut self.metrics, &row);
    }

    fn on_layer(&mut self, record: &LayerRecord) {
        let row = [
            record.step.to_string(),
            record.layer.to_string(),
            record.statistic.to_string(),
            shortest(record.value),
        ];
        add(&mut self.layers, &row);
    }

    fn on_timing(&mut self, record: &TimingRecord) {
        let row = [
            record.epoch.to_string(),
            shortest(record.train.as_secs_f64()),
            shortest(record.evaluate.as_secs_f64()),
        ];
        add(&mut self.timing, &row);
    }
}

/// A CSV table in memory, with its header.
pub fn table<T: AsRef<[u8]>>(header: &[T]) -> csv::Writer<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    add(&mut table, header);
    table
}

/// Adds a row, which has as many cells as the header.
pub fn add<T: AsRef<[u8]>>(table: &mut csv::Writer<Vec<u8>>, row: &[T]) {
    table.write_record(row).expect("memory takes every row of the width of the header");
}

/// The text of a table.
pub fn bytes(table: csv::Writer<Vec<u8>>) -> Vec<u8> {
    table.into_inner().expect("memory can be flushed")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use training::Evaluation;

    use super::*;

    #[test]
    fn cells_not_measured_are_empty_and_numbers_that_are_none_are_spelled_out() {
        let mut recorder = Recorder::new();
        let step = |step, train_loss, validation| StepRecord {
            step,
            epoch: 1,
            learning_rate: 1e-3,
            train_loss,
            grad_norm: f64::INFINITY,
            validation,
        };
        recorder.on_step(&step(1, 2.25, None));
        recorder.on_step(&step(2, f64::NAN, Some(Evaluation { loss: 0.5, accuracy: 0.75 })));
        recorder.on_layer(&LayerRecord {
            step: 0,
            layer: 3,
            statistic: "activation_rms",
            value: 2e-7,
        });
        recorder.on_timing(&TimingRecord {
            epoch: 1,
            train: Duration::from_millis(250),
            evaluate: Duration::from_millis(125),
        });
        let files = recorder.into_files();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert_eq!(
            text(files.metrics),
            "step,epoch,learning_rate,train_loss,val_loss,val_accuracy,grad_norm\n\
             1,1,0.001,2.25,,,inf\n\
             2,1,0.001,nan,0.5,0.75,inf\n"
        );
        assert_eq!(text(files.layers), "step,layer,statistic,value\n0,3,activation_rms,2e-7\n");
        assert_eq!(text(files.timing), "epoch,train_seconds,evaluate_seconds\n1,0.25,0.125\n");
    }
}
