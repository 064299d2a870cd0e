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
    Edit(Edit),
    /// Ctrl-D: deletes, or ends where there is nothing.
    DeleteOrEnd,
    /// Nobody will press a key again.
    Closed,
    Other,
}

/// What a key does to a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Left,
    Right,
    Home,
    End,
    WordLeft,
    WordRight,
    Backspace,
    Delete,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
}

/// A character that Ctrl was held for, or another one by itself.
fn plain(c: char) -> Key {
    match c {
        '\r' | '\n' => Key::Enter,
        '\t' => Key::Tab,
        '\x7f' | '\x08' => Key::Edit(Edit::Backspace),
        '\x01' => Key::Edit(Edit::Home),
        '\x02' => Key::Edit(Edit::Left),
        '\x04' => Key::DeleteOrEnd,
        '\x05' => Key::Edit(Edit::End),
        '\x06' => Key::Edit(Edit::Right),
        '\x0b' => Key::Edit(Edit::DeleteToEnd),
        '\x0e' => Key::Down,
        '\x10' => Key::Up,
        '\x15' => Key::Edit(Edit::DeleteToStart),
        '\x17' => Key::Edit(Edit::DeleteWord),
        c if c.is_control() => Key::Other,
        c => Key::Char(c),
    }
}

#[cfg(unix)]
pub use unix::read;

#[cfg(unix)]
mod unix {
    use super::{Edit, Key, io, plain};
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
                // At its end, and where the terminal is gone.
                Ok(0) | Err(Errno::IO) => return Ok(None),
                Ok(_) => return Ok(Some(buffer[0])),
                Err(Errno::INTR) => {}
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
            Some(b'b') => Key::Edit(Edit::WordLeft),
            Some(b'f') => Key::Edit(Edit::WordRight),
            Some(0x7f) => Key::Edit(Edit::DeleteWord),
            Some(_) => Key::Other,
            None => Key::Closed,
        })
    }

    fn named(code: &[u8], last: u8) -> io::Result<Key> {
        Ok(match (code, last) {
            (b"200", b'~') => Key::Paste(pasted()?),
            (b"1;5" | b"1;3", b'C') => Key::Edit(Edit::WordRight),
            (b"1;5" | b"1;3", b'D') => Key::Edit(Edit::WordLeft),
            (_, b'A') => Key::Up,
            (_, b'B') => Key::Down,
            (_, b'C') => Key::Edit(Edit::Right),
            (_, b'D') => Key::Edit(Edit::Left),
            (_, b'H') | (b"1" | b"7", b'~') => Key::Edit(Edit::Home),
            (_, b'F') | (b"4" | b"8", b'~') => Key::Edit(Edit::End),
            (b"3", b'~') => Key::Edit(Edit::Delete),
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
        Console::ArrowLeft => Key::Edit(Edit::Left),
        Console::ArrowRight => Key::Edit(Edit::Right),
        Console::Home => Key::Edit(Edit::Home),
        Console::End => Key::Edit(Edit::End),
        Console::Backspace => Key::Edit(Edit::Backspace),
        Console::Del => Key::Edit(Edit::Delete),
        _ => Key::Other,
    })
}
