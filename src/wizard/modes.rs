//! The terminal's modes, as they were before the first prompt.

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal on standard input was; `None` where there is no telling.
#[cfg(unix)]
#[derive(Debug)]
pub struct Modes(Option<Termios>);

#[cfg(unix)]
impl Modes {
    /// The modes now.
    pub fn now() -> Self {
        Self(tcgetattr(std::io::stdin()).ok())
    }

    /// Sets them again.
    pub fn restore(&self) {
        if let Self(Some(modes)) = self {
            // Nothing is left to be tried where the terminal is gone.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, modes);
        }
    }
}

/// Other systems keep no modes that a prompt changes.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Modes;

#[cfg(not(unix))]
impl Modes {
    /// Nothing to remember.
    pub fn now() -> Self {
        Self
    }

    /// Nothing to set.
    pub fn restore(&self) {}
}
