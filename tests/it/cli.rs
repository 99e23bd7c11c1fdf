//! The command line as scripts see it.

use super::support::{Project, repository};

#[test]
fn outside_a_project_the_message_says_what_is_wanted() {
    let project = Project::empty();
    let run = project.run(&["list", "-C", "."]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: no `manifests` folder in `.`
    hint: name the project with `-C DIR`
    ");
}

#[test]
fn a_project_is_found_from_a_folder_below() {
    let project = Project::of_this_repository();
    let below = project.path().join("manifests/reconeval");
    let run = project.run_in(&below, &["list", "reconeval/published"], &[]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    assert_eq!(run.stdout.lines().count(), published("reconeval"));
}

/// Files of a paper's published values that lie in this repository.
fn published(paper: &str) -> usize {
    std::fs::read_dir(repository().join("frozen").join(paper).join("published")).unwrap().count()
}

/// How often a header stands in this repository's manifests.
fn declared(header: &str) -> usize {
    let papers = std::fs::read_dir(repository().join("manifests")).unwrap();
    let files = papers.flat_map(|paper| std::fs::read_dir(paper.unwrap().path()).unwrap());
    let text = |file: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(file.unwrap().path());
    files
        .filter_map(|file| text(file).ok())
        .map(|text| text.lines().filter(|line| *line == header).count())
        .sum()
}

#[test]
fn list_json_holds_every_kind() {
    let project = Project::of_this_repository();
    let run = project.run(&["list", "--json"]);
    assert_eq!(run.status, 0, "{}", run.snapshot());
    let json = run.json();
    let items = json["items"].as_array().unwrap();
    let count = |kind: &str, state: &str| {
        items.iter().filter(|item| item["kind"] == kind && item["state"] == state).count()
    };
    assert_eq!(json["schema"], 1);
    assert_eq!(count("artifact", "present"), published("reconeval") + published("genept"));
    // The last two are outputs of stages.
    assert_eq!(count("artifact", "missing"), 45 + 24 + 80 + 6 + 2);
    assert_eq!(count("figure", "missing"), 21 + 2);
    assert_eq!(count("figure", "drawn") + count("figure", "missing"), declared("[[figure]]"));
    assert_eq!(count("table", "drawn") + count("table", "missing"), declared("[[table]]"));
    assert_eq!(count("claim_set", "registered"), declared("[[claims]]"));
}

#[test]
fn a_selector_that_matches_nothing_names_the_nearest_item() {
    let project = Project::of_this_repository();
    let run = project.run(&["claims", "reconeval/fig2/avrage_ranking"]);
    insta::assert_snapshot!(run.snapshot(), @r"
    status: 2
    --- stdout
    --- stderr
    error: no item matches `reconeval/fig2/avrage_ranking`
    hint: did you mean `reconeval/fig2/average_ranking`?
    ");
}

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    let project = Project::empty();
    assert_eq!(project.run(&["nonsense"]).status, 2);
    assert_eq!(project.run(&["list", "--jobs", "0"]).status, 2);
    let help = project.run(&["--help"]);
    assert_eq!(help.status, 0);
    assert!(help.stdout.contains("Exit status"), "{}", help.stdout);
}

#[test]
fn completions_and_manual_name_every_verb() {
    let project = Project::empty();
    let verbs = [
        "list",
        "fetch",
        "verify",
        "lock",
        "figures",
        "tables",
        "claims",
        "status",
        "report",
        "reproduce",
        "completions",
        "man",
    ];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = project.run(&["completions", shell]);
        assert_eq!(run.status, 0, "{shell}");
        for verb in verbs {
            assert!(run.stdout.contains(verb), "{shell}: {verb}");
        }
    }
    let manual = project.run(&["man"]);
    assert_eq!(manual.status, 0);
    for verb in verbs {
        assert!(manual.stdout.contains(verb), "{verb}");
    }
}
