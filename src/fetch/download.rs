//! One file: continued where an earlier attempt ended, hashed as it arrives, tried again within bounds.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, TRANSFER_ENCODING};
use reqwest::{StatusCode, Url};

use super::error::PAGE;
use super::http_error::{root_cause, shown};
use super::retry::Attempts;
use super::stream::{Broken, Hashes, Received, stream};
use super::transport::{Question, Transport, decoded};
use super::{Expected, FetchError, FileProgress, HttpError};
use crate::digest::file;
use crate::error::FileError;
use crate::store::require_space;

/// Bytes after which an attempt counts as progress, so that a bad line gets as many attempts as it needs.
const PROGRESS: u64 = 1 << 20;

/// A file to receive.
#[derive(Debug)]
pub struct Download<'a> {
    /// Address.
    pub url: &'a Url,
    /// Where it grows. Whoever calls is alone with this file.
    pub partial: &'a Path,
    /// What it should be.
    pub expected: &'a Expected,
    /// Whether the file may be a web page.
    pub page_welcome: bool,
    /// Largest size that is received.
    pub max_size: Option<u64>,
}

/// How an attempt ended that did not bring the file.
enum Failed {
    /// Trying again may help.
    Http(HttpError),
    /// The partial file is of no use: from the start, without counting as a failure.
    StartOver,
    /// Wrong bytes; `resumed` if some of them came from an earlier attempt.
    Wrong { error: FetchError, resumed: bool },
    /// Nothing to be done.
    Final(FetchError),
}

impl From<FileError> for Failed {
    fn from(error: FileError) -> Self {
        Self::Final(error.into())
    }
}

