//! Masked files.

use repro_data::anndata::AnnData;
use repro_data::sparse::Matrix;
use repro_data::values::DataType;
use repro_digest::Hasher;
use repro_tasks::TaskError;
use repro_tasks::masking::{MaskMode, MaskRecord, MaskSpec, Masked, MaskedPlaces, mask, sidecar_path};
use tempfile::TempDir;

use super::support::{FORMS, Form, annotated, dense, files, matrix, oracle, read, truth, write};

struct Bench {
    folder: TempDir,
    spec: MaskSpec,
}

impl Bench {
    fn new(data: &AnnData) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spec = MaskSpec {
            raw: folder.path().join("raw.h5ad"),
            masked: folder.path().join("masked.h5ad"),
            fraction: 0.15,
            seed: 42,
            mode: MaskMode::All,
            sparse: false,
            sidecar: false,
        };
        write(&spec.raw, data);
        Self { folder, spec }
    }

    fn of(rows: usize, columns: usize, form: Form) -> Self {
        Self::new(&annotated(matrix(&truth(rows, columns), columns, form)))
    }

    fn mask(&self) -> Masked {
        mask(&self.spec).unwrap()
    }

    /// Places of the entries that are -1.
    fn holes(&self) -> Vec<usize> {
        let values = dense(&read(&self.spec.masked)).into_iter().enumerate();
        values.filter(|(_, value)| *value == -1.0).map(|(place, _)| place).collect()
    }

    fn refused(&self) -> (String, Option<String>) {
        let error = mask(&self.spec).unwrap_err();
        assert_eq!(files(self.folder.path()), ["raw.h5ad"], "{error}");
        match error {
            TaskError::Unfit { problem, hint } => (problem, hint),
            other => (other.to_string(), None),
        }
    }
}

fn mode(name: &str) -> MaskMode {
    let modes = [MaskMode::All, MaskMode::Nonzero, MaskMode::PerCell, MaskMode::UpstreamSparse];
    modes.into_iter().find(|mode| mode.name() == name).unwrap()
}

#[test]
fn masks_are_numpys() {
    for case in oracle().masks {
        let form = if case.mode == "upstream-sparse" { Form::Csr } else { Form::Dense32 };
        let mut bench = Bench::of(case.rows, case.columns, form);
        bench.spec.mode = mode(&case.mode);
        bench.spec.fraction = case.fraction;
        bench.spec.seed = case.seed;
        let record = bench.mask().record;
        let about = format!("{} {} x {} at {}", case.mode, case.rows, case.columns, case.fraction);
        assert_eq!((record.n_masked, record.mask_sha256.to_string()), (case.n, case.sha256), "{about}");
        let holes = bench.holes();
        assert_eq!(holes.len() as u64, case.n, "{about}");
        let mut hasher = Hasher::sha256();
        holes.iter().for_each(|place| hasher.update(&(*place as u64).to_le_bytes()));
        assert_eq!(hasher.finish(), record.mask_sha256, "{about}");
        let whole = dense(&read(&bench.spec.raw));
        for (place, value) in dense(&read(&bench.spec.masked)).into_iter().enumerate() {
            assert!(value == -1.0 || value.to_bits() == whole[place].to_bits(), "{about}: {place}");
        }
    }
}

#[test]
fn how_a_matrix_is_stored_changes_no_mask() {
    for (name, sparse) in [("all", false), ("nonzero", false), ("per-cell", false), ("all", true)] {
        let mut first = None;
        for form in FORMS {
            let mut bench = Bench::of(90, 70, form);
            bench.spec.mode = mode(name);
            bench.spec.sparse = sparse;
            let record = bench.mask().record;
            let masked = read(&bench.spec.masked);
            let raw = read(&bench.spec.raw);
            assert_eq!((&masked.obs, &masked.var), (&raw.obs, &raw.var));
            let expected = if form == Form::Dense64 { DataType::F64 } else { DataType::F32 };
            match masked.x.as_ref().unwrap() {
                Matrix::Dense(array) => assert_eq!(array.data_type(), expected),
                Matrix::Sparse(own) => assert_eq!(own.values().data_type(), expected),
            }
            let stays = sparse && matches!(form, Form::Csr | Form::CsrTwice | Form::Csc);
            assert_eq!(matches!(masked.x, Some(Matrix::Sparse(_))), stays, "{form:?}");
            let own = (record.mask_sha256, dense(&masked));
            assert_eq!(first.get_or_insert_with(|| own.clone()), &own, "{name} {form:?}");
        }
    }
}

