//! Where an implementation casts.

use crate::cast_points::CastPoint;
use crate::format::Format;
use crate::variance::VarianceAlgorithm;

/// The format of the numbers in memory and at every [`CastPoint`], and how variances are computed.
///
/// An operation takes its operands rounded to the format of its cast point, and its result is rounded
/// to it. Statistics are added up in single precision at least, as kernels do, and rounded when they
/// are done; a parameter gradient is added up in its own format, rounded after every summand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// x, the parameters and the incoming gradient come in it, the value and the gradients leave in it.
    pub storage: Format,
    /// Means, variances, and what is computed from them or only for them.
    pub statistics: Format,
    /// Operations on the activation that no parameter takes part in.
    pub normalize: Format,
    /// Operations with a parameter, such as `gamma * xhat + beta`.
    pub affine: Format,
    /// The sums over rows that are gradients of parameters.
    pub parameter_gradient: Format,
    /// How `var(x)` is computed.
    pub variance: VarianceAlgorithm,
}

impl Policy {
    /// The names of the policies.
    pub const NAMES: [&'static str; 4] = ["none", "llama", "gemma", "f64"];

    /// The policy of that name for numbers stored in a format; `f64` casts them up and never down.
    pub fn named(name: &str, storage: Format) -> Option<Policy> {
        match name {
            "none" => Some(Policy::none(storage)),
            "llama" => Some(Policy::llama(storage)),
            "gemma" => Some(Policy::gemma(storage)),
            "f64" => Some(Policy { storage, ..Policy::none(Format::F64) }),
            _ => None,
        }
    }

    /// No casts: everything in the storage format.
    pub fn none(storage: Format) -> Policy {
        Policy {
            storage,
            statistics: storage,
            normalize: storage,
            affine: storage,
            parameter_gradient: storage,
            variance: VarianceAlgorithm::TwoPass,
        }
    }

    /// As the Llama family: normalized in single precision, cast back, then multiplied by the gain in
    /// the storage format.
    pub fn llama(storage: Format) -> Policy {
        let (statistics, normalize) = (Format::F32, Format::F32);
        Policy { statistics, normalize, parameter_gradient: Format::F32, ..Policy::none(storage) }
    }

    /// As the Gemma family: everything in single precision, and only the result is cast back.
    pub fn gemma(storage: Format) -> Policy {
        Policy { storage, ..Policy::none(Format::F32) }
    }

    /// The format of a cast point.
    pub fn at(&self, point: CastPoint) -> Format {
        match point {
            CastPoint::Statistics => self.statistics,
            CastPoint::Normalize => self.normalize,
            CastPoint::Affine => self.affine,
            CastPoint::ParameterGradient => self.parameter_gradient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_policy() {
        let policies = Policy::NAMES.map(|name| Policy::named(name, Format::F16).expect(name));
        assert!(policies.iter().all(|policy| policy.storage == Format::F16));
        assert_eq!(policies.map(|policy| policy.affine.name()), ["f16", "f16", "f32", "f64"]);
        assert!(Policy::named("lama", Format::F16).is_none());
    }
}