impl Download<'_> {
    /// Receives the file into `partial`, complete and checked. What an interrupted attempt leaves there is
    /// continued by the next one; wrong bytes are removed.
    pub fn run(&self, transport: &Transport<'_>, bar: &dyn FileProgress) -> Result<Received, FetchError> {
        let result = self.attempts(transport, bar);
        if result.is_err() && self.length() == 0 {
            self.discard()?;
        }
        result
    }

    fn attempts(&self, transport: &Transport<'_>, bar: &dyn FileProgress) -> Result<Received, FetchError> {
        let mut attempts = Attempts::new(&transport.settings().retry);
        let mut fresh_starts = 0;
        loop {
            let before = self.length();
            let error = match self.attempt(transport, bar) {
                Ok(received) => {
                    remove(&self.sidecar())?;
                    return Ok(received);
                }
                Err(Failed::Final(error)) => return Err(error),
                // Old and new bytes together made a wrong file: once, the new ones get a chance alone.
                Err(Failed::Wrong { resumed: true, .. } | Failed::StartOver) if fresh_starts < 1 => {
                    fresh_starts += 1;
                    self.discard()?;
                    continue;
                }
                Err(Failed::Wrong { error, .. }) => {
                    self.discard()?;
                    return Err(error);
                }
                Err(Failed::StartOver) => {
                    self.discard()?;
                    HttpError::Range { url: shown(self.url) }
                }
                Err(Failed::Http(error)) => error,
            };
            if self.length() >= before + PROGRESS {
                attempts.progressed();
            }
            attempts.again(error)?;
        }
    }

    fn attempt(&self, transport: &Transport<'_>, bar: &dyn FileProgress) -> Result<Received, Failed> {
        let (mut file, mut have, validator) = self.open()?;
        let resumed = have > 0;
        let mut hashes = self.hash_partial(&mut file)?;
        bar.position(have);
        if self.expected.size == Some(have) && self.expected.is_pinned() {
            return self.judge(hashes, resumed, None);
        }
        let question = Question { url: self.url, from: have, if_range: validator.as_deref(), timeout: None };
        let answer = transport.get(&question).map_err(Failed::Http)?;
        self.compare_announcement(&answer.hub)?;
        let headers = answer.response.headers().clone();
        let length = answer.response.content_length();
        let status = answer.response.status();
        let (mut body, encoded) = decoded(self.url, answer.response).map_err(Failed::Http)?;
        let total = match status {
            StatusCode::PARTIAL_CONTENT if encoded => return Err(Failed::StartOver),
            StatusCode::PARTIAL_CONTENT => Some(continued_total(&headers, have).ok_or(Failed::StartOver)?),
            StatusCode::OK => {
                if resumed {
                    have = 0;
                    hashes = self.hashes();
                }
                self.begin(&mut file, &headers)?;
                length.filter(|_| !encoded)
            }
            _ => return Err(Failed::StartOver),
        };
        let resumed = have > 0;
        self.check_answer(&headers, total, resumed)?;
        if length.is_none() && !self.would_notice_a_cut(&headers) {
            return Err(Failed::Final(FetchError::NoLength { url: shown(self.url) }));
        }
        if let Some(size) = total.or(self.expected.size) {
            let folder = self.partial.parent().unwrap_or(Path::new("."));
            let rest = size.saturating_sub(have);
            require_space(folder, rest).map_err(|error| Failed::Final(error.into()))?;
        }
        file.seek(SeekFrom::Start(have)).map_err(FileError::on("write", self.partial))?;
        let limit = self.expected.size.or(total);
        let position = |bytes| bar.position(bytes);
        match stream(&mut *body, &mut file, hashes, limit, &position) {
            Ok(hashes) => match limit {
                Some(expected) if hashes.size < expected => {
                    let (url, received) = (shown(self.url), hashes.size);
                    Err(Failed::Http(HttpError::Truncated { url, received, expected }))
                }
                _ => self.judge(hashes, resumed, Some(&headers)),
            },
            Err(broken) => Err(self.broken(broken, resumed)),
        }
    }

    /// Opens the partial file if it can be continued, else an empty one; with its length and its validator.
    fn open(&self) -> Result<(File, u64, Option<String>), FileError> {
        let on = |action| FileError::on(action, self.partial);
        if std::fs::symlink_metadata(self.partial).is_ok_and(|metadata| !metadata.is_file()) {
            remove(self.partial)?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let file = file.open(self.partial).map_err(on("create"))?;
        let length = file.metadata().map_err(on("read"))?.len();
        let validator = match self.expected.is_pinned() {
            true => None,
            false => file::read_to_string(&self.sidecar()).ok(),
        };
        // Without a hash to judge by, only the server can say that the rest belongs to what is there.
        let known = self.expected.is_pinned() || validator.is_some();
        if !known || self.expected.size.is_some_and(|size| length > size) {
            file.set_len(0).map_err(on("write"))?;
            return Ok((file, 0, None));
        }
        Ok((file, length, validator))
    }

    /// Empties the file for an answer that begins at its first byte.
    fn begin(&self, file: &mut File, headers: &HeaderMap) -> Result<(), FileError> {
        file.set_len(0).map_err(FileError::on("write", self.partial))?;
        if !self.expected.is_pinned() {
            let strong =
                headers.get(ETAG).and_then(|etag| etag.to_str().ok()).filter(|etag| etag.starts_with('"'));
            match strong {
                Some(etag) => {
                    // Never through a link.
                    remove(&self.sidecar())?;
                    std::fs::write(self.sidecar(), etag).map_err(FileError::on("write", self.sidecar()))?;
                }
                None => remove(&self.sidecar())?,
            }
        }
        Ok(())
    }

    fn hashes(&self) -> Hashes {
        Hashes::new(self.expected.git_sha1.and(self.expected.size))
    }

    fn hash_partial(&self, file: &mut File) -> Result<Hashes, FileError> {
        let mut hashes = self.hashes();
        file.rewind().and_then(|()| hashes.read(file)).map_err(FileError::on("read", self.partial))?;
        Ok(hashes)
    }

    /// What the Hub says about the file before it sends it must fit what its listing or our lock says.
    fn compare_announcement(&self, hub: &HeaderMap) -> Result<(), Failed> {
        let text = |name: &str| hub.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let etag = text("x-linked-etag")
            .or_else(|| text("etag"))
            .map(|etag| etag.trim_start_matches("W/").trim_matches('"'));
        let announced = Expected {
            size: text("x-linked-size").and_then(|size| size.parse().ok()),
            sha256: etag.and_then(|etag| etag.parse().ok()),
            git_sha1: etag.and_then(|etag| etag.parse().ok()),
        };
        let what = format!("{} announces another file than the expected one", shown(self.url));
        let merged = self.expected.merge(&announced, &what);
        merged.map(drop).map_err(|error| Failed::Wrong { error, resumed: false })
    }

    /// Size and type of the answer, before its first byte is read.
    fn check_answer(&self, headers: &HeaderMap, total: Option<u64>, resumed: bool) -> Result<(), Failed> {
        if is_page(headers) && !self.page_welcome && !self.expected.is_pinned() {
            return Err(Failed::Final(FetchError::WebPage { url: shown(self.url) }));
        }
        let Some(total) = total else { return Ok(()) };
        if self.max_size.is_some_and(|most| total > most) {
            return Err(Failed::Final(FetchError::TooLarge { size: total }));
        }
        let checked = self.expected.check_size(&self.what(), total);
        checked.map_err(|error| Failed::Wrong { error: self.explain(error, Some(headers)), resumed })
    }

    /// Whether a body without declared length that ends too early would be told from a whole one.
    fn would_notice_a_cut(&self, headers: &HeaderMap) -> bool {
        self.expected.is_pinned() || self.expected.size.is_some() || headers.contains_key(TRANSFER_ENCODING)
    }

    fn judge(&self, hashes: Hashes, resumed: bool, headers: Option<&HeaderMap>) -> Result<Received, Failed> {
        let received = hashes.finish();
        let checked = self.expected.check(&self.what(), &received);
        checked.map_err(|error| Failed::Wrong { error: self.explain(error, headers), resumed })?;
        Ok(received)
    }

    fn broken(&self, broken: Broken, resumed: bool) -> Failed {
        match broken {
            Broken::Target(error) => Failed::Final(FileError::on("write", self.partial)(error).into()),
            Broken::Source(error) => {
                let (received, cause) = (self.length(), root_cause(&error));
                Failed::Http(HttpError::Body { url: shown(self.url), received, cause })
            }
            Broken::TooLong => Failed::Wrong {
                error: FetchError::Mismatch {
                    what: self.what(),
                    expected: format!("{} bytes", self.expected.size.unwrap_or_default()),
                    computed: "more bytes than that".into(),
                    hint: super::error::CHANGED,
                },
                resumed,
            },
        }
    }

    fn what(&self) -> String {
        format!("{} sent other bytes than the expected ones", shown(self.url))
    }

    fn explain(&self, mut error: FetchError, headers: Option<&HeaderMap>) -> FetchError {
        if let FetchError::Mismatch { hint, .. } = &mut error
            && !self.page_welcome
            && headers.is_some_and(is_page)
        {
            *hint = PAGE;
        }
        error
    }

    fn length(&self) -> u64 {
        std::fs::metadata(self.partial).map_or(0, |metadata| metadata.len())
    }

    /// Where the validator of an unpinned partial file is kept.
    fn sidecar(&self) -> PathBuf {
        let mut name = self.partial.as_os_str().to_owned();
        name.push(".etag");
        name.into()
    }

    fn discard(&self) -> Result<(), FileError> {
        remove(self.partial)?;
        remove(&self.sidecar())
    }
}

/// Total size that `Content-Range: bytes 5-9/10` names, if the range begins where it should.
fn continued_total(headers: &HeaderMap, from: u64) -> Option<u64> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    let (range, total) = text.split_once('/')?;
    let begins = range.split_once('-')?.0.parse::<u64>().ok()?;
    if begins != from {
        return None;
    }
    total.parse().ok()
}

fn is_page(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/html"))
}

fn remove(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(FileError::on("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_must_begin_where_we_asked() {
        let total = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, text.parse().unwrap());
            continued_total(&headers, 5)
        };
        assert_eq!(total("bytes 5-9/10"), Some(10));
        assert_eq!(total("bytes 0-9/10"), None);
        assert_eq!(total("bytes 5-9/*"), None);
    }
}
