//! Dictionaries of gene vectors: a pickled dict of gene name to a vector of numbers.
//!
//! Vectors are lists of floats, or NumPy arrays of shape (D,) or (1, D). Names that share one vector object, as aliases
//! of a gene do, share it here too.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::pickle::numpy::{Elements, NdArray, array, is_array, take_f64};
use super::pickle::{Item, Limits, List, Object, Pickle, PickleError, Problem, parse};
use super::values::Values;

/// Vectors of genes, all of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneVectors {
    dimension: usize,
    /// Gene name and which vector it has, in order of name.
    genes: BTreeMap<String, usize>,
    vectors: Vec<Vec<f64>>,
}

/// A file that is no dictionary of gene vectors.
#[derive(Debug, thiserror::Error)]
pub enum VectorsError {
    /// No pickle that can be read.
    #[error("the pickle cannot be read")]
    Pickle(#[from] PickleError),
    /// A pickle of something else.
    #[error("the pickle is {0}, not a dict of gene names and vectors")]
    NoDict(String),
    /// A key that is no text.
    #[error("a key is {0}, not a gene name")]
    Key(String),
    /// A value that is no vector.
    #[error("gene `{gene}` has no vector")]
    Value {
        /// The gene.
        gene: String,
        /// Why.
        source: Problem,
    },
    /// Vectors of several lengths.
    #[error("gene `{gene}` has a vector of {found} numbers, others have {expected}")]
    Dimension {
        /// The gene.
        gene: String,
        /// Its numbers.
        found: usize,
        /// Numbers of the first gene.
        expected: usize,
    },
}

impl GeneVectors {
    /// Reads a dictionary. A name that comes twice has its last vector, as in Python.
    pub fn read(reader: impl BufRead, limits: Limits) -> Result<Self, VectorsError> {
        let mut pickle = parse(reader, limits)?;
        let Some(entries) = pickle.dict(pickle.root).map(<[_]>::to_vec) else {
            return Err(VectorsError::NoDict(pickle.describe(pickle.root)));
        };
        let mut vectors = Self { dimension: 0, genes: BTreeMap::new(), vectors: Vec::new() };
        let mut seen = BTreeMap::new();
        for (key, value) in entries {
            let gene = pickle.text(key).ok_or_else(|| VectorsError::Key(pickle.describe(key)))?.to_owned();
            let Item::Object(id) = value else {
                let source = Problem::Unknown(pickle.describe(value));
                return Err(VectorsError::Value { gene, source });
            };
            let index = match seen.get(&id) {
                Some(index) => *index,
                None => {
                    let vector = vector(&mut pickle, value);
                    let vector =
                        vector.map_err(|source| VectorsError::Value { gene: gene.clone(), source })?;
                    seen.insert(id, vectors.vectors.len());
                    vectors.add(&gene, vector)?
                }
            };
            vectors.genes.insert(gene, index);
        }
        Ok(vectors)
    }

    fn add(&mut self, gene: &str, vector: Vec<f64>) -> Result<usize, VectorsError> {
        if self.vectors.is_empty() {
            self.dimension = vector.len();
        }
        let (found, expected) = (vector.len(), self.dimension);
        if found != expected {
            return Err(VectorsError::Dimension { gene: gene.to_owned(), found, expected });
        }
        self.vectors.push(vector);
        Ok(self.vectors.len() - 1)
    }

    /// Numbers a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of gene names.
    pub fn n_genes(&self) -> usize {
        self.genes.len()
    }

    /// Number of different vectors.
    pub fn n_vectors(&self) -> usize {
        self.vectors.len()
    }

    /// Gene names in order.
    pub fn genes(&self) -> impl Iterator<Item = &str> {
        self.genes.keys().map(String::as_str)
    }

