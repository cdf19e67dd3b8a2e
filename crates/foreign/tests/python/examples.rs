//! The shipped examples through the check: the right ones pass, and those without the term of the mean fail.

use crate::environment::{example, python_with};
use gradcheck::{CaseList, Layer, Options, Outcome, examine};
use std::time::Instant;

/// Some of the battery: every kind of shape, and inputs that are not ordinary.
const CASES: &str = "\
plain         4x8  normal        random     1e-5  normal   required  required  missing terms
neutral       4x8  normal        ones-zeros 1e-5  normal   required  required  forgotten gamma
one-row       1x8  normal        random     1e-5  normal   required  required  batch of one
width-7       3x7  normal        random     1e-5  normal   required  required  vector tail
rank-3        2x3x6 normal       random     1e-5  normal   required  required  positions
scale-1e-3    4x8  normal*1e-3   random     1e-5  normal   required  required  variance near eps
";

fn assert_passes(package: &str, file: &str, name: &str) {
    assert_outcome(CASES, package, file, name, Outcome::Passed);
}

/// One case is enough for the term of the mean.
fn assert_fails(package: &str, file: &str, name: &str) {
    assert_outcome(plain(), package, file, name, Outcome::Failed);
}

fn plain() -> &'static str {
    CASES.lines().next().expect("the first case")
}

fn assert_outcome(cases: &str, package: &str, file: &str, name: &str, expected: Outcome) {
    let Some(python) = python_with(package) else { return };
    let layer = example(&python, file, name);
    let begun = Instant::now();
    let cases = CaseList::parse(cases).expect("a sound list");
    let options = Options { cases, ..Options::default() };
    let examinations = examine(&layer, &options).expect("the layer runs");
    println!("{file}:{name} took {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!(examinations.len(), layer.kernels().len());
    for examination in examinations {
        assert_eq!(examination.verdict.outcome(), expected, "{examination}\n{:?}", layer.notes());
    }
}

#[test]
fn numpy() {
    assert_passes("numpy", "numpy_layer_norm.py", "LayerNorm");
    assert_fails("numpy", "numpy_layer_norm.py", "MissingMeanTerm");
}

#[test]
fn jax() {
    assert_passes("jax", "jax_layer_norm.py", "layer_norm");
    assert_passes("jax", "jax_layer_norm.py", "rms_norm");
    assert_fails("jax", "jax_layer_norm.py", "missing_mean_term");
}

#[test]
fn torch() {
    assert_passes("torch", "torch_layer_norm.py", "LayerNorm");
    assert_fails("torch", "torch_layer_norm.py", "MissingMeanTerm");
    // Over two rows a batch norm is +1 and -1 whatever they are, which leaves single precision undecided.
    assert_outcome(plain(), "torch", "torch_layer_norm.py", "batch_norm", Outcome::Passed);
}
