//! The bytes of a window of rows: read in the order of the file, decompressed in parallel.

use std::ops::Range;

use rayon::prelude::*;

use super::filters::undo;
use super::plan::{Grid, Plan, Storage, Stored};
use super::store::Disk;
use crate::error::DataError;

/// Bytes of decompressed chunks held at once beside what is asked for, unless one chunk is larger.
const BATCH: usize = 16 << 20;

impl Plan {
    /// Bytes of the elements in these rows, which exist.
    pub fn bytes(&self, rows: Range<usize>, disk: &Disk) -> Result<Vec<u8>, DataError> {
        let row = self.row().checked_mul(self.width);
        let too_large = || DataError::malformed("", "its size cannot be counted");
        let wanted = row.and_then(|row| row.checked_mul(rows.len())).ok_or_else(too_large)?;
        self.check(rows.clone(), wanted, disk)?;
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let start = row.and_then(|row| row.checked_mul(rows.start)).ok_or_else(too_large)?;
        match &self.storage {
            Storage::Inline(bytes) => {
                let end = start.checked_add(wanted).ok_or_else(too_large)?;
                let window = bytes.get(start..end).map(<[u8]>::to_vec);
                window.ok_or_else(|| DataError::malformed("", "some of its bytes are missing"))
            }
            Storage::Run(address) => {
                let at = address.checked_add(start as u64).ok_or_else(too_large)?;
                disk.read(at, wanted)
            }
            Storage::Nowhere => Ok(self.filled(wanted)),
            Storage::Chunked(grid) => self.gather(grid, rows, wanted, disk),
        }
    }

    fn filled(&self, n: usize) -> Vec<u8> {
        if self.fill.iter().all(|byte| *byte == 0) || self.fill.len() != self.width {
            return vec![0; n];
        }
        self.fill.iter().copied().cycle().take(n).collect()
    }

    fn gather(
        &self,
        grid: &Grid,
        rows: Range<usize>,
        wanted: usize,
        disk: &Disk,
    ) -> Result<Vec<u8>, DataError> {
        let length = grid.chunk_bytes(self.width).unwrap_or(usize::MAX);
        let mut out = self.filled(wanted);
        let window = grid.window(rows.clone());
        for batch in window.chunks((BATCH / length).max(1)) {
            let stored = batch.iter().map(|chunk| Ok((chunk, disk.read(chunk.address, chunk.size)?)));
            let stored: Vec<(&Stored, Vec<u8>)> = stored.collect::<Result<_, DataError>>()?;
            let whole: Vec<(&Stored, Vec<u8>)> = stored
                .into_par_iter()
                .map(|(chunk, bytes)| Ok((chunk, undo(&grid.filters, chunk.mask, bytes, length)?)))
                .collect::<Result<_, DataError>>()?;
            for (chunk, bytes) in whole {
                self.place(grid, &grid.origin(chunk.place), &bytes, &rows, &mut out);
            }
        }
        Ok(out)
    }

    /// Copies what of a chunk lies in `rows` to its place among them, a run along the last dimension at a time.
    fn place(&self, grid: &Grid, origin: &[usize], chunk: &[u8], rows: &Range<usize>, out: &mut [u8]) {
        let n = self.shape.len();
        // The part of the chunk that is wanted, by dimension and counted in the dataset.
        let mut from = origin.to_vec();
        let mut to: Vec<_> =
            (0..n).map(|d| self.shape[d].min(origin[d].saturating_add(grid.chunk[d]))).collect();
        from[0] = from[0].max(rows.start);
        to[0] = to[0].min(rows.end);
        if from.iter().zip(&to).any(|(from, to)| from >= to) {
            return;
        }
        let run = (to[n - 1] - from[n - 1]) * self.width;
        let mut at = from.clone();
        loop {
            let (mut source, mut target) = (0, 0);
            for d in 0..n {
                source = source * grid.chunk[d] + (at[d] - origin[d]);
                target = target * self.shape[d] + if d == 0 { at[0] - rows.start } else { at[d] };
            }
            let (source, target) = (source * self.width, target * self.width);
            out[target..target + run].copy_from_slice(&chunk[source..source + run]);
            let mut d = n - 1;
            loop {
                if d == 0 {
                    return;
                }
                d -= 1;
                at[d] += 1;
                if at[d] < to[d] {
                    break;
                }
                at[d] = from[d];
            }
        }
    }
}
