//! Bytes on their way from a server to a file: received, written and hashed at the same time, in bounded memory.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use crate::digest::{GitSha1, Hasher, Sha256};

/// Most bytes that travel together.
const CHUNK: usize = 1 << 18;
/// Chunks that may wait for the slower of the two consumers.
const QUEUE: usize = 16;

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

/// Bytes that both consumers read. The buffer goes back to the receiver when the slower one is done with it, so that
/// bytes are read into the place they are used in, and a file of any size takes a handful of buffers.
struct Chunk {
    buffer: Vec<u8>,
    length: usize,
    home: Sender<Vec<u8>>,
}

impl Chunk {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // At the end of the stream nobody wants it back.
        let _ = self.home.send(std::mem::take(&mut self.buffer));
    }
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
        let (to_hasher, chunks) = sync_channel::<Arc<Chunk>>(QUEUE);
        let mut size = hashes.size;
        let hasher = scope.spawn(move || {
            chunks.iter().for_each(|chunk| hashes.update(chunk.bytes()));
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

fn write(target: &mut File, chunks: Receiver<Arc<Chunk>>) -> io::Result<()> {
    chunks.iter().try_for_each(|chunk| target.write_all(chunk.bytes()))
}

/// Every read travels on at once: what has arrived is on disk before a stall or a kill.
fn receive(
    source: &mut dyn Read,
    size: &mut u64,
    limit: Option<u64>,
    consumers: &[SyncSender<Arc<Chunk>>],
    position: &dyn Fn(u64),
) -> Result<(), Broken> {
    let (home, returned) = channel();
    loop {
        let mut buffer = returned.try_recv().unwrap_or_else(|_| vec![0; CHUNK]);
        let length = loop {
            match source.read(&mut buffer) {
                Ok(length) => break length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Broken::Source(error)),
            }
        };
        if length == 0 {
            return Ok(());
        }
        *size += length as u64;
        if limit.is_some_and(|limit| *size > limit) {
            return Err(Broken::TooLong);
        }
        let chunk = Arc::new(Chunk { buffer, length, home: home.clone() });
        // A consumer that is gone has failed, and its own error says why.
        if consumers.iter().any(|consumer| consumer.send(Arc::clone(&chunk)).is_err()) {
            return Ok(());
        }
        position(*size);
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
    fn buffers_are_used_again_however_uneven_the_reads_are() {
        /// Yields fewer bytes with every read, and every third time is interrupted.
        struct Uneven<'a> {
            rest: &'a [u8],
            reads: usize,
        }
        impl Read for Uneven<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.reads += 1;
                if self.reads.is_multiple_of(3) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let n = (1 + 997 * self.reads % 40_000).min(self.rest.len()).min(buffer.len());
                let (now, rest) = self.rest.split_at(n);
                buffer[..n].copy_from_slice(now);
                self.rest = rest;
                Ok(n)
            }
        }
        let bytes: Vec<u8> =
            (0..5_000_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        let positions = std::cell::RefCell::new(Vec::new());
        let mut source = Uneven { rest: &bytes, reads: 0 };
        let position = |size| positions.borrow_mut().push(size);
        let hashes = stream(&mut source, &mut file, Hashes::new(None), None, &position).unwrap();
        assert_eq!(hashes.finish().sha256, sha256(&bytes));
        assert!(positions.borrow().is_sorted() && positions.borrow().last() == Some(&5_000_000));
        let mut written = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut written).unwrap();
        assert!(written == bytes);
    }

    #[test]
    fn a_source_longer_than_allowed_is_cut_off() {
        let mut file = tempfile::tempfile().unwrap();
        let result = stream(&mut std::io::repeat(7), &mut file, Hashes::new(None), Some(1000), &|_| {});
        assert!(matches!(result, Err(Broken::TooLong)));
        assert!(file.metadata().unwrap().len() <= 1000);
    }
}
