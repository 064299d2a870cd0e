//! Errors and hints are composed of clauses. Where one is shown by itself, it is a sentence.

/// Each line with a capital letter and a full stop, unless it is indented, begins with a flag, a file
/// or a command, or ends with what people paste.
pub fn sentence(clauses: &str) -> String {
    let lines: Vec<_> = clauses.split('\n').map(line).collect();
    lines.join("\n")
}

fn line(clause: &str) -> String {
    if clause.is_empty() || clause.starts_with(' ') || is_command(clause) {
        return clause.to_owned();
    }
    let first = clause.split([' ', ',', ';']).next().unwrap_or_default();
    let is_word = !first.is_empty() && first.bytes().all(|b| b.is_ascii_lowercase() || b == b'\'');
    let mut text = clause.to_owned();
    if is_word && let Some(initial) = text.get_mut(..1) {
        initial.make_ascii_uppercase();
    }
    let pasted = clause.rsplit([':', ';']).next().unwrap_or_default();
    if !text.ends_with(['.', '?', '!', ':', '…']) && !is_command(pasted.trim_start()) {
        text.push('.');
    }
    text
}

fn is_command(text: &str) -> bool {
    text.starts_with("textpeak ") || text.starts_with("chmod ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_becomes_a_sentence_and_a_command_stays_what_it_is() {
        for (clause, shown) in [
            ("cannot read /f: denied", "Cannot read /f: denied."),
            ("did you mean list?", "Did you mean list?"),
            ("Enter a name.", "Enter a name."),
            ("“x” is not a tag", "“x” is not a tag."),
            ("state.json is missing", "state.json is missing."),
            ("--yes skips the question", "--yes skips the question."),
            ("textpeak streams list", "textpeak streams list"),
            (
                "restore it, or: textpeak doctor",
                "Restore it, or: textpeak doctor",
            ),
            ("2 problems:\n  one\n  two", "2 problems:\n  one\n  two"),
            ("line 1: one\nno row", "Line 1: one.\nNo row."),
            ("", ""),
        ] {
            assert_eq!(sentence(clause), shown);
        }
    }
}
