//! Reads instructions and their arguments, counting bytes.

use std::io::{BufRead, Read};

use super::Problem;

/// Longest line of protocol 0.
const MAX_LINE: u64 = 1 << 20;

/// A pickle as a stream.
pub(super) struct Source<R> {
    reader: R,
    /// Bytes read so far.
    pub at: u64,
}

impl<R: BufRead> Source<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, at: 0 }
    }

    pub fn byte(&mut self) -> Result<u8, Problem> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Problem::Truncated,
            _ => Problem::Unreadable(error),
        })?;
        self.at += N as u64;
        Ok(bytes)
    }

    /// `n` bytes. Memory grows with what is there, not with what is promised.
    pub fn bytes(&mut self, n: u64) -> Result<Vec<u8>, Problem> {
        // What is promised is believed up to here, so that most byte strings are stored without growing.
        const BELIEVED: u64 = 1 << 16;
        let mut bytes = Vec::with_capacity(n.min(BELIEVED) as usize);
        let read = (&mut self.reader).take(n).read_to_end(&mut bytes).map_err(Problem::Unreadable)?;
        self.at += read as u64;
        if read as u64 == n { Ok(bytes) } else { Err(Problem::Truncated) }
    }

    /// Floats that come next, each with its opcode `G`, as far as they lie in the buffer; hands each to `push` and stops
    /// at its first error.
    pub fn floats(&mut self, mut push: impl FnMut(f64) -> Result<(), Problem>) -> Result<(), Problem> {
        loop {
            let buffer = self.reader.fill_buf().map_err(Problem::Unreadable)?;
            let mut n = 0;
            for [opcode, float @ ..] in buffer.as_chunks::<9>().0 {
                if *opcode != b'G' {
                    break;
                }
                push(f64::from_be_bytes(*float))?;
                n += 9;
            }
            self.reader.consume(n);
            self.at += n as u64;
            if n == 0 {
                return Ok(());
            }
        }
    }

    /// A line without its end.
    pub fn line(&mut self) -> Result<Vec<u8>, Problem> {
        let mut line = Vec::new();
        let read =
            (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut line).map_err(Problem::Unreadable)?;
        self.at += read as u64;
        match line.pop() {
            Some(b'\n') => Ok(line),
            _ if read as u64 == MAX_LINE => Err(Problem::Limit(MAX_LINE, "bytes in a line")),
            _ => Err(Problem::Truncated),
        }
    }

    /// A line of ASCII.
    pub fn word(&mut self) -> Result<String, Problem> {
        let line = self.line()?;
        String::from_utf8(line).map_err(|error| {
            Problem::Malformed(String::from_utf8_lossy(error.as_bytes()).into_owned(), "text")
        })
    }
}
