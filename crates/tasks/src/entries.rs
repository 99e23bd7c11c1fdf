//! Rows of a matrix as floats, in the precision that the file has.

use repro_data::sparse::{Layout, Matrix};
use repro_data::values::{DataType, Values};
use repro_metrics::Real;

/// Bytes of elements that are read at once.
pub(crate) const BLOCK: usize = 16 << 20;

/// A float that files hold.
pub(crate) trait Float: Real + Into<f64> {
    const DATA_TYPE: DataType;
    /// What stands for a masked entry.
    const HOLE: Self;

    /// The values in this precision; `None` for texts, and for 32 bits where a value is beyond 2^24 and not stored so.
    fn read(values: &Values) -> Option<Vec<Self>>;

    fn wrap(values: Vec<Self>) -> Values;
}

impl Float for f32 {
    const DATA_TYPE: DataType = DataType::F32;
    const HOLE: Self = -1.0;

    fn read(values: &Values) -> Option<Vec<Self>> {
        match values {
            Values::F32(own) => Some(own.clone()),
            other => other.to_f64()?.into_iter().map(exact).collect(),
        }
    }

    fn wrap(values: Vec<Self>) -> Values {
        Values::F32(values)
    }
}

/// Whole numbers up to 2^24, which 32 bits hold exactly.
fn exact(value: f64) -> Option<f32> {
    (value.abs() <= f64::from(1_u32 << 24)).then_some(value as f32)
}

impl Float for f64 {
    const DATA_TYPE: DataType = DataType::F64;
    const HOLE: Self = -1.0;

    fn read(values: &Values) -> Option<Vec<Self>> {
        values.to_f64()
    }

    fn wrap(values: Vec<Self>) -> Values {
        Values::F64(values)
    }
}

/// Rows that were read together.
pub(crate) enum Block<T> {
    /// Every value, one row after the other.
    Dense(Vec<T>),
    /// Entries: where the rows begin, columns in any order and perhaps more than once, values.
    Sparse(Vec<u64>, Vec<u32>, Vec<T>),
}

impl<T: Float> Block<T> {
    /// `None` where the values are texts, have no place in the precision, or are not in rows.
    pub fn new(rows: Matrix) -> Option<Self> {
        match rows {
            Matrix::Dense(array) => T::read(array.values()).map(Self::Dense),
            Matrix::Sparse(rows) if rows.layout() == Layout::Csr => {
                Some(Self::Sparse(rows.indptr().to_vec(), rows.indices().to_vec(), T::read(rows.values())?))
            }
            Matrix::Sparse(_) => None,
        }
    }

    /// Puts the entries of a row that are stored into `into`, columns ascending, each once. Of a dense matrix those are
    /// stored that are not zero.
    pub fn entries(&self, row: usize, columns: usize, into: &mut Vec<(u32, T)>) {
        into.clear();
        match self {
            Self::Dense(values) => {
                let row = values.get(row * columns..(row + 1) * columns).unwrap_or_default();
                let stored = row.iter().enumerate().filter(|(_, value)| **value != T::ZERO);
                into.extend(stored.map(|(column, value)| (column as u32, *value)));
            }
            Self::Sparse(indptr, indices, values) => {
                let range = match indptr.get(row..row + 2) {
                    Some([start, end]) => *start as usize..*end as usize,
                    _ => 0..0,
                };
                let indices = indices.get(range.clone()).unwrap_or_default();
                into.extend(
                    indices.iter().copied().zip(values.get(range).unwrap_or_default().iter().copied()),
                );
                if !into.is_sorted_by(|a, b| a.0 < b.0) {
                    // Stable: values of one place are added in the order of the file.
                    into.sort_by_key(|(column, _)| *column);
                    into.dedup_by(|next, kept| {
                        let same = next.0 == kept.0;
                        if same {
                            kept.1 = kept.1.plus(next.1);
                        }
                        same
                    });
                }
            }
        }
    }

    /// Puts all values of a row into `into`, which has as many places as there are columns.
    pub fn row(&self, row: usize, scratch: &mut Vec<(u32, T)>, into: &mut [T]) {
        match self {
            Self::Dense(values) => {
                let columns = into.len();
                if let Some(own) = values.get(row * columns..(row + 1) * columns) {
                    into.copy_from_slice(own);
                }
            }
            Self::Sparse(..) => {
                self.entries(row, into.len(), scratch);
                into.fill(T::ZERO);
                for (column, value) in scratch.iter() {
                    if let Some(place) = into.get_mut(*column as usize) {
                        *place = *value;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use repro_data::sparse::Sparse;

    use super::*;

    #[test]
    fn entries_of_any_order_are_put_in_order_and_added() {
        let rows = Sparse::new(
            Layout::Csr,
            [2, 4],
            vec![0, 4, 4],
            vec![3, 1, 3, 0],
            Values::F32(vec![1.0, 2.0, 0.5, 0.0]),
        );
        let block = Block::<f32>::new(Matrix::Sparse(rows.unwrap())).unwrap();
        let (mut entries, mut row) = (Vec::new(), vec![9.0; 4]);
        block.entries(0, 4, &mut entries);
        assert_eq!(entries, [(0, 0.0), (1, 2.0), (3, 1.5)]);
        block.row(0, &mut entries, &mut row);
        assert_eq!(row, [0.0, 2.0, 0.0, 1.5]);
        block.row(1, &mut entries, &mut row);
        assert_eq!(row, [0.0; 4]);
    }

    #[test]
    fn integers_that_32_bits_do_not_hold_are_refused() {
        assert_eq!(f32::read(&Values::I64(vec![3, 1 << 24])), Some(vec![3.0, 16_777_216.0]));
        assert_eq!(f32::read(&Values::I64(vec![(1 << 24) + 1])), None);
        assert_eq!(f32::read(&Values::U64(vec![u64::MAX])), None);
        assert_eq!(f32::read(&Values::Bool(vec![true, false])), Some(vec![1.0, 0.0]));
        assert_eq!(f32::read(&Values::Text(vec![])), None);
    }
}
