//! Policies against PyTorch 2.15, whose casts are written out, in bf16 on a CPU.
//!
//! ```python
//! T = lambda v: torch.tensor(v, dtype=torch.float64).bfloat16()
//! x = T([[1., 2., 4., -1., 0.3, 7.1, -2.2, 0.01], [100.5, 101., 99.25, 100., 98., 103., 100.1, 99.9]]).requires_grad_()
//! g = T([1., -2., 0.5, 3., 0.1, 1.3, 0.7, 2.2]).requires_grad_()
//! v = T([[1., -1., 2., 0.5, 0.3, 0.2, 1.1, -2.], [0., 3., -2., 1., 0.4, -0.6, 0.9, 1.7]])
//! def llama(x):
//!     h = x.float(); return g * (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-5)).bfloat16()
//! def gemma(x):
//!     h = x.float(); return (h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + 1e-5) * g.float()).bfloat16()
//! def none(x):
//!     return g * (x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5))
//! for f in (llama, gemma, none):
//!     print(f(x), torch.autograd.grad(f(x), (x, g), v))
//! ```

use equations::{Extents, Gradients, Mode, NormEquation, NormSource, Place};
use precision::{Format, Policy, emulate};

const X: [f64; 16] = [
    1.0, 2.0, 4.0, -1.0, 0.3, 7.1, -2.2, 0.01, //
    100.5, 101.0, 99.25, 100.0, 98.0, 103.0, 100.1, 99.9,
];
const GAMMA: [f64; 8] = [1.0, -2.0, 0.5, 3.0, 0.1, 1.3, 0.7, 2.2];
const COTANGENT: [f64; 16] = [
    1.0, -1.0, 2.0, 0.5, 0.3, 0.2, 1.1, -2.0, //
    0.0, 3.0, -2.0, 1.0, 0.4, -0.6, 0.9, 1.7,
];

fn emulated(policy: &Policy) -> Gradients {
    let equation = "gamma * x / sqrt(mean(x^2) + eps)";
    let source = NormSource { equation, over: "features", parameters: &[], constants: &[] };
    let rms = NormEquation::parse(&source).expect("an equation");
    let extents = Extents::new(2, 1, 8, 1).expect("one group");
    let at = Place {
        extents: &extents,
        x: &X,
        parameters: &[&GAMMA],
        state: &[],
        cotangent: &COTANGENT,
    };
    emulate(&rms, Mode::Train, &at, policy)
}

/// Autograd multiplies in another order than the derived gradient: a few units of the last place of
/// the largest entry may differ, and no more.
fn close(found: &[f64], torch: &[f64]) {
    let largest = torch.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    for (found, torch) in found.iter().zip(torch) {
        assert!((found - torch).abs() <= 2.0 * largest / 128.0, "{found} {torch}");
        assert_eq!(Format::Bf16.round(*found), *found);
    }
}

#[test]
fn as_llama() {
    let found = emulated(&Policy::llama(Format::Bf16));
    assert_eq!(
        found.y,
        [
            0.322265625,
            -1.2890625,
            0.64453125,
            -0.96875,
            0.00970458984375,
            2.953125,
            -0.494140625,
            0.007080078125,
            1.0,
            -2.015625,
            0.494140625,
            2.984375,
            0.09765625,
            1.3359375,
            0.6953125,
            2.1875
        ]
    );
    let dx = [
        0.291015625,
        0.58203125,
        0.1953125,
        0.515625,
        0.00016689300537109375,
        -0.1416015625,
        0.318359375,
        -1.421875,
        0.000545501708984375,
        -0.059326171875,
        -0.00946044921875,
        0.030517578125,
        0.0009307861328125,
        -0.007232666015625,
        0.006805419921875,
        0.0380859375,
    ];
    close(&found.dx, &dx);
    let dgamma =
        [0.322265625, 2.390625, 0.6015625, 0.8359375, 0.419921875, -0.1640625, 0.1171875, 1.6875];
    close(&found.dparameters[0], &dgamma);
}

#[test]
fn as_gemma() {
    let found = emulated(&Policy::gemma(Format::Bf16));
    assert_eq!(
        found.y,
        [
            0.322265625,
            -1.2890625,
            0.64453125,
            -0.96484375,
            0.00970458984375,
            2.953125,
            -0.49609375,
            0.007110595703125,
            1.0,
            -2.015625,
            0.494140625,
            3.0,
            0.09814453125,
            1.3359375,
            0.69921875,
            2.203125
        ]
    );
    // Rounded once at the end, so that the order does not matter.
    assert_eq!(
        found.dparameters[0],
        [
            0.322265625,
            2.375,
            0.59765625,
            0.8359375,
            0.419921875,
            -0.1611328125,
            0.11572265625,
            1.6953125
        ]
    );
}

#[test]
fn without_casts() {
    let found = emulated(&Policy::none(Format::Bf16));
    assert_eq!(
        found.y,
        [
            0.322265625,
            -1.2890625,
            0.64453125,
            -0.96875,
            0.00970458984375,
            2.953125,
            -0.494140625,
            0.007080078125,
            1.0078125,
            -2.015625,
            0.494140625,
            3.0,
            0.09814453125,
            1.3359375,
            0.69921875,
            2.203125
        ]
    );
    close(
        &found.dparameters[0],
        &[
            0.322265625,
            2.390625,
            0.6015625,
            0.83984375,
            0.421875,
            -0.1640625,
            0.12109375,
            1.6953125,
        ],
    );
}
