//! The gradients of a backward pass, kept in dfdx's map under each value's handle.

use dfdx::tensor::Cpu;

use crate::{Buffer, Element, Key, Value};

/// Gradients by value. An operation's backward takes the gradient of its result, once, and adds
/// to the gradients of its arguments, never overwriting: `add(x, x)` contributes twice.
#[derive(Debug)]
pub struct Gradients<E: Element> {
    map: dfdx::tensor::Gradients<E, Cpu>,
}

/// A gradient that an operation adds its contribution to.
#[derive(Debug)]
pub struct Slot<'a, E> {
    /// As many elements as the value has.
    pub gradient: &'a mut [E],
    /// The first contribution finds unspecified elements and overwrites them.
    pub first: bool,
}

impl<E: Element> Gradients<E> {
    pub(crate) fn new(map: dfdx::tensor::Gradients<E, Cpu>) -> Self {
        Gradients { map }
    }

    pub(crate) fn into_map(self) -> dfdx::tensor::Gradients<E, Cpu> {
        self.map
    }

    /// The gradient of `value`: zeros if nothing that was differentiated depends on it.
    pub fn of(&mut self, value: &Value<E>) -> &[E] {
        let slot = self.slot(value.key());
        if slot.first {
            slot.gradient.fill(E::zero());
        }
        slot.gradient
    }

    /// Takes the gradient of a value out of the map, without copying; `None` if there is none.
    pub fn take(&mut self, key: &Key<E>) -> Option<Buffer<E>> {
        let gradient = std::mem::take(vec_of(&mut self.map, key));
        (!gradient.is_empty()).then(|| Buffer::from_vec(gradient))
    }

    /// Adds `contribution` to the gradient of a value. The first one moves in without a copy.
    pub fn add(&mut self, key: &Key<E>, contribution: Buffer<E>) {
        assert_eq!(contribution.len(), key.len, "a gradient has the length of its value");
        let gradient = vec_of(&mut self.map, key);
        if gradient.is_empty() {
            *gradient = contribution.into_vec();
        } else {
            add_to(gradient, &contribution);
        }
    }

    /// The gradient of a value to add to in place, for operations that accumulate themselves.
    pub fn slot(&mut self, key: &Key<E>) -> Slot<'_, E> {
        let gradient = vec_of(&mut self.map, key);
        let first = gradient.is_empty();
        if first {
            *gradient = Buffer::unspecified(key.len).into_vec();
        }
        Slot { gradient, first }
    }
}

#[multiversion::multiversion(targets = "simd")]
fn add_to<E: Element>(sums: &mut [E], terms: &[E]) {
    for (sum, &term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

/// The entry of a value in dfdx's map. A handle has no elements, so an entry starts out empty,
/// which here means "no gradient yet".
fn vec_of<'a, E: Element>(
    map: &'a mut dfdx::tensor::Gradients<E, Cpu>,
    key: &Key<E>,
) -> &'a mut Vec<E> {
    map.get_or_alloc_mut(&key.handle).expect("an empty allocation cannot fail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_add_up_and_are_taken_once() {
        let value = Value::new(1, 2, &[0.0_f64; 2]);
        let mut gradients = Gradients::new(dfdx::tensor::Gradients::leaky());
        assert_eq!(gradients.of(&value), [0.0, 0.0]);
        gradients.add(value.key(), Buffer::copy_of(&[1.0, 2.0]));
        gradients.add(value.key(), Buffer::copy_of(&[10.0, 20.0]));
        let slot = gradients.slot(value.key());
        assert!(!slot.first);
        slot.gradient[0] += 100.0;
        assert_eq!(gradients.of(&value), [111.0, 22.0]);
        assert_eq!(&*gradients.take(value.key()).expect("added above"), [111.0, 22.0]);
        assert!(gradients.take(value.key()).is_none());
    }
}
