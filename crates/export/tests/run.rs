//! The exported modules, run in the user's own Python: each tests itself against golden vectors.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use equations::{NormEquation, NormSource, ParameterShape, ParameterSource};
use export::{Subject, Target, export};

const PARAMETERS: [ParameterSource<'_>; 6] = [
    ParameterSource { name: "alpha", shape: ParameterShape::Scalar, start: 0.5 },
    ParameterSource { name: "lambda", shape: ParameterShape::Group, start: 1.5 },
    ParameterSource { name: "place", shape: ParameterShape::Position, start: 0.3 },
    ParameterSource { name: "x_", shape: ParameterShape::Scalar, start: 2.0 },
    ParameterSource { name: "shared", shape: ParameterShape::Channel, start: 1.0 },
    ParameterSource { name: "side", shape: ParameterShape::Side, start: 0.0 },
];

const LAYER: (&str, &str, usize) =
    ("gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta", "features", 1);

/// Batch norm of the parts of a batch (Hoffer et al. 2017).
const GHOST: (&str, &str, usize) = (
    "m = running(mean(x), 0, mean[samples](mean(x))); v = running(var(x), 1, mean[samples](var(x))); \
     gamma * (x - m) / sqrt(v + eps) + beta",
    "part+positions",
    1,
);

/// Batch norm that decorrelates the channels of a group by Newton's iterations (Huang et al. 2019).
const WHITENING: (&str, &str, usize) = (
    "d = x - mean(x); one = 1 - min(1, abs(index[group] - transpose(index[group]))); \
     c = mean(d * transpose(d)) + eps * one; t = sum[group+columns](one * c); p1 = (3 * one - c / t) / 2; \
     p2 = (3 * p1 - matmul(matmul(p1, matmul(p1, p1)), c / t)) / 2; gamma * matmul(p2, d) / sqrt(t) + beta",
    "samples+positions",
    2,
);

/// A matrix for every sample and position that is not symmetric.
const MATRICES: (&str, &str, usize) = ("matmul(tanh(x * transpose(shared)), x)", "group", 2);