#[test]
fn all_else_is_as_it_was() {
    let mut data = annotated(matrix(&truth(20, 30), 30, Form::Csr));
    data.layers.push(("counts".to_owned(), matrix(&truth(20, 30), 30, Form::Csr)));
    data.obsp.push(("distances".to_owned(), matrix(&truth(20, 20), 20, Form::Csr)));
    let bench = Bench::new(&data);
    let masked = bench.mask();
    assert!(masked.notes[0].contains("`layers/counts` is not masked"), "{:?}", masked.notes);
    let (raw, after) = (read(&bench.spec.raw), read(&bench.spec.masked));
    assert_eq!(AnnData { x: None, ..raw }, AnnData { x: None, ..after });
    assert_eq!(MaskRecord::read(&bench.spec.masked).unwrap(), Some(masked.record));
    assert_eq!(files(bench.folder.path()), ["masked.h5ad", "masked.json", "raw.h5ad"]);
}

#[test]
fn the_same_mask_has_the_same_bytes_and_another_seed_another_mask() {
    let mut bench = Bench::of(200, 100, Form::Csr);
    let first = bench.mask().record;
    let holes = bench.holes();
    assert_eq!(bench.mask().record, first);
    bench.spec.seed = 43;
    assert_ne!(bench.mask().record.mask_sha256, first.mask_sha256);
    // Of 3000 entries each, 450 are expected in both; the standard deviation is 18.
    let both = bench.holes().iter().filter(|place| holes.binary_search(place).is_ok()).count();
    assert!((350..550).contains(&both), "{both}");
}

#[test]
fn the_reference_masks_the_first_rows_of_a_sparse_matrix_only() {
    // 60 x 50 with 818 stored values: 122 of the first 818 entries, which end in row 16.
    let mut bench = Bench::of(60, 50, Form::Csr);
    bench.spec.mode = MaskMode::UpstreamSparse;
    let record = bench.mask().record;
    let stored = truth(60, 50).iter().filter(|value| **value != 0.0).count() as u64;
    assert_eq!((record.n_eligible, record.n_masked), (stored, stored * 15 / 100));
    assert!(bench.holes().into_iter().all(|place| (place as u64) < stored));
    // Dense, there is nothing to be compatible with.
    let mut dense = Bench::of(60, 50, Form::Dense32);
    dense.spec.mode = MaskMode::UpstreamSparse;
    assert_eq!(dense.mask().record.n_masked, 450);
}

#[test]
fn every_cell_has_as_many() {
    let mut bench = Bench::of(40, 33, Form::Csr);
    bench.spec.mode = MaskMode::PerCell;
    bench.mask();
    for row in 0..40 {
        let own = bench.holes().into_iter().filter(|place| place / 33 == row).count();
        assert_eq!(own, 4);
    }
}

#[test]
fn a_sidecar_keeps_negative_values_and_sparse_files() {
    let mut values = truth(40, 30);
    values.iter_mut().step_by(7).for_each(|value| *value -= 1.0);
    for form in [Form::Dense32, Form::Csr] {
        let mut bench = Bench::new(&annotated(matrix(&values, 30, form)));
        bench.spec.sidecar = true;
        let record = bench.mask().record;
        let masked = read(&bench.spec.masked);
        assert_eq!(matches!(masked.x, Some(Matrix::Sparse(_))), form == Form::Csr);
        let places = MaskedPlaces::read(&sidecar_path(&bench.spec.masked), [40, 30]).unwrap();
        let shown = dense(&masked);
        let mut hasher = Hasher::sha256();
        for place in 0..1200 {
            let hole = places.contains(place / 30, place % 30);
            assert_eq!(shown[place], if hole { 0.0 } else { values[place] });
            if hole {
                hasher.update(&(place as u64).to_le_bytes());
            }
        }
        assert_eq!(hasher.finish(), record.mask_sha256);
        assert!(MaskedPlaces::read(&sidecar_path(&bench.spec.masked), [40, 50]).is_err());
        // A mask without sidecar leaves none behind.
        write(&bench.spec.raw, &annotated(matrix(&truth(40, 30), 30, form)));
        bench.spec.sidecar = false;
        bench.mask();
        assert_eq!(files(bench.folder.path()), ["masked.h5ad", "masked.json", "raw.h5ad"]);
    }
}

