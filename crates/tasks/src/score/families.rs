//! The families of metrics, each on matrices that are in memory.

use repro_metrics::{
    Cells, CoexpressionSettings, Correlation, DegRecovery, DegSettings, Real, Recovery, Score, TestKind,
    Undefined, cell_cycle, coexpression, cytokine, deg_recovery, energy_distance_and_mmd_rbf, knn_purities,
    mse, pathway, r2,
};

use super::resources::{CellCycleGenes, Named, Resources};
use super::scores::Found;
use super::settings::Settings;

/// Why what pairs cells has no value.
const UNPAIRED: &str = "the cells are not paired";

/// Coefficient of determination, squared error, and the distances, which are measured between `projected` cells.
pub fn statistical<T: Real, P: Real>(
    truth: &Cells<T>,
    pred: &Cells<T>,
    projected: (&Cells<P>, &Cells<P>),
    settings: &Settings,
    paired: bool,
    found: &mut Found,
) {
    found.put("r2", r2(truth, pred));
    if paired {
        found.put("mse", mse(truth, pred));
    } else {
        found.undefined("mse", UNPAIRED);
    }
    if truth.n_cells() != pred.n_cells() {
        found.notes.push(format!(
            "r2 compares means of genes, not sums: there are {} true and {} predicted cells",
            truth.n_cells(),
            pred.n_cells(),
        ));
    }
    match energy_distance_and_mmd_rbf(projected.0, projected.1, settings.mmd_gamma) {
        Ok((energy, mmd)) => {
            found.put("energy_distance", Ok(energy));
            found.put("mmd_rbf", mmd);
        }
        Err(undefined) => {
            found.put("energy_distance", Err(undefined.clone()));
            found.put("mmd_rbf", Err(undefined));
        }
    }
}

/// Purity of neighbourhoods, if it is asked for.
pub fn perturbational<T: Real>(
    truth: &Cells<T>,
    control: Option<&Cells<T>>,
    pred: &Cells<T>,
    settings: &Settings,
    found: &mut Found,
) {
    let Some(k) = settings.knn_k else { return };
    match control {
        Some(control) => {
            let (purity, normalised) = knn_purities(truth, control, pred, k);
            found.put("knn_purity", purity);
            found.put("knn_purity_norm", normalised);
        }
        None => {
            for name in ["knn_purity", "knn_purity_norm"] {
                found.undefined(name, "`--control` was not given");
            }
        }
    }
}

/// What gene sets say.
pub fn biological<T: Real>(
    truth: &Cells<T>,
    pred: &Cells<T>,
    resources: &Resources,
    settings: &Settings,
    (paired, upstream_columns): (bool, bool),
    cells: &[String],
    found: &mut Found,
) {
    coexpressions(truth, pred, resources.gene_sets.as_ref(), settings, upstream_columns, found);
    pathways((truth, pred), resources, settings, paired.then_some(cells), found);
    cell_cycles((truth, pred), resources.cell_cycle.as_ref(), settings, paired, found);
    cytokines(truth, pred, resources.cytokines.as_ref(), settings, found);
}

fn coexpressions<T: Real>(
    truth: &Cells<T>,
    pred: &Cells<T>,
    sets: Option<&Named<Vec<usize>>>,
    settings: &Settings,
    upstream_columns: bool,
    found: &mut Found,
) {
    let name = |kind: &Correlation| format!("coexpression_{}", word(*kind));
    let Some(sets) = sets else {
        for kind in &settings.correlations {
            found.undefined(name(kind), "`--gene-sets` was not given");
        }
        return;
    };
    let columns: Vec<Vec<usize>> = sets.iter().map(|(_, columns)| columns.clone()).collect();
    let own = CoexpressionSettings {
        min_cells: settings.min_cells.coexpression,
        overlap: settings.overlap,
        threshold: 0.0,
        upstream_columns,
    };
    match coexpression(truth, pred, &columns, &settings.correlations, &own) {
        Ok(scores) => {
            for (kind, scores) in settings.correlations.iter().zip(scores) {
                found.put(name(kind), scores.average());
                let of_sets = scores.sets.into_iter().map(|(set, score)| (sets[set].0.clone(), score));
                found.detail(name(kind), of_sets);
            }
        }
        Err(undefined) => {
            for kind in &settings.correlations {
                found.put(name(kind), Err(undefined.clone()));
            }
        }
    }
}

