//! Any dfdx computation as one operation: dfdx's own autodiff supplies the derivative.

use dfdx::tensor::{Cpu, OwnedTape, PutTape, Tape, Tensor, TensorFromVec, ZerosTensor};
use dfdx::tensor_ops::Backward;

use crate::{Buffer, Element, Gradients, Key, Pass, Value};

/// A dfdx tensor of six axes, parts x samples within a part x positions x groups x channels x columns, or 1
/// where nothing varies.
pub type DfdxTensor<E> = Tensor<(usize, usize, usize, usize, usize, usize), E, Cpu>;

/// Runs `compute` on copies of `inputs`, each viewed with six axes, and records dfdx's gradient.
///
/// dfdx computes in double precision whatever the type of the values is: it is a witness, and a square
/// that leaves the range of single precision would be its own mistake, not that of what it judges.
///
/// `compute` gets tensors without a tape and the tape that it must thread through every dfdx
/// operation (`tensor.put_tape(tape)`, operate, `split_tape()`), and gives both back. The copies at
/// the border cost little beside dfdx's composed operations.
///
/// # Panics
/// If an input's shape does not have as many elements as the input, or the result has not
/// rows x columns elements.
pub fn through_dfdx<E: Element>(
    inputs: &[(&Value<E>, [usize; 6])],
    (rows, columns): (usize, usize),
    pass: &mut Pass<E>,
    compute: impl FnOnce(
        &[DfdxTensor<f64>],
        OwnedTape<f64, Cpu>,
    ) -> (DfdxTensor<f64>, OwnedTape<f64, Cpu>),
) -> Value<E> {
    if rows * columns == 0 {
        // dfdx cannot read an empty tensor; nothing depends on anything here.
        return Value::new(rows, columns, &[]);
    }
    let device = f64::device();
    let tensors: Vec<DfdxTensor<f64>> = inputs
        .iter()
        .map(|(value, [a, b, c, d, e, f])| {
            let doubles = value.as_slice().iter().map(|number| number.double()).collect();
            device.tensor_from_vec(doubles, (*a, *b, *c, *d, *e, *f))
        })
        .collect();
    let (output, tape) = compute(&tensors, OwnedTape::default());
    let y = Value::from_buffer(rows, columns, nearest(&output.as_vec()));

    if pass.records() {
        let keys: Vec<Key<E>> = inputs.iter().map(|(value, _)| value.key().clone()).collect();
        let y = y.key().clone();
        pass.record(move |gradients: &mut Gradients<E>| {
            let Some(dy) = gradients.take(&y) else { return };
            let dy = dy.iter().map(|e| e.double()).collect();
            let mut inner = run_backward(tape, output, dy);
            for (key, tensor) in keys.iter().zip(&tensors) {
                let gradient = inner.get_or_alloc_mut(tensor).expect("memory for a gradient");
                gradients.add(key, nearest(gradient));
            }
        });
    }
    y
}

fn nearest<E: Element>(doubles: &[f64]) -> Buffer<E> {
    Buffer::from_vec(doubles.iter().map(|&double| E::nearest(double)).collect())
}

fn run_backward(
    mut tape: OwnedTape<f64, Cpu>,
    output: DfdxTensor<f64>,
    cotangent: Vec<f64>,
) -> dfdx::tensor::Gradients<f64, Cpu> {
    tape.add_backward_op(move |gradients| {
        gradients.get_or_alloc_mut(&output)?.copy_from_slice(&cotangent);
        Ok(())
    });
    let start = f64::device().zeros_like(&()).put_tape(tape);
    start.try_backward().expect("memory for the gradients")
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::SplitTape;
    use dfdx::tensor_ops::TryMul;

    use super::*;
    use crate::Mode;

    #[test]
    fn a_product_gets_the_product_rule() {
        let (a, b) = (Value::new(1, 2, &[2.0_f64, 3.0]), Value::new(1, 2, &[5.0, 7.0]));
        let mut pass = Pass::recording(Mode::Train);
        let shape = [1, 1, 1, 1, 2, 1];
        let y = through_dfdx(&[(&a, shape), (&b, shape)], (1, 2), &mut pass, |tensors, tape| {
            let a = tensors[0].clone().put_tape(tape);
            a.try_mul(tensors[1].clone()).expect("equal shapes").split_tape()
        });
        assert_eq!(y.as_slice(), [10.0, 21.0]);
        let mut gradients = pass.backward_from(&y, &[1.0, 10.0]);
        assert_eq!(gradients.of(&a), [5.0, 70.0]);
        assert_eq!(gradients.of(&b), [2.0, 30.0]);
    }
}
