//! The one thing that mutated sources ask: which mutant is active.

use std::iter::{Peekable, Skip};
use std::sync::atomic::{AtomicUsize, Ordering};

static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Makes a mutant the active one; 0 is the unchanged program.
pub fn activate(number: usize) {
    ACTIVE.store(number, Ordering::Relaxed);
}

/// Which of these mutants is active, if any of them is. Inlined in hundreds of places of loops that are
/// compiled for several processors it would take the compiler minutes.
#[inline(never)]
pub fn among(numbers: &[usize]) -> Option<usize> {
    let active = ACTIVE.load(Ordering::Relaxed);
    numbers.iter().position(|&number| number == active)
}

/// The items of a loop, without the first or the last where that mutant is active.
#[inline]
pub fn items<I: IntoIterator>(
    items: I,
    without_first: usize,
    without_last: usize,
) -> Items<I::IntoIter> {
    let active = ACTIVE.load(Ordering::Relaxed);
    let skipped = usize::from(active == without_first);
    let items = items.into_iter().skip(skipped).peekable();
    Items { items, without_last: active == without_last }
}

/// See [`items`].
pub struct Items<I: Iterator> {
    items: Peekable<Skip<I>>,
    without_last: bool,
}

impl<I: Iterator> Iterator for Items<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        let item = self.items.next()?;
        if self.without_last && self.items.peek().is_none() { None } else { Some(item) }
    }
}
