//! Annotated matrices in the encodings of anndata 0.12.

use std::path::Path;

use super::element::join;
use crate::anndata::{AnnData, Element};
use crate::array::Array;
use crate::error::{DataError, DataProblem};
use crate::frame::{Categorical, Column, DataFrame};
use crate::hdf5::{Hdf5Options, Hdf5Writer};
use crate::sparse::{Layout, Matrix, Sparse};
use crate::store::{Attribute, StoreWriter};
use crate::values::{DataType, Values};

type Written = Result<(), DataError>;

/// Writes an annotated matrix as an `.h5ad` file, which appears when it is complete. The same content gives the same
/// bytes. An error where parts contradict each other or cannot be stored.
pub fn write_h5ad(data: &AnnData, path: &Path, options: Hdf5Options) -> Written {
    write(data, Box::new(Hdf5Writer::create(path, options)?))
}

/// Writes an annotated matrix to a container and completes it.
pub fn write(data: &AnnData, mut writer: Box<dyn StoreWriter>) -> Written {
    data.check()?;
    let out = writer.as_mut();
    begin(out)?;
    if let Some(x) = &data.x {
        matrix(out, "X", x)?;
    }
    rest(out, data)?;
    writer.finish()
}

/// An annotated matrix whose `X` comes in blocks of rows; memory is needed for a block and, for a sparse one, eight
/// bytes a row.
pub struct RowsWriter {
    writer: Box<dyn StoreWriter>,
    columns: usize,
    rows: Rows,
}

/// The rows so far.
enum Rows {
    /// Where each begins, and the number of entries.
    Sparse(Vec<u64>),
    /// How many there are.
    Dense(usize),
}

impl RowsWriter {
    /// Begins the file with the values of a sparse `X` of `data_type` and this many columns.
    pub fn new(
        mut writer: Box<dyn StoreWriter>,
        data_type: DataType,
        columns: usize,
    ) -> Result<Self, DataError> {
        if i32::try_from(columns).is_err() {
            return Err(DataError::new("X", DataProblem::Limit(format!("{columns} columns"))));
        }
        begin(writer.as_mut())?;
        // The shape is known at the end: until then the parts lie beside their group's attributes.
        writer.group("X", &[])?;
        writer.begin("X/data", data_type, &[], &[])?;
        writer.begin("X/indices", DataType::I32, &[], &[])?;
        Ok(Self { writer, columns, rows: Rows::Sparse(vec![0]) })
    }

    /// The same for a dense `X`, which has one column at least.
    pub fn dense(
        mut writer: Box<dyn StoreWriter>,
        data_type: DataType,
        columns: usize,
    ) -> Result<Self, DataError> {
        begin(writer.as_mut())?;
        writer.begin("X", data_type, &[columns], &kind("array", "0.2.0"))?;
        Ok(Self { writer, columns, rows: Rows::Dense(0) })
    }

    /// Adds rows in CSR to a sparse matrix.
    pub fn append(&mut self, rows: &Sparse) -> Written {
        let [_, columns] = rows.shape();
        match &mut self.rows {
            Rows::Sparse(pointers) if rows.layout() == Layout::Csr && columns == self.columns => {
                self.writer.append("X/data", rows.values())?;
                self.writer.append("X/indices", &narrow(rows.indices()))?;
                let last = pointers.last().copied().unwrap_or(0);
                pointers.extend(rows.indptr().iter().skip(1).map(|pointer| last + pointer));
                Ok(())
            }
            Rows::Sparse(_) => {
                let why = format!("rows in CSR of {} columns are needed", self.columns);
                Err(DataError::malformed("X", why))
            }
            Rows::Dense(_) => Err(DataError::malformed("X", "sparse rows of a dense matrix")),
        }
    }

    /// Adds whole rows to a dense matrix, one after the other.
    pub fn append_dense(&mut self, values: &Values) -> Written {
        let Rows::Dense(rows) = &mut self.rows else {
            return Err(DataError::malformed("X", "dense rows of a sparse matrix"));
        };
        self.writer.append("X", values)?;
        *rows += values.len() / self.columns.max(1);
        Ok(())
    }

