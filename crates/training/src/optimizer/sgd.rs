//! Stochastic gradient descent with momentum, as PyTorch defines it, with decoupled weight decay.

use multiversion::multiversion;

use super::{Optimizer, OptimizerEntry, Update};

pub(super) static ENTRY: OptimizerEntry = OptimizerEntry {
    name: "sgd",
    title: "SGD with momentum",
    formula: "m <- momentum m + g; w <- w - rate (m + weight_decay w)",
    default: Optimizer::Sgd { momentum: 0.9, weight_decay: 0.0 },
};

#[multiversion(targets = "simd")]
pub(super) fn update(
    weights: &mut [f32],
    gradient: &[f32],
    velocity: &mut [f32],
    update: Update,
    momentum: f64,
    weight_decay: f64,
) {
    let Update { rate, clip, decays, .. } = update;
    let keep = if decays { 1.0 - rate * weight_decay } else { 1.0 } as f32;
    let (rate, momentum) = (rate as f32, momentum as f32);
    for ((w, &g), m) in weights.iter_mut().zip(gradient).zip(velocity) {
        *m = momentum * *m + clip * g;
        *w = keep * *w - rate * *m;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of
    /// ```python
    /// w = torch.tensor([1., -2.], requires_grad=True)
    /// o = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    /// for g in ([0.5, -1.], [0.25, 2.]):
    ///     w.grad = torch.tensor(g); o.step()
    /// ```
    #[test]
    fn two_steps_equal_torch() {
        let (mut w, mut m) = ([1.0, -2.0], [0.0, 0.0]);
        for (steps, g) in [[0.5, -1.0], [0.25, 2.0]].iter().enumerate() {
            let step = Update { rate: 0.1, clip: 1.0, decays: true, steps: steps as i32 + 1 };
            update(&mut w, g, &mut m, step, 0.9, 0.0);
        }
        for (got, want) in w.iter().zip([0.88, -2.01]) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
    }
}
