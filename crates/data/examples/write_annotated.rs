//! Writes the annotated matrix of a store again, for `tests/conformance/annotated.py` to read.

use std::error::Error;
use std::path::PathBuf;

use repro_data::anndata_io::{AnnDataFile, write};
use repro_data::zarr::{Container, Version, ZarrStore, ZarrWriter};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (from, folder) =
        arguments.next().zip(arguments.next()).ok_or("which store, and into which folder?")?;
    let mut data = AnnDataFile::new(Box::new(ZarrStore::open(&from)?))?.read()?;
    // Structured arrays are not written.
    data.uns.retain(|(name, _)| name != "records");
    for (name, version) in [("annotated.v2.zarr", Version::V2), ("annotated.v3.zarr", Version::V3)] {
        write(&data, Box::new(ZarrWriter::create(&folder.join(name), Container::Folder, version)?))?;
    }
    Ok(())
}
