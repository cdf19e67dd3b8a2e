//! `base ^ exponent` with the language's values and derivatives: integer exponents multiply, others
//! need a base that is not negative, and where the value is finite but the derivative is not, it is 0.

use dfdx::tensor::Cpu;
use dfdx::tensor_ops::Device;
use ops::Element;

use super::axes::Taped;
use super::own;

/// Exponents up to this one multiply; beyond it a product of factors is no more exact.
const LARGEST: f64 = 1024.0;

pub(super) fn power<E: Element>(base: Taped<E>, exponent: f64) -> Taped<E>
where
    Cpu: Device<E>,
{
    own::pointwise(base, |base| value(base, exponent), |base| slope(base, exponent))
}

fn value<E: Element>(base: E, exponent: f64) -> E {
    if exponent.fract() == 0.0 && exponent.abs() <= LARGEST {
        base.powi(exponent as i32)
    } else if base < E::zero() && exponent.fract() != 0.0 {
        E::nan()
    } else {
        base.powf(E::nearest(exponent))
    }
}

fn slope<E: Element>(base: E, exponent: f64) -> E {
    let without_bound = base == E::zero() && exponent < 1.0 && exponent > 0.0;
    if exponent == 0.0 || without_bound {
        E::zero()
    } else {
        E::nearest(exponent) * value(base, exponent - 1.0)
    }
}
