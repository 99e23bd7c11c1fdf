//! The line and box panels on made-up tables of the authors' schema, against pandas, NumPy and SciPy.

use std::collections::BTreeMap;

use super::support::Project;
use super::synthetic::reconstruction::{decoder_only_long, summaries};
use super::synthetic::{self, drawn};

/// Mark, panel, series, key and the values of its columns.
type OracleMark = (String, String, String, String, BTreeMap<String, serde_json::Value>);

#[test]
fn made_up_tables_give_the_numbers_of_an_independent_script() {
    let oracle: BTreeMap<String, Vec<OracleMark>> =
        serde_json::from_str(include_str!("../oracle/fig_lines.json")).unwrap();
    assert_eq!(oracle.len(), 10);
    let project = Project::of_this_repository();
    let tables: Vec<_> = summaries().into_iter().chain([decoder_only_long()]).collect();
    synthetic::place(&project, &tables);
    let selectors: Vec<String> = oracle.keys().map(|figure| format!("reconeval/{figure}")).collect();
    let arguments: Vec<&str> = ["figures"].into_iter().chain(selectors.iter().map(String::as_str)).collect();
    let run = project.run(&arguments);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    for (figure, expected) in &oracle {
        let marks = drawn(&project, figure);
        // The vertices of a line repeat its points.
        let told: Vec<_> = marks.iter().filter(|mark| mark["mark"] != "line").collect();
        assert!(told.iter().all(|mark| mark["evidence"] == "cached"), "{figure}");
        assert_eq!(told.len(), expected.len(), "{figure}: marks that nobody expects, or too few");
        for (kind, panel, series, key, values) in expected {
            let names = [("mark", kind), ("panel", panel), ("series", series), ("key", key)];
            let is = |mark: &&&BTreeMap<String, String>| {
                names.iter().all(|(column, text)| mark[*column] == **text)
            };
            let found: Vec<_> = told.iter().filter(is).collect();
            assert_eq!(found.len(), 1, "{figure}: {names:?}");
            for (column, value) in values {
                let ours = &found[0][column];
                match value.as_f64() {
                    Some(value) => {
                        let ours: f64 = ours.parse().unwrap();
                        assert!(
                            (ours - value).abs() <= 1e-9,
                            "{figure} {names:?} {column}: {ours}, not {value}"
                        );
                    }
                    None => assert_eq!(Some(ours.as_str()), value.as_str(), "{figure} {names:?}"),
                }
            }
        }
    }
}
