//! The affine map of a layer.

use crate::gradients::Slot;
use crate::matmul::{Existing, Matrix, multiply};
use crate::{Buffer, Element, Pass, Value, column_sums};

/// `y = x W + b`: x is rows x inputs, W inputs x outputs, b 1 x outputs.
///
/// Backward, with dy: `dx = dy Wᵀ`, `dW = xᵀ dy`, `db` = the sum of the rows of dy.
///
/// ```
/// use ops::{Mode, Pass, Value, linear};
///
/// let x = Value::new(1, 2, &[1.0_f32, 2.0]);
/// let weight = Value::new(2, 3, &[1.0, 0.0, 5.0, 0.0, 1.0, 7.0]);
/// let bias = Value::new(1, 3, &[10.0, 20.0, 30.0]);
/// let y = linear(&x, &weight, &bias, &mut Pass::computing(Mode::Eval));
/// assert_eq!(y.as_slice(), [11.0, 22.0, 49.0]);
/// ```
///
/// # Panics
/// If the shapes do not fit.
pub fn linear<E: Element>(
    x: &Value<E>,
    weight: &Value<E>,
    bias: &Value<E>,
    pass: &mut Pass<E>,
) -> Value<E> {
    let (rows, inputs, outputs) = (x.rows(), x.columns(), weight.columns());
    assert_eq!(weight.rows(), inputs, "{rows} x {inputs} times {} x {outputs}", weight.rows());
    assert_eq!(bias.columns(), outputs, "a bias of {} for {outputs} outputs", bias.columns());

    let mut y = Buffer::unspecified(rows * outputs);
    for row in y.chunks_exact_mut(outputs.max(1)) {
        row.copy_from_slice(bias.as_slice());
    }
    multiply(&mut y, Existing::AddTo, matrix(x), matrix(weight));
    let y = Value::from_buffer(rows, outputs, y);

    if pass.records() {
        let (x, weight) = (x.clone(), weight.clone());
        let (bias_key, y_key) = (bias.key().clone(), y.key().clone());
        pass.record(move |gradients| {
            let Some(dy) = gradients.take(&y_key) else { return };
            let dy_matrix = Matrix::new(&dy, rows, outputs);
            if !x.is_constant() {
                product(&mut gradients.slot(x.key()), dy_matrix, matrix(&weight).transposed());
            }
            product(&mut gradients.slot(weight.key()), matrix(&x).transposed(), dy_matrix);
            let db = gradients.slot(&bias_key);
            if db.first {
                db.gradient.fill(E::zero());
            }
            add_column_sums(db.gradient, &dy);
        });
    }
    y
}

#[multiversion::multiversion(targets = "simd")]
fn add_column_sums<E: Element>(sums: &mut [E], rows: &[E]) {
    column_sums(sums, rows);
}

fn matrix<E: Element>(value: &Value<E>) -> Matrix<'_, E> {
    Matrix::new(value.as_slice(), value.rows(), value.columns())
}

fn product<E: Element>(slot: &mut Slot<E>, left: Matrix<E>, right: Matrix<E>) {
    let existing = if slot.first { Existing::Overwrite } else { Existing::AddTo };
    multiply(slot.gradient, existing, left, right);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    /// The numbers of
    /// ```python
    /// x = torch.tensor([[1., 2.], [3., 4.], [5., 6.]], requires_grad=True)
    /// w = torch.tensor([[1., -1.], [2., 0.5]], requires_grad=True)
    /// b = torch.tensor([10., 20.], requires_grad=True)
    /// y = x @ w + b
    /// y.backward(torch.tensor([[1., 2.], [0., -1.], [3., 0.]]))
    /// ```
    #[test]
    fn values_and_gradients_equal_torch() {
        let x = Value::new(3, 2, &[1.0_f64, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let weight = Value::new(2, 2, &[1.0, -1.0, 2.0, 0.5]);
        let bias = Value::new(1, 2, &[10.0, 20.0]);
        let mut pass = Pass::recording(Mode::Train);
        let y = linear(&x, &weight, &bias, &mut pass);
        assert_eq!(y.as_slice(), [15.0, 20.0, 21.0, 19.0, 27.0, 18.0]);
        let mut gradients = pass.backward_from(&y, &[1.0, 2.0, 0.0, -1.0, 3.0, 0.0]);
        assert_eq!(gradients.of(&x), [-1.0, 3.0, 1.0, -0.5, 3.0, 6.0]);
        assert_eq!(gradients.of(&weight), [16.0, -1.0, 20.0, 0.0]);
        assert_eq!(gradients.of(&bias), [4.0, 1.0]);
    }

    #[test]
    fn data_gets_no_gradient() {
        let x = Value::new(1, 1, &[3.0_f64]).constant();
        let (weight, bias) = (Value::new(1, 1, &[2.0]), Value::new(1, 1, &[0.0]));
        let mut pass = Pass::recording(Mode::Train);
        let y = linear(&x, &weight, &bias, &mut pass);
        let mut gradients = pass.backward(&y);
        assert_eq!(gradients.of(&weight), [3.0]);
        assert!(gradients.take(x.key()).is_none());
    }

    #[test]
    fn an_empty_batch_gives_an_empty_result_and_zero_gradients() {
        let x = Value::<f32>::new(0, 2, &[]);
        let (weight, bias) = (Value::new(2, 1, &[1.0, 1.0]), Value::new(1, 1, &[0.0]));
        let mut pass = Pass::recording(Mode::Train);
        let y = linear(&x, &weight, &bias, &mut pass);
        assert_eq!(y.rows(), 0);
        assert_eq!(pass.backward_from(&y, &[]).of(&weight), [0.0, 0.0]);
    }
}
