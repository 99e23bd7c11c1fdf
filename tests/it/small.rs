//! Small projects, written line by line: one paper with the files, datasets, figures and claims that a test is about.

use repro::digest::sha256;
use serde_json::Value;

use super::support::{Project, Run};

/// A paper `t` in a temporary project.
pub struct Small {
    pub project: Project,
    manifest: String,
}

/// How a file is declared, beside its bytes.
#[derive(Clone, Copy)]
pub struct Label<'a> {
    pub evidence: &'a str,
    pub source: &'a str,
    /// Further lines of the artifact.
    pub more: &'a str,
}

/// A file of this project whose numbers were read from a drawing.
pub const DIGITISED: Label<'static> = Label { evidence: "digitised", source: "here", more: "" };
/// A file of this project whose numbers were read from a text.
pub const PRINTED: Label<'static> = Label { evidence: "printed", source: "here", more: "" };
/// A file that the authors published.
pub const CACHED: Label<'static> = Label { evidence: "cached", source: "hub", more: "" };
/// A file that the authors gave to whoever wrote the manifest.
pub const GIVEN: Label<'static> =
    Label { evidence: "cached", source: "here", more: "obtained = \"sent by the authors\"" };

impl Small {
    pub fn new() -> Self {
        let manifest = "schema = 1\n[paper]\nid = \"t\"\ntitle = \"T\"\n[[source]]\nid = \"here\"\nkind = \"local\"\n\
                        [[source]]\nid = \"hub\"\nkind = \"hub\"\nrepo = \"a/b\"\nrepo_type = \"dataset\"\n";
        Self { project: Project::empty(), manifest: manifest.to_owned() }
    }

    /// Adds a CSV as an artifact.
    pub fn file(mut self, id: &str, csv: &str, label: Label<'_>) -> Self {
        let Label { evidence, source, more } = label;
        self.project.write(&format!("frozen/t/{id}.csv"), csv);
        self.manifest.push_str(&format!(
            "[[artifact]]\nid = \"{id}\"\nsource = \"{source}\"\npath = \"{id}.csv\"\nsha256 = \"{}\"\n\
             evidence = \"{evidence}\"\n{more}\n",
            sha256(csv.as_bytes())
        ));
        self
    }

    /// Adds a dataset of one artifact.
    pub fn dataset(self, id: &str, artifact: &str, steps: &str) -> Self {
        self.toml(&format!(
            "[[dataset]]\nid = \"{id}\"\n[[dataset.any_of]]\nartifact = \"{artifact}\"\nsteps = [{steps}]\n"
        ))
    }

    /// Adds claims `c` on the column `value` of the file `pub`, called by `k`; `ours` is the body of their `ours`.
    pub fn claims(self, expected: usize, ours: &str) -> Self {
        self.set("c", expected, "rule = \"abs\"\ntolerance = 1e-9", ours)
    }

    /// The same under another id, with the lines that state the rule.
    pub fn set(self, id: &str, expected: usize, rule: &str, ours: &str) -> Self {
        self.toml(&format!(
            "[[claims]]\nid = \"{id}\"\nplace = \"Table 1\"\nartifact = \"pub\"\nvalue = \"value\"\n{rule}\n\
             key = [\"k\"]\nexpected = {expected}\n[[claims.ours]]\n{ours}\n"
        ))
    }

    pub fn toml(mut self, text: &str) -> Self {
        self.manifest.push_str(text);
        self
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.project.write("manifests/t/paper.toml", &self.manifest);
        self.project.run(arguments)
    }

    /// Judges, and returns the status, what went to stderr, and the claims.
    pub fn judged(&self) -> (i32, String, Vec<Value>) {
        let run = self.run(&["claims", "--json", "--offline"]);
        let claims = match serde_json::from_str::<Value>(&run.stdout) {
            Ok(json) => json["claims"].as_array().cloned().unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        (run.status, run.stderr, claims)
    }

    /// The outcome and tier of each claim; the status must be this one.
    #[track_caller]
    pub fn outcomes(&self, status: i32) -> Vec<(String, String)> {
        let (found, stderr, claims) = self.judged();
        assert_eq!(found, status, "{stderr}\n{claims:#?}");
        let text = |claim: &Value, key: &str| claim[key].as_str().unwrap_or_default().to_owned();
        claims.iter().map(|claim| (text(claim, "outcome"), text(claim, "evidence"))).collect()
    }

    /// Refused with status 2 and these words.
    #[track_caller]
    pub fn refused(&self, words: &[&str]) {
        let (status, stderr, claims) = self.judged();
        assert_eq!(status, 2, "{stderr}\n{claims:#?}");
        let all = format!("{stderr}\n{claims:?}");
        for word in words {
            assert!(all.contains(word), "`{word}` is not in {all}");
        }
        let outcomes: Vec<&str> = claims.iter().filter_map(|claim| claim["outcome"].as_str()).collect();
        assert!(!outcomes.iter().any(|name| ["reproduced", "consistent"].contains(name)), "{outcomes:?}");
    }
}
