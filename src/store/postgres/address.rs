//! Where a database is: a URL as `psql` takes it. Its password is told to nobody.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::domain::Invalid;

/// How long a host has to answer before the next one is tried.
const CONNECT: Duration = Duration::from_secs(3);

/// How long what was sent may stay unacknowledged before a connection counts as lost.
const SILENCE: Duration = Duration::from_secs(10);

/// A database, with everything that is needed to connect to it.
#[derive(Clone)]
pub struct DatabaseAddress {
    pub(super) config: Config,
    /// Without a password.
    shown: String,
    pub(super) root_certificate: Option<PathBuf>,
}

impl DatabaseAddress {
    /// Reads a URL. A password that it lacks may be added with [`DatabaseAddress::with_password`].
    pub fn parse(url: &str) -> Result<Self, Invalid> {
        let (rest, query) = url.split_once('?').unwrap_or((url, ""));
        let mut root_certificate = None;
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", path)) => root_certificate = Some(PathBuf::from(path)),
                // Certificates are always verified where there is TLS.
                Some(("sslmode", "verify-full" | "verify-ca")) => kept.push("sslmode=require"),
                _ => kept.push(pair),
            }
        }
        let whole = [rest, &kept.join("&")].join("?");
        // The reason may repeat what was typed, a password included.
        let mut config = Config::from_str(whole.trim_end_matches('?')).map_err(|_| {
            Invalid::new("the database URL can't be read: write it like postgres://user@host/name")
        })?;
        config
            .application_name("textpeak")
            .connect_timeout(CONNECT)
            .tcp_user_timeout(SILENCE)
            .keepalives_idle(SILENCE)
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        if root_certificate.is_some() && config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(SslMode::Require);
        }
        Ok(Self {
            config,
            shown: without_password(url),
            root_certificate,
        })
    }

    /// What a line of a password file has to fit: host, port, database and user.
    pub fn password_line(&self) -> [String; 4] {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            // As psql has it.
            _ => "localhost".to_owned(),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let user = self.config.get_user().unwrap_or_default();
        let name = self.config.get_dbname().unwrap_or(user);
        [host, port.to_string(), name.to_owned(), user.to_owned()]
    }

    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    pub fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }
}

/// The URL without its password, wherever that stands.
fn without_password(url: &str) -> String {
    let (rest, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("postgres", rest));
    let rest = match rest.rsplit_once('@') {
        Some((credentials, hosts)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{user}@{hosts}")
        }
        None => rest.to_owned(),
    };
    let query: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("password="))
        .collect();
    let query = match query.as_slice() {
        [] => String::new(),
        pairs => format!("?{}", pairs.join("&")),
    };
    format!("{scheme}://{rest}{query}")
}

/// Without a password.
impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_shown_nowhere() {
        let urls = [
            "postgres://ann:hunter2@db.example.com/sms",
            "postgresql://ann:hunter2@db.example.com:5433,other.example.com/sms?sslmode=require",
            "postgres:///sms?host=/run/postgresql&user=ann&password=hunter2",
        ];
        for url in urls {
            let address = DatabaseAddress::parse(url).unwrap();
            assert!(address.has_password());
            let shown = format!("{address} {address:?}");
            assert!(
                !shown.contains("hunter2") && shown.contains("ann"),
                "{shown}"
            );
        }
        let wrong = DatabaseAddress::parse("postgres://ann:hunter2@db.example.com:port/sms");
        assert!(!wrong.unwrap_err().to_string().contains("hunter2"));
    }

    #[test]
    fn certificates_are_verified_wherever_there_is_tls() {
        let address = |query: &str| {
            DatabaseAddress::parse(&format!("postgres://ann@db.example.com/sms{query}")).unwrap()
        };
        let mode = |query: &str| address(query).config.get_ssl_mode();
        assert_eq!(mode(""), SslMode::Prefer);
        assert_eq!(mode("?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("?sslrootcert=/ca.pem"), SslMode::Require);
        assert_eq!(mode("?sslmode=disable"), SslMode::Disable);
        let root = address("?sslrootcert=/ca.pem").root_certificate;
        assert_eq!(root, Some(PathBuf::from("/ca.pem")));
    }
}