/// Equation, axes, groups: the catalogue's, and every function, statistic and shape.
const EQUATIONS: [(&str, &str, usize); 47] = [
    LAYER,
    GHOST,
    WHITENING,
    MATRICES,
    ("x / sqrt(mean(x^2) + 0.3) + parts * max[samples](x) / size - cumsum(x) * index", "part", 1),
    ("cumsum[samples](side * x) / parts + window[samples](mean(x), 1, 0)", "part", 1),
    ("sum[columns]((transpose(x) - x) * transpose(x)) * lambda / 3", "group", 3),
    (
        "d = x - mean(x); c = mean(d * transpose(d)); gamma * matmul(c, d) + beta * matmul(transpose(d), d)",
        "part+positions",
        2,
    ),
    (
        "c = running(mean(x * transpose(x)), 0.1); p = matmul(c, c); \
         matmul(3 * p - matmul(p, matmul(c, p)), x) / sum[group+columns](abs(p) + 1) + matmul(past(c), x)",
        "samples+positions",
        1,
    ),
    (
        "mean[columns](matmul(x * transpose(gamma), transpose(x)) * sum[columns](transpose(shared))) \
         + matmul(0.5, x) + matmul(transpose(x), 2) + mean[columns](matmul(0.5, x - transpose(x)))",
        "group",
        2,
    ),
    (
        "e = 1 - min(1, abs(index[group] - transpose(index[group]))); \
         x * size[columns] + matmul(alpha * e + tanh(x - transpose(x)), side) / transpose(alpha)",
        "features",
        1,
    ),
    ("gamma * x / sqrt(mean(x^2) + eps)", "features", 1),
    (
        "m = running(mean(x), 0); n = size; v = running(var(x), 1, var(x) * n / (n - 1)); \
         gamma * (x - m) / sqrt(v + eps) + beta",
        "samples+positions",
        1,
    ),
    ("gamma * (x - mean(x)) / sqrt(var(x) + eps) + beta", "positions+group", 4),
    ("gamma * x / (mean(abs(x)) + eps)", "features", 1),
    ("lambda * x / rms(x)", "group", 3),
    ("gamma * tanh(alpha * x) + beta", "none", 1),
    ("gamma * erf(alpha * x + place) + beta", "none", 1),
    ("gamma * atan(alpha * x) * sigmoid(x)", "none", 1),
    ("x / std(x) + lambda * exp(-x^2)", "features", 2),
    ("x / max(norm2(x), eps)", "features", 1),
    ("x - max(x) + min[samples](x)", "features", 1),
    ("max(x, 0.1 * x) + min(x, alpha) + max(eps, 0.5) + max(x, 0.25)", "none", 1),
    ("clamp(gamma * x, -0.4321, 0.5678)", "none", 1),
    ("(x^2 + 1)^0.3 + abs(x)^1.5 + (x + 4)^-1", "none", 1),
    ("log(x^2 + 1) * sign(x) + sqrt(eps) * x", "none", 1),
    ("gamma * (x - stop(mean(x))) / stop(sqrt(var(x) + eps)) + beta", "features", 1),
    ("x / running(rms(x), 1) + running(mean(alpha * x), 0.5)", "samples+positions", 1),
    ("place * x / running(norm1(x), 2)", "samples+positions", 1),
    (
        "m = running(mean(x), 0); s = running(sqrt(var(x) + eps), 1); r = stop(clamp(s / past(s), 1 / 3, 3)); \
         d = stop(clamp((m - past(m)) / past(s), -5, 5)); gamma * ((x - m) / s * r + d) + beta",
        "samples+positions",
        1,
    ),
    (
        "v = running(mean(x^2), 1); gamma * x / sqrt(past(v) + eps) + past(running(sum[samples](lambda), 1)) * v",
        "samples+positions",
        3,
    ),
    ("first = clamp(0.3 * size - index, 0, 1); x / rms(first * x)", "features", 1),
    ("x * index[samples+group] + mean(index) * place", "positions+group", 3),
    (
        "m = running(mean(x), 0, mean(x), 1 / batches); v = running(var(x), 1, var(x), 1 / batches); \
         gamma * (x - m) / sqrt(v + eps) + beta",
        "samples+positions",
        1,
    ),
    (
        "x / batches - running(mean(x), 0) - past(running(rms(x), 1, rms(x), sigmoid(gamma)))",
        "samples+positions",
        1,
    ),
    ("x / (1 + 0.1 / 5 * window(x^2, 2, 2))^0.75", "features", 1),
    (
        "n = cumsum[positions](size[group]); m = cumsum[positions](sum[group](x)) / n; \
         v = cumsum[positions](sum[group](x^2)) / n - m^2; gamma * (x - m) / sqrt(v + 0.1) + beta",
        "positions",
        3,
    ),
    ("cumsum_back(lambda) * x + window[samples](gamma * x, 1, 0)", "group", 3),
    (
        "window[positions](1, 1, 0) * window[features](x, 2, 0) + window(eps, 1, 0) * x",
        "samples",
        3,
    ),
    ("gamma * softplus(9 * x) * softplus(eps)", "none", 1),
    ("shared * x / sqrt(mean(x^2) + eps)", "group", 3),
    ("(1 + side) * (x - mean(x)) / sqrt(var(x) + eps) + sum[samples](side) * shared", "group", 2),
    ("mean(x)", "features", 1),
    ("gamma", "none", 1),
    ("x_ * x + groups * size[group]", "none", 3),
    ("exp(x - max(x)) / sum(exp(x - max(x)))", "features", 1),
    ("sum[samples](gamma) * x / size * sigmoid(eps) * sign(eps) * abs(-eps)", "positions", 1),
];

