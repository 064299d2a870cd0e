//! The code and the way on for each thing that a store refuses.

use super::{Code, Failure};
use crate::store::{DatabaseCause, StoreError};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = Self::new(code(&error), &error);
        match hint(&error) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

fn code(error: &StoreError) -> Code {
    match error {
        StoreError::NoSender(_) | StoreError::NoRoute(_) => Code::NotFound,
        StoreError::NameTaken(_) => Code::Usage,
        StoreError::NoDataDirectory
        | StoreError::Damaged { .. }
        | StoreError::Empty { .. }
        | StoreError::NotText { .. }
        | StoreError::OtherVersion { .. }
        | StoreError::NoTables { .. }
        | StoreError::OldTables { .. }
        | StoreError::ForeignTables { .. }
        | StoreError::NotDurable { .. }
        | StoreError::NotEmpty { .. }
        | StoreError::ChangedMeanwhile { .. }
        | StoreError::File { .. }
        | StoreError::Unwritten { .. }
        | StoreError::Locked { .. }
        | StoreError::Database { .. }
        | StoreError::Moved { .. }
        | StoreError::StreamsGone
        | StoreError::Stopped
        | StoreError::Randomness(_)
        | StoreError::Changed(_)
        | StoreError::Deleted(_)
        | StoreError::SenderInUse { .. }
        | StoreError::RouteExists(_)
        | StoreError::NoRouteToken(_)
        | StoreError::Conflict => Code::Failed,
    }
}

fn hint(error: &StoreError) -> Option<&'static str> {
    Some(match error {
        StoreError::NoDataDirectory => "choose a folder with --home DIR or TEXTPEAK_HOME",
        StoreError::Damaged { .. } => {
            "fix that line, or restore the file from a backup; the file is unchanged"
        }
        StoreError::Empty { .. } => "restore it from a backup, or remove it to start over",
        StoreError::NotText { .. } => "restore it from a backup; the file is unchanged",
        StoreError::OtherVersion { .. } => "install a newer textpeak; the file is unchanged",
        StoreError::NoTables { .. } => "make them with textpeak home init",
        StoreError::OldTables { .. } => "bring them to this version with textpeak home init",
        StoreError::NotDurable { .. } => "turn fsync on in its postgresql.conf",
        StoreError::NotEmpty { .. } => "choose a new folder or a new database",
        StoreError::ChangedMeanwhile { .. } => {
            "stop everything that uses it, then copy it into another empty home"
        }
        StoreError::ForeignTables { .. } => "choose another database, or restore this one",
        StoreError::File { doing: "open", .. } => {
            "make the folder writable, or choose another with --home"
        }
        StoreError::StreamsGone => "restore it; the last known streams stay in use",
        StoreError::Unwritten { .. } => {
            "free up disk space or fix the permissions, then run the command again; the old file \
             is unchanged"
        }
        StoreError::Locked { .. } => "wait for it to finish, then run the same command again",
        StoreError::Database { file, cause, .. } if file.starts_with("postgres") => server(*cause),
        StoreError::Database { cause, .. } => database(*cause),
        StoreError::Moved { .. } => "restore it, or start again to create a new one",
        StoreError::NameTaken(_) | StoreError::Changed(_) | StoreError::Deleted(_) => {
            "textpeak streams list"
        }
        StoreError::SenderInUse { .. } => "textpeak streams edit --help",
        StoreError::NoSender(_) => "textpeak senders list",
        StoreError::RouteExists(_) => "choose another name, or use --replace",
        StoreError::NoRoute(_) => "textpeak routes list",
        StoreError::NoRouteToken(_) => "add the route again with --replace",
        StoreError::Conflict => "run the same command again",
        StoreError::File { .. } | StoreError::Stopped | StoreError::Randomness(_) => return None,
    })
}

fn server(cause: DatabaseCause) -> &'static str {
    match cause {
        DatabaseCause::Full => "free up disk space on the server, then try again",
        DatabaseCause::Busy => "wait for other work to finish, then try again",
        DatabaseCause::Corrupt => "ask whoever runs the server: its data is damaged",
        DatabaseCause::Other => {
            "check that the server runs, and that this user may use the database"
        }
    }
}