    /// Writes everything but `X`, which `data` must not have, and completes the file. An error where `obs` or `var` do
    /// not have a row for each row or column of `X`.
    pub fn finish(mut self, data: &AnnData) -> Written {
        data.check()?;
        let rows = match &self.rows {
            Rows::Sparse(pointers) => pointers.len() - 1,
            Rows::Dense(rows) => *rows,
        };
        let shape = [rows, self.columns];
        if data.x.is_some() || [data.n_obs(), data.n_vars()] != shape {
            let why = format!("{} x {} rows and columns were written", shape[0], shape[1]);
            return Err(DataError::malformed("X", why));
        }
        let out = self.writer.as_mut();
        if let Rows::Sparse(own) = self.rows {
            out.array("X/indptr", &Array::vector(pointers(&own)), &[])?;
            out.attributes("X", &sparse_attributes(Layout::Csr, shape))?;
        }
        rest(out, data)?;
        self.writer.finish()
    }
}

fn begin(out: &mut dyn StoreWriter) -> Written {
    out.group("", &kind("anndata", "0.1.0"))
}

/// Everything but `X`.
fn rest(out: &mut dyn StoreWriter, data: &AnnData) -> Written {
    frame(out, "obs", &data.obs)?;
    frame(out, "var", &data.var)?;
    let sections = [("layers", &data.layers), ("obsp", &data.obsp), ("varp", &data.varp)];
    for (section, matrices) in sections {
        out.group(section, &kind("dict", "0.1.0"))?;
        for (name, own) in matrices {
            matrix(out, &member(section, name)?, own)?;
        }
    }
    for (section, elements) in [("obsm", &data.obsm), ("varm", &data.varm), ("uns", &data.uns)] {
        dict(out, section, elements)?;
    }
    if let Some(raw) = &data.raw {
        out.group("raw", &kind("raw", "0.1.0"))?;
        matrix(out, "raw/X", &raw.x)?;
        frame(out, "raw/var", &raw.var)?;
        dict(out, "raw/varm", &raw.varm)?;
    }
    Ok(())
}

