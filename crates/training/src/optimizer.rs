//! Update rules.

mod adamw;
mod sgd;

use multiversion::multiversion;
use nets::{Parameter, Role};
use ops::{Buffer, Gradients, dot};

/// An update rule with its constants. Weight decay is decoupled from the gradient and acts on
/// matrices alone, not on biases, gains and other parameters of norms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// `m <- momentum m + g; w <- w - rate (m + weight_decay w)`
    Sgd {
        /// The weight of the past gradients.
        momentum: f64,
        /// Decay per step, times the rate.
        weight_decay: f64,
    },
    /// `m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2;
    /// w <- w - rate (mhat / (sqrt(vhat) + eps) + weight_decay w)`, with mhat and vhat corrected for
    /// their start at 0 (Kingma, Ba 2014, arXiv:1412.6980; Loshchilov, Hutter 2017,
    /// arXiv:1711.05101).
    AdamW {
        /// The weight of the past gradients.
        beta1: f64,
        /// The weight of the past squares.
        beta2: f64,
        /// Added to the root.
        eps: f64,
        /// Decay per step, times the rate.
        weight_decay: f64,
    },
}

/// An optimizer with its default constants.
#[derive(Debug)]
pub struct OptimizerEntry {
    /// The name in configs.
    pub name: &'static str,
    /// The name in prose.
    pub title: &'static str,
    /// The rule in formulas.
    pub formula: &'static str,
    /// The defaults of its constants.
    pub default: Optimizer,
}

/// Every optimizer, in the order in which they are listed.
pub static OPTIMIZERS: &[&OptimizerEntry] = &[&sgd::ENTRY, &adamw::ENTRY];

/// What an optimizer remembers between steps: per parameter, as many moments as the rule has.
#[derive(Debug)]
pub struct OptimizerState {
    optimizer: Optimizer,
    moments: Vec<[Buffer<f32>; 2]>,
    steps: i32,
}

impl OptimizerState {
    /// Before the first step.
    pub fn new(optimizer: Optimizer, parameters: &[Parameter<f32>]) -> Self {
        let second = match optimizer {
            Optimizer::Sgd { .. } => 0,
            Optimizer::AdamW { .. } => 1,
        };
        let moments = |parameter: &Parameter<f32>| {
            let len = parameter.value.as_slice().len();
            [Buffer::zeros(len), Buffer::zeros(second * len)]
        };
        OptimizerState { optimizer, moments: parameters.iter().map(moments).collect(), steps: 0 }
    }

    /// Updates every parameter and returns the norm of the whole gradient before clipping. Where
    /// that is not finite nothing is updated.
    ///
    /// # Panics
    /// If a tape still holds a parameter.
    pub fn step(
        &mut self,
        parameters: &mut [Parameter<f32>],
        gradients: &mut Gradients<f32>,
        rate: f64,
        clip_norm: Option<f64>,
    ) -> f64 {
        let norm = gradient_norm(parameters, gradients);
        if !norm.is_finite() {
            return norm;
        }
        self.steps += 1;
        let clip = clip_norm.map_or(1.0, |most| (most / norm).min(1.0)) as f32;
        for (parameter, [first, second]) in parameters.iter_mut().zip(&mut self.moments) {
            let Some(gradient) = gradients.take(parameter.value.key()) else { continue };
            let decays = parameter.role == Role::Matrix;
            let weights = parameter.value.as_mut_slice().expect("no tape holds the parameters");
            let update = Update { rate, clip, decays, steps: self.steps };
            match self.optimizer {
                Optimizer::Sgd { momentum, weight_decay } => {
                    sgd::update(weights, &gradient, first, update, momentum, weight_decay);
                }
                Optimizer::AdamW { beta1, beta2, eps, weight_decay } => {
                    let constants = adamw::Constants { beta1, beta2, eps, weight_decay };
                    adamw::update(weights, &gradient, first, second, update, constants);
                }
            }
        }
        norm
    }
}

/// What an update rule must know beside its own constants.
#[derive(Debug, Clone, Copy)]
struct Update {
    rate: f64,
    /// The factor that shortens the gradient.
    clip: f32,
    decays: bool,
    /// The number of this step, from 1.
    steps: i32,
}

fn gradient_norm(parameters: &[Parameter<f32>], gradients: &mut Gradients<f32>) -> f64 {
    let mut squares = 0.0;
    for parameter in parameters {
        let gradient = gradients.of(&parameter.value);
        let square = f64::from(sum_of_squares(gradient));
        squares += if square.is_finite() {
            square
        } else {
            // The square of a large f32 number overflows where the number itself is still good.
            gradient.iter().map(|&g| f64::from(g) * f64::from(g)).sum()
        };
    }
    squares.sqrt()
}

#[multiversion(targets = "simd")]
fn sum_of_squares(values: &[f32]) -> f32 {
    dot(values, values)
}
