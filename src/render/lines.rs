//! Lines in columns, drawn one by one as they come.

use std::iter;

use anstyle::Style;
use console::measure_text_width;

use super::cell::Cell;
use super::column::{Column, Fitted, WIDEST, fit};
use crate::domain::escape;

/// Between two columns.
const GAP: usize = 2;

/// The least that the text keeps when another column widens.
const LEAST_TEXT: usize = 3;

/// Which columns there are is settled by the header. Each is as wide as the widest that came so
/// far, at the cost of the one that fills the line: it cannot be known what comes.
#[derive(Debug)]
pub struct Lines<'a> {
    columns: &'a [Column<'a>],
    kept: Vec<Fitted>,
}

impl<'a> Lines<'a> {
    /// `usual` has a text for each column that is as wide as most.
    pub fn new(columns: &'a [Column<'a>], usual: &[&str], width: u16) -> Self {
        let width = usize::from(width);
        let usual = usual.iter().copied().chain(iter::repeat(""));
        let widest = |(column, usual): (&Column<'_>, &str)| {
            if column.fills {
                return width;
            }
            measure_text_width(column.title).max(measure_text_width(usual))
        };
        let widest: Vec<_> = columns.iter().zip(usual).map(widest).collect();
        let kept = fit(columns, &widest, GAP, width + GAP);
        Self { columns, kept }
    }

    pub fn header(&self) -> String {
        let bold = Style::new().bold();
        let titles = self.columns.iter().map(|column| column.title.into());
        format!("{bold}{}{bold:#}", self.draw(&titles.collect::<Vec<_>>()))
    }

    pub fn line(&mut self, cells: &[Cell]) -> String {
        self.widen(cells);
        self.draw(cells)
    }

    fn widen(&mut self, cells: &[Cell]) {
        let fills = |one: &Fitted| self.columns[one.at].fills;
        let Some(text) = self.kept.iter().position(fills) else {
            return;
        };
        let mut spare = self.kept[text].width.saturating_sub(LEAST_TEXT);
        for (at, one) in self.kept.iter_mut().enumerate() {
            if at == text {
                continue;
            }
            let wanted = measure_text_width(&escape(&cells[one.at].text)).min(WIDEST);
            let more = wanted.saturating_sub(one.width).min(spare);
            one.width += more;
            spare -= more;
        }
        let text = &mut self.kept[text];
        text.width = text.width.min(LEAST_TEXT) + spare;
    }

    fn draw(&self, cells: &[Cell]) -> String {
        let cells = self.kept.iter().map(|column| {
            let cell = &cells[column.at];
            cell.tone.paint_word(&cell.fitted(column.width))
        });
        let line = cells.collect::<Vec<_>>().join(&" ".repeat(GAP));
        line.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tone;
    use super::*;

    const COLUMNS: [Column<'_>; 4] = [
        Column::ranked("Time", 1),
        Column::kept("Status"),
        Column::filling("Text"),
        Column::ranked("Stream", 2),
    ];
    const USUAL: [&str; 2] = ["15:04:05", "delivered"];

    fn cells(status: &str, text: &str) -> [Cell; 4] {
        let status = Cell::toned(status, Tone::Good);
        ["15:04:05".into(), status, text.into(), "OTP".into()]
    }

    fn plain(text: &str) -> String {
        console::strip_ansi_codes(text).into_owned()
    }

    #[test]
    fn lines_stand_in_columns_and_the_text_gets_the_rest() {
        let mut lines = Lines::new(&COLUMNS, &USUAL, 60);
        let header = format!("{:<8}  {:<9}  {:<31}  Stream", "Time", "Status", "Text");
        assert_eq!(plain(&lines.header()), header);
        let line = lines.line(&cells("sent", "Hi"));
        assert!(line.contains("\x1b[32msent\x1b[0m     "), "{line:?}");
        let long = lines.line(&cells("delivered", &"x".repeat(90)));
        let (line, long) = (plain(&line), plain(&long));
        assert_eq!(line.find("Hi"), long.find('x'));
        assert_eq!(long.chars().count(), 57, "{long}");
        assert!(long.ends_with("…  OTP"), "{long}");
    }

    #[test]
    fn a_wider_value_widens_its_column_from_then_on() {
        let mut lines = Lines::new(&COLUMNS, &USUAL, 60);
        let wide = plain(&lines.line(&cells("sent_failed+", "Hi")));
        let next = plain(&lines.line(&cells("sent", "Hi")));
        assert_eq!(wide.find("Hi"), Some(24));
        assert_eq!(wide.find("Hi"), next.find("Hi"));
    }

    #[test]
    fn a_narrow_window_loses_what_matters_least_and_no_line_wraps() {
        for (width, has_time, has_stream) in [(58, true, false), (30, false, false)] {
            let mut lines = Lines::new(&COLUMNS, &USUAL, width);
            let line = plain(&lines.line(&cells("sent", &"x".repeat(90))));
            assert_eq!(line.contains("15:04:05"), has_time, "{line}");
            assert_eq!(line.contains("OTP"), has_stream, "{line}");
            assert_eq!(line.chars().count(), usize::from(width), "{line}");
        }
    }

    #[test]
    fn a_wide_value_takes_its_place_from_the_text_and_drops_no_column() {
        let mut lines = Lines::new(&COLUMNS, &USUAL, 60);
        let name = "A stream whose name came after the header";
        let mut wide = cells("sent", "Hello, how are you today?");
        wide[3] = name.into();
        let drawn = plain(&lines.line(&wide));
        assert_eq!(drawn.chars().count(), 60, "{drawn}");
        assert!(
            drawn.starts_with("15:04:05  sent       He…  A stream"),
            "{drawn}"
        );
        let next = plain(&lines.line(&cells("sent", "Hi")));
        assert_eq!(
            drawn.find("A stream").map(|at| at - "…".len() + 1),
            next.find("OTP")
        );
    }
}
