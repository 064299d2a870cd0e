//! What can be shown of a stream's requests: which one, written how, which part of it.

use crate::domain::words;

words! {
    pub enum Request {
        Send = "send",
        Status = "status",
        Webhook = "webhook",
    }
}

impl Request {
    pub fn title(self) -> &'static str {
        match self {
            Self::Send => "Send Request",
            Self::Status => "Status Request",
            Self::Webhook => "Webhook Request",
        }
    }
}

words! {
    #[derive(Default)]
    pub enum Format {
        /// Request line, headers, blank line, body: the format of `.http` files.
        #[default]
        Http = "http",
        /// For a POSIX shell.
        Curl = "curl",
        /// With the `requests` package.
        Python = "python",
        Node = "node",
        Php = "php",
        Go = "go",
        /// `{"method","url","headers","body"}`.
        Json = "json",
    }
}

words! {
    pub enum Part {
        Endpoint = "endpoint",
        Body = "body",
    }
}
