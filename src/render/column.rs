//! Which columns of a table fit into its width, and how wide each is.

/// Widest content of a column, in columns of the terminal; one that fills the table may be wider.
pub(super) const WIDEST: usize = 40;

/// Narrowest that a column that fills the table gets beside columns that are always kept.
const LEAST: usize = 8;

/// Narrowest that it gets beside others: they are dropped before it is cut below this.
const GOOD: usize = 30;

#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub(super) title: &'a str,
    /// Those with the highest rank are dropped first, those of rank 0 last.
    rank: usize,
    pub(super) fills: bool,
}

impl<'a> Column<'a> {
    pub const fn kept(title: &'a str) -> Self {
        Self::ranked(title, 0)
    }

    pub const fn ranked(title: &'a str, rank: usize) -> Self {
        Self {
            title,
            rank,
            fills: false,
        }
    }

    /// Kept, and cut or widened to what the others leave.
    pub const fn filling(title: &'a str) -> Self {
        Self {
            title,
            rank: 0,
            fills: true,
        }
    }
}

/// A column that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fitted {
    /// Its place among all columns.
    pub at: usize,
    pub width: usize,
}

/// The columns that fit, in their order; at least one. `widest` has the widest content of each, and
/// `around` is what each costs besides its content.
pub(super) fn fit(
    columns: &[Column<'_>],
    widest: &[usize],
    around: usize,
    width: usize,
) -> Vec<Fitted> {
    let mut by_rank: Vec<usize> = (0..columns.len()).collect();
    by_rank.sort_by_key(|at| (columns[*at].rank, !columns[*at].fills));
    let mut kept: Vec<Fitted> = Vec::new();
    for at in by_rank {
        let column = columns[at];
        let most = if column.fills { usize::MAX } else { WIDEST };
        let mut width_of_it = widest[at].min(most);
        if kept.is_empty() {
            width_of_it = width_of_it.min(width.saturating_sub(around)).max(1);
        }
        let fitted = Fitted {
            at,
            width: width_of_it,
        };
        kept.push(fitted);
        let least = if column.rank == 0 { LEAST } else { GOOD };
        let narrowest = |one: &Fitted| {
            let most = if columns[one.at].fills { least } else { WIDEST };
            one.width.min(most) + around
        };
        if kept.len() > 1 && kept.iter().map(narrowest).sum::<usize>() > width {
            kept.pop();
            break;
        }
    }
    let used = |kept: &[Fitted]| kept.iter().map(|one| one.width + around).sum::<usize>();
    let over = used(&kept).saturating_sub(width);
    if let Some(filling) = kept.iter_mut().find(|one| columns[one.at].fills) {
        filling.width = filling.width.saturating_sub(over).max(1);
    }
    kept.sort_by_key(|one| one.at);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<'_>; 4] = [
        Column::ranked("Time", 2),
        Column::ranked("Status", 1),
        Column::kept("From"),
        Column::filling("Text"),
    ];

    fn fitted(text: usize, width: usize) -> Vec<(&'static str, usize)> {
        let fitted = fit(&COLUMNS, &[10, 9, 11, text], 3, width - 1);
        let titled = |one: &Fitted| (COLUMNS[one.at].title, one.width);
        fitted.iter().map(titled).collect()
    }

    #[test]
    fn what_matters_least_is_dropped_first_and_the_text_gets_the_rest() {
        let all = [("Time", 10), ("Status", 9), ("From", 11), ("Text", 57)];
        assert_eq!(fitted(200, 100), all);
        let no_time = [("Status", 9), ("From", 11), ("Text", 40)];
        assert_eq!(fitted(200, 70), no_time);
        assert_eq!(fitted(200, 50), [("From", 11), ("Text", 32)]);
        assert_eq!(fitted(200, 26), [("From", 11), ("Text", 8)]);
        assert_eq!(fitted(200, 25), [("Text", 21)]);
    }

    #[test]
    fn a_short_text_takes_no_more_than_it_needs() {
        let all = [("Time", 10), ("Status", 9), ("From", 11), ("Text", 4)];
        assert_eq!(fitted(4, 100), all);
        assert_eq!(fitted(4, 47), all);
        assert_eq!(fitted(4, 46), all[1..]);
    }
}
