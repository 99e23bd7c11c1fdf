//! A file's bytes and their hash, in one go.

use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc::channel;

use crate::digest::{Hasher, Sha256, sha256};

/// Bytes that are read before they are hashed, while the next ones are read.
const PART: usize = 1 << 20;

/// Room that is made for a file before it is read.
const LARGEST: usize = 1 << 30;

/// Reads an open file into memory and hashes what it reads at the same time.
pub(super) fn read_hashed(mut file: File) -> io::Result<(Vec<u8>, Sha256)> {
    // Only a hint: a file may grow or shrink, a device says nothing, and a file with holes may be larger than memory.
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    if size > PART {
        return read_parts(file, size.min(LARGEST));
    }
    // A second thread gains nothing here.
    let mut bytes = Vec::with_capacity(size);
    file.read_to_end(&mut bytes)?;
    let hash = sha256(&bytes);
    Ok((bytes, hash))
}

/// Reads `size` bytes in parts, and then what there is more or less of them.
fn read_parts(mut reader: impl Read + Send, size: usize) -> io::Result<(Vec<u8>, Sha256)> {
    let mut bytes = vec![0; size];
    let (send, receive) = channel::<&[u8]>();
    let read = |reader: &mut dyn Read| -> io::Result<usize> {
        let mut n_read = 0;
        // The channel is closed at the end, also by an error.
        let send = send;
        for part in bytes.chunks_mut(PART) {
            let n = fill(reader, part)?;
            n_read += n;
            let short = n < part.len();
            // Nobody waits for the rest when hashing has ended, which it does not do by itself.
            let _ = send.send(&part[..n]);
            if short {
                break;
            }
        }
        Ok(n_read)
    };
    let hash = || {
        let mut hasher = Hasher::sha256();
        receive.into_iter().for_each(|part| hasher.update(part));
        hasher
    };
    let (n_read, mut hasher) = rayon::join(|| read(&mut reader), hash);
    bytes.truncate(n_read?);
    let known = bytes.len();
    reader.read_to_end(&mut bytes)?;
    hasher.update(&bytes[known..]);
    Ok((bytes, hasher.finish()))
}

/// Reads until a buffer is full or nothing is left; returns the number of bytes.
fn fill(reader: &mut dyn Read, mut buffer: &mut [u8]) -> io::Result<usize> {
    let mut n_read = 0;
    while !buffer.is_empty() {
        match reader.read(buffer) {
            Ok(0) => break,
            Ok(n) => {
                n_read += n;
                buffer = &mut buffer[n..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_read)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields few bytes at a time, interrupts itself, and fails at some place.
    struct Slow<'a> {
        bytes: &'a [u8],
        fails: bool,
        calls: usize,
    }

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls.is_multiple_of(3) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.bytes.is_empty() && self.fails {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let n = buffer.len().min(self.bytes.len()).min(300_007);
            buffer[..n].copy_from_slice(&self.bytes[..n]);
            self.bytes = &self.bytes[n..];
            Ok(n)
        }
    }

    #[test]
    fn whatever_a_file_says_of_its_size_its_bytes_are_read_and_hashed() {
        let bytes: Vec<u8> = (0..3 * PART + 5).map(|i| (i * i % 251) as u8).collect();
        for bytes in [&bytes[..], &bytes[..2 * PART], &bytes[..1], &[]] {
            for size in [0, 1, bytes.len() / 2, bytes.len(), bytes.len() + 1, 2 * bytes.len() + PART] {
                let read = read_parts(Slow { bytes, fails: false, calls: 0 }, size).unwrap();
                assert!(read.0 == bytes, "{} bytes, said to be {size}", bytes.len());
                assert_eq!(read.1, sha256(bytes));
                let failed = read_parts(Slow { bytes, fails: true, calls: 0 }, size);
                assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
            }
        }
    }

    #[test]
    fn files_of_any_size_are_read_and_hashed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for size in [0, 1, PART, PART + 1, 2 * PART] {
            let bytes: Vec<u8> = (0..size).map(|i| (i * i % 251) as u8).collect();
            std::fs::write(file.path(), &bytes).unwrap();
            let read = read_hashed(File::open(file.path()).unwrap()).unwrap();
            assert!(read.0 == bytes && read.1 == sha256(&bytes), "{size}");
        }
    }

    #[test]
    fn one_thread_reads_and_then_hashes() {
        let bytes = vec![7; 3 * PART];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let read = pool.install(|| read_parts(&bytes[..], bytes.len())).unwrap();
        assert_eq!((read.0.len(), read.1), (bytes.len(), sha256(&bytes)));
    }
}
