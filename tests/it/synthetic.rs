//! Tables in the authors' schemas with invented numbers: they take the way from the authors' files to a figure
//! without being those files. Nothing in them was measured; every number is a hash of the words around it.

pub mod reconstruction;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::support::Project;

/// A file of invented numbers for a declared artifact.
pub struct SyntheticTable {
    /// Id of the artifact.
    pub artifact: String,
    /// Path below `frozen/reconeval/`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// Puts tables in their place, with a lock that pins them.
pub fn place(project: &Project, tables: &[SyntheticTable]) {
    let commit = "1".repeat(40);
    let mut lock = format!(
        "version = 1\n\n[[source]]\nid = \"hub\"\nrepo = \"theislab/ReconEval\"\nrevision = \"main\"\ncommit = \"{commit}\"\n"
    );
    for SyntheticTable { artifact, path, text } in tables {
        project.write(&format!("frozen/reconeval/{path}"), text);
        let (size, sha256) = (text.len(), repro::digest::sha256(text.as_bytes()));
        write!(
            lock,
            "\n[[artifact]]\nid = \"{artifact}\"\npath = \"{path}\"\nsize = {size}\nsha256 = \"{sha256}\"\n"
        )
        .unwrap();
    }
    project.write("manifests/reconeval/repro.lock", &lock);
}

/// A number in 0..1 with six digits, the FNV-1a hash of some words.
pub fn invented(words: &str) -> String {
    let hash = words.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("0.{:06}", (hash >> 20) % 1_000_000)
}

const METRICS: [&str; 13] = [
    "$R^2$",
    "MSE",
    "Energy distance",
    "MMD-RBF",
    "Pearson delta",
    "KNN purity (k=10)",
    "KNN purity (normalized)",
    "Pathway Spearman",
    "Coexpression Spearman",
    "Cell-cycle (same phase)",
    "DEG dice@100 (pred)",
    "Mean gene-diff Spearman",
    "Cytokine Spearman",
];

const ENTRIES: [(&str, &[u32], bool); 7] = [
    ("AE", &[10, 32, 128, 512, 2048], false),
    ("nlscVI", &[10, 32, 128, 512, 2048], false),
    ("PCA", &[10, 32, 128, 512, 2048], false),
    ("SE", &[2058], true),
    ("scGPT", &[512], true),
    ("scConcept", &[512], true),
    ("scimilarity", &[128], true),
];

/// Metrics of two perturbation models on 19 latents. The first has rows of other settings that must be left out,
/// missing values, a category without value and a tie; the second a metric that is constant and one that is missing.
pub fn perturbation_tables() -> [SyntheticTable; 2] {
    let mut state = "model,latent,is_fm,dw,ckpt,metric,mean,std\n".to_owned();
    let mut cellflow = "model,latent,is_fm,metric,mean,std\n".to_owned();
    for (model, latents, is_fm) in ENTRIES {
        let flag = if is_fm { "True" } else { "False" };
        for (latent, metric) in latents.iter().flat_map(|latent| METRICS.map(|metric| (latent, metric))) {
            for (dw, ckpt) in [("0.0", "best"), ("0.1", "last"), ("0.1", "best"), ("0.0", "last")] {
                let mean = match (model, latent, metric) {
                    ("nlscVI", 512, "Cytokine Spearman") => String::new(),
                    ("SE", _, "KNN purity (normalized)") => "NaN".to_owned(),
                    ("PCA", 32, "$R^2$") => invented(&format!("st AE 32 {metric} {dw} {ckpt}")),
                    _ => invented(&format!("st {model} {latent} {metric} {dw} {ckpt}")),
                };
                // The same number in another form: it is compared as a number.
                let dw = if model == "PCA" { format!("{dw}0") } else { dw.to_owned() };
                writeln!(state, "{model},{latent},{flag},{dw},{ckpt},{metric},{mean},0.25").unwrap();
            }
            let mean = match metric {
                "Coexpression Spearman" => "0.5".to_owned(),
                "Pathway Spearman" => String::new(),
                _ => invented(&format!("cf {model} {latent} {metric}")),
            };
            writeln!(cellflow, "{model},{latent},{flag},{metric},{mean},0.25").unwrap();
        }
    }
    [
        SyntheticTable {
            artifact: "decoder-only-st".into(),
            path: "figs/decoder_only_st.csv".into(),
            text: state,
        },
        SyntheticTable {
            artifact: "decoder-only-cf".into(),
            path: "figs/decoder_only_cf.csv".into(),
            text: cellflow,
        },
    ]
}

/// Cells of a drawn mark table by column, the lineage left out.
pub fn drawn(project: &Project, figure: &str) -> Vec<BTreeMap<String, String>> {
    let text = project.read(&format!("figures/reconeval/{figure}.csv"));
    let mut lines = text.lines().map(|line| line.split(',').take(13).map(str::to_owned));
    let header: Vec<String> = lines.next().unwrap().collect();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}
