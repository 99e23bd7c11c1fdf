//! Where the files of masked reconstruction lie.
//!
//! ```text
//! DATA/<dataset>/raw/data.h5ad
//! DATA/<dataset>/masked/mask_<percent>_seed_<seed>.h5ad
//! RESULTS/<dataset>/mask_<percent>_seed_<seed>/<model>/reconstruction.h5ad   metadata.json   metrics.json
//! ```
//!
//! Later versions of the benchmark put results at `RESULTS/<model>/<dataset>/mask_<percent>_seed_<seed>/` and let the raw
//! file have any name; both are found.

use std::path::{Path, PathBuf};

use crate::TaskError;

/// A data set and one mask of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    dataset: String,
    fraction: f64,
    seed: u64,
}

/// A folder of results and whether it was found at the later place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFolder {
    /// The folder.
    pub path: PathBuf,
    /// Whether it is `RESULTS/<model>/<dataset>/…`.
    pub later: bool,
}

impl Mask {
    /// An error unless `dataset` can be the name of a folder and `fraction` is in [0, 1].
    pub fn new(dataset: &str, fraction: f64, seed: u64) -> Result<Self, TaskError> {
        folder_name("data set", dataset)?;
        check_fraction(fraction)?;
        Ok(Self { dataset: dataset.to_owned(), fraction, seed })
    }

    /// Name of the data set.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// Part of the eligible entries that is masked.
    pub fn fraction(&self) -> f64 {
        self.fraction
    }

    /// Seed of the mask.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// `mask_<percent>_seed_<seed>`.
    pub fn name(&self) -> String {
        format!("mask_{}_seed_{}", general(100.0 * self.fraction), self.seed)
    }

    /// Where the true values belong.
    pub fn raw(&self, data: &Path) -> PathBuf {
        data.join(&self.dataset).join("raw").join("data.h5ad")
    }

    /// The true values that are there: `data.h5ad`, or the only `.h5ad` file of the folder. `None` where there is none.
    pub fn find_raw(&self, data: &Path) -> Result<Option<PathBuf>, TaskError> {
        let usual = self.raw(data);
        if usual.is_file() {
            return Ok(Some(usual));
        }
        let folder = data.join(&self.dataset).join("raw");
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(None) };
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
        let mut found = paths.map_err(TaskError::file("read", &folder))?;
        found.retain(|path| path.extension().is_some_and(|end| end == "h5ad") && path.is_file());
        found.sort();
        match found.len() {
            0 | 1 => Ok(found.pop()),
            n => Err(TaskError::unfit(format!("`{}` has {n} `.h5ad` files", folder.display()))
                .hint("call the one with the true values `data.h5ad`")),
        }
    }

    /// The masked file.
    pub fn masked(&self, data: &Path) -> PathBuf {
        data.join(&self.dataset).join("masked").join(format!("{}.h5ad", self.name()))
    }

    /// Where results of a model belong.
    pub fn results(&self, results: &Path, model: &str) -> Result<PathBuf, TaskError> {
        model_name(model)?;
        Ok(results.join(&self.dataset).join(self.name()).join(model))
    }

    /// The folder that holds a reconstruction: the usual one, or the one of later versions. `None` where neither does.
    pub fn find_results(&self, results: &Path, model: &str) -> Result<Option<ResultFolder>, TaskError> {
        let usual = self.results(results, model)?;
        let later = results.join(model).join(&self.dataset).join(self.name());
        let places = [ResultFolder { path: usual, later: false }, ResultFolder { path: later, later: true }];
        Ok(places.into_iter().find(|place| place.path.join(RECONSTRUCTION).is_file()))
    }
}

/// Name of the file that a model writes.
pub const RECONSTRUCTION: &str = "reconstruction.h5ad";

/// Name of the file with what is known of a run.
pub const METADATA: &str = "metadata.json";

/// Name of the file with the scores.
pub const METRICS: &str = "metrics.json";

/// An error unless it is in [0, 1].
pub fn check_fraction(fraction: f64) -> Result<(), TaskError> {
    if (0.0..=1.0).contains(&fraction) {
        return Ok(());
    }
    let error = TaskError::unfit(format!("the part to mask is {fraction}, it must be from 0 to 1"));
    Err(if fraction > 1.0 && fraction <= 100.0 {
        error.hint(format!("a fraction is wanted, not percent: did you mean {}?", fraction / 100.0))
    } else {
        error
    })
}

