//! Masked reconstruction, before the mask: the true values in their place.

use std::path::{Path, PathBuf};

use repro_data::anndata_io::write_h5ad;
use repro_data::array::Array;
use repro_data::hdf5::Hdf5Options;
use repro_data::mtx::{GeneNames, read_folder};
use repro_data::sparse::{Matrix, Sparse};
use repro_data::values::Values;

use crate::entries::Float;
use crate::{TaskError, files};

/// Where true values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// An `.h5ad` file.
    AnnData(PathBuf),
    /// A folder that Cell Ranger wrote; genes get their symbols as names, and counts become float32.
    CellRanger(PathBuf),
}

impl Input {
    /// The file or folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::AnnData(path) | Self::CellRanger(path) => path,
        }
    }
}

/// Puts true values at `raw`, where the file appears when it is whole. A file that is there is not replaced: an error
/// where it is another one.
pub fn put_raw(input: &Input, raw: &Path) -> Result<(), TaskError> {
    match input {
        Input::AnnData(path) if raw.exists() => {
            if files::sha256_file(path)? == files::sha256_file(raw)? {
                return Ok(());
            }
            let problem =
                format!("`{}` is there already and differs from `{}`", raw.display(), path.display());
            Err(TaskError::unfit(problem).hint("remove it, or give the data set another name"))
        }
        Input::AnnData(path) => {
            // What is no annotated matrix is not put in place.
            files::open(path)?.x().map_err(TaskError::data(path))?;
            files::make_folder_of(raw)?;
            files::copy(path, raw).map(drop)
        }
        Input::CellRanger(folder) => {
            let mut data = read_folder(folder, GeneNames::Symbols).map_err(TaskError::data(folder))?;
            data.x = data.x.map(|x| floats(x, folder)).transpose()?;
            files::make_folder_of(raw)?;
            write_h5ad(&data, raw, Hdf5Options { gzip: Some(1) }).map_err(TaskError::data(raw))
        }
    }
}

/// The same matrix in float32.
fn floats(matrix: Matrix, folder: &Path) -> Result<Matrix, TaskError> {
    let read = |values: &Values| {
        let large = || {
            let folder = folder.display();
            TaskError::unfit(format!(
                "`{folder}` has counts beyond 2^24, which float32 does not hold exactly"
            ))
        };
        f32::read(values).map(Values::F32).ok_or_else(large)
    };
    let matrix = match matrix {
        Matrix::Dense(array) => Array::new(array.shape().to_vec(), read(array.values())?).map(Matrix::Dense),
        Matrix::Sparse(own) => {
            let (indptr, indices) = (own.indptr().to_vec(), own.indices().to_vec());
            Sparse::new(own.layout(), own.shape(), indptr, indices, read(own.values())?).map(Matrix::Sparse)
        }
    };
    matrix.map_err(TaskError::data(folder))
}
