//! How far a gradient check is.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line that says which case is at work; nothing where standard error is not a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Nothing of so many cases done yet.
    pub(super) fn begin(cases: usize) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left  {msg}")
            .expect("the template is well-formed");
        let bar = ProgressBar::new(cases as u64).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress(bar)
    }

    /// A case begins.
    pub(super) fn show(&self, at: &gradcheck::Progress) {
        self.0.set_message(format!("{}: {}", at.layer, at.case));
        self.0.inc(1);
    }

    /// It is over.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
