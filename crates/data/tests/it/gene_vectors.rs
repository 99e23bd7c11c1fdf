//! A dictionary of the size that GenePT publishes.

use std::cmp::Ordering;
use std::io::{BufReader, Read};

use repro_data::gene_vectors::GeneVectors;
use repro_data::pickle::Limits;

const NAMES: usize = 93_800;
const VECTORS: usize = 33_703;
const DIMENSION: usize = 1_536;

/// The pickle as a stream, made while it is read: nothing of it is ever in memory whole.
struct Dictionary {
    name: usize,
    pending: Vec<u8>,
    at: usize,
}

impl Dictionary {
    fn new() -> Self {
        Self { name: 0, pending: b"\x80\x04}(".to_vec(), at: 0 }
    }

    /// The next entry: each of the first names has a vector of its own, the others share one of them.
    fn entry(&mut self) -> Option<Vec<u8>> {
        let name = self.name;
        self.name += 1;
        let text = format!("GENE{name}");
        let mut bytes = vec![0x8c, text.len() as u8];
        bytes.extend(text.as_bytes());
        match name.cmp(&NAMES) {
            Ordering::Less if name < VECTORS => {
                bytes.extend(b"]");
                bytes.push(0x94);
                bytes.extend(b"(");
                for i in 0..DIMENSION {
                    bytes.push(b'G');
                    bytes.extend(((name * 7 + i) as f64 / 1e3).to_be_bytes());
                }
                bytes.push(b'e');
            }
            Ordering::Less => {
                bytes.push(b'j');
                bytes.extend(((name % VECTORS) as u32).to_le_bytes());
            }
            Ordering::Equal => bytes = b"u.".to_vec(),
            Ordering::Greater => return None,
        }
        Some(bytes)
    }
}

impl Read for Dictionary {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.pending.len() {
            match self.entry() {
                Some(bytes) => (self.pending, self.at) = (bytes, 0),
                None => return Ok(0),
            }
        }
        let n = buffer.len().min(self.pending.len() - self.at);
        buffer[..n].copy_from_slice(&self.pending[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// Peak memory of this process in bytes, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[test]
#[ignore = "slow: reads 470 MB"]
fn a_dictionary_of_the_published_size_fits_in_memory() {
    let vectors = GeneVectors::read(BufReader::new(Dictionary::new()), Limits::default()).unwrap();
    assert_eq!((vectors.n_genes(), vectors.n_vectors()), (NAMES, VECTORS));
    assert_eq!(vectors.dimension(), DIMENSION);
    let last = vectors.get("GENE93799").unwrap();
    assert_eq!(last, vectors.get(&format!("GENE{}", 93_799 % VECTORS)).unwrap());
    assert_eq!(last[1], ((93_799 % VECTORS) * 7 + 1) as f64 / 1e3);
    if let Some(peak) = peak() {
        assert!(peak < 1_500_000_000, "{peak} bytes");
    }
}
