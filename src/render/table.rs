//! Tables: for people within their terminal's width, for programs as tab-separated lines.

use comfy_table::{ContentArrangement, Table, presets};
use console::{measure_text_width, truncate_str};

use crate::domain::escape;

/// Widest cell of a table for people, in columns.
const WIDEST: usize = 40;

/// With a width, the table is drawn and loses columns from the right before anything wraps. Without
/// one (a pipe), each row is a line of tab-separated cells: no header, nothing cut.
pub fn table(headers: &[&str], rows: &[Vec<String>], width: Option<u16>) -> String {
    let Some(width) = width else {
        return rows.iter().map(|row| line(row)).collect();
    };
    let width = usize::from(width);
    let first = WIDEST.min(width.saturating_sub(4)).max(1);
    let cut = |text: &str, column: usize| {
        let most = if column == 0 { first } else { WIDEST };
        truncate_str(&escape(text), most, "…").into_owned()
    };
    let mut cells: Vec<Vec<String>> = Vec::with_capacity(rows.len() + 1);
    cells.push(
        headers
            .iter()
            .enumerate()
            .map(|(at, text)| cut(text, at))
            .collect(),
    );
    cells.extend(rows.iter().map(|row| {
        row.iter()
            .enumerate()
            .map(|(at, text)| cut(text, at))
            .collect()
    }));

    let kept = columns_that_fit(&cells, width);
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Disabled);
    let mut cells = cells
        .into_iter()
        .map(|row| row.into_iter().take(kept).collect::<Vec<_>>());
    table.set_header(cells.next().unwrap_or_default());
    table.add_rows(cells);
    table.trim_fmt()
}

fn line(row: &[String]) -> String {
    let cells: Vec<_> = row.iter().map(|cell| escape(cell)).collect();
    cells.join("\t") + "\n"
}

/// How many columns fit, from the left; at least one. A column costs its content, two blanks and
/// a border, and the table one border more.
fn columns_that_fit(cells: &[Vec<String>], width: usize) -> usize {
    let columns = cells.first().map_or(0, Vec::len);
    let mut used = 1;
    for column in 0..columns {
        let content = cells.iter().filter_map(|row| row.get(column));
        used += content
            .map(|cell| measure_text_width(cell))
            .max()
            .unwrap_or(0)
            + 3;
        if used > width {
            return column.max(1);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
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
