//! Buffers that are used again: fresh pages cost more than a layer norm.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use crate::Element;

/// A slice of numbers on the heap that goes back to its thread's pool when dropped, so that a
/// training step finds the buffers of the step before it.
#[derive(Debug)]
pub struct Buffer<E: Element> {
    data: Vec<E>,
}

/// The free buffers of one thread, by length.
#[derive(Debug)]
pub struct Pool<E> {
    free: HashMap<usize, Vec<Vec<E>>>,
}

impl<E> Default for Pool<E> {
    fn default() -> Self {
        Pool { free: HashMap::new() }
    }
}

thread_local!(static FRESH: Cell<usize> = const { Cell::new(0) });

/// How many buffers this thread has taken from the allocator, rather than from its pool, so far.
///
/// In a training loop the count stands still after the first steps; a test holds it to that.
pub fn fresh_allocations() -> usize {
    FRESH.get()
}

impl<E: Element> Buffer<E> {
    /// A buffer whose content is unspecified (that of an earlier use; NaN in debug builds, so that
    /// a forgotten element is seen). The caller writes every element before reading any.
    pub fn unspecified(len: usize) -> Self {
        let recycled = E::pool()
            .with_borrow_mut(|pool| pool.free.get_mut(&len).and_then(|buffers| buffers.pop()));
        let mut data = recycled.unwrap_or_else(|| {
            FRESH.set(FRESH.get() + 1);
            vec![E::default(); len]
        });
        if cfg!(debug_assertions) {
            data.fill(E::nan());
        }
        Buffer { data }
    }

    /// A buffer of zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Self::unspecified(len);
        buffer.fill(E::default());
        buffer
    }

    /// A buffer with a copy of `values`.
    pub fn copy_of(values: &[E]) -> Self {
        let mut buffer = Self::unspecified(values.len());
        buffer.copy_from_slice(values);
        buffer
    }

    /// Takes the vector out; it will not return to the pool by itself.
    pub(crate) fn into_vec(mut self) -> Vec<E> {
        std::mem::take(&mut self.data)
    }

    /// A buffer around a vector, which joins the pool in the end.
    pub(crate) fn from_vec(data: Vec<E>) -> Self {
        Buffer { data }
    }
}

impl<E: Element> Default for Buffer<E> {
    /// No elements.
    fn default() -> Self {
        Buffer { data: Vec::new() }
    }
}

impl<E: Element> Drop for Buffer<E> {
    fn drop(&mut self) {
        let data = std::mem::take(&mut self.data);
        if data.is_empty() {
            return;
        }
        // While a thread ends, its pool may be gone before the last buffer is.
        let _ = E::pool().try_with(|pool| {
            pool.borrow_mut().free.entry(data.len()).or_default().push(data);
        });
    }
}

impl<E: Element> Deref for Buffer<E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        &self.data
    }
}

impl<E: Element> DerefMut for Buffer<E> {
    fn deref_mut(&mut self) -> &mut [E] {
        &mut self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_buffer_is_used_again() {
        let address = Buffer::<f32>::zeros(1237).as_ptr();
        let before = fresh_allocations();
        let again = Buffer::<f32>::copy_of(&[1.0; 1237]);
        assert_eq!(again.as_ptr(), address);
        assert_eq!(fresh_allocations(), before);
        assert!(again.iter().all(|&element| element == 1.0));
    }

    #[test]
    fn lengths_do_not_mix() {
        drop(Buffer::<f64>::zeros(7919));
        let before = fresh_allocations();
        assert_eq!(Buffer::<f64>::zeros(7920).len(), 7920);
        assert_eq!(fresh_allocations(), before + 1);
    }
}
