//! A bar for work that takes a while.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

#[derive(Debug)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// With a total of 0, nothing is drawn.
    pub(super) fn new(total: usize) -> Self {
        if total == 0 {
            return Self(None);
        }
        let bar = ProgressBar::new(total as u64);
        // As wide as the terminal: a line that wraps is not cleared as a whole.
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} · {rate} · {eta} left");
        if let Ok(style) = style {
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // What cannot be drawn is left out.
                let _ = write!(out, "{:.0}/s", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        Self(Some(bar))
    }

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