/// An error unless a model's name can be that of its folder of results.
pub fn model_name(name: &str) -> Result<(), TaskError> {
    folder_name("model", name)
}

/// An error unless a name is one folder below another.
fn folder_name(what: &str, name: &str) -> Result<(), TaskError> {
    let bad = |c: char| c == '/' || c == '\\' || c == ':' || c.is_control();
    if name.is_empty() || name.starts_with('.') || name.contains(bad) {
        let problem = format!("`{}` is no name of a {what}", name.escape_debug());
        return Err(TaskError::unfit(problem).hint("it becomes the name of a folder"));
    }
    Ok(())
}

/// A number as C's `%g` prints it: six significant digits, no trailing zeros.
fn general(number: f64) -> String {
    let scientific = format!("{number:.5e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| {
        let text = if text.contains('.') { text.trim_end_matches('0') } else { text };
        text.trim_end_matches('.').to_owned()
    };
    if (-4..6).contains(&exponent) {
        return trimmed(&format!("{number:.*}", (5 - exponent) as usize));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_printed_as_c_does() {
        // Python's `'%g' % (100 * fraction)`.
        for (fraction, text) in [
            (0.15, "15"),
            (0.025, "2.5"),
            (1.0 / 3.0, "33.3333"),
            (0.29, "29"),
            (0.0, "0"),
            (1.0, "100"),
            (0.07, "7"),
            (0.123_456_789, "12.3457"),
            (0.999_999_9, "100"),
            (0.000_001, "0.0001"),
            (0.000_000_1, "1e-05"),
            (0.000_000_123_456_78, "1.23457e-05"),
        ] {
            assert_eq!(general(100.0 * fraction), text, "{fraction}");
        }
        assert_eq!(general(1_234_567.0), "1.23457e+06");
    }

    #[test]
    fn percent_is_no_fraction() {
        let error = check_fraction(15.0).unwrap_err();
        assert!(
            matches!(&error, TaskError::Unfit { hint: Some(hint), .. } if hint.contains("did you mean 0.15?"))
        );
        for wrong in [-0.1, 100.5, f64::NAN, f64::INFINITY] {
            assert!(matches!(check_fraction(wrong), Err(TaskError::Unfit { hint: None, .. })), "{wrong}");
        }
        assert!(check_fraction(0.0).is_ok() && check_fraction(1.0).is_ok());
    }

    #[test]
    fn names_cannot_leave_their_folder() {
        for name in ["", "..", ".", "a/b", "a\\b", "C:", ".hidden", "a\nb"] {
            assert!(Mask::new(name, 0.1, 1).is_err(), "{name:?}");
            assert!(Mask::new("d", 0.1, 1).unwrap().results(Path::new("r"), name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn both_places_of_results_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let mask = Mask::new("d", 0.15, 42).unwrap();
        assert_eq!(mask.masked(Path::new("data")), Path::new("data/d/masked/mask_15_seed_42.h5ad"));
        assert_eq!(mask.find_results(folder.path(), "m").unwrap(), None);
        for (place, later) in [("m/d/mask_15_seed_42", true), ("d/mask_15_seed_42/m", false)] {
            let path = folder.path().join(place);
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join(RECONSTRUCTION), "").unwrap();
            let found = mask.find_results(folder.path(), "m").unwrap();
            assert_eq!(found, Some(ResultFolder { path, later }));
        }
    }

    #[test]
    fn a_raw_file_may_have_any_name_if_it_is_the_only_one() {
        let folder = tempfile::tempdir().unwrap();
        let mask = Mask::new("d", 0.15, 42).unwrap();
        assert_eq!(mask.find_raw(folder.path()).unwrap(), None);
        let raw = folder.path().join("d/raw");
        std::fs::create_dir_all(&raw).unwrap();
        std::fs::write(raw.join("other.h5ad"), "").unwrap();
        assert_eq!(mask.find_raw(folder.path()).unwrap(), Some(raw.join("other.h5ad")));
        std::fs::write(raw.join("third.h5ad"), "").unwrap();
        assert!(mask.find_raw(folder.path()).is_err());
        std::fs::write(raw.join("data.h5ad"), "").unwrap();
        assert_eq!(mask.find_raw(folder.path()).unwrap(), Some(raw.join("data.h5ad")));
    }
}
