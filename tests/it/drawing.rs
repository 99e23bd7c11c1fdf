//! `repro figures` with its formats, themes and comparisons, on a paper of three values.

use std::path::Path;

use repro::digest::sha256;
use roxmltree::{Document, Node};

use super::support::Project;

const MANIFEST: &str = r##"
schema = 1
[paper]
id = "paper"
title = "A paper"
[[source]]
id = "here"
kind = "local"
[[source]]
id = "web"
kind = "http"
url = "https://example.org/"
[[artifact]]
id = "published"
source = "here"
path = "published.csv"
sha256 = "PUBLISHED"
evidence = "printed"
[[artifact]]
id = "far"
source = "here"
path = "far.csv"
sha256 = "FAR"
evidence = "printed"
[[artifact]]
id = "absent"
source = "here"
path = "absent.csv"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
evidence = "digitised"
[[artifact]]
id = "runs"
source = "web"
path = "runs.csv"
sha256 = "RUNS"
evidence = "cached"
[[dataset]]
id = "runs"
any_of = [{ artifact = "runs" }]
[[figure]]
id = "fig1/scores"
kind = "line"
title = "Scores of <two> models & their tasks"
size = [4.0, 3.0]
data = "runs"
series_column = "model"
series = [{ value = "A", colour = "#ffbf00" }, { value = "B", colour = "#2171b5", marker = "square" }]
x = { column = "task", categories = ["one", "two"], title = "Task" }
y = { column = "score", title = "Score" }
panel = [{ title = "Scores" }]
[[claims]]
id = "fig1/scores"
place = "Figure 1"
artifact = "published"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = 3
ours = [{ figure = "fig1/{figure}", column = "y", match = { mark = "point", series = "{model}", key = "{task}" } }]
[[claims]]
id = "fig1/far"
place = "Figure 1"
artifact = "far"
value = "value"
rule = "printed"
key = ["model", "task"]
expected = 1
ours = [{ figure = "fig1/{figure}", column = "y", match = { mark = "point", series = "{model}", key = "{task}" } }]
[[claims]]
id = "fig1/other"
place = "Figure 1"
artifact = "absent"
value = "value"
rule = "printed"
key = ["model"]
expected = 5
ours = [{ figure = "{figure}/scores", column = "y", match = { series = "{model}" } }]
"##;

const PUBLISHED: &str = "figure,model,task,value\nscores,A,one,0.50\nscores,A,two,0.70\nscores,B,one,0.90\n";
/// A value far off the page.
const FAR: &str = "figure,model,task,value\nscores,B,two,900\n";
const RUNS: &str = "model,task,score\nA,one,0.501\nA,two,0.6\nB,two,0.75\n";

/// The paper, without the claims on a far value and on an absent file unless `all`.
fn project(all: bool) -> Project {
    let project = Project::empty();
    let manifest = MANIFEST
        .replace("PUBLISHED", &sha256(PUBLISHED.as_bytes()).to_string())
        .replace("FAR", &sha256(FAR.as_bytes()).to_string())
        .replace("RUNS", &sha256(RUNS.as_bytes()).to_string());
    let manifest = match manifest.find("[[claims]]\nid = \"fig1/far\"") {
        Some(end) if !all => &manifest[..end],
        _ => manifest.as_str(),
    };
    project.write("manifests/paper/paper.toml", manifest);
    project.write("frozen/paper/published.csv", PUBLISHED);
    project.write("frozen/paper/far.csv", FAR);
    project.write("frozen/paper/runs.csv", RUNS);
    project
}

