//! Keys as they are pressed, one at a time and none ahead: what is typed early waits for the
//! question after this one.

use std::io;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// Text that the terminal says was pasted (bracketed paste).
    Paste(String),
    Enter,
    Tab,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    WordLeft,
    WordRight,
    Backspace,
    Delete,
    /// Ctrl-D: deletes, or ends where there is nothing.
    DeleteOrEnd,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
    /// Nobody will press a key again.
    Closed,
    Other,
}

/// A character that Ctrl was held for, or another one by itself.
fn plain(c: char) -> Key {
    match c {
        '\r' | '\n' => Key::Enter,
        '\t' => Key::Tab,
        '\x7f' | '\x08' => Key::Backspace,
        '\x01' => Key::Home,
        '\x02' => Key::Left,
        '\x04' => Key::DeleteOrEnd,
        '\x05' => Key::End,
        '\x06' => Key::Right,
        '\x0b' => Key::DeleteToEnd,
        '\x0e' => Key::Down,
        '\x10' => Key::Up,
        '\x15' => Key::DeleteToStart,
        '\x17' => Key::DeleteWord,
        c if c.is_control() => Key::Other,
        c => Key::Char(c),
    }
}

#[cfg(unix)]
pub use unix::read;

#[cfg(unix)]
mod unix {
    use super::{Key, io, plain};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;

    /// How long after Escape the rest of a key's sequence may come.
    const SEQUENCE: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };

    /// Most bytes that are taken of what is pasted.
    const LONGEST_PASTE: usize = 64 << 10;

    const END_OF_PASTE: &[u8] = b"\x1b[201~";

    /// Waits for a key. The terminal has to give each byte at once.
    pub fn read() -> io::Result<Key> {
        let Some(first) = byte()? else {
            return Ok(Key::Closed);
        };
        match first {
            0x1b if !more_within(&SEQUENCE)? => Ok(Key::Escape),
            0x1b => sequence(),
            first => Ok(character(first)?.map_or(Key::Other, plain)),
        }
    }

    fn byte() -> io::Result<Option<u8>> {
        let mut buffer = [0];
        loop {
            match rustix::io::read(rustix::stdio::stdin(), &mut buffer) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(buffer[0])),
                Err(Errno::INTR) => {}
                // A terminal that is gone.
                Err(Errno::IO) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn more_within(time: &Timespec) -> io::Result<bool> {
        let stdin = rustix::stdio::stdin();
        let mut polled = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut polled, Some(time)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn character(first: u8) -> io::Result<Option<char>> {
        let more = match first {
            0xc0..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf7 => 3,
            _ => 0,
        };
        let mut bytes = vec![first];
        for _ in 0..more {
            bytes.extend(byte()?);
        }
        let text = std::str::from_utf8(&bytes).ok();
        Ok(text.and_then(|text| text.chars().next()))
    }

    /// What follows Escape: the sequences of xterm, its relatives and the Linux console.
    fn sequence() -> io::Result<Key> {
        Ok(match byte()? {
            Some(b'[') => {
                let mut code = Vec::new();
                loop {
                    match byte()? {
                        None => return Ok(Key::Closed),
                        Some(last @ 0x40..=0x7e) if !(last == b'[' && code.is_empty()) => {
                            return named(&code, last);
                        }
                        Some(byte) => code.push(byte),
                    }
                }
            }
            Some(b'O') => match byte()? {
                Some(last) => named(&[], last)?,
                None => Key::Closed,
            },
            Some(b'b') => Key::WordLeft,
            Some(b'f') => Key::WordRight,
            Some(0x7f) => Key::DeleteWord,
            Some(_) => Key::Other,
            None => Key::Closed,
        })
    }

    fn named(code: &[u8], last: u8) -> io::Result<Key> {
        Ok(match (code, last) {
            (b"200", b'~') => Key::Paste(pasted()?),
            (b"1;5" | b"1;3", b'C') => Key::WordRight,
            (b"1;5" | b"1;3", b'D') => Key::WordLeft,
            (_, b'A') => Key::Up,
            (_, b'B') => Key::Down,
            (_, b'C') => Key::Right,
            (_, b'D') => Key::Left,
            (_, b'H') | (b"1" | b"7", b'~') => Key::Home,
            (_, b'F') | (b"4" | b"8", b'~') => Key::End,
            (b"3", b'~') => Key::Delete,
            _ => Key::Other,
        })
    }

    fn pasted() -> io::Result<String> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(END_OF_PASTE) {
            match byte()? {
                Some(byte) if bytes.len() < LONGEST_PASTE || END_OF_PASTE.contains(&byte) => {
                    bytes.push(byte);
                }
                Some(_) => {}
                None => break,
            }
        }
        let text = bytes.strip_suffix(END_OF_PASTE).unwrap_or(&bytes);
        let text = String::from_utf8_lossy(text).replace("\r\n", "\n");
        Ok(text.replace('\r', "\n"))
    }
}

/// Without sequences of its own: the library's names of keys.
#[cfg(not(unix))]
pub fn read() -> io::Result<Key> {
    use console::Key as Console;
    Ok(match console::Term::stderr().read_key()? {
        Console::Char(c) => plain(c),
        Console::Enter => Key::Enter,
        Console::Tab => Key::Tab,
        Console::Escape => Key::Escape,
        Console::ArrowUp => Key::Up,
        Console::ArrowDown => Key::Down,
        Console::ArrowLeft => Key::Left,
        Console::ArrowRight => Key::Right,
        Console::Home => Key::Home,
        Console::End => Key::End,
        Console::Backspace => Key::Backspace,
        Console::Del => Key::Delete,
        _ => Key::Other,
    })
}
