//! All numbers of a card.

use norms::NormChoice;
use serde::{Deserialize, Serialize};

use crate::certificate::{self, Kernel};
use crate::cost::{self, Cost};
use crate::curves::Curve;
use crate::low_precision;
use crate::nearest::{self, Relative};
use crate::propagation;
use crate::properties::{self, Properties};
use crate::small_variance;
use crate::subject::Subject;

/// What is known of a norm, as numbers that can be made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The norm.
    pub subject: Subject,
    /// The gradient check of each kernel.
    pub certificate: Vec<Kernel>,
    /// Invariances and the Jacobian.
    pub properties: Properties,
    /// The most similar norms of the catalogue.
    pub nearest: Vec<Relative>,
    /// The size of value and gradient as the input shrinks.
    pub small_variance: Vec<Curve>,
    /// Errors in bf16 by offset of the input.
    pub low_precision: Vec<Curve>,
    /// The size of activations and gradients by depth, at initialization.
    pub propagation: Vec<Curve>,
    /// Operations and passes over memory.
    pub cost: Cost,
}

impl Card {
    /// Measures everything; `progress` hears what comes next.
    pub fn measure(choice: &NormChoice, arguments: &str, progress: &dyn Fn(&str)) -> Card {
        let next = |what: &str| progress(what);
        next("gradient check");
        let certificate = certificate::kernels(choice);
        next("invariances");
        let properties = properties::properties(choice);
        next("nearest norms");
        let nearest = nearest::nearest(choice);
        next("tiny variance");
        let small_variance = small_variance::curves(choice);
        next("low precision");
        let low_precision = low_precision::curves(choice);
        next("signal propagation");
        let propagation = propagation::curves(choice);
        let subject = Subject::of(choice, arguments);
        let cost = cost::counted(choice);
        Card {
            subject,
            certificate,
            properties,
            nearest,
            small_variance,
            low_precision,
            propagation,
            cost,
        }
    }
}
