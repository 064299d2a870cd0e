//! What can be shown of a stream's requests: which one, written how, which part of it.

use crate::domain::words;

words! {
    /// A request that can be previewed.
    pub enum Request {
        /// Sending messages.
        Send = "send",
        /// Asking for their status.
        Status = "status",
        /// Delivering an incoming message to the stream's webhook.
        Webhook = "webhook",
    }
}

impl Request {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Send => "Send Request",
            Self::Status => "Status Request",
            Self::Webhook => "Webhook Request",
        }
    }
}

words! {
    /// A way of writing a request down.
    #[derive(Default)]
    pub enum Format {
        /// Request line, headers, blank line, body: the format of `.http` files.
        #[default]
        Http = "http",
        /// A command line for a POSIX shell.
        Curl = "curl",
        /// A Python program with the `requests` package.
        Python = "python",
        /// A JavaScript program for Node.js.
        Node = "node",
        /// A PHP program.
        Php = "php",
        /// A Go program.
        Go = "go",
        /// `{"method","url","headers","body"}`.
        Json = "json",
    }
}

words! {
    /// A part of a request that is worth copying by itself.
    pub enum Part {
        /// Its URL.
        Endpoint = "endpoint",
        /// Its body.
        Body = "body",
    }
}
