//! Tables: for people within their terminal's width, for programs as tab-separated lines.

use console::measure_text_width;

use super::cell::Cell;
use crate::domain::escape;

/// Widest cell of a table for people, in columns; one that fills the table may be wider.
const WIDEST: usize = 40;

/// What a column costs besides its content: two blanks and a border. The table has one border more.
const AROUND: usize = 3;

/// With a width, the table is drawn and loses columns from the right before anything wraps. Without
/// one (a pipe), each row is a line of tab-separated cells: no header, no color, nothing cut.
pub fn table<C: Clone + Into<Cell>>(
    headers: &[&str],
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
    let widths = widths(headers, &rows, usize::from(width));
    draw(headers, &rows, &widths)
}

fn line(row: &[Cell]) -> String {
    let cells: Vec<_> = row.iter().map(|cell| escape(&cell.text)).collect();
    cells.join("\t") + "\n"
}

/// The widths of the columns that fit, from the left; at least one.
fn widths(headers: &[&str], rows: &[Vec<Cell>], width: usize) -> Vec<usize> {
    let mut widths = Vec::with_capacity(headers.len());
    let mut used = 1;
    for (at, header) in headers.iter().enumerate() {
        let most = if at == 0 {
            WIDEST.min(width.saturating_sub(AROUND + 1)).max(1)
        } else {
            WIDEST
        };
        let widest = widest(header, rows, at).min(most);
        used += widest + AROUND;
        if at > 0 && used > width {
            break;
        }
        widths.push(widest);
    }
    widths
}

fn widest(header: &str, rows: &[Vec<Cell>], column: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column));
    cells
        .map(|cell| measure_text_width(&escape(&cell.text)))
        .chain([measure_text_width(header)])
        .max()
        .unwrap_or(0)
}

fn draw(headers: &[&str], rows: &[Vec<Cell>], widths: &[usize]) -> String {
    let rule = |begin: char, line: &str, cross: &str, end: char| {
        let parts: Vec<_> = widths.iter().map(|width| line.repeat(width + 2)).collect();
        format!("{begin}{}{end}", parts.join(cross))
    };
    let drawn = |row: &[Cell]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells.map(|(cell, width)| cell.fitted(*width)).collect();
        format!("│ {} │", cells.join(" ┆ "))
    };
    let headers: Vec<Cell> = headers.iter().map(|header| Cell::from(*header)).collect();
    let mut lines = vec![
        rule('┌', "─", "┬", '┐'),
        drawn(&headers),
        rule('╞', "═", "╪", '╡'),
    ];
    lines.extend(rows.iter().map(|row| drawn(row)));
    lines.push(rule('└', "─", "┴", '┘'));
    lines.join("\n")
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
            snapbox::str![[r#"
┌──────┬────────┐
│ Name ┆ Status │
╞══════╪════════╡
│ OTP  ┆ Ready  │
│ 号码 ┆        │
└──────┴────────┘
"#]]
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
