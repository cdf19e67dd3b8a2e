//! Operations that look at one element at a time.

use multiversion::multiversion;

use crate::{Buffer, Element, Pass, Value};

/// `max(x, 0)`, with derivative 0 at 0. NaN stays NaN.
///
/// ```
/// use ops::{Mode, Pass, Value, relu};
///
/// let y = relu(&Value::new(1, 3, &[-2.0_f32, 0.0, 3.0]), &mut Pass::computing(Mode::Eval));
/// assert_eq!(y.as_slice(), [0.0, 0.0, 3.0]);
/// ```
pub fn relu<E: Element>(x: &Value<E>, pass: &mut Pass<E>) -> Value<E> {
    let mut y = Buffer::unspecified(x.as_slice().len());
    relu_forward(&mut y, x.as_slice());
    let y = Value::from_buffer(x.rows(), x.columns(), y);
    if pass.records() {
        let (x, y) = (x.key().clone(), y.clone());
        pass.record(move |gradients| {
            let Some(mut dy) = gradients.take(y.key()) else { return };
            relu_backward(&mut dy, y.as_slice());
            gradients.add(&x, dy);
        });
    }
    y
}

/// `factor * x`, for a factor without gradient.
///
/// ```
/// use ops::{Mode, Pass, Value, scale};
///
/// let y = scale(&Value::new(1, 2, &[1.0_f32, 3.0]), 0.5, &mut Pass::computing(Mode::Eval));
/// assert_eq!(y.as_slice(), [0.5, 1.5]);
/// ```
pub fn scale<E: Element>(x: &Value<E>, factor: E, pass: &mut Pass<E>) -> Value<E> {
    let mut y = Buffer::copy_of(x.as_slice());
    multiply(&mut y, factor);
    let y = Value::from_buffer(x.rows(), x.columns(), y);
    if pass.records() {
        let (x, y) = (x.key().clone(), y.key().clone());
        pass.record(move |gradients| {
            let Some(mut dy) = gradients.take(&y) else { return };
            multiply(&mut dy, factor);
            gradients.add(&x, dy);
        });
    }
    y
}

/// `a + b`: the addition of a residual branch to its stream.
///
/// # Panics
/// If the shapes differ.
pub fn add<E: Element>(a: &Value<E>, b: &Value<E>, pass: &mut Pass<E>) -> Value<E> {
    let shape = (a.rows(), a.columns());
    assert_eq!(shape, (b.rows(), b.columns()), "only equal shapes can be added");
    let mut y = Buffer::unspecified(a.as_slice().len());
    sum_of(&mut y, a.as_slice(), b.as_slice());
    let y = Value::from_buffer(shape.0, shape.1, y);
    if pass.records() {
        let (a, b, y) = (a.key().clone(), b.key().clone(), y.key().clone());
        pass.record(move |gradients| {
            let Some(dy) = gradients.take(&y) else { return };
            gradients.add(&a, Buffer::copy_of(&dy));
            gradients.add(&b, dy);
        });
    }
    y
}

#[multiversion(targets = "simd")]
fn relu_forward<E: Element>(y: &mut [E], x: &[E]) {
    let zero = E::zero();
    for (y, &x) in y.iter_mut().zip(x) {
        *y = if x < zero { zero } else { x };
    }
}

#[multiversion(targets = "simd")]
fn relu_backward<E: Element>(dy: &mut [E], y: &[E]) {
    let zero = E::zero();
    for (dy, &y) in dy.iter_mut().zip(y) {
        *dy = if y == zero { zero } else { *dy };
    }
}

#[multiversion(targets = "simd")]
fn multiply<E: Element>(values: &mut [E], factor: E) {
    for value in values {
        *value *= factor;
    }
}

#[multiversion(targets = "simd")]
fn sum_of<E: Element>(y: &mut [E], a: &[E], b: &[E]) {
    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
        *y = a + b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;

    #[test]
    fn relu_keeps_nan_and_stops_the_gradient_at_zero() {
        let x = Value::new(1, 4, &[-1.0_f64, 0.0, 2.0, f64::NAN]);
        let mut pass = Pass::recording(Mode::Train);
        let y = relu(&x, &mut pass);
        assert!(y.as_slice()[3].is_nan());
        let mut gradients = pass.backward_from(&y, &[1.0, 1.0, 5.0, 1.0]);
        assert_eq!(gradients.of(&x)[..3], [0.0, 0.0, 5.0]);
    }

    #[test]
    fn scale_multiplies_value_and_gradient() {
        let x = Value::new(1, 2, &[1.0_f32, -4.0]);
        let mut pass = Pass::recording(Mode::Train);
        let y = scale(&x, 0.25, &mut pass);
        assert_eq!(y.as_slice(), [0.25, -1.0]);
        assert_eq!(pass.backward_from(&y, &[2.0, 8.0]).of(&x), [0.5, 2.0]);
    }

    #[test]
    fn add_hands_the_gradient_to_both() {
        let (a, b) = (Value::new(2, 1, &[1.0_f64, 2.0]), Value::new(2, 1, &[10.0, 20.0]));
        let mut pass = Pass::recording(Mode::Train);
        let y = add(&a, &b, &mut pass);
        assert_eq!(y.as_slice(), [11.0, 22.0]);
        let mut gradients = pass.backward_from(&y, &[3.0, 4.0]);
        assert_eq!(gradients.of(&a), [3.0, 4.0]);
        assert_eq!(gradients.of(&b), [3.0, 4.0]);
    }
}
