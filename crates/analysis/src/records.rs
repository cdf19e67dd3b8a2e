//! What a run wrote while it trained: `metrics.csv` and `layers.csv` in its folder.

use crate::csv_file::CsvFile;
use crate::error::AnalysisError;
use crate::run::Run;
use std::path::{Path, PathBuf};

/// A validation loss, measured after `step` steps. It may be infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measurement {
    pub(crate) step: u64,
    pub(crate) val_loss: f64,
}

/// A statistic of one layer, measured after `step` steps. Its value may be infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LayerValue {
    pub(crate) step: u64,
    pub(crate) layer: u64,
    pub(crate) value: f64,
}

/// The validation losses of a run, in the order of the file.
pub(crate) fn read_val_losses(root: &Path, run: &Run) -> Result<Vec<Measurement>, AnalysisError> {
    let file = CsvFile::read(&folder(root, run).join("metrics.csv"))?;
    let (step, val_loss) = (file.column("step")?, file.column("val_loss")?);
    let mut measurements = Vec::new();
    for row in file.rows() {
        if let Some(val_loss) = row.measured(val_loss)? {
            measurements.push(Measurement { step: row.count(step)?, val_loss });
        }
    }
    Ok(measurements)
}

/// The values of one statistic of a run, in the order of the file.
pub(crate) fn read_layers(
    root: &Path,
    run: &Run,
    wanted: &str,
) -> Result<Vec<LayerValue>, AnalysisError> {
    let file = CsvFile::read(&folder(root, run).join("layers.csv"))?;
    let (step, layer) = (file.column("step")?, file.column("layer")?);
    let (statistic, value) = (file.column("statistic")?, file.column("value")?);
    let mut values = Vec::new();
    for row in file.rows().filter(|row| row.text(statistic) == wanted) {
        if let Some(value) = row.measured(value)? {
            values.push(LayerValue { step: row.count(step)?, layer: row.count(layer)?, value });
        }
    }
    Ok(values)
}

fn folder(root: &Path, run: &Run) -> PathBuf {
    root.join("runs").join(&run.id)
}
