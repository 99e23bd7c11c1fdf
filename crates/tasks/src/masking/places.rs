//! Which entries are masked, a row at a time.

use repro_stats::random::{Generator, Members, RandomError, SeedSequence};

use super::spec::MaskMode;
use crate::TaskError;

/// Entries of the largest matrix: its mask takes 16 GB. A small file may claim any shape.
const MOST: u64 = 1 << 36;

/// What decides over the entries of a row. Rows are asked for once each and in order.
pub(super) enum Places {
    /// Entries counted along rows.
    Flat(Members),
    /// Entries that are not zero, counted along rows; the number of those in earlier rows.
    Nonzero(Members, u64),
    /// As many in each row.
    PerCell { seed: u64, size: u64 },
}

/// Numbers that a mask follows from.
pub(super) struct Sizes {
    pub rows: u64,
    pub columns: u64,
    /// Stored values.
    pub stored: u64,
    /// Values that are not zero; needed for [`MaskMode::Nonzero`] only.
    pub nonzero: u64,
}

impl Places {
    /// Draws a mask; also gives how many entries were eligible and how many of them are masked.
    pub fn draw(
        mode: MaskMode,
        fraction: f64,
        seed: u64,
        sizes: &Sizes,
    ) -> Result<(Self, u64, u64), TaskError> {
        let whole = sizes.rows.checked_mul(sizes.columns).filter(|n| *n <= MOST).ok_or_else(|| {
            let (rows, columns) = (sizes.rows, sizes.columns);
            TaskError::unfit(format!("{rows} x {columns} entries are more than the {MOST} that are masked"))
        })?;
        let flat = |n: u64| {
            let size = part(n, fraction);
            let members = Generator::from_seed(seed).members(n, size).map_err(no_room)?;
            Ok((members, n, size))
        };
        Ok(match mode {
            MaskMode::All => {
                let (members, n, size) = flat(whole)?;
                (Self::Flat(members), n, size)
            }
            MaskMode::UpstreamSparse => {
                if sizes.stored > whole {
                    let (stored, problem) = (sizes.stored, "the reference fails on such a matrix");
                    return Err(TaskError::unfit(format!(
                        "{stored} values are stored for {whole} entries: {problem}"
                    )));
                }
                let (members, n, size) = flat(sizes.stored)?;
                (Self::Flat(members), n, size)
            }
            MaskMode::Nonzero => {
                let (members, n, size) = flat(sizes.nonzero)?;
                (Self::Nonzero(members, 0), n, size)
            }
            MaskMode::PerCell => {
                let size = part(sizes.columns, fraction);
                (Self::PerCell { seed, size }, whole, size * sizes.rows)
            }
        })
    }

    /// Puts the masked columns of a row into `masked`, ascending. `nonzero` gives the columns that are not zero,
    /// ascending.
    pub fn of_row(
        &mut self,
        row: u64,
        columns: u64,
        nonzero: impl Iterator<Item = u32>,
        masked: &mut Vec<u32>,
    ) -> Result<(), TaskError> {
        masked.clear();
        match self {
            Self::Flat(members) => {
                let start = row * columns;
                masked.extend(members.within(start..start + columns).map(|place| (place - start) as u32));
            }
            Self::Nonzero(members, before) => {
                for column in nonzero {
                    if members.contains(*before) {
                        masked.push(column);
                    }
                    *before += 1;
                }
            }
            Self::PerCell { seed, size } => {
                let seeds = SeedSequence::from_integers(&[u128::from(*seed), u128::from(row)]);
                let members = Generator::new(&seeds).members(columns, *size).map_err(no_room)?;
                masked.extend(members.within(0..columns).map(|place| place as u32));
            }
        }
        Ok(())
    }
}

/// `floor(n * fraction)`, the product in 64-bit floats as the reference has it.
fn part(n: u64, fraction: f64) -> u64 {
    ((n as f64 * fraction).floor() as u64).min(n)
}

fn no_room(error: RandomError) -> TaskError {
    TaskError::unfit(format!("the mask cannot be drawn: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_floats() {
        assert_eq!(part(100, 0.29), 28);
        assert_eq!(part(4000, 0.15), 600);
        assert_eq!((part(7, 0.0), part(7, 1.0)), (0, 7));
    }

    #[test]
    fn shapes_that_no_memory_holds_are_refused() {
        for (rows, columns) in [(u64::MAX, 2), (1 << 20, (1 << 16) + 1)] {
            let sizes = Sizes { rows, columns, stored: 0, nonzero: 0 };
            assert!(Places::draw(MaskMode::All, 0.1, 1, &sizes).is_err());
        }
    }

    #[test]
    fn the_anchors_of_numpy() {
        let drawn = |n: u64, k: u64| Generator::from_seed(42).members(n, k).unwrap();
        let all = |n, k| drawn(n, k).within(0..n).collect::<Vec<_>>();
        assert_eq!(all(20, 5), [1, 8, 11, 13, 19]);
        assert_eq!(all(20_000, 5), [1784, 8660, 8777, 13090, 15476]);
        let many = drawn(20_000, 8000);
        assert_eq!(many.count(), 8000);
        assert!([2164, 1584, 4076, 17576, 16014].iter().all(|place| many.contains(*place)));
    }
}
