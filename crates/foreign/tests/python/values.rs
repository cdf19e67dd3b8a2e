//! The numbers that come back, against literals.

use crate::environment::{assert_close, define, differentiate, example, python_with};
use gradcheck::{Layer, Role, Strided};

// Two rows of three, gamma, beta and a cotangent.
const X: [f64; 6] = [1.0, 2.0, 4.0, -1.0, 0.0, 3.0];
const GAMMA: [f64; 3] = [1.0, 0.5, 2.0];
const BETA: [f64; 3] = [0.0, 0.1, -0.1];
const DY: [f64; 6] = [1.0, 0.0, -1.0, 0.5, 2.0, 1.0];

// torch.nn.functional.layer_norm(x, (3,), gamma, beta, 1e-5) in float64, and torch.autograd.grad of it at dy.
const Y: [f64; 6] = [
    -1.0690415314502977,
    -0.03363019143128726,
    2.5726038286257435,
    -0.9805789785364644,
    -0.0961157957072929,
    2.6456211399021,
];
const DX: [f64; 6] = [
    6.8723656654334775e-06,
    1.718091416247347e-06,
    -8.59045708190287e-06,
    -0.033944358712837075,
    0.045256995227052954,
    -0.011312636514216101,
];
const DGAMMA: [f64; 3] = [-1.5593310207185302, -0.7844631828291716, 0.03650865563817818];
const DBETA: [f64; 3] = [1.5, 2.0, 0.0];

fn assert_layer_norm(package: &str, file: &str, name: &str, has_eps: bool) {
    let Some(python) = python_with(package) else { return };
    let layer = example(&python, file, name);
    let parameters = layer.parameters(&[2, 3]);
    let roles: Vec<Role> = parameters.iter().map(|parameter| parameter.role).collect();
    let expected = [Role::Gain, Role::Bias, Role::Eps];
    assert_eq!(roles, expected[..if has_eps { 3 } else { 2 }]);
    let mut arguments: Vec<&[f64]> = vec![&X, &GAMMA, &BETA];
    if has_eps {
        arguments.push(&[1e-5]);
    }
    assert_close(&define(&layer, &[2, 3], &arguments).expect("it works"), &Y, 1e-14);

    let mut strided = vec![Strided::new(&[2, 3], &X)];
    strided.extend([Strided::new(&[3], &GAMMA), Strided::new(&[3], &BETA)]);
    if has_eps {
        strided.push(Strided::new(&[], &[1e-5]));
    }
    let cotangent = Strided::new(&[2, 3], &DY);
    for (number, tolerance) in [(0, 1e-14), (1, 1e-5)] {
        let mut kernel = layer.kernel(number).expect("a kernel");
        let gradients = differentiate(kernel.as_mut(), &strided, &cotangent).expect("it works");
        assert_eq!(gradients.len(), strided.len());
        for (gradient, expected) in gradients.iter().zip([&DX[..], &DGAMMA, &DBETA]) {
            assert_close(gradient.as_ref().expect("a gradient"), expected, tolerance);
        }
        assert!(gradients.iter().skip(3).all(Option::is_none), "eps has no gradient");
    }
}

#[test]
fn numpy() {
    assert_layer_norm("numpy", "numpy_layer_norm.py", "LayerNorm", true);
}

#[test]
fn jax() {
    assert_layer_norm("jax", "jax_layer_norm.py", "layer_norm", false);
}

#[test]
fn torch() {
    assert_layer_norm("torch", "torch_layer_norm.py", "LayerNorm", true);
}
