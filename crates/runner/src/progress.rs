//! How far a study is: a bar for a terminal, a few plain lines for anything else.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::estimate::{Estimate, spoken};
use crate::plan::Run;
use crate::terminal::complain;

/// The progress of all runs, measured by their expected work and not by their number, since deep
/// networks take longer than shallow ones.
pub struct Progress {
    estimate: Estimate,
    /// Runs that are expected in all, and whether some of them are a guess.
    runs: usize,
    is_guess: bool,
    finished: usize,
    work: Duration,
    done: Duration,
    begun: Instant,
    display: Display,
}

enum Display {
    Bar(ProgressBar),
    /// The tenth that was last reported.
    Lines(u32),
}

impl Progress {
    /// Nothing done and nothing expected yet. It goes to standard error, so that standard output has
    /// results only.
    pub fn new(estimate: Estimate) -> Progress {
        let display =
            if std::io::stderr().is_terminal() { Display::Bar(bar()) } else { Display::Lines(0) };
        Progress {
            estimate,
            runs: 0,
            is_guess: false,
            finished: 0,
            work: Duration::ZERO,
            done: Duration::ZERO,
            begun: Instant::now(),
            display,
        }
    }

    /// From now on these runs are expected, and after them about `later` runs of every one of `arms`
    /// arms.
    pub fn expect(&mut self, runs: &[Run], later: usize, arms: usize) {
        self.runs = self.finished + runs.len() + later * arms;
        self.is_guess = later > 0;
        self.work = self.done + self.estimate.work(runs) + self.estimate.of_every_arm(later);
        if let Display::Bar(bar) = &self.display {
            bar.set_length(self.work.as_millis().max(1) as u64);
            bar.set_message(self.counted());
        }
    }

    /// Another run has finished.
    pub fn finished(&mut self, run: &Run) {
        self.finished += 1;
        self.done += self.estimate.run(run);
        let counted = self.counted();
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_message(counted);
                bar.set_position(self.done.as_millis() as u64);
            }
            Display::Lines(reported) => {
                let share = self.done.as_secs_f64() / self.work.as_secs_f64().max(1e-9);
                let tenth = (share * 10.0 + 1e-6) as u32;
                if tenth > *reported && self.finished < self.runs {
                    *reported = tenth;
                    let left = self.begun.elapsed().mul_f64((1.0 / share - 1.0).max(0.0));
                    complain(&format!("{counted}, about {} left", spoken(left)));
                }
            }
        }
    }

    fn counted(&self) -> String {
        let about = if self.is_guess { "about " } else { "" };
        format!("{} of {about}{} runs", self.finished, self.runs)
    }

    /// Says something without tearing the bar.
    pub fn note(&self, text: &str) {
        match &self.display {
            Display::Bar(bar) => bar.suspend(|| complain(text)),
            Display::Lines(_) => complain(text),
        }
    }

    /// No more runs.
    pub fn end(self) {
        let runs = if self.finished == 1 { "run" } else { "runs" };
        let counted = format!("{} {runs} in {}", self.finished, spoken(self.begun.elapsed()));
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
        complain(&counted);
    }
}

/// What a measurement of several stages is at; a spinner on a terminal, silent elsewhere.
pub struct Stages {
    name: String,
    spinner: ProgressBar,
}

impl Stages {
    /// Nothing begun yet.
    pub fn new(name: &str) -> Stages {
        let spinner = if std::io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        spinner.enable_steady_tick(Duration::from_millis(100));
        Stages { name: name.to_string(), spinner }
    }

    /// Another stage begins.
    pub fn next(&self, stage: &str) {
        self.spinner.set_message(format!("{}: {stage}", self.name));
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

fn bar() -> ProgressBar {
    let left = |state: &ProgressState, text: &mut dyn Write| {
        // Before the first run has ended there is nothing to go by.
        if state.pos() > 0 {
            let _ = write!(text, "about {} left", spoken(state.eta()));
        }
    };
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {left}")
        .expect("the template is well-formed")
        .with_key("left", left);
    let bar = ProgressBar::new(1).with_style(style);
    // The time left counts down between the ends of two runs.
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}
