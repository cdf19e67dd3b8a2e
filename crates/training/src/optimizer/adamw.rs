//! Adam with decoupled weight decay, as PyTorch defines it.

use multiversion::multiversion;

use super::{Optimizer, OptimizerEntry, Update};

pub(super) static ENTRY: OptimizerEntry = OptimizerEntry {
    name: "adamw",
    title: "AdamW",
    formula: "m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2; \
              w <- w - rate (mhat / (sqrt(vhat) + eps) + weight_decay w)",
    default: Optimizer::AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01 },
};

#[derive(Debug, Clone, Copy)]
pub(super) struct Constants {
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub weight_decay: f64,
}

#[multiversion(targets = "simd")]
pub(super) fn update(
    weights: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    update: Update,
    constants: Constants,
) {
    let Update { rate, clip, decays, steps } = update;
    let Constants { beta1, beta2, eps, weight_decay } = constants;
    // rate mhat / (sqrt(vhat) + eps), with the corrections for the start taken out of the loop.
    let rate_corrected = (rate / (1.0 - beta1.powi(steps))) as f32;
    let root_corrected = (1.0 - beta2.powi(steps)).sqrt().recip() as f32;
    let keep = if decays { 1.0 - rate * weight_decay } else { 1.0 } as f32;
    let (new1, new2) = ((1.0 - beta1) as f32, (1.0 - beta2) as f32);
    let (beta1, beta2, eps) = (beta1 as f32, beta2 as f32, eps as f32);
    let moments = first.iter_mut().zip(second);
    for ((w, &g), (m, v)) in weights.iter_mut().zip(gradient).zip(moments) {
        let g = clip * g;
        *m = beta1 * *m + new1 * g;
        *v = beta2 * *v + new2 * g * g;
        *w = keep * *w - rate_corrected * *m / (v.sqrt() * root_corrected + eps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of
    /// ```python
    /// w = torch.tensor([1., -2.], dtype=torch.float64, requires_grad=True)
    /// o = torch.optim.AdamW([w], lr=0.1, weight_decay=0.5)
    /// for g in ([0.5, -1.], [0.25, 2.]):
    ///     w.grad = torch.tensor(g, dtype=torch.float64); o.step()
    /// print(w.tolist())
    /// ```
    #[test]
    fn two_steps_equal_torch() {
        let (mut w, mut m, mut v) = ([1.0, -2.0], [0.0, 0.0], [0.0, 0.0]);
        let Optimizer::AdamW { beta1, beta2, eps, .. } = ENTRY.default else { unreachable!() };
        let constants = Constants { beta1, beta2, eps, weight_decay: 0.5 };
        for (steps, g) in [[0.5, -1.0], [0.25, 2.0]].iter().enumerate() {
            let step = Update { rate: 0.1, clip: 1.0, decays: true, steps: steps as i32 + 1 };
            update(&mut w, g, &mut m, &mut v, step, constants);
        }
        for (got, want) in w.iter().zip([0.714_282, -1.746_61]) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
    }

    #[test]
    fn gains_and_biases_do_not_decay() {
        let (mut w, mut m, mut v) = ([1.0], [0.0], [0.0]);
        let constants = Constants { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.5 };
        let step = Update { rate: 0.1, clip: 1.0, decays: false, steps: 1 };
        update(&mut w, &[0.0], &mut m, &mut v, step, constants);
        assert_eq!(w, [1.0]);
    }
}
