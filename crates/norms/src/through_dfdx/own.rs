//! Operations that dfdx does not have, or whose derivative it gives other values than the language
//! where calculus has none, as operations on dfdx's tape.

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
    let slopes = values.into_iter().map(slope).collect();
    record(&mut tape, argument, result.clone(), slopes);
    result.put_tape(tape)
}

/// Puts `argument += slope * result` on the tape.
fn record<E: Element>(
    tape: &mut OwnedTape<E, Cpu>,
    argument: DfdxTensor<E>,
    result: DfdxTensor<E>,
    slopes: Vec<E>,
) {
    tape.add_backward_op(move |gradients| {
        // Two gradients cannot be borrowed at once: one is taken out and put back.
        let of_result = take(&mut **gradients.get_or_alloc_mut(&result)?);
        let of_argument = gradients.get_or_alloc_mut(&argument)?;
        for ((sum, &slope), &gradient) in of_argument.iter_mut().zip(&slopes).zip(&of_result) {
            *sum += slope * gradient;
        }
        **gradients.get_or_alloc_mut(&result)? = of_result;
        Ok(())
    });
}

/// `1 / e`, and 0 where that is infinite: what the language makes of derivatives without bound.
pub(super) fn inverse_or_zero<E: Element>(e: E) -> E {
    if e == E::zero() { e } else { e.recip() }
}
