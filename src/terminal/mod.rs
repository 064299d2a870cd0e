//! The only printer: answers on stdout, everything else on stderr, both within the terminal's
//! means. Texts arrive composed; this file decides width, color, silence and broken pipes.

mod progress;

use std::io::{self, IsTerminal as _, Write};

use anstyle::{AnsiColor, Style};

use progress::Progress;

use crate::domain::{SafeLine, SafePretty, escape};
use crate::error::{self, Failure};

/// Fewest columns in which a prompt can be drawn.
const NARROWEST: u16 = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    #[default]
    Table,
    Json,
}

#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct TerminalOptions {
    pub output: Output,
    pub color: Color,
    pub no_input: bool,
    pub quiet: bool,
    pub verbose: bool,
    /// `NO_COLOR` or a dumb terminal.
    pub plain: bool,
    /// A continuous integration run, where nobody answers.
    pub ci: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    options: TerminalOptions,
    width: Option<u16>,
}

impl Terminal {
    pub fn new(options: TerminalOptions) -> Self {
        let width = io::stdout()
            .is_terminal()
            .then(|| columns(&console::Term::stdout()));
        let terminal = Self { options, width };
        console::set_colors_enabled_stderr(terminal.colored(io::stderr().is_terminal()));
        terminal
    }

    fn colored(&self, is_terminal: bool) -> bool {
        match self.options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !self.options.plain,
        }
    }

    pub fn json(&self) -> bool {
        self.options.output == Output::Json
    }

    /// Columns of stdout; `None` where it is not a terminal.
    pub fn width(&self) -> Option<u16> {
        self.width
    }

    /// Columns of stderr; `None` where it is not a terminal.
    pub fn prompt_width(&self) -> Option<u16> {
        let is_terminal = io::stderr().is_terminal();
        is_terminal.then(|| columns(&console::Term::stderr()))
    }

    pub fn is_interactive(&self) -> bool {
        let here = io::stdin().is_terminal() && io::stderr().is_terminal();
        here && !self.options.no_input
            && !self.options.ci
            && columns(&console::Term::stderr()) >= NARROWEST
    }

    pub fn answer(&self, text: &str) -> anyhow::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        if self.colored(self.width.is_some()) {
            out.write_all(text.as_bytes())?;
        } else {
            write!(out, "{}", anstream::adapter::strip_str(text))?;
        }
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }

    pub fn answer_json(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        // All of it or nothing: a part is no JSON.
        let mut text = Vec::new();
        write_json(&mut text, value)?;
        let mut out = io::stdout().lock();
        out.write_all(&text)?;
        Ok(out.flush()?)
    }

    pub fn is_quiet(&self) -> bool {
        self.options.quiet
    }

    /// Only for people: programs read errors on stderr.
    pub fn note(&self, text: &str) {
        if !self.options.quiet && !self.json() {
            self.say(text);
        }
    }

    /// Shown with `--verbose` only.
    pub fn detail(&self, text: &str) {
        if self.options.verbose {
            self.say(text);
        }
    }

    /// Shown even with `--quiet`.
    pub fn say(&self, text: &str) {
        let mut err = io::stderr().lock();
        // Nobody is left to be told that stderr is gone.
        let _ = if self.colored(io::stderr().is_terminal()) {
            writeln!(err, "{text}")
        } else {
            writeln!(err, "{}", anstream::adapter::strip_str(text))
        };
    }

    /// Hands text to the terminal's clipboard (OSC 52), which also works over SSH. `false` where
    /// stderr is no terminal.
    pub fn copy(&self, text: &str) -> bool {
        use base64::Engine as _;
        if !io::stderr().is_terminal() {
            return false;
        }
        let payload = base64::engine::general_purpose::STANDARD.encode(text);
        write!(io::stderr().lock(), "\x1b]52;c;{payload}\x07").is_ok()
    }

    /// Draws nothing where nobody looks.
    #[must_use]
    pub fn progress(&self, total: usize) -> Progress {
        let seen = io::stderr().is_terminal() && !self.options.quiet && !self.json();
        Progress::new(if seen { total } else { 0 })
    }

    pub fn report(&self, failure: &Failure) {
        if self.json() {
            let _ = write_json(&mut io::stderr().lock(), &error::to_json(failure));
            return;
        }
        self.say(&format!(
            "{} {}",
            label("error:", AnsiColor::Red),
            escape_lines(&failure.message)
        ));
        if let Some(hint) = &failure.hint {
            self.say(&format!(
                "{} {}",
                label("hint:", AnsiColor::Cyan),
                escape_lines(hint)
            ));
        }
    }
}

/// Escapes what a terminal would act on.
pub fn json_line(value: &impl serde::Serialize) -> String {
    let mut line = Vec::new();
    let mut json = serde_json::Serializer::with_formatter(&mut line, SafeLine::default());
    // What is shown as a line has text keys only, and a vector takes everything.
    let _ = value.serialize(&mut json);
    String::from_utf8(line).unwrap_or_default()
}

fn write_json(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    let mut json = serde_json::Serializer::with_formatter(&mut *out, SafePretty::default());
    value.serialize(&mut json).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

fn columns(term: &console::Term) -> u16 {
    term.size().1
}

fn label(text: &str, color: AnsiColor) -> String {
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

/// Foreign text escaped, our own line breaks kept.
fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
