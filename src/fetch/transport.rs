//! Requests and redirects. The token goes to the Hub and to nobody else, wherever a redirect leads.

use std::io::Read;
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue, IF_RANGE, LOCATION, RANGE,
};
use reqwest::{StatusCode, Url};

use super::http_error::{Refusal, is_about_certificate, root_cause, shown};
use super::retry::{wait_asked_for, with_retries};
use super::{HttpError, Settings};

/// Redirects that are followed.
const MAX_REDIRECTS: usize = 10;
/// Longest error page that is read for its message.
const MAX_ERROR_BODY: u64 = 1 << 14;
/// Longest answer about a repository.
const MAX_API_BODY: u64 = 1 << 26;

/// Sends requests.
#[derive(Debug)]
pub struct Transport<'a> {
    /// Why there is none matters only to those who want to ask something.
    client: Result<Client, String>,
    settings: &'a Settings,
    hub: Option<Url>,
}

/// What to ask for.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Address.
    pub url: &'a Url,
    /// First byte wanted; 0 for the whole.
    pub from: u64,
    /// Continue only if this is still the file's strong validator.
    pub if_range: Option<&'a str>,
    /// Longest time until the answer begins, and for all of it.
    pub timeout: Option<Duration>,
}

/// An answer, its body unread.
#[derive(Debug)]
pub struct Answer {
    /// 200, 206 or 416, with the body.
    pub response: Response,
    /// What the Hub said about the file before it sent us to its storage.
    pub hub: HeaderMap,
}

impl<'a> Transport<'a> {
    /// A transport with the proxies of the environment and the certificate authorities of the system.
    pub fn new(settings: &'a Settings) -> Self {
        let client = Client::builder()
            .user_agent(concat!("repro/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.download_timeout)
            // For the blocking client this bounds each wait for bytes, not the whole transfer.
            .timeout(settings.download_timeout)
            .build()
            .map_err(|error| root_cause(&error));
        Self { client, settings, hub: Url::parse(&settings.endpoint).ok() }
    }

    /// The settings requests follow.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// One attempt at a GET, redirects followed.
    pub fn get(&self, question: &Question<'_>) -> Result<Answer, HttpError> {
        let mut url = question.url.clone();
        let mut hub = HeaderMap::new();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&url, question)?;
            if self.is_hub(&url) {
                hub.extend(response.headers().iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            let status = response.status();
            let accepted = [StatusCode::OK, StatusCode::PARTIAL_CONTENT, StatusCode::RANGE_NOT_SATISFIABLE];
            if accepted.contains(&status) {
                return Ok(Answer { response, hub });
            }
            match response.headers().get(LOCATION) {
                Some(location) if status.is_redirection() => url = follow(&url, location)?,
                _ => return Err(self.refused(url, question, response)),
            }
        }
        Err(HttpError::TooManyRedirects { url: shown(question.url), limit: MAX_REDIRECTS })
    }

    /// The body of an answer about a repository, and its headers; tried again where that may help.
    pub fn get_small(&self, url: &Url) -> Result<(Vec<u8>, HeaderMap), HttpError> {
        with_retries(&self.settings.retry, || {
            let timeout = Some(self.settings.api_timeout);
            let answer = self.get(&Question { url, from: 0, if_range: None, timeout })?;
            let headers = answer.response.headers().clone();
            let mut body = Vec::new();
            let mut reader = decoded(url, answer.response)?.0.take(MAX_API_BODY);
            match reader.read_to_end(&mut body) {
                Ok(_) => Ok((body, headers)),
                Err(error) => {
                    let (received, cause) = (body.len() as u64, root_cause(&error));
                    Err(HttpError::Body { url: shown(url), received, cause })
                }
            }
        })
    }

    /// Whether an address is the Hub itself: same scheme, host and port as the endpoint.
    pub fn is_hub(&self, url: &Url) -> bool {
        self.hub.as_ref().is_some_and(|hub| hub.origin() == url.origin())
    }

    fn send(&self, url: &Url, question: &Question<'_>) -> Result<Response, HttpError> {
        let client = self.client.as_ref().map_err(|cause| HttpError::NoClient { cause: cause.clone() })?;
        let mut request =
            client.get(url.clone()).header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let (true, Some(token)) = (self.is_hub(url), &self.settings.token) {
            request = request.header(AUTHORIZATION, token.0.clone());
        }
        if question.from > 0 {
            request = request.header(RANGE, format!("bytes={}-", question.from));
            if let Some(validator) = question.if_range {
                request = request.header(IF_RANGE, validator);
            }
        }
        if let Some(timeout) = question.timeout {
            request = request.timeout(timeout);
        }
        request.send().map_err(|error| {
            let (url, cause) = (shown(url), root_cause(&error));
            match is_about_certificate(&error) {
                true => HttpError::Certificate { url, cause },
                false => HttpError::Network { url, cause },
            }
        })
    }

    fn refused(&self, url: Url, question: &Question<'_>, response: Response) -> HttpError {
        let text = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.chars().take(300).collect::<String>())
        };
        let (code, message, request) = (text("x-error-code"), text("x-error-message"), text("x-request-id"));
        let wait = wait_asked_for(response.headers());
        let status = response.status();
        let message = message.or_else(|| json_message(response));
        let with_token = self.is_hub(&url) && self.settings.token.is_some();
        let redirected = url.origin() != question.url.origin();
        let url = shown(&url);
        let refusal = Refusal { url, status, code, message, request, wait, with_token, redirected };
        HttpError::Status(Box::new(refusal))
    }
}