#[test]
fn values_that_cannot_be_masked_are_refused() {
    for form in [Form::Dense32, Form::Dense64, Form::Csr, Form::Csc] {
        for (wrong, shown) in [(-1.0, "-1"), (-0.25, "-0.25"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
            let mut values = truth(20, 30);
            values[187] = wrong;
            let mut bench = Bench::new(&annotated(matrix(&values, 30, form)));
            for mode in [MaskMode::All, MaskMode::Nonzero] {
                bench.spec.mode = mode;
                let (problem, hint) = bench.refused();
                let expected = format!("has the value {shown} in cell `cell6`, gene `gene7`");
                assert!(problem.ends_with(&expected), "{problem}");
                assert_eq!(hint.unwrap().contains("--sidecar"), wrong.is_finite());
            }
        }
    }
}

#[test]
fn integers_become_floats_if_they_can() {
    let bench = Bench::of(5, 5, Form::DenseInt);
    assert!(bench.mask().notes[0].contains("int64, which became float32"));
    let mut values = truth(5, 5);
    values[3] = f64::from((1 << 24) + 1);
    let bench = Bench::new(&annotated(matrix(&values, 5, Form::DenseInt)));
    assert!(bench.refused().0.contains("beyond 2^24"));
}

#[test]
fn what_is_no_fraction_or_no_matrix_is_refused() {
    let mut bench = Bench::of(5, 5, Form::Csr);
    bench.spec.fraction = 15.0;
    let (problem, hint) = bench.refused();
    assert_eq!(problem, "the part to mask is 15, it must be from 0 to 1");
    assert_eq!(hint.as_deref(), Some("a fraction is wanted, not percent: did you mean 0.15?"));
    bench.spec.fraction = 0.15;
    let masked = std::mem::replace(&mut bench.spec.masked, bench.spec.raw.clone());
    assert!(bench.refused().0.ends_with("would be replaced by its masked copy"));
    bench.spec.masked = masked;
    let data = AnnData { x: None, ..annotated(matrix(&truth(5, 5), 5, Form::Csr)) };
    assert!(Bench::new(&data).refused().0.contains("cannot use"));
    let bench = Bench::of(5, 5, Form::Csr);
    std::fs::write(&bench.spec.raw, "no HDF5").unwrap();
    bench.refused();
    let mut bench = Bench::of(60, 50, Form::CsrTwice);
    bench.spec.mode = MaskMode::UpstreamSparse;
    bench.mask();
    let mut twice = Bench::new(&annotated(matrix(&[1.0; 25], 5, Form::CsrTwice)));
    twice.spec.mode = MaskMode::UpstreamSparse;
    assert!(twice.refused().0.starts_with("50 values are stored for 25 entries"));
}

#[test]
fn a_failed_mask_leaves_the_former_one() {
    let bench = Bench::of(20, 30, Form::Csr);
    let before = bench.mask().record;
    let mut values = truth(20, 30);
    values[599] = f64::NAN;
    write(&bench.spec.raw, &annotated(matrix(&values, 30, Form::Csr)));
    assert!(mask(&bench.spec).is_err());
    assert_eq!(MaskRecord::read(&bench.spec.masked).unwrap(), Some(before));
    assert_eq!(files(bench.folder.path()), ["masked.h5ad", "masked.json", "raw.h5ad"]);
}

#[test]
fn specifications_are_read_and_checked() {
    let text = r#"{"raw": "a", "masked": "b", "fraction": 0.2, "mode": "per-cell"}"#;
    let spec: MaskSpec = serde_json::from_str(text).unwrap();
    assert_eq!((spec.seed, spec.mode, spec.sparse), (42, MaskMode::PerCell, false));
    assert!(serde_json::from_str::<MaskSpec>(r#"{"raw": "a", "masked": "b", "part": 0.2}"#).is_err());
}
