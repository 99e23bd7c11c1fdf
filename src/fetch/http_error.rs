//! What can go wrong between a request and its answer, with what the server said about it.

use std::time::Duration;

use reqwest::{StatusCode, Url};

use crate::error::{Class, Diagnostic};

/// A request without a usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection, or it broke before the answer.
    #[error("cannot reach {}: {cause}", url)]
    Network {
        /// Where.
        url: String,
        /// Why.
        cause: String,
    },
    /// Whoever answered cannot prove to be the server.
    #[error("{} shows a certificate that is not trusted: {cause}", url)]
    Certificate {
        /// Where.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// No requests can be made at all.
    #[error("cannot set up requests: {cause}")]
    NoClient {
        /// Why.
        cause: String,
    },
    /// The connection broke or stalled within the answer.
    #[error("the answer from {} broke off after {received} bytes: {cause}", url)]
    Body {
        /// Where.
        url: String,
        /// Bytes of the file that are there.
        received: u64,
        /// Why.
        cause: String,
    },
    /// The answer ended early without an error.
    #[error("the answer from {} ended after {received} of {expected} bytes", url)]
    Truncated {
        /// Where.
        url: String,
        /// Bytes of the file that are there.
        received: u64,
        /// Bytes of the whole file.
        expected: u64,
    },
    /// The server refused.
    #[error(transparent)]
    Status(Box<Refusal>),
    /// More redirects than anyone needs.
    #[error("{} redirects more than {limit} times", url)]
    TooManyRedirects {
        /// Where it began.
        url: String,
        /// How many were followed.
        limit: usize,
    },
    /// A redirect that leads nowhere we go.
    #[error("{} redirects to `{location}`, {problem}", url)]
    BadRedirect {
        /// Where.
        url: String,
        /// The target, without its query.
        location: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A content encoding that was not asked for and cannot be undone.
    #[error("{} sent the content encoding `{encoding}`, which was not asked for", url)]
    Encoding {
        /// Where.
        url: String,
        /// Encoding.
        encoding: String,
    },
    /// An answer to a range request that is not the range.
    #[error("{} cannot continue a partial file", url)]
    Range {
        /// Where.
        url: String,
    },
}

/// What a server said when it refused.
#[derive(Debug, thiserror::Error)]
#[error("{url} answered {status}{}", said(code.as_deref(), message.as_deref(), request.as_deref()))]
pub struct Refusal {
    /// Where.
    pub url: String,
    /// Status.
    pub status: StatusCode,
    /// `X-Error-Code`.
    pub code: Option<String>,
    /// `X-Error-Message` or the `error` of a JSON body.
    pub message: Option<String>,
    /// `X-Request-Id`, for a report to whoever runs the server.
    pub request: Option<String>,
    /// How long the server asks to wait.
    pub wait: Option<Duration>,
    /// Whether a token was sent along.
    pub with_token: bool,
    /// Whether another host had sent us there, as the Hub does to its storage.
    pub redirected: bool,
}

/// Hint for a certificate that nobody vouches for. On macOS and Windows the system decides and reads no variable.
const AUTHORITIES: &str = if cfg!(any(target_vendor = "apple", windows)) {
    "if your network or Hub has a certificate authority of its own, add it to the system's trusted ones"
} else {
    "if your network or Hub has a certificate authority of its own, name its PEM file in SSL_CERT_FILE (it replaces the \
     system's list, which the package `ca-certificates` brings)"
};

impl HttpError {
    /// Whether trying again may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Network { .. } | Self::Body { .. } | Self::Truncated { .. } | Self::Range { .. } => true,
            Self::Status(refusal) => {
                // Signed storage addresses expire: the next attempt gets a fresh one.
                let status = refusal.status;
                status.is_server_error()
                    || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
                    || (refusal.redirected && status == StatusCode::FORBIDDEN)
            }
            Self::Certificate { .. }
            | Self::NoClient { .. }
            | Self::TooManyRedirects { .. }
            | Self::BadRedirect { .. }
            | Self::Encoding { .. } => false,
        }
    }

    /// Whether the server is away rather than of another opinion.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Network { .. } | Self::Status(_)) && self.is_transient()
    }

    /// How long the server asks to wait.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Status(refusal) => refusal.wait,
            _ => None,
        }
    }

    /// Whether access needs an account, a token or an accepted licence.
    pub fn is_gated(&self) -> bool {
        match self {
            Self::Status(refusal) if !refusal.redirected => {
                let denied = matches!(refusal.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
                match refusal.code.as_deref() {
                    Some("GatedRepo") => true,
                    code => denied && code != Some("RepoNotFound"),
                }
            }
            _ => false,
        }
    }

    /// Whether the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status(refusal) => matches!(refusal.status, StatusCode::NOT_FOUND | StatusCode::GONE),
            _ => false,
        }
    }
}

impl Diagnostic for HttpError {
    fn class(&self) -> Class {
        Class::Operation
    }

    fn hint(&self) -> Option<String> {
        if matches!(self, Self::Certificate { .. } | Self::NoClient { .. }) {
            return Some(AUTHORITIES.into());
        }
        let Self::Status(refusal) = self else {
            return self.is_unreachable().then(|| {
                "check the network and the proxy variables, or work with what is there (`--offline`)".into()
            });
        };
        let hint = match (refusal.code.as_deref(), refusal.status.as_u16(), refusal.with_token) {
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
            (_, 429, _) => match refusal.wait {
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

/// The innermost cause of an error, which says what happened; the layers around it only say who passed it on.
pub fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source().or_else(|| wrapped(cause)) {
        cause = inner;
    }
    cause.to_string()
}

/// Whether a connection failed because of the server's certificate.
pub fn is_about_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = error.source().or_else(|| wrapped(error));
    }
    false
}

/// What an I/O error carries is not its source but itself.
fn wrapped<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> Option<&'e (dyn std::error::Error + 'static)> {
    let inner = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    Some(inner)
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
