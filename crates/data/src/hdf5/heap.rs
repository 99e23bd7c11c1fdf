//! Texts of variable length, which lie in global heaps.

use std::collections::BTreeMap;

use super::elements::utf8;
use super::store::Disk;
use crate::error::{DataError, DataProblem};

/// Bytes of a reference: length, address of the heap, number of the object.
pub(super) const REFERENCE: usize = 16;

/// A heap that was read: where each of its objects lies in its bytes.
struct Heap {
    bytes: Vec<u8>,
    objects: BTreeMap<u32, (usize, usize)>,
}

/// Resolves references. Heaps do not overlap and each text is stored once, so what is read and what is given are
/// both bounded by the length of the file.
pub(super) struct Texts<'a> {
    disk: &'a Disk,
    heaps: BTreeMap<u64, Heap>,
    read: u64,
    given: u64,
}

impl<'a> Texts<'a> {
    pub fn new(disk: &'a Disk) -> Self {
        Self { disk, heaps: BTreeMap::new(), read: 0, given: 0 }
    }

    /// The text of each reference in `references`.
    pub fn resolve<'b>(
        &mut self,
        references: impl Iterator<Item = &'b [u8]>,
    ) -> Result<Vec<String>, DataError> {
        references.map(|reference| self.text(reference)).collect()
    }

    fn text(&mut self, reference: &[u8]) -> Result<String, DataError> {
        let wrong = |why: &str| DataError::malformed("", why);
        let Some((length, rest)) = reference.split_first_chunk::<4>() else {
            return Err(wrong("a reference to a text is cut off"));
        };
        let Some((address, rest)) = rest.split_first_chunk::<8>() else {
            return Err(wrong("a reference to a text is cut off"));
        };
        let Some((number, _)) = rest.split_first_chunk::<4>() else {
            return Err(wrong("a reference to a text is cut off"));
        };
        let (length, address) = (u32::from_le_bytes(*length), u64::from_le_bytes(*address));
        if length == 0 || address == 0 {
            return Ok(String::new());
        }
        self.given += u64::from(length);
        if self.given > self.disk.length {
            let why = "its texts are longer than the file";
            return Err(DataError::new("", DataProblem::Limit(why.to_owned())));
        }
        let heap = self.heap(address)?;
        let object = heap.objects.get(&u32::from_le_bytes(*number));
        let Some((start, size)) = object.copied().filter(|(_, size)| *size >= length as usize) else {
            return Err(wrong("a text is not in its heap"));
        };
        let text = &heap.bytes[start..start + size.min(length as usize)];
        // HDF5 hands texts to C, where a zero ends them.
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        utf8(&text[..end])
    }

    fn heap(&mut self, address: u64) -> Result<&Heap, DataError> {
        if !self.heaps.contains_key(&address) {
            // Texts are mostly stored in the order of their heaps.
            if self.heaps.len() >= 64 {
                self.heaps.pop_first();
            }
            let heap = Heap::read(self.disk, address)?;
            self.read += heap.bytes.len() as u64;
            // Each heap may be needed again after it was dropped, a bounded number of times.
            if self.read > self.disk.length.saturating_mul(16) {
                let why = "its texts are scattered over too many heaps";
                return Err(DataError::new("", DataProblem::Limit(why.to_owned())));
            }
            self.heaps.insert(address, heap);
        }
        self.heaps.get(&address).ok_or_else(|| DataError::malformed("", "a heap is missing"))
    }
}

impl Heap {
    fn read(disk: &Disk, address: u64) -> Result<Self, DataError> {
        let wrong = || DataError::malformed("", "a global heap is damaged");
        let at = address.checked_add(disk.base).ok_or_else(wrong)?;
        let head = disk.read(at, 16)?;
        if !head.starts_with(b"GCOL\x01") {
            return Err(wrong());
        }
        let size = head.last_chunk::<8>().map(|size| u64::from_le_bytes(*size)).ok_or_else(wrong)?;
        let bytes = disk.read(at, usize::try_from(size).map_err(|_| wrong())?)?;
        let mut objects = BTreeMap::new();
        let mut start = 16;
        while let Some(head) = bytes.get(start..start + 16) {
            let number = u32::from(u16::from_le_bytes([head[0], head[1]]));
            let size = head.last_chunk::<8>().map(|size| u64::from_le_bytes(*size)).ok_or_else(wrong)?;
            // Number 0 is what is free; nothing follows it.
            if number == 0 {
                break;
            }
            let size = usize::try_from(size).map_err(|_| wrong())?;
            let end = (start + 16).checked_add(size).filter(|end| *end <= bytes.len()).ok_or_else(wrong)?;
            objects.insert(number, (start + 16, size));
            start = end.next_multiple_of(8);
        }
        Ok(Self { bytes, objects })
    }
}
