//! The terminal's modes, as they were before the first prompt.

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// `None` where standard input is not a terminal.
#[cfg(unix)]
#[derive(Debug)]
pub struct Modes(Option<Termios>);

#[cfg(unix)]
impl Modes {
    pub fn now() -> Self {
        Self(tcgetattr(std::io::stdin()).ok())
    }

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
    pub fn now() -> Self {
        Self
    }

    pub fn restore(&self) {}
}
