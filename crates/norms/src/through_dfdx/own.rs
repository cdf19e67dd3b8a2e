//! Operations that dfdx does not have, or whose value or derivative is another than the language's
//! somewhere, as operations on dfdx's tape.
//!
//! | | dfdx 0.13 | the language |
//! |---|---|---|
//! | `sqrt` at 0 | infinite derivative | 0 |
//! | `x^0.5` at 0 | infinite derivative | 0 |
//! | `x^0` at 0 | NaN derivative, 0 times infinity | 0 |
//! | `x^0.5` at minus infinity | infinity | NaN |
//! | `max(a, b)`, `min(a, b)` with a NaN | the other operand; half the derivative to each | NaN |
//! | largest and smallest over axes | every tied element gets the whole derivative | equal shares |
//! | the same with a NaN | the NaN is passed over | NaN |
//! | `sign`, `erf`, `atan`, `softplus` | none | as in calculus, `sign` with derivative 0 |
//! | an operation of a tensor with itself | its backward panics | an operation like any other |
//!
//! The same in both: ties of two in equal halves, `abs` with derivative 0 at 0, `exp`, `tanh`,
//! `sigmoid`. At a pole (`1 / 0`, `0^-1`, `log(0)`, `rsqrt(0)`) there is no finite value, and the
//! derivative is what comes out of the arithmetic: infinite or NaN.

use std::mem::take;

use dfdx::tensor::{Cpu, OwnedTape, PutTape, SplitTape, Tape, TensorFromVec};
use dfdx::tensor_ops::{Device, ReshapeTo};
use ops::{DfdxTensor, Element};

use super::axes::{Taped, sizes, tuple};

/// `f(e)` for every element, with the derivative `slope(e)`.
pub(super) fn pointwise<E: Element>(
    tensor: Taped<E>,
    f: impl Fn(E) -> E,
    slope: impl Fn(E) -> E,
) -> Taped<E>
where
    Cpu: Device<E>,
{
    let (argument, mut tape) = tensor.contiguous().split_tape();
    let values = argument.as_vec();
    let result = values.iter().map(|&value| f(value)).collect::<Vec<E>>();
    let result = E::device().tensor_from_vec(result, tuple(sizes(&argument)));
    let slopes: Vec<E> = values.into_iter().map(slope).collect();
    record(&mut tape, argument, result.clone(), move |sums, gradients| {
        for ((sum, &slope), &gradient) in sums.iter_mut().zip(&slopes).zip(gradients) {
            *sum += slope * gradient;
        }
    });
    result.put_tape(tape)
}

/// Puts on the tape how the gradient of the result is added to that of the argument.
pub(super) fn record<E: Element>(
    tape: &mut OwnedTape<E, Cpu>,
    argument: DfdxTensor<E>,
    result: DfdxTensor<E>,
    add: impl Fn(&mut [E], &[E]) + 'static,
) {
    tape.add_backward_op(move |gradients| {
        // Two gradients cannot be borrowed at once: one is taken out and put back.
        let of_result = take(&mut **gradients.get_or_alloc_mut(&result)?);
        add(gradients.get_or_alloc_mut(&argument)?, &of_result);
        **gradients.get_or_alloc_mut(&result)? = of_result;
        Ok(())
    });
}

/// `1 / e`, and 0 where that is infinite: what the language makes of derivatives without bound.
pub(super) fn inverse_or_zero<E: Element>(e: E) -> E {
    if e == E::zero() { e } else { e.recip() }
}

/// -1, 0 or 1; 0 at 0 and NaN at NaN.
pub(super) fn sign<E: Element>(e: E) -> E {
    if e == E::zero() { e } else { e.signum() }
}
