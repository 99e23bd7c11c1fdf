//! Writes arrays and stores into a folder, for `tests/conformance/arrays.py` to read.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use repro_data::array::Array;
use repro_data::npy::{Compression, write, write_npz, write_sparse};
use repro_data::sparse::{Layout, Sparse};
use repro_data::store::{Attribute, StoreWriter};
use repro_data::values::{DataType, Values};
use repro_data::zarr::{Container, Version, ZarrWriter};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    let arrays = arrays()?;
    let named: Vec<(&str, &Array)> = arrays.iter().map(|(name, array)| (*name, array)).collect();
    for (name, array) in &named {
        write(File::create(folder.join(format!("{name}.npy")))?, array)?;
    }
    for (name, compression) in [("stored", Compression::Stored), ("deflated", Compression::Deflated)] {
        write_npz(File::create(folder.join(format!("{name}.npz")))?, &named, compression)?;
        for (format, layout, shape) in [("csr", Layout::Csr, [2, 3]), ("csc", Layout::Csc, [3, 2])] {
            let values = Values::F32(vec![1.5, -2.0, 3.0]);
            let matrix = Sparse::new(layout, shape, vec![0, 2, 3], vec![0, 2, 1], values)?;
            write_sparse(File::create(folder.join(format!("{format}-{name}.npz")))?, &matrix, compression)?;
        }
    }
    for (name, version) in [("v2", Version::V2), ("v3", Version::V3)] {
        for (end, container) in [("zarr", Container::Folder), ("zarr.zip", Container::Zip)] {
            store(ZarrWriter::create(&folder.join(format!("{name}.{end}")), container, version)?, &named)?;
        }
    }
    Ok(())
}

fn store(mut writer: ZarrWriter, arrays: &[(&str, &Array)]) -> Result<(), Box<dyn Error>> {
    let attributes = serde_json::json!({"combinations": [["a", 1], {"b": null}], "var_names": ["x", "y"]});
    writer.set_attributes("", attributes.as_object().cloned().unwrap_or_default())?;
    for (name, array) in arrays {
        writer.array(name, array, &[("name", Attribute::Text((*name).to_owned()))])?;
    }
    writer.group("group", &[("numbers", Attribute::Ints(vec![1, 2]))])?;
    writer.rows_per_chunk(4);
    writer.begin("group/rows", DataType::F32, &[3], &[])?;
    for start in (0..30).step_by(15) {
        writer.append("group/rows", &Values::F32((start..start + 15).map(|n| n as f32).collect()))?;
    }
    Ok(Box::new(writer).finish()?)
}

fn arrays() -> Result<Vec<(&'static str, Array)>, Box<dyn Error>> {
    let texts = ["CD3D", "", "g\u{e8}ne", "\u{1f9ec}"].map(str::to_owned).to_vec();
    Ok(vec![
        ("bool", Array::vector(Values::Bool(vec![true, false]))),
        ("int8", Array::vector(Values::I8(vec![-128, 127]))),
        ("int16", Array::vector(Values::I16(vec![-32_768, 32_767]))),
        ("int32", Array::new(vec![2, 1, 2], Values::I32(vec![i32::MIN, i32::MAX, 0, 5]))?),
        ("int64", Array::vector(Values::I64(vec![i64::MIN, i64::MAX]))),
        ("uint8", Array::vector(Values::U8((0..=255).collect()))),
        ("uint16", Array::vector(Values::U16(vec![65_535]))),
        ("uint32", Array::vector(Values::U32(vec![u32::MAX]))),
        ("uint64", Array::vector(Values::U64(vec![u64::MAX]))),
        ("float32", Array::new(vec![3, 4], Values::F32((0..12_u8).map(|n| f32::from(n) / 8.0).collect()))?),
        ("float64", Array::vector(Values::F64(vec![0.1, f64::NAN, f64::NEG_INFINITY, 5e-324]))),
        ("scalar", Array::new(Vec::new(), Values::F64(vec![2.5]))?),
        ("empty", Array::new(vec![0, 3], Values::F32(Vec::new()))?),
        ("texts", Array::new(vec![2, 2], Values::Text(texts))?),
        ("text", Array::new(Vec::new(), Values::Text(vec!["one".to_owned()]))?),
    ])
}
