//! The report: the same counts everywhere, nothing from a manifest becomes markup, hostile projects neither break nor
//! slow it.

use std::fmt::Write;

use repro::digest::sha256;
use repro::plot::base64;
use serde_json::Value;

use super::forged::forge;
use super::support::{Project, Run};

const OUTCOMES: [&str; 6] = ["reproduced", "consistent", "redrawn", "differs", "missing", "error"];
const HOSTILE: &str = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)> \u{202e}rtl `|*_ {{ report.version }} \u{4e2d}\u{6587}";

/// A project whose `n` claims, in `sets` sets, have hostile ids, texts and titles; every third differs.
fn hostile(n: usize, sets: usize) -> Project {
    let project = Project::empty();
    let (mut published, mut ours) = ("set,key,value\n".to_owned(), "key,value\n".to_owned());
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for index in 0..n {
        let key =
            quoted(&format!("{index} {HOSTILE} {}", "x".repeat(if index % 100 == 0 { 300 } else { 3 })));
        writeln!(published, "{},{key},{index}", index % sets).unwrap();
        writeln!(ours, "{key},{}", if index % 3 == 0 { index + 1 } else { index }).unwrap();
    }
    let toml = |text: &str| format!("'''{}'''", text.replace("'''", ""));
    let mut manifest = format!(
        "schema = 1\n[paper]\nid = \"hostile\"\ntitle = {title}\nlicense = {title}\nscope = {title}\n\
         [[source]]\nid = \"frozen\"\nkind = \"local\"\n\
         [[dataset]]\nid = \"ours\"\nabout = {title}\n\
         any_of = [{{ artifact = \"ours\", says = {title}, steps = [{{ to_number = [\"value\"] }}] }}]\n\
         [[need]]\nid = \"need\"\nwhat = {title}\nplace = {title}\nsize = {title}\nlicense = {title}\ngpu = true\n\
         [[note]]\nid = \"note\"\nabout = [\"s/0\"]\ntext = {title}\n",
        title = toml(HOSTILE)
    );
    for (id, text) in [("published", &published), ("ours", &ours)] {
        project.write(&format!("frozen/hostile/{id}.csv"), text);
        writeln!(
            manifest,
            "[[artifact]]\nid = \"{id}\"\nsource = \"frozen\"\npath = \"{id}.csv\"\nsha256 = \"{}\"\nsize = {}\n\
             evidence = \"cached\"\nobtained = \"Made up\"\nabout = {}",
            sha256(text.as_bytes()),
            text.len(),
            toml(HOSTILE)
        )
        .unwrap();
    }
    for set in 0..sets {
        let expected = (0..n).filter(|index| index % sets == set).count();
        writeln!(
            manifest,
            "[[claims]]\nid = \"s/{set}\"\nplace = {}\nartifact = \"published\"\nvalue = \"value\"\nrule = \"abs\"\n\
             tolerance = 0.5\nkey = [\"key\"]\nexpected = {expected}\nwhere = {{ set = \"{set}\" }}\n\
             ours = [{{ dataset = \"ours\", column = \"value\", match = {{ key = \"{{key}}\" }} }}]",
            // Braces in a place name a column.
            toml(&HOSTILE.replace("{{ report.version }}", "{}"))
        )
        .unwrap();
    }
    project.write("manifests/hostile/paper.toml", &manifest);
    project
}

fn report(project: &Project, formats: &str) -> Run {
    project.run(&["report", "--format", formats])
}

/// Count by name: registered, then the outcomes.
type Counts = Vec<u64>;

fn of_json(json: &Value) -> Counts {
    let counts = OUTCOMES.iter().map(|name| json["counts"][name].as_u64().unwrap());
    std::iter::once(json["registered"].as_u64().unwrap()).chain(counts).collect()
}

fn of_html(html: &str) -> Counts {
    let count = |name: &str| {
        let (_, rest) = html.split_once(&format!("data-count=\"{name}\">")).unwrap();
        rest.split('<').next().unwrap().parse().unwrap()
    };
    std::iter::once("registered").chain(OUTCOMES).map(count).collect()
}

/// The last row of the table of claims: figures, registered, agrees, outcomes.
fn of_markdown(markdown: &str) -> Counts {
    let line = markdown.lines().find(|line| line.starts_with("| **All** |")).unwrap();
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    [3, 5, 6, 7, 8, 9, 10].map(|column| cells[column].parse().unwrap()).to_vec()
}

/// The sentence about all papers at the end.
fn of_terminal(text: &str) -> Counts {
    let text = text.replace('\n', " ");
    let (_, sentence) = text.rsplit_once("All: ").unwrap();
    let number = |before: &str| -> u64 {
        let (head, _) = sentence.split_once(before).unwrap();
        head.rsplit([' ', ':']).next().unwrap().parse().unwrap()
    };
    [" registered claims", " reproduced", " consistent", " redrawn", " differ", " missing", " in error"]
        .map(number)
        .to_vec()
}

#[test]
fn counts_are_the_same_in_every_rendering() {
    for project in [Project::of_this_repository(), hostile(90, 3)] {
        let run = report(&project, "md,html,json");
        assert!([1, 5].contains(&run.status), "{}", run.snapshot());
        let json: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
        let counts = of_json(&json);
        assert_eq!(counts[0], counts[1..].iter().sum::<u64>());
        assert_eq!(of_html(&project.read("reports/report.html")), counts);
        assert_eq!(of_markdown(&project.read("reports/report.md")), counts);
        assert_eq!(of_terminal(&project.run(&["status"]).stdout), counts);
        assert_eq!(of_json(&project.run(&["status", "--json"]).json()), counts);
        let claims = project.run(&["claims", "--json"]).json();
        assert_eq!(OUTCOMES.map(|name| claims["counts"][name].as_u64().unwrap()).to_vec(), counts[1..]);
        // Sums of the matrix are those of its rows, and every set stands in one group.
        for paper in json["papers"].as_array().unwrap() {
            let groups = paper["groups"].as_array().unwrap();
            let sum: u64 = groups.iter().map(|group| group["registered"].as_u64().unwrap()).sum();
            assert_eq!(Some(sum), paper["registered"].as_u64());
            let rows = groups.iter().flat_map(|group| group["rows"].as_array().unwrap());
            let sets = rows.filter(|row| row["kind"] == "claims").count();
            assert_eq!(sets, paper["claim_sets"].as_array().unwrap().len());
        }
    }
}

#[test]
fn the_page_runs_its_own_script_and_nothing_else() {
    let project = hostile(300, 2);
    report(&project, "html");
    let html = project.read("reports/report.html");
    let between = |start: &str, end: &str| {
        let (_, rest) = html.rsplit_once(start).unwrap();
        rest.split_once(end).unwrap().0.to_owned()
    };
    let hash = |text: &str| format!("'sha256-{}'", base64(sha256(text.as_bytes()).as_bytes()));
    let (style, script) = (between("<style>", "</style>"), between("<script>", "</script>"));
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
            hash(&style),
            hash(&script)
        )
    );
    // One script and one style; whatever stands in the manifest is text.
    assert_eq!((html.matches("<script>").count(), html.matches("<style>").count()), (1, 1));
    assert_eq!(
        html.matches("<script").count(),
        1 + html.matches("<script type=\"application/json\">").count()
    );
    for markup in ["<img", " onerror=\"", " style=\"", "src=\"http", "href=\"http", "{{ report"] {
        let seen = html.replace("{{ report.version }}", "");
        assert!(!seen.contains(markup), "{markup}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)"), "the title is shown as it is");
}

#[test]
fn long_sets_are_cut_and_say_so() {
    let project = hostile(20_000, 4);
    let start = std::time::Instant::now();
    let run = report(&project, "html,json,md");
    println!("20,000 claims took {:?}", start.elapsed());
    assert_eq!(run.status, 1, "{}", &run.stderr[..run.stderr.len().min(2000)]);
    let html = project.read("reports/report.html");
    // 30 rows and 100 that differ of every set.
    assert_eq!(html.matches("<tr id=\"hostile/claim/").count(), 4 * 130);
    assert_eq!(html.matches("130 of 5000 claims are listed here; the other 4870 are in").count(), 4);
    // The rows beyond are data: index, key, texts.
    let mut listed = 0;
    for data in html.split("<script type=\"application/json\">").skip(1) {
        let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
        listed += data["r"].as_array().unwrap().len();
        assert_eq!(data["r"][0].as_array().unwrap().len(), 10);
    }
    assert_eq!(listed, 20_000 - 4 * 130);
    let json: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let sets = json["papers"][0]["claim_sets"].as_array().unwrap();
    assert_eq!(sets.iter().map(|set| set["claims"].as_array().unwrap().len()).sum::<usize>(), 20_000);
    let markdown = project.read("reports/report.md");
    assert!(markdown.len() <= 60_000 && markdown.contains("**Cut:**"), "{} bytes", markdown.len());
    assert!(!markdown.contains("<script") && !markdown.contains("<img"));
}

#[test]
fn this_repository_s_report_is_small() {
    let project = Project::of_this_repository();
    report(&project, "html,md");
    let (html, markdown) = (project.read("reports/report.html"), project.read("reports/report.md"));
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    assert!(markdown.len() <= 60_000, "{} bytes", markdown.len());
}

/// Columns of a line, by another rule than the one under test: what is not East Asian or an accent is one.
fn too_wide(line: &str) -> bool {
    let wide = line.chars().filter(|c| ('\u{1100}'..='\u{ffef}').contains(c) && *c != '\u{2026}').count();
    line.chars().count() + wide.min(line.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count())
        > 80
}

#[test]
fn status_fits_eighty_columns_and_exits_like_claims() {
    for (project, selectors) in [
        (Project::of_this_repository(), &["reconeval/fig2", "reconeval"][..]),
        (hostile(300, 30), &["hostile/s/1"][..]),
    ] {
        let all = project.run(&["status"]);
        assert_eq!(all.status, project.run(&["claims"]).status);
        for selector in selectors {
            let (status, claims) = (project.run(&["status", selector]), project.run(&["claims", selector]));
            assert_eq!(status.status, claims.status, "{selector}: {}", status.stderr);
        }
        for line in all.stdout.lines() {
            assert!(!too_wide(line), "{line}");
            assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
        }
    }
    let run = Project::of_this_repository().run(&["status", "reconeval/fgi2"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
}

#[test]
fn a_selection_shows_its_own_part() {
    let project = Project::of_this_repository();
    let json = project.run(&["status", "reconeval/fig4", "--json"]).json();
    let paper = &json["papers"][0];
    assert_eq!(json["papers"].as_array().unwrap().len(), 1);
    assert!(
        paper["figures"]
            .as_array()
            .unwrap()
            .iter()
            .all(|figure| figure["id"].as_str().unwrap().starts_with("fig4/"))
    );
    assert_eq!(paper["groups"].as_array().unwrap().len(), 1);
}

#[test]
fn a_step_summary_is_appended() {
    let project = hostile(30, 1);
    project.write("summary.md", "before\n");
    let path = project.path().join("summary.md");
    let environment = [("GITHUB_STEP_SUMMARY", path.to_str().unwrap())];
    let run = project.run_in(project.path(), &["reproduce", "--offline"], &environment);
    assert_eq!(run.status, 1, "{}", run.snapshot());
    let summary = project.read("summary.md");
    assert!(summary.starts_with("before\n# Tracking report"), "{summary}");
    let differs = summary.find("## Differs").unwrap();
    assert!(
        summary.matches("| differs |").count() + summary.matches("differs  |").count() > 0 && differs > 0
    );
}

#[test]
fn a_format_has_its_own_file_and_time_has_another() {
    let project = hostile(3, 1);
    let run = project.run(&["report", "--format", "md", "--out", "out/summary.md"]);
    assert_eq!(run.stdout, "out/summary.md\n", "{}", run.stderr);
    assert!(!project.path().join("out/summary.json").exists());
    let environment: Value = serde_json::from_str(&project.read("out/environment.json")).unwrap();
    assert_eq!(environment["tool"]["name"], "repro");
    assert_eq!(environment["written"].as_str().unwrap().len(), "2000-02-29T00:00:00Z".len());
    assert_eq!(project.run(&["report", "--format", "pdf"]).status, 2);
}

#[test]
fn a_stage_shows_its_receipt() {
    let project = Project::of_this_repository();
    let results = "result_id,value\n";
    forge(&project, "genept", "cell-level", "results.csv", results);
    report(&project, "html,json");
    let json: Value = serde_json::from_str(&project.read("reports/report.json")).unwrap();
    let stage = &json["papers"][0]["stages"][0];
    assert_eq!((&stage["id"], &stage["parameters"]["seed"]), (&"cell-level".into(), &2023.into()));
    assert_eq!((&stage["state"], &stage["failed"]), (&"fresh".into(), &Value::Null));
    let html = project.read("reports/report.html");
    assert!(html.contains("<th scope=\"row\">seed</th><td class=\"mono\">2023</td>"));
    assert!(html.contains(&sha256(results.as_bytes()).to_string()));
}