/// `cells` has the names of paired cells; `None` where they are not paired.
fn pathways<T: Real>(
    (truth, pred): (&Cells<T>, &Cells<T>),
    resources: &Resources,
    settings: &Settings,
    cells: Option<&[String]>,
    found: &mut Found,
) {
    let activities = resources.pathways.as_ref().filter(|_| cells.is_some()).map(|named| {
        let weights: Vec<_> = named.iter().map(|(_, weights)| weights.clone()).collect();
        pathway(truth, pred, &weights, settings.min_cells.pathway, settings.overlap)
    });
    for kind in &settings.correlations {
        let name = format!("pathway_{}", word(*kind));
        match (&resources.pathways, &activities) {
            (None, _) => found.undefined(name, "`--pathways` was not given"),
            (Some(_), None) => found.undefined(name, UNPAIRED),
            (Some(_), Some(Err(undefined))) => found.put(name, Err(undefined.clone())),
            (Some(named), Some(Ok(activities))) => {
                found.put(&name, activities.average(*kind));
                let names = activities.kept.iter().map(|own| named[*own].0.clone());
                found.detail(&name, names.zip(activities.correlations(*kind)));
                let cells = cells.unwrap_or_default();
                let left_out: Vec<String> =
                    activities.left_out().iter().filter_map(|cell| cells.get(*cell).cloned()).collect();
                found.left_out(&name, "cells", cells.len(), &left_out);
            }
        }
    }
}

fn cell_cycles<T: Real>(
    (truth, pred): (&Cells<T>, &Cells<T>),
    genes: Option<&CellCycleGenes>,
    settings: &Settings,
    paired: bool,
    found: &mut Found,
) {
    const SAME: &str = "cellcycle_proportion_same_phase";
    const OTHERS: [&str; 4] = [
        "cellcycle_proportion_S",
        "cellcycle_proportion_G2M",
        "cellcycle_proportion_G1",
        "cellcycle_proportion_mean_diff",
    ];
    let Some(genes) = genes else {
        return found.undefined(SAME, "`--cell-cycle` was not given");
    };
    match cell_cycle(truth, pred, &genes.s, &genes.g2m, settings.min_cells.cell_cycle) {
        Ok(phases) => {
            let difference = phases.mean_difference();
            let of_pairs =
                [SAME].into_iter().chain(OTHERS).zip([phases.same_phase].into_iter().chain(phases.recall));
            for (name, score) in of_pairs {
                if paired { found.put(name, score) } else { found.undefined(name, UNPAIRED) }
            }
            found.put(OTHERS[3], Ok(difference));
        }
        Err(undefined) => {
            for name in [SAME].into_iter().chain(OTHERS) {
                found.put(name, Err(undefined.clone()));
            }
        }
    }
}

fn cytokines<T: Real>(
    truth: &Cells<T>,
    pred: &Cells<T>,
    signatures: Option<&Named<Vec<usize>>>,
    settings: &Settings,
    found: &mut Found,
) {
    let scored = signatures.map(|named| {
        let columns: Vec<Vec<usize>> = named.iter().map(|(_, columns)| columns.clone()).collect();
        cytokine(truth, pred, &columns)
    });
    for kind in &settings.correlations {
        let name = format!("cytokine_{}", word(*kind));
        match &scored {
            None => found.undefined(name, "`--cytokines` was not given"),
            Some(Err(undefined)) => found.put(name, Err(undefined.clone())),
            Some(Ok(scores)) => found.put(name, scores.correlation(*kind)),
        }
    }
    if let (Some(named), Some(Ok(scores))) = (signatures, scored) {
        let names = || named.iter().map(|(name, _)| name.clone());
        let left_out: Vec<String> = scores.left_out().iter().map(|own| named[*own].0.clone()).collect();
        let of = scores.truth.iter().filter(|score| score.is_ok()).count();
        for kind in &settings.correlations {
            found.left_out(&format!("cytokine_{}", word(*kind)), "signatures", of, &left_out);
        }
        found.detail("cytokine_true", names().zip(scores.truth));
        found.detail("cytokine_pred", names().zip(scores.predicted));
    }
}

/// The four groups of a comparison of tests.
pub struct Groups<'a, T> {
    /// Treated cells.
    pub truth: &'a Cells<T>,
    /// Control cells.
    pub control: &'a Cells<T>,
    /// Predicted treated cells.
    pub pred: &'a Cells<T>,
    /// Predicted control cells.
    pub control_pred: Option<&'a Cells<T>>,
}

/// Why fold changes of counts have no value.
fn no_logarithms(scale: &str) -> String {
    format!(
        "fold changes need logarithms (log1p), the matrices contain {scale}; `--allow-scale` computes them all the same"
    )
}

