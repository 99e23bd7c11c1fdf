//! Where the Hub is, who asks and where its cache lies: the environment variables of Python's client, read once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::retry::RetryPolicy;
use crate::digest::file;
use crate::error::{Class, Diagnostic};
use crate::store::HubCache;

/// Everything the environment decides about fetching.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Hub address without a slash at its end.
    pub endpoint: String,
    /// Sent to the endpoint and to nobody else.
    pub token: Option<Token>,
    /// The cache shared with Python's client.
    pub cache: HubCache,
    /// No request at all.
    pub offline: bool,
    /// How long an answer to a question about a repository may take.
    pub api_timeout: Duration,
    /// How long a download may stall.
    pub download_timeout: Duration,
    /// How often and when to try again.
    pub retry: RetryPolicy,
}

/// An access token, which no output shows.
#[derive(Clone)]
pub struct Token(pub(super) HeaderValue);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// An environment variable that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable} {problem}")]
pub struct SettingsError {
    variable: String,
    problem: String,
}

impl Diagnostic for SettingsError {
    fn class(&self) -> Class {
        Class::Usage
    }
}

impl Settings {
    /// Reads the process environment.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::from_lookup(&|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    /// Reads variables through a function.
    pub fn from_lookup(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let endpoint = get("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".into());
        let endpoint = endpoint.trim().trim_end_matches('/').to_owned();
        let wrong = |problem: &str| SettingsError { variable: "HF_ENDPOINT".into(), problem: problem.into() };
        match Url::parse(&endpoint) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {}
            _ => return Err(wrong(&format!("is `{endpoint}`, not an http or https address"))),
        }
        let home = hub_home(get);
        let cache = get("HF_HUB_CACHE")
            .or_else(|| get("HUGGINGFACE_HUB_CACHE"))
            .map_or_else(|| home.join("hub"), |path| expand(&path, get));
        let default = Duration::from_secs(10);
        Ok(Self {
            endpoint,
            token: token(get, &home)?,
            cache: HubCache::new(cache, !is_set(get, "HF_HUB_DISABLE_SYMLINKS")),
            offline: is_set(get, "HF_HUB_OFFLINE"),
            api_timeout: seconds(get, "HF_HUB_ETAG_TIMEOUT")?.unwrap_or(default),
            download_timeout: seconds(get, "HF_HUB_DOWNLOAD_TIMEOUT")?.unwrap_or(default),
            retry: match number(get, "REPRO_RETRY_BASE_MS")? {
                Some(milliseconds) => RetryPolicy::with_base(Duration::from_secs_f64(milliseconds / 1e3)),
                None => RetryPolicy::default(),
            },
        })
    }
}

/// `HF_HOME`, else below the user's cache folder.
fn hub_home(get: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    if let Some(home) = get("HF_HOME") {
        return expand(&home, get);
    }
    let caches = get("XDG_CACHE_HOME").map_or_else(|| expand("~/.cache", get), |path| expand(&path, get));
    caches.join("huggingface")
}

/// Replaces a leading `~/` by the home folder.
fn expand(path: &str, get: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    match (path.strip_prefix("~/"), get("HOME").map(PathBuf::from).or_else(std::env::home_dir)) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn token(get: &dyn Fn(&str) -> Option<String>, home: &Path) -> Result<Option<Token>, SettingsError> {
    if is_set(get, "HF_HUB_DISABLE_IMPLICIT_TOKEN") {
        return Ok(None);
    }
    let path = get("HF_TOKEN_PATH").map_or_else(|| home.join("token"), |path| expand(&path, get));
    let text = get("HF_TOKEN").or_else(|| file::read_to_string(&path).ok());
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let mut value = HeaderValue::from_str(&format!("Bearer {}", text.trim())).map_err(|_| SettingsError {
        variable: "HF_TOKEN".into(),
        problem: "holds characters that no token has".into(),
    })?;
    value.set_sensitive(true);
    Ok(Some(Token(value)))
}

/// The spellings of "yes" that Python's client accepts.
fn is_set(get: &dyn Fn(&str) -> Option<String>, name: &str) -> bool {
    get(name).is_some_and(|value| matches!(value.to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE"))
}

fn number(get: &dyn Fn(&str) -> Option<String>, name: &str) -> Result<Option<f64>, SettingsError> {
    let Some(text) = get(name) else { return Ok(None) };
    match text.trim().parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1e9 => Ok(Some(value)),
        _ => Err(SettingsError {
            variable: name.into(),
            problem: format!("is `{text}`, not a positive number"),
        }),
    }
}

fn seconds(get: &dyn Fn(&str) -> Option<String>, name: &str) -> Result<Option<Duration>, SettingsError> {
    Ok(number(get, name)?.map(Duration::from_secs_f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Settings::from_lookup(&|name| find(name).map(|(_, value)| value.to_string()))
    }

    fn cache(variables: &[(&str, &str)]) -> String {
        let repo = settings(variables).unwrap().cache.repo(crate::manifest::RepoType::Model, "o/n");
        repo.blob("").display().to_string()
    }

    #[test]
    fn cache_follows_the_variables_in_the_order_of_the_reference_client() {
        assert_eq!(cache(&[("HOME", "/h")]), "/h/.cache/huggingface/hub/models--o--n/blobs/");
        assert_eq!(cache(&[("XDG_CACHE_HOME", "/x")]), "/x/huggingface/hub/models--o--n/blobs/");
        assert_eq!(cache(&[("HF_HOME", "~/y"), ("HOME", "/h")]), "/h/y/hub/models--o--n/blobs/");
        let legacy = ("HUGGINGFACE_HUB_CACHE", "/legacy");
        assert_eq!(cache(&[legacy, ("HF_HOME", "/y")]), "/legacy/models--o--n/blobs/");
        assert_eq!(cache(&[("HF_HUB_CACHE", "/z"), legacy]), "/z/models--o--n/blobs/");
    }

    #[test]
    fn the_token_comes_from_the_variable_then_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "from-file\n").unwrap();
        let file = ("HF_TOKEN_PATH", path.to_str().unwrap());
        let sent = |variables: &[_]| settings(variables).unwrap().token.map(|token| token.0);
        assert_eq!(sent(&[file]).unwrap(), "Bearer from-file");
        assert_eq!(sent(&[file, ("HF_TOKEN", "direct")]).unwrap(), "Bearer direct");
        assert_eq!(sent(&[file, ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]), None);
        assert!(!format!("{:?}", settings(&[("HF_TOKEN", "hush")]).unwrap()).contains("hush"));
    }

    #[test]
    fn flags_and_numbers_are_read_like_the_reference_client_does() {
        assert!(settings(&[("HF_HUB_OFFLINE", "yes")]).unwrap().offline);
        assert!(!settings(&[("HF_HUB_OFFLINE", "0")]).unwrap().offline);
        let fraction = settings(&[("HF_HUB_DOWNLOAD_TIMEOUT", "0.5")]).unwrap();
        assert_eq!(fraction.download_timeout, Duration::from_millis(500));
        assert!(settings(&[("HF_HUB_DOWNLOAD_TIMEOUT", "soon")]).is_err());
        assert!(settings(&[("HF_ENDPOINT", "ftp://x")]).is_err());
        assert_eq!(settings(&[("HF_ENDPOINT", "http://x/")]).unwrap().endpoint, "http://x");
    }
}
