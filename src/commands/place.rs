//! Where the home is that a command line or the environment names.

use std::path::PathBuf;

use crate::store::{AnyHome, Clock, Home, LocalStore};

/// A folder, or a database. Touches nothing.
pub fn open(asked: Option<PathBuf>, clock: &Clock) -> anyhow::Result<AnyHome> {
    if let Some(url) = asked.as_ref().and_then(|home| home.to_str())
        && is_url(url)
    {
        return database(url);
    }
    let home = Home::locate(asked)?;
    Ok(AnyHome::Folder(LocalStore::new(home, clock.clone())))
}

/// Whether a home is meant to be a database.
fn is_url(home: &str) -> bool {
    home.starts_with("postgres://") || home.starts_with("postgresql://")
}

#[cfg(feature = "postgres")]
fn database(url: &str) -> anyhow::Result<AnyHome> {
    use crate::error::Failure;
    use crate::store::{DatabaseAddress, PostgresStore};

    let address = DatabaseAddress::parse(url).map_err(Failure::usage)?;
    let typed = |word: std::ffi::OsString| word.to_string_lossy().contains(url);
    if address.has_password() && std::env::args_os().any(typed) {
        return Err(
            Failure::usage("a password on the command line can be read by others").hint(
                "remove it from the URL, and use PGPASSWORD, ~/.pgpass, or the URL in TEXTPEAK_HOME",
            )
            .into(),
        );
    }
    let address = match password(&address) {
        Some(password) if !address.has_password() => address.with_password(&password),
        _ => address,
    };
    Ok(AnyHome::Database(PostgresStore::new(address, None)))
}

/// From where `psql` takes it too: `PGPASSWORD`, or the file `PGPASSFILE` or `~/.pgpass`.
#[cfg(feature = "postgres")]
fn password(address: &crate::store::DatabaseAddress) -> Option<String> {
    use std::env;

    let set = env::var("PGPASSWORD").ok();
    set.filter(|password| !password.is_empty()).or_else(|| {
        let file = env::var_os("PGPASSFILE").map(PathBuf::from);
        let file = file.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pgpass")))?;
        crate::files::database_password(&file, &address.password_line())
    })
}

#[cfg(not(feature = "postgres"))]
fn database(_: &str) -> anyhow::Result<AnyHome> {
    Err(
        crate::error::Failure::usage("this textpeak was built without PostgreSQL")
            .hint("use a folder, or a build with the feature postgres")
            .into(),
    )
}
