//! Gradients that other programs computed pass, and with one digit changed they fail.

use gradcheck::{Argument, Function, Settings, Verdict, check};

/// PyTorch 2 in float64:
/// `x = tensor([[0.5, -1, 2], [1.5, 0.25, -0.75]]); gamma = tensor([1, 0.5, -2])`,
/// `beta = tensor([0, 0.1, 0.2]); w = tensor([[1, -2, 0.5], [0.25, 3, -1]])`,
/// `(w * layer_norm(x, [3], gamma, beta, 1e-5)).sum().backward()`.
const DX: [f64; 6] = [
    1.0886584790480858,
    -0.544329239524043,
    -0.544329239524043,
    -0.08906280005391864,
    0.2003656537279821,
    -0.11130285367406256,
];
const DGAMMA: [f64; 3] = [0.3168732410827463, 2.1778759426444108, 1.7893281470576063];
const DBETA: [f64; 3] = [1.25, 1.0, -0.5];
const WEIGHTS: [f64; 6] = [1.0, -2.0, 0.5, 0.25, 3.0, -1.0];

/// The weighted sum of a layer norm with rows of three, so that its gradient is one number per entry
/// times the cotangent.
fn weighted_layer_norm(arguments: &[&[f64]]) -> Vec<f64> {
    let (gamma, beta) = (arguments[1], arguments[2]);
    let mut total = 0.0;
    for (row, weights) in arguments[0].chunks(3).zip(WEIGHTS.chunks(3)) {
        let mean = row.iter().sum::<f64>() / 3.0;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3.0;
        for column in 0..3 {
            let standardized = (row[column] - mean) / (variance + 1e-5).sqrt();
            total += weights[column] * (gamma[column] * standardized + beta[column]);
        }
    }
    vec![total]
}

fn verdict_on(dx: [f64; 6]) -> Verdict {
    let arguments = [
        Argument { name: "x", shape: &[2, 3], values: &[0.5, -1.0, 2.0, 1.5, 0.25, -0.75] },
        Argument { name: "gamma", shape: &[3], values: &[1.0, 0.5, -2.0] },
        Argument { name: "beta", shape: &[3], values: &[0.0, 0.1, 0.2] },
    ];
    let backward = |_: &[&[f64]], v: &[f64]| {
        let times = |gradient: &[f64]| Some(gradient.iter().map(|a| v[0] * a).collect());
        vec![times(&dx), times(&DGAMMA), times(&DBETA)]
    };
    let function = Function { forward: &weighted_layer_norm, backward: &backward };
    check(&arguments, &function, &Settings::default()).expect("sound").verdict
}

#[test]
fn the_gradient_of_pytorch_passes() {
    assert_eq!(verdict_on(DX), Verdict::Pass);
}

#[test]
fn one_changed_digit_fails() {
    let mut dx = DX;
    dx[4] += 1e-8;
    assert_eq!(verdict_on(dx), Verdict::Fail);
}
