//! A matrix that operations compute with.

use std::rc::Rc;

use dfdx::tensor::{Cpu, Tensor, ZerosTensor};

use crate::{Buffer, Element};

/// An immutable matrix, rows x columns, row-major. Clones share it and count as the same value:
/// they share one gradient.
#[derive(Debug, Clone)]
pub struct Value<E: Element> {
    inner: Rc<Inner<E>>,
}

#[derive(Debug)]
struct Inner<E: Element> {
    rows: usize,
    columns: usize,
    data: Buffer<E>,
    key: Key<E>,
    constant: bool,
}

/// What names a value's gradient, without keeping its numbers alive: a derivative that does not
/// need them captures this, and the buffer can be used again at once.
#[derive(Debug, Clone)]
pub struct Key<E: Element> {
    /// A dfdx tensor without elements: it costs nothing but its id, under which dfdx's gradient
    /// map keeps the gradient.
    pub(crate) handle: Tensor<(usize,), E, Cpu>,
    pub(crate) len: usize,
}

impl<E: Element> Value<E> {
    /// A value with a copy of `data`.
    ///
    /// # Panics
    /// If `data` does not hold rows x columns elements.
    pub fn new(rows: usize, columns: usize, data: &[E]) -> Self {
        Self::from_buffer(rows, columns, Buffer::copy_of(data))
    }

    /// A value that takes over `data`.
    ///
    /// # Panics
    /// If `data` does not hold rows x columns elements.
    pub fn from_buffer(rows: usize, columns: usize, data: Buffer<E>) -> Self {
        assert_eq!(data.len(), rows * columns, "{} elements for {rows} x {columns}", data.len());
        let key = Key { handle: E::device().zeros_like(&(0,)), len: data.len() };
        Value { inner: Rc::new(Inner { rows, columns, data, key, constant: false }) }
    }

    /// The same numbers as data, with respect to which nobody asks for a gradient: operations may
    /// skip the work for it.
    ///
    /// # Panics
    /// If the value is shared.
    pub fn constant(mut self) -> Self {
        Rc::get_mut(&mut self.inner).expect("a value that nobody shares yet").constant = true;
        self
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.inner.constant
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.inner.rows
    }

    /// The number of columns: the features.
    pub fn columns(&self) -> usize {
        self.inner.columns
    }

    /// The elements, row by row.
    pub fn as_slice(&self) -> &[E] {
        &self.inner.data
    }

    /// The elements with their buffer.
    pub(crate) fn buffer(&self) -> &Buffer<E> {
        &self.inner.data
    }

    /// The elements for writing if nobody else, a tape above all, holds this value.
    ///
    /// This is how an optimizer updates a parameter in place.
    pub fn as_mut_slice(&mut self) -> Option<&mut [E]> {
        Rc::get_mut(&mut self.inner).map(|inner| &mut *inner.data)
    }

    /// What names this value's gradient.
    pub fn key(&self) -> &Key<E> {
        &self.inner.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_value_cannot_be_written() {
        let mut value = Value::new(1, 2, &[1.0_f64, 2.0]);
        let clone = value.clone();
        assert!(value.as_mut_slice().is_none());
        drop(clone);
        value.as_mut_slice().expect("the only owner")[1] = 5.0;
        assert_eq!(value.as_slice(), [1.0, 5.0]);
    }

    #[test]
    #[should_panic(expected = "3 elements for 2 x 2")]
    fn a_wrong_element_count_is_a_bug() {
        Value::new(2, 2, &[0.0_f32; 3]);
    }
}
