//! What the pointwise operations mean for single numbers.

use crate::operation::{Binary, Pointwise};

pub(crate) fn binary(operator: Binary) -> fn(f64, f64) -> f64 {
    match operator {
        Binary::Add => |a, b| a + b,
        Binary::Subtract => |a, b| a - b,
        Binary::Multiply => |a, b| a * b,
        Binary::Divide => |a, b| a / b,
        // The methods of f64 prefer the other operand over NaN; here NaN in gives NaN out.
        Binary::Minimum => |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) },
        Binary::Maximum => |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) },
    }
}

pub(crate) fn pointwise(function: Pointwise) -> fn(f64) -> f64 {
    match function {
        Pointwise::Sqrt => f64::sqrt,
        Pointwise::Rsqrt => |e| 1.0 / e.sqrt(),
        Pointwise::Abs => f64::abs,
        Pointwise::Exp => f64::exp,
        Pointwise::Log => f64::ln,
        Pointwise::Tanh => f64::tanh,
        Pointwise::Sigmoid => sigmoid,
        Pointwise::Softplus => softplus,
        Pointwise::Erf => libm::erf,
        Pointwise::Atan => f64::atan,
        // The method of f64 gives 1 at 0.
        Pointwise::Sign => |e| if e == 0.0 { 0.0 } else { e.signum() },
    }
}

/// Beyond this exponent a product of factors is no more exact than `powf`, which knows integers too.
pub(crate) const LARGEST_PRODUCT: f64 = 1024.0;

/// `base ^ exponent`: integer exponents multiply, others need a base that is not negative.
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    if exponent.fract() == 0.0 && exponent.abs() <= LARGEST_PRODUCT {
        let product = repeated_product(base, exponent.abs() as u32);
        if exponent < 0.0 { 1.0 / product } else { product }
    } else if base < 0.0 && exponent.fract() != 0.0 {
        f64::NAN
    } else {
        base.powf(exponent)
    }
}

fn repeated_product(mut base: f64, mut exponent: u32) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            product *= base;
        }
        base *= base;
        exponent /= 2;
    }
    product
}

/// Written so that the exponential does not overflow on either side.
fn sigmoid(e: f64) -> f64 {
    if e >= 0.0 {
        1.0 / (1.0 + (-e).exp())
    } else {
        let small = e.exp();
        small / (1.0 + small)
    }
}

/// `log(1 + exp(e))`, written so that the exponential does not overflow.
fn softplus(e: f64) -> f64 {
    if e > 0.0 { e + (-e).exp().ln_1p() } else { e.exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_powers_multiply() {
        assert_eq!(power(-3.0, 2.0), 9.0);
        assert_eq!(power(-2.0, 3.0), -8.0);
        assert_eq!(power(-2.0, -3.0), -0.125);
        assert_eq!(power(0.0, 0.0), 1.0);
        assert_eq!(power(3.0, 13.0), 1_594_323.0);
    }

    #[test]
    fn other_powers_need_a_base_that_is_not_negative() {
        assert_eq!(power(9.0, 0.5), 3.0);
        assert_eq!(power(0.0, 0.5), 0.0);
        assert!(power(-9.0, 0.5).is_nan());
        // The standard library has infinity here.
        assert!(power(f64::NEG_INFINITY, 0.5).is_nan());
    }

    #[test]
    fn not_a_number_passes_through() {
        for operator in [Binary::Minimum, Binary::Maximum, Binary::Add] {
            assert!(binary(operator)(f64::NAN, 1.0).is_nan());
            assert!(binary(operator)(1.0, f64::NAN).is_nan());
        }
        for function in [Pointwise::Sign, Pointwise::Abs, Pointwise::Sigmoid, Pointwise::Rsqrt] {
            assert!(pointwise(function)(f64::NAN).is_nan(), "{function:?}");
        }
        assert!(power(f64::NAN, 2.0).is_nan());
    }

    #[test]
    fn values_at_the_ends() {
        assert_eq!([-2.0, -0.0, 3.0].map(pointwise(Pointwise::Sign)), [-1.0, 0.0, 1.0]);
        assert_eq!(pointwise(Pointwise::Sigmoid)(0.0), 0.5);
        assert_eq!(pointwise(Pointwise::Sigmoid)(800.0), 1.0);
        // exp(-720) from Python's math.exp, where 1 / (1 + exp(720)) would be 0.
        assert_eq!(pointwise(Pointwise::Sigmoid)(-720.0), 2.0322308024e-313);
        assert_eq!(pointwise(Pointwise::Rsqrt)(4.0), 0.5);
        // mpmath's log(1 + exp(e)) at 40 digits.
        let softplus = [-40.0, 0.0, 3.0, 800.0].map(pointwise(Pointwise::Softplus));
        let log_2 = std::f64::consts::LN_2;
        assert_eq!(softplus, [4.248354255291589e-18, log_2, 3.048587351573742, 800.0]);
        assert!(pointwise(Pointwise::Softplus)(f64::NAN).is_nan());
    }
}
