//! Tables: for people within their terminal's width, for programs as tab-separated lines.

use std::iter;

use comfy_table::{ContentArrangement, Table, presets};
use console::measure_text_width;

use super::cell::Cell;
use super::column::{Column, Fitted, fit};
use crate::domain::escape;

/// What a column costs besides its content: two blanks and a border. The table has one border more.
const AROUND: usize = 3;

/// Loses columns from the right before anything wraps; see [`ranked_table`].
pub fn table<C: Clone + Into<Cell>>(
    headers: &[&str],
    rows: &[Vec<C>],
    width: Option<u16>,
) -> String {
    let columns = headers.iter().enumerate();
    let columns: Vec<_> = columns
        .map(|(rank, title)| Column::ranked(title, rank))
        .collect();
    ranked_table(&columns, rows, width)
}

/// With a width, the table is drawn with the columns that fit. Without one (a pipe), each row is a
/// line of tab-separated cells: no header, no color, nothing cut.
pub fn ranked_table<C: Clone + Into<Cell>>(
    columns: &[Column<'_>],
    rows: &[Vec<C>],
    width: Option<u16>,
) -> String {
    let rows: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| row.iter().cloned().map(Into::into).collect())
        .collect();
    let Some(width) = width else {
        return rows.iter().map(|row| line(row)).collect();
    };
    let header = columns.iter().map(|column| column.title.into()).collect();
    let rows: Vec<_> = iter::once(header).chain(rows).collect();
    let widest: Vec<_> = (0..columns.len()).map(|at| widest(&rows, at)).collect();
    draw(
        &rows,
        &fit(
            columns,
            &widest,
            AROUND,
            usize::from(width).saturating_sub(1),
        ),
    )
}

fn line(row: &[Cell]) -> String {
    let cells: Vec<_> = row.iter().map(|cell| escape(&cell.text)).collect();
    cells.join("\t") + "\n"
}

fn widest(rows: &[Vec<Cell>], column: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column));
    let widths = cells.map(|cell| measure_text_width(&escape(&cell.text)));
    widths.max().unwrap_or(0)
}

/// The first row is the header. Colors come last: the table counts every character as seen.
fn draw(rows: &[Vec<Cell>], columns: &[Fitted]) -> String {
    let plain = |row: &Vec<Cell>| -> Vec<String> {
        let cell = |column: &Fitted| row[column.at].fitted(column.width);
        columns.iter().map(cell).collect()
    };
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Disabled);
    let mut cells = rows.iter().map(plain);
    table.set_header(cells.next().unwrap_or_default());
    table.add_rows(cells);
    let drawn = table.trim_fmt();
    // A line, the header and another line stand above the second row.
    let above = 3;
    let paint = |(at, line): (usize, &str)| {
        let row = at.checked_sub(above).and_then(|at| rows.get(at + 1));
        row.map_or_else(|| line.to_owned(), |row| painted(line, row, columns))
    };
    let lines: Vec<_> = drawn.lines().enumerate().map(paint).collect();
    lines.join("\n")
}

fn painted(line: &str, row: &[Cell], columns: &[Fitted]) -> String {
    let (mut text, mut rest) = (String::new(), line);
    for column in columns {
        let cell = &row[column.at];
        let plain = cell.fitted(column.width);
        if let Some((before, after)) = rest.split_once(&plain) {
            text += before;
            text += &cell.tone.paint_word(&plain);
            rest = after;
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::super::Tone;
    use super::*;
    use proptest::prelude::*;

    fn rows(cells: &[&[&str]]) -> Vec<Vec<String>> {
        cells
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect()
    }

    #[test]
    fn loses_columns_from_the_right_before_it_wraps() {
        let rows = rows(&[&["OTP Germany", "Ready", "otp, germany"]]);
        let wide = table(&["Name", "Status", "Tags"], &rows, Some(80));
        assert!(wide.contains("otp, germany"));
        let narrow = table(&["Name", "Status", "Tags"], &rows, Some(30));
        assert!(
            narrow.contains("Ready") && !narrow.contains("Tags"),
            "{narrow}"
        );
    }

    #[test]
    fn a_pipe_gets_every_character_and_no_frame() {
        let long = "x".repeat(200);
        let rows = rows(&[&[&long, "a\tb"]]);
        assert_eq!(
            table(&["Name", "Odd"], &rows, None),
            format!("{long}\ta\\u{{9}}b\n")
        );
    }

    #[test]
    fn a_color_is_put_around_what_was_cut_and_a_pipe_gets_none() {
        let long = "x".repeat(50);
        let rows = [
            vec![Cell::from("OTP"), Cell::toned("Ready", Tone::Good)],
            vec![Cell::from("\x1b[31mred"), Cell::toned(long, Tone::Failed)],
        ];
        let drawn = table(&["Name", "Status"], &rows, Some(80));
        let cut = format!("\x1b[31m{}…\x1b[0m │", "x".repeat(39));
        assert!(drawn.contains(&cut), "{drawn:?}");
        assert!(drawn.contains("\x1b[32mReady\x1b[0m  "), "{drawn:?}");
        assert!(drawn.contains("│ \\u{1b}[31mred ┆"), "{drawn:?}");
        let widths: Vec<_> = drawn.lines().map(measure_text_width).collect();
        assert!(
            widths.iter().all(|width| *width == widths[0]),
            "{widths:?} {drawn}"
        );
        assert!(!table(&["Name", "Status"], &rows, None).contains('\x1b'));
    }

    #[test]
    fn is_drawn_with_a_frame() {
        let rows = rows(&[&["OTP", "Ready"], &["号码", ""]]);
        snapbox::assert_data_eq!(
            table(&["Name", "Status"], &rows, Some(80)),
            snapbox::str![[r"
┌──────┬────────┐
│ Name ┆ Status │
╞══════╪════════╡
│ OTP  ┆ Ready  │
│ 号码 ┆        │
└──────┴────────┘
"]]
        );
    }

    proptest! {
        #[test]
        fn never_wider_than_the_terminal(texts in prop::collection::vec(any::<String>(), 1..6), width in 20u16..200) {
            let headers: Vec<&str> = texts.iter().map(|_| "Header").collect();
            let drawn = table(&headers, std::slice::from_ref(&texts), Some(width));
            for line in drawn.lines() {
                prop_assert!(measure_text_width(line) <= usize::from(width), "{drawn}");
            }
        }
    }
}