/// The `error` of a JSON body.
fn json_message(response: Response) -> Option<String> {
    let mut body = Vec::new();
    response.take(MAX_ERROR_BODY).read_to_end(&mut body).ok()?;
    let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
    Some(body.get("error")?.as_str()?.chars().take(300).collect())
}

/// The target of a redirect. From https to http nothing is followed: whoever sits on the line could send other
/// bytes where no pin is known yet, and could see what a signed address opens.
fn follow(url: &Url, location: &HeaderValue) -> Result<Url, HttpError> {
    let text = String::from_utf8_lossy(location.as_bytes());
    let bad = |problem| HttpError::BadRedirect {
        url: shown(url),
        location: text.split(['?', '#']).next().unwrap_or_default().to_owned(),
        problem,
    };
    let target = url.join(&text).map_err(|_| bad("which is not an address"))?;
    match (url.scheme(), target.scheme()) {
        (_, "https") | ("http", "http") => Ok(target),
        ("https", "http") => Err(bad("which gives up encryption")),
        _ => Err(bad("which is not a web address")),
    }
}

/// The body without the compression that some servers apply although nobody asked, and whether there was any.
pub fn decoded(url: &Url, response: Response) -> Result<(Box<dyn Read>, bool), HttpError> {
    let encoding =
        response.headers().get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some(b"" | b"identity") => Ok((Box::new(response), false)),
        Some(b"gzip" | b"x-gzip") => Ok((Box::new(flate2::read::MultiGzDecoder::new(response)), true)),
        Some(other) => Err(HttpError::Encoding {
            url: shown(url),
            encoding: String::from_utf8_lossy(other).into_owned(),
        }),
    }
}

/// The page a `Link: <…>; rel="next"` header names, if it lies on the same host.
pub fn next_page(url: &Url, headers: &HeaderMap) -> Result<Option<Url>, HttpError> {
    for value in headers.get_all("link") {
        let text = String::from_utf8_lossy(value.as_bytes());
        for link in text.split(',') {
            let Some((target, parameters)) =
                link.trim().strip_prefix('<').and_then(|rest| rest.split_once('>'))
            else {
                continue;
            };
            if !parameters.replace([' ', '"'], "").split(';').any(|parameter| parameter == "rel=next") {
                continue;
            }
            let next = url.join(target).ok().filter(|next| next.origin() == url.origin());
            return match next {
                Some(next) => Ok(Some(next)),
                None => Err(HttpError::BadRedirect {
                    url: shown(url),
                    location: url.join(target).map_or_else(|_| target.to_owned(), |next| shown(&next)),
                    problem: "another host, for the next page of a listing",
                }),
            };
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_resolved_and_never_give_up_encryption() {
        let url = Url::parse("https://hub.example/a/b?x=1").unwrap();
        let target = |location: &'static str| follow(&url, &HeaderValue::from_static(location));
        assert_eq!(target("/c").unwrap().as_str(), "https://hub.example/c");
        assert_eq!(target("https://cdn.example/c?sig=1").unwrap().as_str(), "https://cdn.example/c?sig=1");
        for location in ["http://hub.example/c", "file:///etc/passwd", "https://"] {
            assert!(target(location).is_err(), "{location}");
        }
        let message = target("http://cdn.example/c?sig=secret").unwrap_err().to_string();
        assert!(!message.contains("secret"), "{message}");
    }

    #[test]
    fn the_next_page_is_found_on_the_same_host_only() {
        let url = Url::parse("https://hub.example/api/tree").unwrap();
        let next = |link: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("link", link.parse().unwrap());
            next_page(&url, &headers)
        };
        let found = next("<https://hub.example/api/tree?cursor=a%2Cb>; rel=\"next\"").unwrap().unwrap();
        assert_eq!(found.query(), Some("cursor=a%2Cb"));
        assert!(next("<https://evil.example/api/tree>; rel=\"next\"").is_err());
        assert!(next("<https://hub.example/api/tree>; rel=\"prev\"").unwrap().is_none());
    }
}
