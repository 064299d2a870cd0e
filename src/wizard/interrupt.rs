//! Ctrl-C while a prompt is open: restores the terminal, tells the user and ends the process.
//!
//! Prompts draw before they read: a Ctrl-C in that gap never reaches them. So a thread waits for
//! the signal for as long as there are prompts, and it alone ends the process.

use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::ctrl_c;

use super::frame::PASTE_OFF;
use super::modes::Modes;
use super::plain::is_plain;
use crate::error::Code;

/// What the prompt in the foreground needs to put the terminal's mode back.
const RESTORE_DELAY: Duration = Duration::from_millis(100);

/// Proves that Ctrl-C is watched for, until the process ends. Only [`Interrupt::watch`] gives it.
#[derive(Debug, Clone, Copy)]
pub struct Interrupt(());

impl Interrupt {
    /// Starts watching; from here on Ctrl-C calls `on_interrupt` and exits with 130.
    pub fn watch(on_interrupt: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let modes = Modes::now();
        let runtime = Builder::new_current_thread().enable_io().build()?;
        // The handler is in place when this returns, before the first prompt.
        let signal = {
            let _inside = runtime.enter();
            let mut signal = Box::pin(ctrl_c());
            let waker = std::task::Waker::noop();
            let first = signal
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker));
            if let std::task::Poll::Ready(result) = first {
                result?;
            }
            signal
        };
        thread::Builder::new()
            .name("ctrl-c".to_owned())
            .spawn(move || {
                if runtime.block_on(signal).is_ok() {
                    thread::sleep(RESTORE_DELAY);
                    // A prompt that began to read only now has made the terminal raw again.
                    modes.restore();
                    if !is_plain() {
                        let term = console::Term::stderr();
                        let _ = term.write_str(PASTE_OFF);
                        let _ = term.show_cursor();
                    }
                    on_interrupt();
                    // The main thread is inside a prompt, which nothing else can end.
                    std::process::exit(i32::from(Code::Cancelled.number()));
                }
            })?;
        Ok(Self(()))
    }
}

/// Does what Ctrl-C does, where nobody can answer any more.
#[expect(clippy::exit, reason = "where a process cannot send itself a signal")]
pub(super) fn raise() -> ! {
    #[cfg(unix)]
    if rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT)
        .is_ok()
    {
        wait_for_the_end();
    }
    std::process::exit(i32::from(Code::Cancelled.number()));
}

/// For the thread whose prompt was interrupted: the watching thread ends the process.
pub(super) fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}