/// Recovery of what differs between treated and control cells. `not_logarithms` describes matrices that have no fold
/// changes.
pub fn differential<T: Real>(
    groups: Option<&Groups<'_, T>>,
    genes: &[String],
    not_logarithms: Option<&str>,
    settings: &Settings,
    found: &mut Found,
) {
    for kind in &settings.tests {
        let own = DegSettings {
            kind: *kind,
            top: settings.dice_k.clone(),
            false_discovery_rate: Some(settings.false_discovery_rate),
            min_cells: settings.min_cells.deg,
        };
        // Without a predicted control only the side that needs none counts.
        let recovery = groups.map(|groups| {
            let control_pred = groups.control_pred.unwrap_or(groups.control);
            deg_recovery(groups.truth, groups.control, groups.pred, control_pred, &own)
        });
        let with_pred = groups.is_some_and(|groups| groups.control_pred.is_some());
        for side in ["true", "pred"] {
            let recovery = match &recovery {
                None => Err("`--control` was not given".to_owned()),
                Some(Err(undefined)) => Err(undefined.to_string()),
                Some(Ok(_)) if side == "pred" && !with_pred => {
                    Err("`--control-pred` was not given".to_owned())
                }
                Some(Ok(DegRecovery { with_true_control, .. })) if side == "true" => Ok(with_true_control),
                Some(Ok(DegRecovery { with_predicted_control, .. })) => Ok(with_predicted_control),
            };
            put_recovery((*kind, side), recovery, (genes, not_logarithms), settings, found);
        }
    }
}

fn put_recovery(
    (kind, side): (TestKind, &str),
    recovery: Result<&Recovery, String>,
    (genes, not_logarithms): (&[String], Option<&str>),
    settings: &Settings,
    found: &mut Found,
) {
    let prefix = match kind {
        TestKind::Wilcoxon => format!("deg_{side}"),
        TestKind::TTest => format!("deg_ttest_{side}"),
    };
    let mut put = |name: &str, of_changes: bool, score: &dyn Fn(&Recovery) -> Score| {
        let name = format!("{prefix}_{name}");
        match (&recovery, not_logarithms) {
            (Ok(_), Some(scale)) if of_changes => found.undefined(name, no_logarithms(scale)),
            (Ok(recovery), _) => found.put(name, score(recovery)),
            (Err(reason), _) => found.undefined(name, reason.as_str()),
        }
    };
    for (position, k) in settings.dice_k.iter().enumerate() {
        put(&format!("dice_{k}"), true, &|recovery| Ok(recovery.dice[position]));
    }
    put("logfc_pearson", true, &|recovery| recovery.log_fold_change_pearson.clone());
    put("logfc_spearman", true, &|recovery| recovery.log_fold_change_spearman.clone());
    if settings.top_correlations {
        for (position, k) in settings.dice_k.iter().enumerate() {
            put(&format!("logfc_pearson_top_{k}"), true, &|recovery| recovery.top_pearson[position].clone());
            put(&format!("logfc_spearman_top_{k}"), true, &|recovery| {
                recovery.top_spearman[position].clone()
            });
        }
    }
    // These do not depend on the test.
    if kind == TestKind::Wilcoxon {
        put("mean_genediff_pearson", false, &|recovery| recovery.mean_difference_pearson.clone());
        put("mean_genediff_spearman", false, &|recovery| recovery.mean_difference_spearman.clone());
    }
    if let Ok(recovery) = recovery {
        left_out(&prefix, recovery, genes, settings, found);
    }
}

/// Notes the genes without a fold change.
fn left_out(prefix: &str, recovery: &Recovery, genes: &[String], settings: &Settings, found: &mut Found) {
    let names =
        |columns: &[usize]| -> Vec<String> { columns.iter().map(|gene| genes[*gene].clone()).collect() };
    for kind in ["pearson", "spearman"] {
        let metric = format!("{prefix}_logfc_{kind}");
        found.left_out(&metric, "genes", genes.len(), &names(&recovery.left_out));
        for (k, top) in settings.dice_k.iter().zip(&recovery.top_left_out) {
            found.left_out(&format!("{metric}_top_{k}"), "genes", top.of, &names(&top.genes));
        }
    }
}

/// Pearson correlation over genes of what treatment changes in the mean, truly and in the prediction, against the true
/// control on both sides. This is our own definition: the paper's is not published.
pub fn pearson_delta<T: Real>(groups: Option<&Groups<'_, T>>, found: &mut Found) {
    const NAME: &str = "pearson_delta";
    let Some(groups) = groups else {
        return found.undefined(NAME, "`--control` was not given");
    };
    if let Some(empty) = [groups.truth, groups.control, groups.pred].iter().find(|cells| cells.n_cells() == 0)
    {
        return found.put(NAME, Err(Undefined::Cells { needed: 1, found: empty.n_cells() }));
    }
    let control = groups.control.gene_means();
    let change = |cells: &Cells<T>| -> Vec<f64> {
        cells.gene_means().iter().zip(&control).map(|(own, control)| own - control).collect()
    };
    found.put(NAME, Correlation::Pearson.of(&change(groups.truth), &change(groups.pred)));
}

fn word(kind: Correlation) -> &'static str {
    match kind {
        Correlation::Pearson => "pearson",
        Correlation::Spearman => "spearman",
    }
}