fn kind(encoding: &str, version: &str) -> [(&'static str, Attribute); 2] {
    [
        ("encoding-type", Attribute::Text(encoding.to_owned())),
        ("encoding-version", Attribute::Text(version.to_owned())),
    ]
}

/// The path of what `group` is to hold under `name`.
fn member(group: &str, name: &str) -> Result<String, DataError> {
    if name.is_empty() || name.contains('/') || name == "." || name == ".." {
        return Err(DataError::malformed(group, format!("`{name}` is no name for what it holds")));
    }
    Ok(join(group, name))
}

fn dict(out: &mut dyn StoreWriter, path: &str, elements: &[(String, Element)]) -> Written {
    out.group(path, &kind("dict", "0.1.0"))?;
    elements.iter().try_for_each(|(name, own)| element(out, &member(path, name)?, own))
}

fn element(out: &mut dyn StoreWriter, path: &str, of: &Element) -> Written {
    match of {
        Element::Null => out.null(path, &kind("null", "0.1.0")),
        Element::Array(own) => array(out, path, own),
        Element::Sparse(own) => sparse(out, path, own),
        Element::DataFrame(own) => frame(out, path, own),
        Element::Categorical(own) => categorical(out, path, own),
        Element::Nullable { values, mask } => nullable(out, path, values, mask),
        Element::Records(fields) => out.records(path, fields, &kind("rec-array", "0.2.0")),
        Element::Dict(elements) => dict(out, path, elements),
        Element::Unread(what) => Err(DataError::new(
            path,
            DataProblem::Unsupported(format!("{what}, which cannot be written either,")),
        )),
    }
}

fn array(out: &mut dyn StoreWriter, path: &str, of: &Array) -> Written {
    let encoding = match (of.shape().is_empty(), of.data_type()) {
        (true, DataType::Text) => "string",
        (true, _) => "numeric-scalar",
        (false, DataType::Text) => "string-array",
        (false, _) => "array",
    };
    out.array(path, of, &kind(encoding, "0.2.0"))
}

fn matrix(out: &mut dyn StoreWriter, path: &str, of: &Matrix) -> Written {
    match of {
        Matrix::Dense(own) => array(out, path, own),
        Matrix::Sparse(own) => sparse(out, path, own),
    }
}

fn sparse_attributes(layout: Layout, shape: [usize; 2]) -> Vec<(&'static str, Attribute)> {
    let encoding = if layout == Layout::Csr { "csr_matrix" } else { "csc_matrix" };
    let mut attributes = kind(encoding, "0.1.0").to_vec();
    attributes.push(("shape", Attribute::Ints(shape.iter().map(|length| *length as i64).collect())));
    attributes
}

fn sparse(out: &mut dyn StoreWriter, path: &str, of: &Sparse) -> Written {
    out.group(path, &sparse_attributes(of.layout(), of.shape()))?;
    // SciPy wants indices and pointers of one type.
    let small = of.shape().iter().all(|length| i32::try_from(*length).is_ok());
    let pointers = pointers(of.indptr());
    let indices = if small && matches!(pointers, Values::I32(_)) {
        narrow(of.indices())
    } else {
        Values::I64(of.indices().iter().map(|index| i64::from(*index)).collect())
    };
    out.begin(&join(path, "data"), of.values().data_type(), &[], &[])?;
    out.append(&join(path, "data"), of.values())?;
    out.begin(&join(path, "indices"), indices.data_type(), &[], &[])?;
    out.append(&join(path, "indices"), &indices)?;
    out.array(&join(path, "indptr"), &Array::vector(pointers), &[])
}

/// Indices that are known to fit.
fn narrow(indices: &[u32]) -> Values {
    Values::I32(indices.iter().map(|index| *index as i32).collect())
}

fn pointers(of: &[u64]) -> Values {
    let small: Result<Vec<i32>, _> = of.iter().map(|pointer| i32::try_from(*pointer)).collect();
    small.map_or_else(|_| Values::I64(of.iter().map(|pointer| *pointer as i64).collect()), Values::I32)
}

fn frame(out: &mut dyn StoreWriter, path: &str, of: &DataFrame) -> Written {
    let index = of.index_name.as_deref().unwrap_or("_index");
    let names: Vec<String> = of.columns().iter().map(|(name, _)| name.clone()).collect();
    if names.iter().any(|name| name == index || name == "_index") {
        return Err(DataError::malformed(path, format!("a column has the name `{index}` of its index")));
    }
    let mut attributes = kind("dataframe", "0.2.0").to_vec();
    attributes.push(("_index", Attribute::Text(index.to_owned())));
    attributes.push(("column-order", Attribute::Texts(names)));
    out.group(path, &attributes)?;
    array(out, &member(path, index)?, &Array::vector(Values::Text(of.index().to_vec())))?;
    for (name, column) in of.columns() {
        let path = member(path, name)?;
        match column {
            Column::Values(values) => array(out, &path, &Array::vector(values.clone()))?,
            Column::Categorical(own) => categorical(out, &path, own)?,
            Column::Nullable { values, mask } => nullable(out, &path, values, mask)?,
        }
    }
    Ok(())
}

fn categorical(out: &mut dyn StoreWriter, path: &str, of: &Categorical) -> Written {
    let mut attributes = kind("categorical", "0.2.0").to_vec();
    attributes.push(("ordered", Attribute::Bool(of.ordered)));
    out.group(path, &attributes)?;
    let codes = of.codes();
    // As pandas chooses.
    let codes = match of.categories().len() {
        0..=0x7f => Values::I8(codes.iter().map(|code| *code as i8).collect()),
        0x80..=0x7fff => Values::I16(codes.iter().map(|code| *code as i16).collect()),
        _ => Values::I32(codes.to_vec()),
    };
    array(out, &join(path, "codes"), &Array::vector(codes))?;
    array(out, &join(path, "categories"), &Array::vector(of.categories().clone()))
}

fn nullable(out: &mut dyn StoreWriter, path: &str, values: &Values, mask: &[bool]) -> Written {
    let encoding = match values.data_type() {
        DataType::Bool => "nullable-boolean",
        DataType::Text => "nullable-string-array",
        DataType::F32 | DataType::F64 => {
            let what = "a nullable column of floats, which AnnData has no encoding for,";
            return Err(DataError::new(path, DataProblem::Unsupported(what.to_owned())));
        }
        _ => "nullable-integer",
    };
    out.group(path, &kind(encoding, "0.1.0"))?;
    array(out, &join(path, "values"), &Array::vector(values.clone()))?;
    array(out, &join(path, "mask"), &Array::vector(Values::Bool(mask.to_vec())))
}
