//! Functions of one operand.

use equations::Pointwise;
use multiversion::multiversion;

use crate::Element;
use crate::compiled::program::Unary;
use crate::functions::{atan, erf, exp, log, sigmoid, softplus, tanh};

/// The operation at every number.
#[multiversion(targets = "simd")]
pub(in crate::compiled) fn unary<F: Element>(operation: Unary, out: &mut [F], a: &[F]) {
    #[inline(always)]
    fn each<F: Element>(out: &mut [F], a: &[F], f: impl Fn(F) -> F) {
        for (out, &a) in out.iter_mut().zip(a) {
            *out = f(a);
        }
    }
    match operation {
        Unary::Linear(factor, constant) => {
            let (factor, constant) = (F::nearest(factor.value()), F::nearest(constant.value()));
            each(out, a, |a| factor * a + constant);
        }
        Unary::Power(exponent) => {
            out.copy_from_slice(a);
            for _ in 1..exponent {
                for (out, &a) in out.iter_mut().zip(a) {
                    *out *= a;
                }
            }
        }
        Unary::Inverse => each(out, a, |a| F::one() / a),
        Unary::InverseOrZero => {
            each(out, a, |a| if a == F::zero() { F::zero() } else { F::one() / a });
        }
        Unary::Function(Pointwise::Sqrt) => each(out, a, num_traits::Float::sqrt),
        Unary::Function(Pointwise::Abs) => each(out, a, num_traits::Float::abs),
        Unary::Function(Pointwise::Exp) => each(out, a, |a| F::nearest(exp(a.double()))),
        Unary::Function(Pointwise::Log) => each(out, a, |a| F::nearest(log(a.double()))),
        Unary::Function(Pointwise::Tanh) => each(out, a, |a| F::nearest(tanh(a.double()))),
        Unary::Function(Pointwise::Sigmoid) => each(out, a, |a| F::nearest(sigmoid(a.double()))),
        Unary::Function(Pointwise::Softplus) => each(out, a, |a| F::nearest(softplus(a.double()))),
        Unary::Function(Pointwise::Erf) => each(out, a, |a| F::nearest(erf(a.double()))),
        Unary::Function(Pointwise::Atan) => each(out, a, |a| F::nearest(atan(a.double()))),
        _ => each(out, a, |a| F::nearest(unary_number(operation, a.double()))),
    }
}

/// The operation at a number.
#[inline]
pub(in crate::compiled) fn unary_number(operation: Unary, a: f64) -> f64 {
    match operation {
        Unary::Linear(factor, constant) => factor.value() * a + constant.value(),
        Unary::Power(exponent) => (1..exponent).fold(a, |power, _| power * a),
        Unary::RealPower(exponent) => {
            let exponent = exponent.value();
            let undefined = a < 0.0 && exponent.fract() != 0.0;
            if undefined { f64::NAN } else { a.powf(exponent) }
        }
        Unary::Inverse => 1.0 / a,
        Unary::InverseOrZero => {
            if a == 0.0 {
                0.0
            } else {
                1.0 / a
            }
        }
        Unary::Function(function) => match function {
            Pointwise::Sqrt => a.sqrt(),
            Pointwise::Rsqrt => 1.0 / a.sqrt(),
            Pointwise::Abs => a.abs(),
            Pointwise::Exp => exp(a),
            Pointwise::Log => log(a),
            Pointwise::Tanh => tanh(a),
            Pointwise::Sigmoid => sigmoid(a),
            Pointwise::Softplus => softplus(a),
            Pointwise::Erf => erf(a),
            Pointwise::Atan => atan(a),
            Pointwise::Sign => {
                if a > 0.0 {
                    1.0
                } else if a < 0.0 {
                    -1.0
                } else {
                    // 0 and NaN are their own.
                    a * 0.0
                }
            }
        },
    }
}
