//! What can be shown of a stream's requests: which one, written how, which part of it.

/// A request that can be previewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Sending messages.
    Send,
    /// Asking for their status.
    Status,
    /// Delivering an incoming message to the stream's webhook.
    Webhook,
}

impl Request {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Send, Self::Status, Self::Webhook];

    /// Its name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Status => "status",
            Self::Webhook => "webhook",
        }
    }

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

/// A way of writing a request down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Request line, headers, blank line, body: the format of `.http` files.
    #[default]
    Http,
    /// A command line for a POSIX shell.
    Curl,
    /// A Python program with the `requests` package.
    Python,
    /// A JavaScript program for Node.js.
    Node,
    /// A PHP program.
    Php,
    /// A Go program.
    Go,
    /// `{"method","url","headers","body"}`.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Http,
        Self::Curl,
        Self::Python,
        Self::Node,
        Self::Php,
        Self::Go,
        Self::Json,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Curl => "curl",
            Self::Python => "python",
            Self::Node => "node",
            Self::Php => "php",
            Self::Go => "go",
            Self::Json => "json",
        }
    }
}

/// A part of a request that is worth copying by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its URL.
    Endpoint,
    /// Its body.
    Body,
}

impl Part {
    /// Both parts.
    pub const ALL: [Self; 2] = [Self::Endpoint, Self::Body];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Body => "body",
        }
    }
}
