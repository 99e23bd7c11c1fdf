//! Damaged text formats: an error or something whole, never a panic.

use std::io::Write;

use repro_data::anndata::AnnData;
use repro_data::delimited::{Rows, open, read_frame, read_matrix};
use repro_data::gmt;
use repro_data::mtx::{GeneNames, read_folder};

use crate::arrays::flips;

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn whole(data: &AnnData) {
    data.check().unwrap();
}

#[test]
fn damaged_gene_sets_are_refused_or_whole() {
    let text: String = (0..30).map(|i| format!("SET{i}\thttp://x/{i}\tA{i}\tB{i}\tC\r\n")).collect();
    flips(text.as_bytes(), |bytes| {
        if let Ok(sets) = gmt::read(&*bytes) {
            assert!(
                sets.iter().all(|set| !set.name.is_empty() && set.genes.iter().all(|gene| !gene.is_empty()))
            );
        }
    });
}

#[test]
fn damaged_delimited_texts_are_refused_or_whole() {
    let rows = (0..30).map(|i| format!("cell{i},{i},{}.5,\"a,b\"\n", i * 7));
    let text: String = std::iter::once("name,x,y,z\n".to_owned()).chain(rows).collect();
    flips(text.as_bytes(), |bytes| {
        if let Ok(frame) = read_frame(&*bytes, b',') {
            assert!(frame.columns().iter().all(|(_, column)| column.len() == frame.n_rows()));
        }
    });
    let numbers = text.replace(",\"a,b\"", ",1e3");
    for rows in [Rows::Cells, Rows::Genes] {
        flips(numbers.as_bytes(), |bytes| {
            if let Ok(data) = read_matrix(&*bytes, b',', rows) {
                whole(&data);
            }
        });
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv.gz");
    let packed = zipped(&numbers);
    // Less than the two bytes that gzip begins with is another text.
    for end in 2..packed.len() {
        std::fs::write(&path, &packed[..end]).unwrap();
        let (reader, separator) = open(&path).unwrap();
        let data = read_matrix(reader, separator, Rows::Cells);
        assert!(data.is_err(), "{end}");
    }
}

#[test]
fn damaged_folders_are_refused_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    let entries: String = (1..=40).map(|i| format!("{} {} {i}\n", i % 5 + 1, i % 8 + 1)).collect();
    let files = [
        ("matrix.mtx", format!("%%MatrixMarket matrix coordinate integer general\n%\n5 8 40\n{entries}")),
        ("barcodes.tsv", (0..8).map(|i| format!("CELL{i}-1\n")).collect()),
        ("features.tsv", (0..5).map(|i| format!("E{i}\tG{i}\tGene Expression\n")).collect()),
    ];
    for (name, text) in &files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    whole(&read_folder(folder.path(), GeneNames::Symbols).unwrap());
    for (name, text) in &files {
        flips(text.as_bytes(), |bytes| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
            if let Ok(data) = read_folder(folder.path(), GeneNames::Symbols) {
                whole(&data);
            }
        });
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let packed = zipped(&files[0].1);
    let matrix = folder.path().join("matrix.mtx.gz");
    for end in 0..packed.len() {
        std::fs::write(&matrix, &packed[..end]).unwrap();
        assert!(read_folder(folder.path(), GeneNames::Ids).is_err(), "{end}");
    }
}