fn database(cause: DatabaseCause) -> &'static str {
    match cause {
        DatabaseCause::Full => "free up disk space, then try again",
        DatabaseCause::Busy => "another process is writing; try again when it's done",
        DatabaseCause::Corrupt => {
            "restore it from a backup, or move it away to start over; the file is unchanged"
        }
        DatabaseCause::Other => {
            "check that the folder and the file are writable, and that the disk is working"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(doing: &'static str) -> StoreError {
        StoreError::File {
            doing,
            file: "/f".to_owned(),
            error: "no".to_owned(),
        }
    }

    fn database(cause: DatabaseCause) -> StoreError {
        StoreError::Database {
            file: "/f".to_owned(),
            error: "no".to_owned(),
            cause,
        }
    }

    const TOLD: &str = "\
1 this system has no data directory for the current user | choose a folder with --home DIR or TEXTPEAK_HOME
1 /f is damaged at line 3: a comma | fix that line, or restore the file from a backup; the file is unchanged
1 /f is damaged: it is empty | restore it from a backup, or remove it to start over
1 /f is damaged: it is not UTF-8 text | restore it from a backup; the file is unchanged
1 /f has version 9; this textpeak supports version 1 | install a newer textpeak; the file is unchanged
1 cannot open /f: no | make the folder writable, or choose another with --home
1 cannot create the folder /f: no | -
1 cannot read /f: no | -
1 cannot lock /f: no | -
1 cannot write /f: no | free up disk space or fix the permissions, then run the command again; the old file is unchanged
1 process 7 is changing the streams in /f; gave up after 5 s | wait for it to finish, then run the same command again
1 cannot use /f: no | free up disk space, then try again
1 cannot use /f: no | another process is writing; try again when it's done
1 cannot use /f: no | restore it from a backup, or move it away to start over; the file is unchanged
1 cannot use /f: no | check that the folder and the file are writable, and that the disk is working
1 /f was moved or deleted; nothing was stored | restore it, or start again to create a new one
1 messages can't be written at the moment; nothing was stored | -
1 the system can't provide randomness: no | -
2 “A” is already the name of another stream: choose a different name | textpeak streams list
1 “A” was changed in the meantime; nothing was saved | textpeak streams list
1 “A” was deleted in the meantime; nothing was saved | textpeak streams list
1 ACME is the default sender of “A”, “B” | textpeak streams edit --help
3 Sender ID “X” not found in the catalog | textpeak senders list
1 route main already exists | choose another name, or use --replace
3 route “main” not found | textpeak routes list
1 the token of route main is not stored | add the route again with --replace
1 the streams were changed in the meantime; nothing was saved | run the same command again
";

    #[test]
    fn each_refusal_has_its_number_and_its_way_on() {
        let (f, a) = (|| "/f".to_owned(), || "A".to_owned());
        let errors = [
            StoreError::NoDataDirectory,
            StoreError::Damaged {
                file: f(),
                what: " at line 3: a comma".to_owned(),
            },
            StoreError::Empty { file: f() },
            StoreError::NotText { file: f() },
            StoreError::OtherVersion {
                file: f(),
                version: 9,
                ours: 1,
            },
            file("open"),
            file("create the folder"),
            file("read"),
            file("lock"),
            StoreError::Unwritten {
                file: f(),
                error: "no".to_owned(),
            },
            StoreError::Locked {
                holder: "process 7".to_owned(),
                folder: f(),
            },
            database(DatabaseCause::Full),
            database(DatabaseCause::Busy),
            database(DatabaseCause::Corrupt),
            database(DatabaseCause::Other),
            StoreError::Moved { file: f() },
            StoreError::Stopped,
            StoreError::Randomness("no".to_owned()),
            StoreError::NameTaken(a()),
            StoreError::Changed(a()),
            StoreError::Deleted(a()),
            StoreError::SenderInUse {
                sender: "ACME".parse().unwrap(),
                streams: vec![a(), "B".to_owned()],
            },
            StoreError::NoSender("X".to_owned()),
            StoreError::RouteExists("main".parse().unwrap()),
            StoreError::NoRoute("main".to_owned()),
            StoreError::NoRouteToken("main".parse().unwrap()),
            StoreError::Conflict,
        ];
        let told = errors.into_iter().map(|error| {
            // As a command fails with it.
            let Failure {
                code,
                message,
                hint,
            } = Failure::from(&anyhow::Error::new(error));
            let hint = hint.unwrap_or_else(|| "-".to_owned());
            format!("{} {message} | {hint}\n", code.number())
        });
        assert_eq!(told.collect::<String>(), TOLD);
    }
}
