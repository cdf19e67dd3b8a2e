//! Ends a process that takes too long, and keeps the last that it printed.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the watch looks at the clock.
const PERIOD: Duration = Duration::from_millis(20);

/// A child process that is killed if it passes a deadline, and when this is dropped.
#[derive(Debug)]
pub(crate) struct Watched {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    child: Child,
    deadline: Option<Instant>,
    has_expired: bool,
}

impl Watched {
    pub fn new(child: Child) -> Watched {
        let shared = Shared { child, deadline: None, has_expired: false };
        let shared = Arc::new(Mutex::new(shared));
        let weak = Arc::downgrade(&shared);
        // Ends with the process that it watches, since it does not keep that alive.
        thread::spawn(move || {
            while let Some(shared) = weak.upgrade() {
                locked(&shared).look();
                drop(shared);
                thread::sleep(PERIOD);
            }
        });
        Watched { shared }
    }

    /// Runs something that waits for the child, which is killed if this takes longer than that.
    pub fn within<T>(&self, time: Duration, wait: impl FnOnce() -> T) -> T {
        locked(&self.shared).deadline = Instant::now().checked_add(time);
        let result = wait();
        locked(&self.shared).deadline = None;
        result
    }

    pub fn has_expired(&self) -> bool {
        locked(&self.shared).has_expired
    }

    /// How the child ended; it is killed if it has not, after a moment.
    pub fn end(&self) -> Option<ExitStatus> {
        let patience = Instant::now() + Duration::from_secs(1);
        while Instant::now() < patience {
            if let Ok(Some(status)) = locked(&self.shared).child.try_wait() {
                return Some(status);
            }
            thread::sleep(PERIOD);
        }
        let child = &mut locked(&self.shared).child;
        child.kill().ok()?;
        child.wait().ok()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let child = &mut locked(&self.shared).child;
        // It may have ended already, and there is nobody left to tell.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Shared {
    fn look(&mut self) {
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            self.deadline = None;
            self.has_expired = true;
            // If it cannot be killed it has ended, which is what is wanted.
            let _ = self.child.kill();
        }
    }
}

/// The last lines of what a process prints.
#[derive(Debug)]
pub(crate) struct Tail {
    lines: Arc<Mutex<VecDeque<String>>>,
    reader: JoinHandle<()>,
}

impl Tail {
    const LENGTH: usize = 20;
    /// Bytes of a line that are kept.
    const WIDTH: u64 = 400;

    /// Reads on a thread of its own, so that the process never waits for somebody to read.
    pub fn of(printed: impl Read + Send + 'static) -> Tail {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let kept = lines.clone();
        let reader = thread::spawn(move || {
            let mut printed = BufReader::new(printed);
            let mut line = Vec::new();
            while (&mut printed).take(Tail::WIDTH).read_until(b'\n', &mut line).is_ok_and(|n| n > 0)
            {
                let mut lines = locked(&kept);
                lines.push_back(String::from_utf8_lossy(&line).trim_end().to_string());
                while lines.len() > Tail::LENGTH {
                    lines.pop_front();
                }
                line.clear();
            }
        });
        Tail { lines, reader }
    }

    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        locked(&self.lines).iter().cloned().collect()
    }

    /// The lines of a process that has ended. A child of its own may still hold the pipe, so that this
    /// waits for the end of it, but not for ever.
    pub fn last_lines(&self) -> Vec<String> {
        let patience = Instant::now() + Duration::from_secs(1);
        while !self.reader.is_finished() && Instant::now() < patience {
            thread::sleep(PERIOD);
        }
        self.lines()
    }
}

/// A panic elsewhere leaves nothing half-done in what is locked here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_keeps_the_last_lines() {
        let printed: String = (0..50).map(|number| format!("line {number}\n")).collect();
        let tail = Tail::of(std::io::Cursor::new(printed));
        let lines = tail.last_lines();
        assert_eq!(lines.len(), Tail::LENGTH);
        assert_eq!((lines[0].as_str(), lines[19].as_str()), ("line 30", "line 49"));
    }
}
