//! The data sets that the repository ships.

use repro::data::anndata_io::AnnDataFile;
use repro::digest::sha256;

use super::support::repository;

#[test]
fn shipped_data_are_what_their_credits_say() {
    let credits = std::fs::read_to_string(repository().join("frozen/README.md")).unwrap();
    for (name, n_obs, n_vars) in [("pbmc68k_reduced", 700, 765), ("celltypist_sample", 559, 8_651)] {
        let file = format!("datasets/{name}.h5ad");
        let path = repository().join("frozen").join(&file);
        let row = credits.lines().find(|line| line.contains(&format!("`{file}`"))).unwrap();
        let hash = sha256(&std::fs::read(&path).unwrap()).to_string();
        assert!(row.contains(&hash), "{file} has {hash}");
        let data = AnnDataFile::open(&path).unwrap();
        assert_eq!((data.n_obs(), data.n_vars()), (n_obs, n_vars), "{file}");
        let counts = match data.has_raw().unwrap() {
            true => data.raw_x().unwrap().read().unwrap(),
            false => data.x().unwrap().read().unwrap(),
        };
        let repro::data::sparse::Matrix::Sparse(counts) = counts else { panic!("{file} is dense") };
        let values = counts.values().to_f64().unwrap();
        assert!(values.iter().all(|value| *value > 0.0), "{file}");
        assert_eq!(values.iter().all(|value| value.fract() == 0.0), name == "celltypist_sample");
    }
}
