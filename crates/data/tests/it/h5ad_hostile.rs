//! Damaged and lying `.h5ad` files: an error or a sound table, never a panic, a hang or much memory.

use std::time::{Duration, Instant};

use repro_data::anndata::AnnData;
use repro_data::anndata_io::{AnnDataFile, write_h5ad};
use repro_data::error::{DataError, DataProblem};
use repro_data::frame::{Column, DataFrame};
use repro_data::hdf5::{Hdf5Options, Hdf5Store};
use repro_data::store::Store;
use repro_data::values::Values;

use crate::h5ad::{Scratch, fixture};

fn read(bytes: &[u8]) -> Result<AnnData, DataError> {
    AnnDataFile::open(&Scratch::new(bytes).path)?.read()
}

/// Numbers from Steele and Vigna's SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[test]
fn values_in_another_file_are_refused_and_not_zero() {
    let problem = read(&fixture("hostile-external.h5")).unwrap_err();
    assert_eq!(problem.to_string(), "`X`: an array whose values lie in another file is not read");
}

#[test]
fn a_thousand_flipped_bits_are_an_error_or_a_table() {
    let whole = fixture("anndata-0.12.h5ad");
    // Most of the file is empty space of heaps and of groups: bits are flipped where something is.
    let filled: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let (whole, filled) = (&whole, &filled);
    let flips = |seed: u64| {
        let mut state = seed;
        let (mut errors, mut slowest) = (0, Duration::ZERO);
        for _ in 0..250 {
            let at = filled[random(&mut state) as usize % filled.len()];
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (random(&mut state) % 8);
            let start = Instant::now();
            match read(&damaged) {
                Ok(data) => data.check().unwrap(),
                Err(problem) => {
                    errors += 1;
                    assert!(
                        !problem.to_string().contains("gave up"),
                        "the parser panicked at byte {at}: {problem}"
                    );
                }
            }
            slowest = slowest.max(start.elapsed());
        }
        (errors, slowest)
    };
    let (errors, slowest) = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|seed| scope.spawn(move || flips(seed))).collect();
        let done = threads.into_iter().map(|thread| thread.join().unwrap());
        done.fold((0, Duration::ZERO), |all, own| (all.0 + own.0, all.1.max(own.1)))
    });
    assert!(errors > 100, "{errors} errors");
    assert!(slowest < Duration::from_secs(20), "{slowest:?}");
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let whole = fixture("anndata-0.8.h5ad");
    for length in (0..whole.len()).step_by(whole.len() / 300) {
        assert!(read(&whole[..length]).is_err(), "{length} bytes");
    }
    assert_eq!(read(b"").unwrap_err().to_string(), "is empty, not an HDF5 file");
    let cut = read(&whole[..whole.len() - 1]).unwrap_err().to_string();
    assert!(cut.contains("is cut off") || cut.contains("no sound HDF5"), "{cut}");
}

#[test]
fn what_is_no_hdf5_is_named() {
    let cases: [(&[u8], &str); 5] = [
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x80\x04\x95", "a pickle"),
        (b"<!DOCTYPE html>", "a page of HTML or XML"),
        (b"cell,gene\n", "a text"),
        (b"\x00\x01\x02", "of a format that is not known"),
    ];
    for (bytes, what) in cases {
        assert_eq!(read(bytes).unwrap_err().to_string(), format!("is {what}, not an HDF5 file"));
    }
    let folder = tempfile::tempdir().unwrap();
    let problem = Hdf5Store::open(folder.path()).err().unwrap();
    assert_eq!(problem.to_string(), "is a folder, not an HDF5 file");
}