fn names(project: &Project) -> Vec<String> {
    let folder = project.path().join("figures/paper/fig1");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn bytes(project: &Project, name: &str) -> Vec<u8> {
    std::fs::read(project.path().join("figures/paper/fig1").join(name)).unwrap()
}

/// Words of everything that is drawn above the figure, and all texts.
fn overlay(project: &Project, name: &str) -> (Vec<String>, String) {
    let text = String::from_utf8(bytes(project, name)).unwrap();
    let document = Document::parse(&text).unwrap();
    let published = |node: &Node<'_, '_>| node.text().is_some_and(|text| text.contains("published 0"));
    let titles = document.descendants().filter(|node| node.has_tag_name("title"));
    let words = titles.filter(published).filter_map(|node| node.text()).map(str::to_owned).collect();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let texts: Vec<&str> = texts.filter_map(|node| node.text()).collect();
    (words, texts.join(" "))
}

#[test]
fn every_format_is_written_once() {
    let project = project(false);
    let run = project.run(&["figures", "--format", "pdf,svg,png,svg"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 0
    --- stdout
    drawn    paper/fig1/scores  5 marks, cached
    --- stderr
    ");
    assert_eq!(names(&project), ["scores.csv", "scores.pdf", "scores.png", "scores.svg"]);
    assert!(bytes(&project, "scores.pdf").starts_with(b"%PDF-"));
    assert!(bytes(&project, "scores.png").starts_with(b"\x89PNG\r\n\x1a\n"));
    Document::parse(&String::from_utf8(bytes(&project, "scores.svg")).unwrap()).unwrap();
}

#[test]
fn the_mark_table_is_always_written() {
    let project = project(false);
    assert_eq!(project.run(&["figures", "--format", "png"]).status, 0);
    assert_eq!(names(&project), ["scores.csv", "scores.png"]);
}

#[test]
fn unknown_formats_and_themes_name_the_known_ones() {
    let project = project(false);
    let run = project.run(&["figures", "--format", "jpeg"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("svg, png, pdf"), "{}", run.stderr);
    let run = project.run(&["figures", "--theme", "dark"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("faithful, accessible"), "{}", run.stderr);
}

#[test]
fn themes_do_not_overwrite_each_other() {
    let project = project(false);
    assert_eq!(project.run(&["figures"]).status, 0);
    let (faithful, table) = (bytes(&project, "scores.svg"), bytes(&project, "scores.csv"));
    assert_eq!(project.run(&["figures", "--theme", "accessible"]).status, 0);
    assert_eq!(names(&project), ["scores.accessible.svg", "scores.csv", "scores.svg"]);
    assert_eq!((bytes(&project, "scores.svg"), bytes(&project, "scores.csv")), (faithful.clone(), table));
    let accessible = String::from_utf8(bytes(&project, "scores.accessible.svg")).unwrap();
    assert!(String::from_utf8(faithful).unwrap().contains("#ffbf00"));
    assert!(!accessible.contains("#ffbf00") && accessible.contains("#0072b2"));
}

#[test]
fn figures_may_not_be_called_like_the_drawings_of_another() {
    let project = project(false);
    project.replace("manifests/paper/paper.toml", "id = \"fig1/scores\"\nkind", "id = \"a.compare\"\nkind");
    let run = project.run(&["figures"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("`a.compare` ends with `.compare`"), "{}", run.stderr);
}

#[test]
fn a_comparison_shows_what_agrees_and_what_differs() {
    let project = project(false);
    let run = project.run(&["figures", "--compare"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 1
    --- stdout
    drawn    paper/fig1/scores  5 marks, cached; 1 of 2 published values agree
    --- stderr
    ");
    assert_eq!(names(&project), ["scores.compare.svg", "scores.csv", "scores.svg"]);
    let (words, texts) = overlay(&project, "scores.compare.svg");
    assert_eq!(
        words,
        [
            "fig1/scores/A/one: published 0.50, ours 0.501 (reproduced)",
            "fig1/scores/A/two: published 0.70, ours 0.6 (differs)",
        ]
    );
    for part in ["ours (faded)", "published, agrees", "1 of 2 published values agree.", "1 missing"] {
        assert!(texts.contains(part), "`{part}` in {texts}");
    }
}

#[test]
fn what_has_no_place_and_what_is_not_there_is_said() {
    let project = project(true);
    let run = project.run(&["figures", "--compare", "--json"]);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    let figure = &run.json()["figures"][0];
    assert_eq!(figure["compared"]["placed"], 2);
    assert_eq!(figure["compared"]["counts"]["missing"], 1);
    assert!(figure["compared"]["svg"].as_str().unwrap().ends_with("fig1/scores.compare.svg"));
    assert!(figure["png"].is_null());
    let (_, texts) = overlay(&project, "scores.compare.svg");
    assert!(texts.contains("1 further value cannot be drawn here (1 differ)."), "{texts}");
    assert!(
        texts.contains("Published values of `fig1/other` are missing: `absent` is not there."),
        "{texts}"
    );
}

#[test]
fn drawn_from_the_published_value_itself_is_called_redrawn() {
    let project = Project::of_this_repository();
    let run = project.run(&["figures", "reconeval/fig2/scaling_latent_*", "--compare"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    for line in run.stdout.lines() {
        assert!(line.ends_with("45 drawn at their published position; this is not evidence"), "{line}");
    }
    let folder = project.path().join("figures/reconeval/fig2");
    let overlays: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(".compare.svg"))
        .collect();
    assert_eq!(overlays.len(), 2);
    for path in overlays {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("45 redrawn: ours is the published value itself"));
        assert_eq!(text.matches("published 0").count() + text.matches("published -").count(), 45);
    }
}

#[test]
fn all_drawings_are_the_same_for_any_number_of_threads() {
    let (one, two) = (project(true), project(true));
    let options = ["figures", "--format", "svg,png,pdf", "--compare", "--theme", "accessible", "--jobs"];
    assert_eq!(one.run(&[&options[..], &["1"]].concat()).status, 1);
    let elsewhere = two.path().join("frozen");
    let environment = [("LC_ALL", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo"), ("SOURCE_DATE_EPOCH", "0")];
    assert_eq!(two.run_in(&elsewhere, &[&options[..], &["2"]].concat(), &environment).status, 1);
    assert_eq!(names(&one), names(&two));
    assert_eq!(names(&one).len(), 7);
    for name in names(&one) {
        assert!(bytes(&one, &name) == bytes(&two, &name), "{name} differs");
    }
    assert!(!Path::new(&one.path().join("figures/paper/fig1/scores.svg")).exists());
}

#[test]
fn a_figure_that_is_too_large_to_paint_leaves_the_others_alone() {
    let project = project(false);
    let manifest = project.read("manifests/paper/paper.toml");
    let start = manifest.find("[[figure]]").unwrap();
    let end = manifest[start + 1..].find("\n[[claims]]").unwrap() + start + 1;
    let figure = &manifest[start..end];
    let small = figure.replace("fig1", "zz");
    let size = figure.lines().find(|line| line.starts_with("size = ")).unwrap();
    let large = manifest.replacen(size, "size = [50.0, 50.0]", 1);
    project.write("manifests/paper/paper.toml", &format!("{large}\n{small}\n"));
    let run = project.run(&["figures", "--format", "png"]);
    assert_eq!(run.status, 2, "{}", run.snapshot());
    assert!(run.stderr.contains("fig1"), "{}", run.snapshot());
    assert!(run.stdout.contains("drawn    paper/zz"), "{}", run.snapshot());
}

#[test]
fn limits_are_two_different_finite_numbers_and_marks_beyond_them_are_counted() {
    for limits in ["[nan, 1.0]", "[1.0, 1.0]", "[-inf, inf]"] {
        let project = project(false);
        limit(&project, limits);
        let run = project.run(&["figures"]);
        assert_eq!(run.status, 2, "{limits}: {}", run.snapshot());
        assert!(run.stderr.contains("finite number"), "{limits}: {}", run.snapshot());
    }
    let project = project(false);
    limit(&project, "[100.0, 200.0]");
    for verb in ["figures", "check"] {
        let run = project.run(&[verb]);
        let all = run.stdout.clone() + &run.stderr;
        assert!(all.contains("outside of the axes and cannot be seen"), "{verb}: {}", run.snapshot());
    }
}

/// Gives the vertical axis of the figure limits.
fn limit(project: &Project, limits: &str) {
    let manifest = project.read("manifests/paper/paper.toml");
    let line = manifest.lines().find(|line| line.starts_with("y = ")).unwrap();
    let axis = line.strip_suffix('}').unwrap().trim_end();
    let axis = axis.split(", limits").next().unwrap();
    project.write(
        "manifests/paper/paper.toml",
        &manifest.replace(line, &format!("{axis}, limits = {limits} }}")),
    );
}