fn interpreter_with(package: &str) -> Option<PathBuf> {
    let python = std::env::var_os("NORMLAB_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(&python);
    command.args(["-c", &format!("import {package}")]);
    let can = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !can {
        println!("SKIPPED: no {package}; NORMLAB_PYTHON names another interpreter");
    }
    can.then(|| python.into())
}

/// All modules, in one process: importing a framework takes longer than they do.
fn run_all(target: Target, package: &str) -> Option<String> {
    run(target, package, &EQUATIONS, "", |module| module)
}

/// The modules of some equations, `norm0` and so on, and then a test in Python.
fn run(
    target: Target,
    package: &str,
    equations: &[(&str, &str, usize)],
    test: &str,
    change: impl Fn(String) -> String,
) -> Option<String> {
    let python = interpreter_with(package)?;
    let folder = tempfile::tempdir().expect("a folder");
    let mut all = "import sys\nfailed = []\n".to_owned();
    for (number, &(equation, over, groups)) in equations.iter().enumerate() {
        let source =
            NormSource { equation, over, parameters: &PARAMETERS, constants: &[("parts", 2.0)] };
        let parsed = NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"));
        let subject =
            Subject { name: "own", title: "A norm", citation: "", equation: &parsed, groups };
        let module = change(export(&subject, target).expect("a norm of activations"));
        std::fs::write(folder.path().join(format!("norm{number}.py")), module).expect("written");
        all += &format!(
            "import norm{number}\nprint({equation:?})\n\
             if not norm{number}.self_test(): failed.append({equation:?})\n"
        );
    }
    all += "print('failed:', failed)\n";
    all += test;
    std::fs::write(folder.path().join("all.py"), all).expect("written");
    let ran = Command::new(python).arg("all.py").current_dir(folder.path()).output();
    let ran = ran.expect("Python runs");
    let output = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{output}\n{}", String::from_utf8_lossy(&ran.stderr));
    Some(output)
}

#[test]
fn pytorch_modules_are_the_same_as_here() {
    let Some(output) = run_all(Target::Torch, "torch") else { return };
    assert!(output.contains("failed: []"), "{output}");
    assert!(output.contains("evaluation  m afterwards"), "{output}");
}

#[test]
fn jax_modules_are_the_same_as_here() {
    let Some(output) = run_all(Target::Jax, "jax") else { return };
    assert!(output.contains("failed: []"), "{output}");
    assert!(output.contains("evaluation  m afterwards"), "{output}");
}

#[test]
fn a_wrong_backward_fails_its_own_test() {
    let wrong = |module: String| {
        module.replace("xhat * dy", "1.001 * xhat * dy").replace("dy * xhat", "1.001 * dy * xhat")
    };
    let Some(output) = run(Target::Jax, "jax", &[LAYER], "", wrong) else { return };
    assert!(!output.contains("failed: []"), "{output}");
    assert!(
        output.contains("dgamma            off by") && output.contains("DIFFERENT"),
        "{output}"
    );
}

#[test]
fn a_forgotten_transpose_fails_its_own_test() {
    for (target, package, transpose) in [
        (Target::Torch, "torch", "t1.transpose(-1, -2)"),
        (Target::Jax, "jax", "t1.swapaxes(-1, -2)"),
    ] {
        let wrong = |module: String| {
            assert!(module.contains(transpose), "{module}");
            module.replace(transpose, "t1")
        };
        let Some(output) = run(target, package, &[MATRICES], "", wrong) else { continue };
        assert!(!output.contains("failed: []"), "{output}");
    }
}

#[test]
fn a_batch_that_the_parts_do_not_divide_is_refused_in_training_alone() {
    let torch = "
import torch
norm = norm0.OwnNorm(4)
try:
    norm(torch.ones(5, 4))
except ValueError as error:
    print('refused:', error)
print('any batch:', norm.eval()(torch.ones(5, 4)).shape)
";
    let jax = "
import jax.numpy as jnp
parameters, state = norm0.init(4)
x = jnp.ones((5, 4))
try:
    norm0.apply(parameters, state, x)
except ValueError as error:
    print('refused:', error)
print('any batch:', norm0.apply(parameters, state, x, train=False)[0].shape)
";
    for (target, package, test) in [(Target::Torch, "torch", torch), (Target::Jax, "jax", jax)] {
        let Some(output) = run(target, package, &[GHOST], test, |module| module) else { continue };
        let refused = "refused: 5 samples cannot be divided into 2 parts of equal size";
        assert!(output.contains(refused) && output.contains("any batch: "), "{output}");
    }
}

/// The words of a library for parts and matrices.
#[test]
fn modules_say_which_axes_their_tensors_have() {
    let text = |(equation, over, groups): (&str, &str, usize), target| {
        let source =
            NormSource { equation, over, parameters: &PARAMETERS, constants: &[("parts", 8.0)] };
        let parsed = NormEquation::parse(&source).unwrap_or_else(|error| panic!("{error}"));
        let subject =
            Subject { name: "own", title: "A norm", citation: "", equation: &parsed, groups };
        export(&subject, target).expect("a norm of activations")
    };
    let ghost = text(GHOST, Target::Torch);
    for line in [
        "Tensors have the axes parts, members, positions, groups, channels.",
        "parts = 8 if self.training else 1",
        "m = torch.mean(x, dim=(1, 2), keepdim=True)",
    ] {
        assert!(ghost.contains(line), "no `{line}` in\n{ghost}");
    }
    let whitening = text(WHITENING, Target::Jax);
    for line in [
        "Arrays have the axes samples, positions, groups, channels, columns.",
        "grouped = x.reshape(x.shape[0], positions, groups, channels, 1)",
        "d.swapaxes(-1, -2)",
        "t2 = (t1 @ (t1 @ t1)) @ c",
    ] {
        assert!(whitening.contains(line), "no `{line}` in\n{whitening}");
    }
}
