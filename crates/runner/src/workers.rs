//! Many runs at once, one thread each. Which worker takes which run decides nothing but the time.

use std::any::Any;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does the work of every item on `jobs` threads. `finished` is called on this thread, once for
/// each item, in the order in which they finish: with the position of the item, and its result or
/// the message of its panic. When it breaks, the items not yet begun are left out.
pub fn run_all<I: Sync, R: Send>(
    items: &[I],
    jobs: NonZeroUsize,
    work: impl Fn(&I) -> R + Sync,
    mut finished: impl FnMut(usize, Result<R, String>) -> ControlFlow<()>,
) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            let (next, work, sender) = (&next, &work, sender.clone());
            scope.spawn(move || {
                loop {
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(position) else { break };
                    // A panic is a bug in one run; the others must not pay for it. What the run
                    // was working on is dropped, so no half-changed value is seen again.
                    let result = catch_unwind(AssertUnwindSafe(|| work(item)));
                    let result = result.map_err(|panic| message(panic.as_ref()));
                    if sender.send((position, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (position, result) in &receiver {
            if finished(position, result).is_break() {
                next.store(items.len(), Ordering::Relaxed);
                break;
            }
        }
        // Dropped before the scope waits, so that workers do not wait for a reader.
        drop(receiver);
    });
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(jobs: usize, items: &[u64]) -> Vec<Option<Result<u64, String>>> {
        let mut results = vec![None; items.len()];
        let square = |item: &u64| match item {
            13 => panic!("bad luck at {item}"),
            item => item * item,
        };
        run_all(items, NonZeroUsize::new(jobs).unwrap(), square, |position, result| {
            assert!(results[position].replace(result).is_none(), "{position} finished twice");
            ControlFlow::Continue(())
        });
        results
    }

    #[test]
    fn every_item_is_done_once_whatever_the_number_of_workers() {
        let items: Vec<u64> = (0..10).collect();
        let expected: Vec<_> = items.iter().map(|item| Some(Ok(item * item))).collect();
        for jobs in [1, 2, 3, 40] {
            assert_eq!(squares(jobs, &items), expected);
        }
        assert_eq!(squares(2, &[]), []);
    }

    #[test]
    fn a_panic_costs_its_own_item_only() {
        let bad = Some(Err("bad luck at 13".to_string()));
        assert_eq!(squares(2, &[1, 13, 3]), [Some(Ok(1)), bad, Some(Ok(9))]);
    }

    #[test]
    fn breaking_leaves_out_what_has_not_begun() {
        let mut finished = 0;
        run_all(
            &[0; 1000],
            NonZeroUsize::MIN,
            |item| *item,
            |_, _| {
                finished += 1;
                ControlFlow::Break(())
            },
        );
        assert_eq!(finished, 1);
    }
}