    /// The vector of a gene, matched exactly.
    pub fn get(&self, gene: &str) -> Option<&[f64]> {
        self.genes.get(gene).and_then(|index| self.vectors.get(*index)).map(Vec::as_slice)
    }
}

/// The numbers of a vector. A list is taken out of the pickle, which then no longer holds them.
fn vector(pickle: &mut Pickle, item: Item) -> Result<Vec<f64>, Problem> {
    if is_array(pickle, item) {
        if let Some(vector) = take_f64(pickle, item)? {
            return Ok(vector);
        }
        let NdArray { shape, elements } = array(pickle, item, &mut pickle.budget())?;
        return match (shape.as_slice(), elements) {
            ([_] | [1, _], Elements::Values(Values::F64(values))) => Ok(values),
            ([_] | [1, _], Elements::Values(Values::F32(values))) => {
                Ok(values.into_iter().map(f64::from).collect())
            }
            (shape, _) => Err(Problem::Malformed(format!("array of shape {shape:?}"), "vector of floats")),
        };
    }
    match pickle.take_floats(item) {
        Some(floats) => Ok(floats),
        None => match pickle.object(item) {
            Some(Object::List(List::Items(items))) => {
                items.iter().map(|item| number(pickle, *item)).collect()
            }
            _ => Err(Problem::Unknown(pickle.describe(item))),
        },
    }
}

fn number(pickle: &Pickle, item: Item) -> Result<f64, Problem> {
    match item {
        Item::Float(number) => Ok(number),
        // Exact up to 2^53, and a coordinate is never beyond.
        Item::Int(number) if number.unsigned_abs() <= 1 << 53 => Ok(number as f64),
        _ => Err(Problem::Kind { wanted: "number", found: pickle.describe(item) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes pickles as protocol 4 does.
    #[derive(Default)]
    struct Writer(Vec<u8>);

    impl Writer {
        fn text(&mut self, text: &str) {
            self.0.extend([0x8c, text.len() as u8]);
            self.0.extend(text.as_bytes());
        }

        fn floats(&mut self, floats: &[f64]) {
            self.0.extend(b"](");
            for float in floats {
                self.0.push(b'G');
                self.0.extend(float.to_be_bytes());
            }
            self.0.push(b'e');
        }

        fn dict(entries: impl FnOnce(&mut Self)) -> Vec<u8> {
            let mut writer = Self(b"\x80\x04}(".to_vec());
            entries(&mut writer);
            writer.0.extend(b"u.");
            writer.0
        }
    }

    fn read(bytes: &[u8]) -> Result<GeneVectors, VectorsError> {
        GeneVectors::read(bytes, Limits::default())
    }

    #[test]
    fn aliases_share_their_vector() {
        let bytes = Writer::dict(|w| {
            w.text("CD3D");
            w.floats(&[0.5, 1.5]);
            w.0.push(0x94);
            w.text("ALIAS");
            w.0.extend(b"h\x00");
            w.text("OTHER");
            w.0.extend(b"](K\x01G\x40\x00\x00\x00\x00\x00\x00\x00e");
        });
        let vectors = read(&bytes).unwrap();
        assert_eq!((vectors.dimension(), vectors.n_genes(), vectors.n_vectors()), (2, 3, 2));
        assert_eq!(vectors.get("ALIAS"), Some(&[0.5, 1.5][..]));
        assert_eq!(vectors.get("OTHER"), Some(&[1.0, 2.0][..]));
        assert_eq!(vectors.get("cd3d"), None);
        assert_eq!(vectors.genes().collect::<Vec<_>>(), ["ALIAS", "CD3D", "OTHER"]);
    }

    #[test]
    fn what_is_no_dictionary_of_vectors_is_refused_with_the_gene() {
        let told = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        assert_eq!(told(b"]."), "the pickle is a list, not a dict of gene names and vectors");
        assert_eq!(told(b"}(K\x01]u."), "a key is an integer, not a gene name");
        let of = |value: &'static [u8]| {
            Writer::dict(|w| {
                w.text("A");
                w.floats(&[0.5]);
                w.text("B");
                w.0.extend(value);
            })
        };
        assert_eq!(told(&of(b"N")), "gene `B` has no vector");
        assert_eq!(told(&of(b"](Ne")), "gene `B` has no vector");
        assert_eq!(told(&of(b"]")), "gene `B` has a vector of 0 numbers, others have 1");
    }

    #[test]
    fn the_empty_dictionary_has_no_genes() {
        assert_eq!(read(b"}.").unwrap().n_genes(), 0);
    }
}
