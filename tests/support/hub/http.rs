//! As much HTTP/1.1 as the tests need.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;

use super::world::{Action, Host};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Logged {
    pub host: Host,
    pub method: String,
    /// Path and query; the path of an absolute address that a client sends to its proxy.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub at: std::time::Instant,
}

impl Logged {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// An answer; `body` is the whole file, of which a range is sent where one was asked for.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Arc<Vec<u8>>,
    pub ranged: bool,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: Arc::new(body.into()), ranged: false }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

pub struct Peer<S> {
    reader: BufReader<S>,
}

impl<S: Read + Write> Peer<S> {
    pub fn new(stream: S) -> Self {
        Self { reader: BufReader::new(stream) }
    }

    /// The next request; none when the client is gone.
    pub fn request(&mut self, host: Host) -> Option<Logged> {
        let mut line = String::new();
        self.reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let target = match target.strip_prefix("http://") {
            Some(absolute) => absolute.find('/').map_or("/", |i| &absolute[i..]).to_owned(),
            None => target,
        };
        let request = Logged { host, method, target, headers, at: std::time::Instant::now() };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).ok()?;
        Some(request)
    }

    /// Sends an answer, bent by a fault; whether the connection can go on.
    pub fn send(&mut self, request: &Logged, answer: Answer, fault: Option<&Action>) -> bool {
        let total = answer.body.len();
        let (from, to) = match fault {
            Some(Action::IgnoreRange) => (0, total),
            _ => range(request, answer.ranged, total),
        };
        let mut head = Vec::new();
        let status = match (answer.ranged, from) {
            (true, from) if from > total || (from == total && total > 0) => 416,
            (true, 1..) => 206,
            _ => answer.status,
        };
        let body = if status == 416 { &[][..] } else { &answer.body[from..to] };
        let _ = write!(head, "HTTP/1.1 {status} Because\r\n");
        for (name, value) in &answer.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        match status {
            206 => drop(write!(head, "Content-Range: bytes {from}-{}/{total}\r\n", to - 1)),
            416 => drop(write!(head, "Content-Range: bytes */{total}\r\n")),
            _ => {}
        }
        let unsized_body = matches!(fault, Some(Action::Unsized(_)));
        if unsized_body {
            let _ = write!(head, "Connection: close\r\n\r\n");
        } else {
            let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        }
        let stream = self.reader.get_mut();
        if stream.write_all(&head).and_then(|()| stream.flush()).is_err() {
            return false;
        }
        if request.method == "HEAD" {
            return true;
        }
        let cut = match fault {
            Some(Action::Cut(at) | Action::Stall(at) | Action::Unsized(at)) => (*at as usize).min(to),
            _ => to,
        };
        let sent = body.get(..cut.saturating_sub(from)).unwrap_or_default();
        let flipped = match fault {
            Some(Action::Flip(at)) if (from..to).contains(&(*at as usize)) => {
                let mut bytes = sent.to_vec();
                bytes[*at as usize - from] ^= 1;
                Some(bytes)
            }
            _ => None,
        };
        let sent = flipped.as_deref().unwrap_or(sent);
        if stream.write_all(sent).and_then(|()| stream.flush()).is_err() {
            return false;
        }
        if let Some(Action::Stall(_)) = fault {
            // Until the client gives up or is killed.
            let _ = stream.read(&mut [0]);
        }
        !unsized_body && cut == to && !matches!(fault, Some(Action::Stall(_)))
    }
}

fn range(request: &Logged, ranged: bool, total: usize) -> (usize, usize) {
    let asked = request.header("range").filter(|_| ranged).and_then(|range| range.strip_prefix("bytes="));
    let Some((from, to)) = asked.and_then(|range| range.split_once('-')) else { return (0, total) };
    let to = to.parse::<usize>().map_or(total, |last| (last + 1).min(total));
    (from.parse().unwrap_or(0), to)
}
