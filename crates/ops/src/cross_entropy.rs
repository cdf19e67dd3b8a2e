//! The loss of classification.

use crate::{Buffer, Element, Pass, Value};

/// The mean over rows of `-log softmax(logits)[label]`, in nats, as a 1 x 1 value.
///
/// Backward: `(softmax(logits) - onehot(label)) / rows`. Logits are shifted by their row's maximum,
/// so finite logits give a finite loss.
///
/// ```
/// use ops::{Mode, Pass, Value, cross_entropy};
///
/// // Equal logits for ten classes: log 10 nats.
/// let logits = Value::new(1, 10, &[3.0_f64; 10]);
/// let loss = cross_entropy(&logits, &[7], &mut Pass::computing(Mode::Eval));
/// assert!((loss.as_slice()[0] - 10.0_f64.ln()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If there is not one label per row, or a label is not a column.
pub fn cross_entropy<E: Element>(
    logits: &Value<E>,
    labels: &[usize],
    pass: &mut Pass<E>,
) -> Value<E> {
    let (rows, classes) = (logits.rows(), logits.columns());
    assert_eq!(labels.len(), rows, "{} labels for {rows} rows", labels.len());

    let mut softmax = Buffer::copy_of(logits.as_slice());
    let mut total = 0.0;
    for (row, &label) in softmax.chunks_exact_mut(classes).zip(labels) {
        total += softmax_in_place(row, label);
    }
    let loss = Value::new(1, 1, &[E::nearest(total / rows as f64)]);

    if pass.records() {
        let (logits, loss) = (logits.key().clone(), loss.key().clone());
        let labels = labels.to_vec();
        pass.record(move |gradients| {
            let Some(dloss) = gradients.take(&loss) else { return };
            let factor = dloss[0] / E::nearest(rows as f64);
            for (row, &label) in softmax.chunks_exact_mut(classes).zip(&labels) {
                row[label] -= E::one();
                row.iter_mut().for_each(|element| *element *= factor);
            }
            gradients.add(&logits, softmax);
        });
    }
    loss
}

/// Turns a row of logits into probabilities and returns the row's loss.
fn softmax_in_place<E: Element>(row: &mut [E], label: usize) -> f64 {
    // A NaN must reach the loss; `max` alone would drop it, the exponentials below do not.
    let maximum = row.iter().fold(E::neg_infinity(), |maximum, &logit| maximum.max(logit));
    let shifted_label = (row[label] - maximum).double();
    let mut total = 0.0;
    for element in row.iter_mut() {
        *element = (*element - maximum).exp();
        total += element.double();
    }
    let reciprocal = E::nearest(1.0 / total);
    row.iter_mut().for_each(|element| *element *= reciprocal);
    total.ln() - shifted_label
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    /// The numbers of
    /// ```python
    /// z = torch.tensor([[1., 2., 3.], [0., 0., 1000.]], dtype=torch.float64, requires_grad=True)
    /// loss = torch.nn.functional.cross_entropy(z, torch.tensor([0, 1])); loss.backward()
    /// print(loss.item(), z.grad)
    /// ```
    #[test]
    fn loss_and_gradient_equal_torch() {
        let logits = Value::new(2, 3, &[1.0_f64, 2.0, 3.0, 0.0, 0.0, 1000.0]);
        let mut pass = Pass::recording(Mode::Train);
        let loss = cross_entropy(&logits, &[0, 1], &mut pass);
        assert!((loss.as_slice()[0] - 501.203_802_982_222_2).abs() < 1e-12);
        let expected =
            [-0.454_984_713_414_809_8, 0.122_364_235_527_398_82, 0.332_620_477_887_410_9];
        let mut gradients = pass.backward(&loss);
        for (got, want) in
            gradients.of(&logits).iter().zip(expected.iter().chain(&[0.0, -0.5, 0.5]))
        {
            assert!((got - want).abs() < 1e-15, "{got} {want}");
        }
    }

    #[test]
    fn a_nan_logit_makes_the_loss_nan() {
        let logits = Value::new(1, 3, &[0.0_f32, f32::NAN, 1.0]);
        let loss = cross_entropy(&logits, &[0], &mut Pass::computing(Mode::Eval));
        assert!(loss.as_slice()[0].is_nan());
    }
}
