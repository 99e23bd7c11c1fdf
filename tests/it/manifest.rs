//! Manifest errors name file, line, key and the nearest known key.

#[path = "../../fuzz/inputs/manifest.rs"]
mod input;

use super::support::Project;

const PAPER: &str = "schema = 1\n[paper]\nid = \"p\"\ntitle = \"T\"\n";

/// Exit status and stderr of `list` on a paper with these extra lines.
fn list(extra: &str) -> String {
    let project = Project::empty();
    project.write("manifests/p/paper.toml", &format!("{PAPER}{extra}"));
    let run = project.run(&["list"]);
    format!("{}\n{}", run.status, run.stderr)
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    let text = list(
        "[[source]]\nid = \"s\"\nkind = \"local\"\n[[artifact]]\nid = \"a\"\nsource = \"s\"\npath = \"x\"\nevidence = \"cached\"\nsha265 = \"\"\n",
    );
    insta::assert_snapshot!(text, @r"
    2
    error: manifests/p/paper.toml:13: unknown field `sha265`, expected one of `id`, `source`, `path`, `tree`, `glob`, `archive`, `member`, `to`, `evidence`, `obtained`, `optional`, `fetch`, `sha256`, `size`, `about`, `for_each`, `derived_rows`
    hint: did you mean `sha256`?
    ");
}

#[test]
fn an_unknown_section_names_the_nearest_one() {
    insta::assert_snapshot!(list("[[artefact]]\nid = \"a\"\n"), @r"
    2
    error: manifests/p/paper.toml:5: unknown section `artefact`
    hint: did you mean `artifact`?
    ");
}

#[test]
fn a_syntax_error_names_the_line() {
    let text = list("[[source]]\nid = \n");
    assert!(text.starts_with("2\nerror: manifests/p/paper.toml:6:"), "{text}");
}

#[test]
fn a_missing_key_is_placed_at_its_entry() {
    let text = list("[[artifact]]\nid = \"a\"\nsource = \"s\"\npath = \"x\"\n");
    assert!(text.starts_with("2\nerror: manifests/p/paper.toml:5: missing field `evidence`"), "{text}");
}

#[test]
fn paths_that_leave_the_project_are_refused() {
    for path in ["../x", "/etc/passwd", "a/../../b", "a\\\\b", "a\\u0000b", "C:/x"] {
        let text = list(&format!(
            "[[source]]\nid = \"s\"\nkind = \"local\"\n[[artifact]]\nid = \"a\"\nsource = \"s\"\npath = \"{path}\"\nevidence = \"cached\"\n"
        ));
        assert!(text.starts_with("2\nerror: manifests/p/paper.toml:8: artifact `a`: path"), "{path}: {text}");
    }
}

#[test]
fn two_artifacts_cannot_share_an_id_or_a_place() {
    let artifact = "[[artifact]]\nid = \"a\"\nsource = \"s\"\npath = \"x\"\nevidence = \"cached\"\n";
    let other = artifact.replace("\"a\"", "\"b\"");
    let source = "[[source]]\nid = \"s\"\nkind = \"local\"\n";
    assert!(list(&format!("{source}{artifact}{artifact}")).contains("artifact id `a` is used twice"));
    assert!(list(&format!("{source}{artifact}{other}")).contains("two artifacts would lie at `x`"));
    assert!(list(artifact).contains("names the unknown source `s`"));
}

#[test]
fn datasets_cannot_run_in_circles() {
    let circle =
        |a: &str, b: &str| format!("[[dataset]]\nid = \"{a}\"\nany_of = [{{ dataset = \"{b}\" }}]\n");
    let text = list(&format!("{}{}", circle("a", "b"), circle("b", "a")));
    insta::assert_snapshot!(text, @r"
    2
    error: manifests/p/paper.toml:5: dataset `a` is defined through itself
    error: manifests/p/paper.toml:8: dataset `b` is defined through itself
    ");
    assert!(list(&circle("a", "nowhere")).contains("no dataset is called `nowhere`"));
}

#[test]
fn an_unknown_verb_names_the_nearest_one() {
    let text = list(
        "[[source]]\nid = \"s\"\nkind = \"local\"\n[[artifact]]\nid = \"a\"\nsource = \"s\"\npath = \"x\"\nevidence = \"printed\"\n\
         [[dataset]]\nid = \"d\"\nany_of = [{ artifact = \"a\", steps = [{ fliter = { x = \"y\" } }] }]\n",
    );
    assert!(text.contains("paper.toml:15: unknown variant `fliter`"), "{text}");
    assert!(text.contains("hint: did you mean `filter`?"), "{text}");
}

#[test]
fn every_manifest_of_the_fuzz_corpus_is_refused_or_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/manifest");
    let inputs =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let valid = inputs.filter(|bytes| input::run(bytes)).count();
    assert!(valid >= 3, "{valid} are valid");
}

#[test]
fn a_short_list_cannot_stand_for_any_number_of_artifacts() {
    let lists: String = (0..20).map(|i| format!("c{i} = [\"0\", \"1\"], ")).collect();
    let artifact = |id: &str, for_each: &str| {
        format!(
            "[[source]]\nid = \"s\"\nkind = \"local\"\n[[artifact]]\nid = \"{id}\"\nsource = \"s\"\npath = \"{id}\"\n\
             evidence = \"cached\"\nfor_each = {{ {for_each} }}\n"
        )
    };
    let many = list(&artifact("a", lists.trim_end_matches(", ")));
    assert!(
        many.starts_with("2\nerror: manifests/p/paper.toml:8: artifact `a`: `for_each` makes too many"),
        "{many}"
    );
    let empty = list(&artifact("a", &format!("{lists}z = []")));
    assert!(empty.contains("makes too many artifacts"), "{empty}");
    // Each value names the next one twice.
    let nested: String = (10..90).map(|i| format!("c{i} = [\"{{c{}}}{{c{}}}\"], ", i + 1, i + 1)).collect();
    let text = list(&artifact("{c10}", nested.trim_end_matches(", ")));
    assert!(text.contains("artifact `{c11}{c11}` needs `to`"), "{text}");
}
