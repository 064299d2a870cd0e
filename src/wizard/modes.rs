//! The terminal's modes: as they were before the first prompt, and as prompts need them.

#[cfg(unix)]
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::plain::is_plain;

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
            set(modes);
        }
    }
}

/// Nothing is left to be tried where the terminal is gone.
#[cfg(unix)]
fn set(modes: &Termios) {
    let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, modes);
}

/// Until it is dropped, each key is given at once and shown by nobody. Ctrl-C stays a signal.
#[derive(Debug)]
pub struct KeyByKey(Modes);

impl KeyByKey {
    pub fn begin() -> Self {
        let before = Modes::now();
        #[cfg(unix)]
        if let (Modes(Some(modes)), false) = (&before, is_plain()) {
            let mut modes = modes.clone();
            modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN;
            modes.input_modes -= InputModes::ICRNL | InputModes::IXON;
            set(&modes);
        }
        Self(before)
    }
}

impl Drop for KeyByKey {
    fn drop(&mut self) {
        self.0.restore();
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
