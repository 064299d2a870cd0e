//! A file of passwords, as `psql` has it in `~/.pgpass`.

use std::path::Path;

/// The password of the first line that fits: `wanted` are host, port, database and user. A file that
/// others may read is not used.
pub fn database_password(file: &Path, wanted: &[String; 4]) -> Option<String> {
    if !is_private(file) {
        return None;
    }
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| fitting(line, wanted))
}

#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode().trailing_zeros() >= 6)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> bool {
    true
}

/// The password of a line `host:port:database:user:password`, if it fits: `*` fits all, and a
/// backslash takes a colon's meaning.
fn fitting(line: &str, wanted: &[String; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let (mut fields, mut field) = (Vec::new(), String::new());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => field.extend(characters.next()),
            ':' if fields.len() < 4 => fields.push(std::mem::take(&mut field)),
            character => field.push(character),
        }
    }
    let fits = fields.len() == 4
        && fields
            .iter()
            .zip(wanted)
            .all(|(field, wanted)| field == "*" || field == wanted);
    fits.then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<String> {
        let wanted = ["db.example.com", "5432", "sms", "ann"].map(str::to_owned);
        fitting(line, &wanted)
    }

    #[test]
    fn the_password_of_a_line_that_fits_is_taken() {
        let secret = |text: &str| Some(text.to_owned());
        assert_eq!(of("db.example.com:5432:sms:ann:hunter2"), secret("hunter2"));
        assert_eq!(of("*:*:*:ann:a:b"), secret("a:b"));
        assert_eq!(of(r"*:*:*:ann:a\:b\\c"), secret(r"a:b\c"));
        for other in [
            "db.example.com:5433:sms:ann:x",
            "db.example.com:5432:sms:bob:x",
            "#*:*:*:*:x",
            "*:*:*:ann",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
