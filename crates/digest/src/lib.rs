//! Content hashes: SHA-256, and the SHA-1 that git gives a blob (the Hub's name for a small file). Below them, because all
//! layers need them: regular files opened without waiting, what killed runs left, and texts that terminals obey.

pub mod file;
pub mod leftovers;
pub mod text;

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fixed-size hash shown as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash<const N: usize>([u8; N]);

/// SHA-256 of a file's bytes.
pub type Sha256 = Hash<32>;

/// SHA-1 of a git blob: of `blob <size>\0` followed by the bytes.
pub type GitSha1 = Hash<20>;

/// A text that is not a hash of the wanted length.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a hash of {digits} hexadecimal digits")]
pub struct ParseHashError {
    text: String,
    digits: usize,
}

impl<const N: usize> Hash<N> {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<const N: usize> FromStr for Hash<N> {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseHashError { text: text.to_owned(), digits: 2 * N };
        let digits = text.as_bytes();
        if digits.len() != 2 * N {
            return Err(error());
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16).ok_or_else(error)?;
            let low = char::from(pair[1]).to_digit(16).ok_or_else(error)?;
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(bytes))
    }
}

impl<const N: usize> fmt::Display for Hash<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> fmt::Debug for Hash<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> Serialize for Hash<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hash<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Hashes bytes as they stream by.
pub struct Hasher<const N: usize>(Context);

impl Hasher<32> {
    /// A SHA-256 hasher.
    pub fn sha256() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Hasher<20> {
    /// A hasher of the git blob with `size` bytes of content.
    pub fn git_blob(size: u64) -> Self {
        let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        context.update(format!("blob {size}\0").as_bytes());
        Self(context)
    }
}

impl<const N: usize> Hasher<N> {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes added.
    pub fn finish(self) -> Hash<N> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.0.finish().as_ref());
        Hash(bytes)
    }
}

/// SHA-256 of a byte string.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let mut hasher = Hasher::sha256();
    hasher.update(bytes);
    hasher.finish()
}

/// Size and SHA-256 of everything a reader yields.
pub fn sha256_reader(mut reader: impl Read) -> io::Result<(u64, Sha256)> {
    let mut hasher = Hasher::sha256();
    let mut buffer = vec![0; 1 << 18];
    let mut size = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((size, hasher.finish())),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                size += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_the_nist_example() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc").to_string(), expected);
        assert_eq!(sha256_reader(&b"abc"[..]).unwrap(), (3, expected.parse().unwrap()));
    }

    #[test]
    fn git_blob_hash_equals_git_hash_object() {
        // `printf 'hello\n' | git hash-object --stdin`
        let mut hasher = Hasher::git_blob(6);
        hasher.update(b"hello\n");
        assert_eq!(hasher.finish().to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn hashes_of_wrong_length_or_alphabet_are_refused() {
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32)] {
            assert!(text.parse::<Sha256>().is_err(), "{text}");
        }
    }
}
