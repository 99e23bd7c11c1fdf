//! What can go wrong between a request and its answer, with what the server said about it.

use std::time::Duration;

use reqwest::{StatusCode, Url};

use crate::error::{Class, Diagnostic};

/// A request without a usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection, or it broke before the answer.
    #[error("cannot reach {}", shown(url))]
    Network {
        /// Where.
        url: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// The connection broke or stalled within the answer.
    #[error("the answer from {} broke off after {received} bytes", shown(url))]
    Body {
        /// Where.
        url: Url,
        /// Bytes of the file that are there.
        received: u64,
        /// Why.
        source: std::io::Error,
    },
    /// The answer ended early without an error.
    #[error("the answer from {} ended after {received} of {expected} bytes", shown(url))]
    Truncated {
        /// Where.
        url: Url,
        /// Bytes of the file that are there.
        received: u64,
        /// Bytes of the whole file.
        expected: u64,
    },
    /// The server refused.
    #[error("{} answered {status}{}", shown(url), said(code.as_deref(), message.as_deref(), request.as_deref()))]
    Status {
        /// Where.
        url: Url,
        /// Status.
        status: StatusCode,
        /// `X-Error-Code`.
        code: Option<String>,
        /// `X-Error-Message` or the `error` of a JSON body.
        message: Option<String>,
        /// `X-Request-Id`, for a report to whoever runs the server.
        request: Option<String>,
        /// How long the server asks to wait.
        wait: Option<Duration>,
        /// Whether a token was sent along.
        with_token: bool,
        /// Whether another host had sent us there, as the Hub does to its storage.
        redirected: bool,
    },
    /// More redirects than anyone needs.
    #[error("{} redirects more than {limit} times", shown(url))]
    TooManyRedirects {
        /// Where it began.
        url: Url,
        /// How many were followed.
        limit: usize,
    },
    /// A redirect that leads nowhere we go.
    #[error("{} redirects to `{location}`, {problem}", shown(url))]
    BadRedirect {
        /// Where.
        url: Url,
        /// The target, without its query.
        location: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A content encoding that was not asked for and cannot be undone.
    #[error("{} sent the content encoding `{encoding}`, which was not asked for", shown(url))]
    Encoding {
        /// Where.
        url: Url,
        /// Encoding.
        encoding: String,
    },
    /// An answer to a range request that is not the range.
    #[error("{} cannot continue a partial file", shown(url))]
    Range {
        /// Where.
        url: Url,
    },
}

impl HttpError {
    /// Whether trying again may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Network { source, .. } => !source.is_builder(),
            Self::Body { .. } | Self::Truncated { .. } | Self::Range { .. } => true,
            Self::Status { status, redirected, .. } => {
                // Signed storage addresses expire: the next attempt gets a fresh one.
                status.is_server_error()
                    || matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
                    || (*redirected && *status == StatusCode::FORBIDDEN)
            }
            Self::TooManyRedirects { .. } | Self::BadRedirect { .. } | Self::Encoding { .. } => false,
        }
    }

    /// Whether the server is away rather than of another opinion.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Network { .. } | Self::Status { .. }) && self.is_transient()
    }

    /// How long the server asks to wait.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Status { wait, .. } => *wait,
            _ => None,
        }
    }

    /// Whether access needs an account, a token or an accepted licence.
    pub fn is_gated(&self) -> bool {
        match self {
            Self::Status { redirected: true, .. } => false,
            Self::Status { status, code, .. } => {
                matches!(*status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
                    && code.as_deref() != Some("RepoNotFound")
                    || code.as_deref() == Some("GatedRepo")
            }
            _ => false,
        }
    }

    /// Whether the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(*status, StatusCode::NOT_FOUND | StatusCode::GONE),
            _ => false,
        }
    }
}

impl Diagnostic for HttpError {
    fn class(&self) -> Class {
        Class::Operation
    }

    fn hint(&self) -> Option<String> {
        let Self::Status { status, code, with_token, wait, .. } = self else {
            return self.is_unreachable().then(|| {
                "check the network and the proxy variables, or work with what is there (`--offline`)".into()
            });
        };
        let hint = match (code.as_deref(), status.as_u16(), with_token) {
            (Some("GatedRepo"), _, _) => {
                "accept the conditions on the repository's page, then set HF_TOKEN or run `hf auth login`"
            }
            (Some("RevisionNotFound"), ..) => "check `revision` in the manifest",
            (Some("EntryNotFound"), ..) => {
                "check `path` in the manifest, the authors may have moved the file"
            }
            (Some("RepoNotFound"), _, false) | (_, 401 | 403, false) => {
                "the repository may be private or misspelt; set HF_TOKEN if you have access"
            }
            (Some("RepoNotFound"), _, true) | (_, 401 | 403, true) => {
                "the token that was sent gives no access to it"
            }
            (_, 429, _) => match wait {
                Some(wait) => return Some(format!("try again in {} seconds", wait.as_secs())),
                None => "try again later",
            },
            _ => return None,
        };
        Some(hint.into())
    }
}

fn said(code: Option<&str>, message: Option<&str>, request: Option<&str>) -> String {
    let mut text = String::new();
    for part in [code, message].into_iter().flatten() {
        text.push_str(": ");
        text.push_str(part);
    }
    if let Some(request) = request {
        text.push_str(&format!(" (request {request})"));
    }
    text
}

/// An address fit for a message: without the query, where storage servers carry signatures, and without a password.
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    if !url.username().is_empty() || url.password().is_some() {
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url.to_string()
}
