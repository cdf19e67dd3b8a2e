//! What the tests need: an interpreter, files to check, and the checker's calls in short.

use foreign::{ForeignError, PythonLayer, PythonOptions};
use gradcheck::{Call, Evaluation, Kernel, Layer, Mode, Strided};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The interpreter, if it can import a package.
pub fn python_with(package: &str) -> Option<PathBuf> {
    let python = std::env::var_os("NORMLAB_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(&python);
    command.args(["-c", &format!("import numpy, {package}")]);
    let can = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !can {
        let name = Path::new(&python).display();
        println!(
            "SKIPPED: {name} cannot import {package}; NORMLAB_PYTHON names another interpreter"
        );
    }
    can.then(|| python.into())
}

/// A layer in a file of its own, and the folder that holds it.
pub fn layer_in(python: &Path, source: &str, name: &str) -> Result<PythonLayer, ForeignError> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my_norm.py");
    std::fs::write(&file, source).expect("written");
    start(python, &file, name)
}

pub fn start(python: &Path, file: &Path, name: &str) -> Result<PythonLayer, ForeignError> {
    let timeout = Duration::from_secs(30);
    let options = PythonOptions { python: python.to_path_buf(), timeout };
    PythonLayer::start(&format!("{}:{name}", file.display()), &options)
}

/// A shipped example.
pub fn example(python: &Path, file: &str, name: &str) -> PythonLayer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/python");
    start(python, &folder.join(file), name).expect("a shipped example starts")
}

/// The definition in training, without running averages.
pub fn define(
    layer: &PythonLayer,
    shape: &[usize],
    arguments: &[&[f64]],
) -> Result<Vec<f64>, String> {
    let mode = Mode::Train;
    let at = Evaluation { shape, arguments, base: arguments, mode, state: &[] };
    layer.definition(&at).map(|value| value.output)
}

/// Forward and backward of a kernel at contiguous arguments.
pub fn differentiate(
    kernel: &mut dyn Kernel,
    arguments: &[Strided],
    cotangent: &Strided,
) -> Result<Vec<Option<Vec<f64>>>, String> {
    let shape = arguments[0].shape().to_vec();
    let call = Call { number: 0, shape: &shape, arguments, mode: Mode::Train };
    kernel.forward(&call)?;
    let gradients = kernel.backward(&call, cotangent)?;
    Ok(gradients.into_iter().map(|gradient| gradient.map(|g| g.to_vec())).collect())
}

pub fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} is not {expected:?}");
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= tolerance, "{found:?} is not {expected:?}");
    }
}
