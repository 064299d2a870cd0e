//! Lines in columns, drawn one by one as they come.

use anstyle::Style;
use console::measure_text_width;

use super::cell::Cell;
use super::column::{Column, fit};
use crate::domain::escape;

/// Between two columns.
const GAP: usize = 2;

/// A column is as wide as the widest that came so far: it cannot be known what comes.
#[derive(Debug)]
pub struct Lines<'a> {
    columns: &'a [Column<'a>],
    widest: Vec<usize>,
    width: usize,
}

impl<'a> Lines<'a> {
    /// `usual` has a text for each column that is as wide as most.
    pub fn new(columns: &'a [Column<'a>], usual: &[&str], width: u16) -> Self {
        let title = |column: &Column<'_>| measure_text_width(column.title);
        let mut lines = Self {
            columns,
            widest: columns.iter().map(title).collect(),
            width: width.into(),
        };
        lines.widen(usual.iter().copied());
        lines
    }

    pub fn header(&self) -> String {
        let bold = Style::new().bold();
        let titles = self.columns.iter().map(|column| column.title.into());
        format!("{bold}{}{bold:#}", self.draw(&titles.collect::<Vec<_>>()))
    }

    pub fn line(&mut self, cells: &[Cell]) -> String {
        let texts: Vec<_> = cells.iter().map(|cell| escape(&cell.text)).collect();
        self.widen(texts.iter().map(AsRef::as_ref));
        self.draw(cells)
    }

    fn widen<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        for (widest, text) in self.widest.iter_mut().zip(texts) {
            *widest = measure_text_width(text).max(*widest);
        }
    }

    fn draw(&self, cells: &[Cell]) -> String {
        let filling = |(column, widest): (&Column<'_>, &usize)| {
            if column.fills { self.width } else { *widest }
        };
        let widest: Vec<_> = self.columns.iter().zip(&self.widest).map(filling).collect();
        let columns = fit(self.columns, &widest, GAP, self.width + GAP);
        let cells = columns.iter().map(|column| {
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
}
