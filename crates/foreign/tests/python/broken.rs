//! Layers that do not work: each is a clear error, and never a panic.

use crate::environment::{define, differentiate, layer_in, python_with};
use foreign::{ForeignError, PythonLayer, PythonOptions};
use gradcheck::{Layer, Strided};
use std::path::Path;
use std::time::{Duration, Instant};

const X: [f64; 4] = [1.0, -2.0, 0.5, 3.0];

/// A NumPy pair with these bodies, for y = x^2.
fn pair(forward: &str, backward: &str) -> String {
    format!(
        "import os, sys, time\nimport numpy as np\nclass Norm:\n    def forward(self, x):\n        {forward}\n    \
         def backward(self, x, dy):\n        {backward}\n"
    )
}

fn refused(python: &Path, source: &str, name: &str) -> String {
    let error = layer_in(python, source, name).expect_err("the layer is broken");
    assert!(matches!(error, ForeignError::Refused { .. }), "{error}");
    error.to_string()
}

/// What backward says at [`X`] of the shape 2 x 2.
fn backward_message(python: &Path, backward: &str) -> String {
    let layer = layer_in(python, &pair("return x * x", backward), "Norm").expect("forward works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let x = [Strided::new(&[2, 2], &X)];
    differentiate(kernel.as_mut(), &x, &Strided::new(&[2, 2], &X)).expect_err("backward is broken")
}

#[test]
fn names() {
    let Some(python) = python_with("numpy") else { return };
    let source = "class MyNorm: pass\nvalue = 3\n";
    let message = refused(&python, source, "MyNrom");
    assert!(message.contains("defines no 'MyNrom'; did you mean 'MyNorm'?"), "{message}");
    let message = refused(&python, source, "value");
    assert!(message.contains("value is an int: a layer is"), "{message}");
    let message = refused(&python, "def f(x): return x\n", "f");
    assert!(message.contains("f has no gradient"), "{message}");
}

#[test]
fn an_exception_shows_its_traceback() {
    let Some(python) = python_with("numpy") else { return };
    let message = refused(&python, "import no_such_package\n", "Norm");
    assert!(message.contains("No module named 'no_such_package'"), "{message}");
    assert!(message.contains("my_norm.py\", line 1"), "{message}");
    assert!(!message.contains("shim.py"), "only the user's own frames belong here: {message}");
    let message = refused(&python, "def f(:\n", "f");
    assert!(message.contains("SyntaxError"), "{message}");

    let message = refused(&python, &pair("raise KeyError('gamma')", "return dy"), "Norm");
    assert!(message.contains("KeyError") && message.contains("line 5, in forward"), "{message}");
    let message = backward_message(&python, "return dy / np.zeros(3)");
    assert!(message.contains("backward at shape [2, 2]: ValueError"), "{message}");
    let message = backward_message(&python, "sys.exit(1)");
    assert!(message.contains("SystemExit: 1"), "{message}");
}

#[test]
fn wrong_shapes_and_types() {
    let Some(python) = python_with("numpy") else { return };
    let message = refused(&python, &pair("return x.sum(-1)", "return dy"), "Norm");
    assert!(message.contains("the output of forward has the shape [4] where [4, 8]"), "{message}");
    let message = refused(&python, &pair("return x, x, x", "return dy"), "Norm");
    assert!(message.contains("is a tuple of 3, and not an array"), "{message}");
    let message = refused(&python, &pair("return x.astype(np.float32)", "return dy"), "Norm");
    assert!(message.contains("is of type float32 although its input is float64"), "{message}");
    let message = refused(&python, &pair("return np.sign(x).astype(int)", "return dy"), "Norm");
    assert!(message.contains("is of type int64 where float64"), "{message}");

    let message = backward_message(&python, "return dy[0]");
    assert!(message.contains("the gradient of 'x' from backward has the shape [2]"), "{message}");
    let message = backward_message(&python, "return dy, dy");
    assert!(message.contains("backward returns 2 gradients for 1 arguments (x)"), "{message}");
    let message = backward_message(&python, "return dy.astype(np.float32)");
    assert!(message.contains("float32 although its input is float64"), "{message}");
}

#[test]
fn a_crash_is_told_and_stays_told() {
    let Some(python) = python_with("numpy") else { return };
    let crash = "print('going down'); os._exit(7)";
    let layer = layer_in(&python, &pair("return x * x", crash), "Norm").expect("forward works");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let x = [Strided::new(&[2, 2], &X)];
    let message = differentiate(kernel.as_mut(), &x, &x[0].clone()).expect_err("it crashes");
    assert!(message.contains("exit status: 7") && message.contains("going down"), "{message}");
    let again = define(&layer, &[2, 2], &[&X]).expect_err("the process has ended");
    assert_eq!(again, message);
}

#[test]
fn a_hang_is_killed() {
    let Some(python) = python_with("numpy") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my_norm.py");
    let hang = "\n        while True: time.sleep(1)";
    std::fs::write(&file, pair("return x * x", hang)).expect("written");
    let options = PythonOptions { python, timeout: Duration::from_secs(5) };
    let layer = PythonLayer::start(&format!("{}:Norm", file.display()), &options).expect("starts");
    let mut kernel = layer.kernel(0).expect("a kernel");
    let (begun, x) = (Instant::now(), [Strided::new(&[2, 2], &X)]);
    let message = differentiate(kernel.as_mut(), &x, &x[0].clone()).expect_err("it hangs");
    assert!(message.contains("backward at shape [2, 2]: no answer within 5 s"), "{message}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    let ended = layer.ended().expect("nothing more can be asked").to_string();
    assert!(ended.contains("no answer within 5 s"), "{ended}");
}

#[test]
fn what_a_layer_prints_is_not_taken_for_an_answer() {
    let Some(python) = python_with("numpy") else { return };
    let forward = "print('forward'); os.write(1, b'raw'); os.system('echo child'); return x * x";
    let layer = layer_in(&python, &pair(forward, "return 2 * x * dy"), "Norm").expect("it works");
    let squares = define(&layer, &[2, 2], &[&X]).expect("it works");
    assert_eq!(squares, [1.0, 4.0, 0.25, 9.0]);
}

#[test]
fn a_layer_that_reads_finds_nothing() {
    let Some(python) = python_with("numpy") else { return };
    let forward = "assert sys.stdin.read() == ''; return x * x";
    let layer = layer_in(&python, &pair(forward, "return 2 * x * dy"), "Norm").expect("it works");
    assert_eq!(define(&layer, &[1, 2], &[&[3.0, 0.0]]), Ok(vec![9.0, 0.0]));
}
