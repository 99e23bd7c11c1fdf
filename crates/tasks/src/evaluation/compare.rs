//! One pass over the three matrices.
//!
//! Rows are cut into bands whose height follows from the number of genes alone. Bands are summed in parallel and merged
//! in order, so that sums do not depend on the number of threads.

use std::ops::Range;

use rayon::prelude::*;
use repro_digest::{Hasher, Sha256};

use super::pairs::Pairs;
use super::rows::{Part, Rows, Scratch};
use super::spec::Conversion;
use crate::TaskError;
use crate::masking::MaskedPlaces;

/// Entries of a band, unless a row has more.
const BAND: usize = 1 << 18;

/// Bands that are read together.
const TOGETHER: usize = 8;

/// What marks a masked entry.
const HOLE: f64 = -1.0;

/// Relative difference below which a converted value counts as the one that it was.
const CONVERTED: f64 = 1e-5;

/// The matrices, in one order.
pub(super) struct Matrices<'a> {
    pub raw: Rows<'a>,
    pub masked: Rows<'a>,
    pub reconstruction: Rows<'a>,
}

/// How entries are compared.
pub(super) struct Rules {
    /// Places of masked entries, where -1 does not mark them.
    pub sidecar: Option<MaskedPlaces>,
    pub convert: Option<Conversion>,
    /// Whether the places of masked entries are to be hashed.
    pub hash_places: bool,
}

/// Sums over all masked entries, and what was noticed.
#[derive(Default)]
pub(super) struct Compared {
    pub all: Pairs,
    /// Those whose true value is not 0.
    pub nonzero: Pairs,
    /// By gene.
    pub genes: Vec<Pairs>,
    /// Sum of the correlations within cells, of those that have one, and their number.
    pub cells: (f64, u64),
    /// Cells with masked entries whose correlation is undefined.
    pub undefined_cells: u64,
    pub noticed: Noticed,
    pub places_sha256: Option<Sha256>,
}

/// Counts of what should not be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Noticed {
    /// Masked entries whose prediction is no number or infinite.
    pub not_finite: u64,
    /// Masked entries that are still -1.
    pub unfilled: u64,
    /// Other entries that the model changed.
    pub changed: u64,
    /// Other entries of the masked file that differ from the raw one.
    pub foreign: u64,
    /// True values that are not whole or negative.
    pub not_counts: u64,
}

impl Noticed {
    fn add(&mut self, other: &Self) {
        self.not_finite += other.not_finite;
        self.unfilled += other.unfilled;
        self.changed += other.changed;
        self.foreign += other.foreign;
        self.not_counts += other.not_counts;
    }
}

/// Sums over a band.
struct Band {
    sums: Compared,
    /// Places of masked entries, if they are to be hashed.
    places: Vec<u8>,
}

/// Compares the matrices, which have the same shape.
pub(super) fn compare(matrices: &Matrices<'_>, rules: &Rules) -> Result<Compared, TaskError> {
    let [rows, columns] = matrices.raw.shape();
    let band = (BAND / columns.max(1)).clamp(1, 4096);
    let mut total = Compared { genes: vec![Pairs::default(); columns], ..Compared::default() };
    let mut hasher = Hasher::sha256();
    for start in (0..rows).step_by(band * TOGETHER) {
        let end = rows.min(start + band * TOGETHER);
        let parts = [&matrices.raw, &matrices.masked, &matrices.reconstruction];
        let [raw, masked, reconstruction] = parts.map(|rows| rows.part(start..end));
        let parts = [raw?, masked?, reconstruction?];
        let bands: Vec<usize> = (start..end).step_by(band).collect();
        let bands: Vec<Band> = bands
            .into_par_iter()
            .map(|first| rules.band(&parts, start, first..end.min(first + band), columns))
            .collect();
        for band in bands {
            hasher.update(&band.places);
            total.merge(&band.sums);
        }
    }
    total.places_sha256 = rules.hash_places.then(|| hasher.finish());
    Ok(total)
}

impl Compared {
    fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        self.nonzero.merge(&other.nonzero);
        self.genes.iter_mut().zip(&other.genes).for_each(|(own, other)| own.merge(other));
        self.cells.0 += other.cells.0;
        self.cells.1 += other.cells.1;
        self.undefined_cells += other.undefined_cells;
        self.noticed.add(&other.noticed);
    }

    fn add_cell(&mut self, cell: &Pairs) {
        if cell.n() > 0 {
            match cell.pearson() {
                Ok(r) => self.cells = (self.cells.0 + r, self.cells.1 + 1),
                Err(_) => self.undefined_cells += 1,
            }
        }
        self.all.merge(cell);
    }
}

impl Rules {
    fn band(&self, parts: &[Part<'_>; 3], start: usize, rows: Range<usize>, columns: usize) -> Band {
        let mut sums = Compared { genes: vec![Pairs::default(); columns], ..Compared::default() };
        let mut places = Vec::new();
        let mut scratch = Scratch::default();
        let [mut truth, mut masked, mut predicted] = [(); 3].map(|()| vec![0.0; columns]);
        for row in rows {
            let [of_truth, of_masked, of_predicted] = parts;
            of_truth.row(row - start, &mut scratch, &mut truth);
            of_masked.row(row - start, &mut scratch, &mut masked);
            of_predicted.row(row - start, &mut scratch, &mut predicted);
            let mut cell = Pairs::default();
            for column in 0..columns {
                let (truth, shown, predicted) = (truth[column], masked[column], predicted[column]);
                sums.noticed.not_counts += u64::from(truth < 0.0 || truth.fract() != 0.0);
                let hole = match &self.sidecar {
                    Some(sidecar) => sidecar.contains(row, column),
                    None => shown == HOLE,
                };
                if !hole {
                    sums.noticed.foreign += u64::from(shown != truth);
                    sums.noticed.changed += u64::from(self.is_changed(truth, predicted));
                    continue;
                }
                sums.noticed.unfilled += u64::from(self.sidecar.is_none() && predicted == HOLE);
                let predicted = self.convert.map_or(predicted, |convert| convert.of(predicted));
                sums.noticed.not_finite += u64::from(!predicted.is_finite());
                cell.add(truth, predicted);
                sums.genes[column].add(truth, predicted);
                if truth != 0.0 {
                    sums.nonzero.add(truth, predicted);
                }
                if self.hash_places {
                    places.extend_from_slice(&(row as u64 * columns as u64 + column as u64).to_le_bytes());
                }
            }
            sums.add_cell(&cell);
        }
        Band { sums, places }
    }

    fn is_changed(&self, truth: f64, predicted: f64) -> bool {
        match self.convert {
            None => predicted != truth,
            Some(convert) => {
                let difference = (convert.of(predicted) - truth).abs();
                difference.is_nan() || difference > CONVERTED * truth.abs().max(1.0)
            }
        }
    }
}