#[test]
fn five_gigabytes_in_a_small_file_are_not_made_up() {
    let file = Scratch::new(&fixture("hostile-claims.h5"));
    let store = Hdf5Store::open(&file.path).unwrap();
    for name in ["run", "chunks", "one_chunk", "texts", "most"] {
        let problem = store.read(name).unwrap_err();
        assert!(
            matches!(problem.problem, DataProblem::Limit(_) | DataProblem::Malformed(_)),
            "{name}: {problem}"
        );
    }
    assert_eq!(store.read_range("run", 7..9).unwrap().values().len(), 2);
    let start = Instant::now();
    assert_eq!(store.read("rows_of_nothing").unwrap().shape(), [1 << 62, 0]);
    assert!(start.elapsed() < Duration::from_secs(1));
    // The same claim about bytes that are allocated: the length of the array is changed in the file.
    let mut bytes = fixture("hostile-claims.h5");
    let marker: Vec<u8> = (0..10).collect();
    assert!(bytes.windows(10).any(|window| window == marker));
    let length = 10_u64.to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 8).filter(|at| bytes[*at..at + 8] == length).collect();
    for at in places {
        bytes[at..at + 8].copy_from_slice(&(5_u64 << 30).to_le_bytes());
    }
    let file = Scratch::new(&bytes);
    assert!(Hdf5Store::open(&file.path).and_then(|store| store.read("marker")).is_err());
}

#[test]
fn sparse_matrices_that_contradict_themselves_are_refused() {
    for name in ["decreases", "beyond", "negative", "column", "values", "short"] {
        let problem = read(&fixture(&format!("hostile-indptr-{name}.h5"))).unwrap_err();
        assert!(problem.at.starts_with('X'), "{name}: {problem}");
        assert!(matches!(problem.problem, DataProblem::Malformed(_)), "{name}: {problem}");
    }
}

#[test]
fn groups_within_themselves_end() {
    let start = Instant::now();
    let problem = read(&fixture("hostile-links.h5")).unwrap_err();
    assert!(matches!(problem.problem, DataProblem::Limit(_)), "{problem}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn a_missing_matrix_is_legal_until_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.h5ad");
    let names = |names: &[&str]| DataFrame::new(names.iter().map(|name| (*name).to_owned()).collect());
    for (obs, var) in [(&["a", "a"][..], &["g"][..]), (&[], &["g"]), (&["c"], &[]), (&[], &[])] {
        let data = AnnData { obs: names(obs), var: names(var), ..AnnData::default() };
        write_h5ad(&data, &path, Hdf5Options::default()).unwrap();
        let file = AnnDataFile::open(&path).unwrap();
        assert_eq!((file.n_obs(), file.n_vars()), (obs.len(), var.len()));
        assert_eq!(file.x().err().unwrap().to_string(), "there is no matrix `X`");
        assert_eq!(file.read().unwrap(), data);
    }
}

#[test]
fn a_write_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.h5ad");
    std::fs::write(&path, "before").unwrap();
    let mut data = AnnData { obs: DataFrame::new(vec!["zero\0inside".to_owned()]), ..AnnData::default() };
    let problem = write_h5ad(&data, &path, Hdf5Options::default()).unwrap_err().to_string();
    assert_eq!(problem, "`obs/_index`: a text with a zero in it cannot be stored in HDF5");
    data.obs = DataFrame::default();
    data.uns = vec![("a/b".to_owned(), repro_data::anndata::Element::Null)];
    assert!(write_h5ad(&data, &path, Hdf5Options::default()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_table_of_too_many_columns_is_refused_with_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.h5ad");
    let of = |n: usize| {
        let mut obs = DataFrame::new(vec!["c".to_owned()]);
        for i in 0..n {
            obs.push(format!("column {i}"), Column::Values(Values::I8(vec![0]))).unwrap();
        }
        AnnData { obs, ..AnnData::default() }
    };
    let problem = write_h5ad(&of(4_100), &path, Hdf5Options::default()).unwrap_err().to_string();
    assert!(
        problem.starts_with("`obs`: ") && problem.contains("the attribute `column-order` takes 656"),
        "{problem}"
    );
    assert!(problem.contains("room for 65535"), "{problem}");
    assert!(!path.exists());
}
