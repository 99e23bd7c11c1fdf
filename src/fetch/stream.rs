//! Bytes on their way from a server to a file: received, written and hashed at the same time, in bounded memory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crate::digest::{GitSha1, Hasher, Sha256};

/// Bytes that travel together.
const CHUNK: usize = 1 << 18;
/// Chunks that may wait for the slower of the two consumers.
const QUEUE: usize = 16;
/// How long a chunk may take to fill before it travels on.
const PATIENCE: Duration = Duration::from_millis(100);

/// The hashes of a file so far.
pub struct Hashes {
    /// Bytes hashed.
    pub size: u64,
    sha256: Hasher<32>,
    git: Option<Hasher<20>>,
}

/// Size and hashes of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Size in bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Sha256,
    /// SHA-1 as a git blob, where it was asked for.
    pub git_sha1: Option<GitSha1>,
}

impl Hashes {
    /// Nothing hashed; `git_size` is the size of the whole file where its git SHA-1 is wanted.
    pub fn new(git_size: Option<u64>) -> Self {
        Self { size: 0, sha256: Hasher::sha256(), git: git_size.map(Hasher::git_blob) }
    }

    /// Adds everything a reader yields.
    pub fn read(&mut self, mut reader: impl Read) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => self.update(&buffer[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The result.
    pub fn finish(self) -> Received {
        Received { size: self.size, sha256: self.sha256.finish(), git_sha1: self.git.map(Hasher::finish) }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        if let Some(git) = &mut self.git {
            git.update(bytes);
        }
        self.size += bytes.len() as u64;
    }
}

/// Why a stream ended before the end of the file.
#[derive(Debug)]
pub enum Broken {
    /// The source failed.
    Source(io::Error),
    /// The file cannot be written.
    Target(io::Error),
    /// More bytes than the file may have.
    TooLong,
}

/// Appends `source` to `target` and to the hashes; `position` is told the size of the file as it grows.
///
/// On failure the file holds what had arrived, in order and without gaps, so that it can be continued.
pub fn stream(
    source: &mut dyn Read,
    target: &mut File,
    mut hashes: Hashes,
    limit: Option<u64>,
    position: &dyn Fn(u64),
) -> Result<Hashes, Broken> {
    std::thread::scope(|scope| {
        let (to_writer, chunks) = sync_channel(QUEUE);
        let writer = scope.spawn(move || write(target, chunks));
        let (to_hasher, chunks) = sync_channel::<Arc<Vec<u8>>>(QUEUE);
        let mut size = hashes.size;
        let hasher = scope.spawn(move || {
            chunks.iter().for_each(|chunk| hashes.update(&chunk));
            hashes
        });
        let received = receive(source, &mut size, limit, &[to_writer, to_hasher], position);
        let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer failed")));
        let hashes = hasher.join().map_err(|_| Broken::Target(io::Error::other("the hasher failed")))?;
        // A full disk ends the receiving too, and is the reason to report.
        written.map_err(Broken::Target)?;
        received.map(|()| hashes)
    })
}

fn write(target: &mut File, chunks: Receiver<Arc<Vec<u8>>>) -> io::Result<()> {
    chunks.iter().try_for_each(|chunk| target.write_all(&chunk))
}

fn receive(
    source: &mut dyn Read,
    size: &mut u64,
    limit: Option<u64>,
    consumers: &[SyncSender<Arc<Vec<u8>>>],
    position: &dyn Fn(u64),
) -> Result<(), Broken> {
    loop {
        let mut chunk = vec![0; CHUNK];
        let mut filled = 0;
        let begun = Instant::now();
        let mut end = Ok(false);
        while filled < CHUNK {
            match source.read(&mut chunk[filled..]) {
                Ok(0) => {
                    end = Ok(true);
                    break;
                }
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    end = Err(Broken::Source(error));
                    break;
                }
            }
            // Slow sources still show on the bar, and what they sent is on disk before a kill comes.
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        *size += filled as u64;
        if limit.is_some_and(|limit| *size > limit) {
            return Err(Broken::TooLong);
        }
        chunk.truncate(filled);
        let chunk = Arc::new(chunk);
        if consumers.iter().any(|consumer| consumer.send(Arc::clone(&chunk)).is_err()) {
            return Ok(());
        }
        position(*size);
        if end? {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Seek};

    use super::*;
    use crate::digest::sha256;

    #[test]
    fn what_arrives_is_written_and_hashed_once_and_in_order() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        let mut source = Cursor::new(&bytes);
        let hashes = stream(&mut source, &mut file, Hashes::new(None), None, &|_| {}).unwrap();
        let received = hashes.finish();
        assert_eq!((received.size, received.sha256), (3_000_000, sha256(&bytes)));
        let mut written = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut written).unwrap();
        assert_eq!(written, bytes);
    }

    #[test]
    fn a_source_longer_than_allowed_is_cut_off() {
        let mut file = tempfile::tempfile().unwrap();
        let result = stream(&mut std::io::repeat(7), &mut file, Hashes::new(None), Some(1000), &|_| {});
        assert!(matches!(result, Err(Broken::TooLong)));
        assert!(file.metadata().unwrap().len() <= 1000);
    }
}
