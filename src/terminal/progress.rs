//! A bar for work that takes a while.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on stderr, or nothing.
#[derive(Debug)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar for so many; for none, nothing is drawn.
    pub(super) fn new(total: usize) -> Self {
        if total == 0 {
            return Self(None);
        }
        let bar = ProgressBar::new(total as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} · {per_sec} · {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// So many more are done.
    pub fn advance(&self, n: usize) {
        if let Some(bar) = &self.0 {
            bar.inc(n as u64);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
