//! Tries mutants in processes of their own, for a mutant may abort or never end.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// No case of the battery takes a fifth of this; what takes longer does not end.
const LONGEST_CASE: Duration = Duration::from_secs(15);

/// A mutant and the layers that must notice.
#[derive(Debug, Clone)]
pub struct Task {
    /// Number of the mutant; 0 is the unchanged program.
    pub number: usize,
    /// Layers of the driver, in the order in which they are tried.
    pub layers: &'static [&'static str],
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq)]
pub struct Fate {
    /// Number of the mutant.
    pub number: usize,
    /// The cases that failed, with their layers: the first alone for a mutant, and none if it survives.
    pub failed: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// Tries every task, on as many processors as there are. The fates are in the order of the tasks.
///
/// # Errors
/// If the driver cannot be run.
pub fn run(
    driver: &Path,
    tasks: &[Task],
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Fate>, String> {
    let next = AtomicUsize::new(0);
    let fates = Mutex::new(Vec::new());
    let work = || -> Result<(), String> {
        let mut worker = None;
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fate = attempt(driver, &mut worker, task)?;
            let mut fates = fates.lock().unwrap_or_else(PoisonError::into_inner);
            fates.push(fate);
            progress(fates.len());
        }
        worker.into_iter().for_each(Worker::stop);
        Ok(())
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(tasks.len());
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let join = |handle: std::thread::ScopedJoinHandle<Result<(), String>>| {
            handle.join().unwrap_or_else(|_| Err("a worker panicked".to_owned()))
        };
        handles.into_iter().try_for_each(join)
    })?;
    let mut fates = fates.into_inner().unwrap_or_else(PoisonError::into_inner);
    fates.sort_by_key(|fate| fate.number);
    Ok(fates)
}

/// A running driver.
struct Worker {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Worker {
    fn start(driver: &Path) -> Result<Worker, String> {
        let mut child = Command::new(driver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} cannot be run: {error}", driver.display()))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (input, output) = input.zip(output).ok_or("the driver has no pipes")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Worker { child, input, lines })
    }

    fn stop(mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn attempt(driver: &Path, slot: &mut Option<Worker>, task: &Task) -> Result<Fate, String> {
    let begin = Instant::now();
    let mut worker = match slot.take() {
        Some(worker) => worker,
        None => Worker::start(driver)?,
    };
    let fate =
        |failed| Fate { number: task.number, failed, seconds: begin.elapsed().as_secs_f64() };
    let asked = writeln!(worker.input, "{} {}", task.number, task.layers.join(" "));
    asked.map_err(|error| format!("the driver does not listen: {error}"))?;
    // The driver names every case before it begins, `case NAME`, and those that fail, `failed NAME`; the
    // last line is `done`.
    let (mut case, mut failed) = (String::new(), Vec::new());
    loop {
        match worker.lines.recv_timeout(LONGEST_CASE) {
            Ok(line) => match line.split_once(' ') {
                Some(("case", name)) => case = name.to_owned(),
                Some((_, name)) => failed.push(name.to_owned()),
                None => {
                    *slot = Some(worker);
                    return Ok(fate(failed));
                }
            },
            Err(error) => {
                worker.stop();
                let how = match error {
                    RecvTimeoutError::Timeout => "does not end",
                    RecvTimeoutError::Disconnected => "aborts",
                };
                failed.push(format!("{case} ({how})"));
                return Ok(fate(failed));
            }
        }
    }
}
