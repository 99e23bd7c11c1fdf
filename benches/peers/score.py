"""The metrics of `repro score --preset paper-end-to-end` by scanpy, scikit-learn and SciPy, on the files of `score_data.py`.

    python benches/peers/score.py FOLDER [--skip knn ttest ...]

Prints one JSON document: metrics, seconds a phase, peak memory in MiB. Distances are taken a block at a time and used
for both metrics that need them; genes are ranked once for all gene sets.
"""

import argparse
import json
import resource
import sys
import time
import warnings
from pathlib import Path

STARTED = time.perf_counter()

import anndata
import numpy as np
import scanpy
from scipy import sparse, stats
from sklearn.metrics import r2_score
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.neighbors import NearestNeighbors

BLOCK, COLUMNS = 1000, 100
MIN_CELLS, OVERLAP, NEIGHBOURS, GAMMA, RATE = 20, 5, 20, 0.5, 0.05
TOP = (10, 50, 100, 500)


def read(folder, name):
    data = anndata.read_h5ad(folder / f"{name}.h5ad")
    return (data.X.toarray() if sparse.issparse(data.X) else data.X), data.var_names.to_numpy(dtype=str)


def statistics(x, y):
    sums = [matrix.sum(axis=0, dtype=float) for matrix in (x, y)]
    squares = sum(float(np.square(x[i : i + BLOCK] - y[i : i + BLOCK]).sum(dtype=float)) for i in range(0, len(x), BLOCK))
    return {"r2": r2_score(*sums), "mse": squares / x.size}


def pair_means(a, b):
    """Mean distance and mean kernel over all pairs."""
    distance = kernel = 0.0
    for start in range(0, len(a), BLOCK):
        squared = euclidean_distances(a[start : start + BLOCK], b, squared=True)
        distance += np.sqrt(squared).sum()
        squared *= -GAMMA
        kernel += np.exp(squared, out=squared).sum()
    return np.array([distance, kernel]) / (len(a) * len(b))


def distances(x, y, file):
    projection = np.load(file)
    mean, axes = projection["mean"], projection["components"]
    x, y = ((matrix - mean) @ axes for matrix in (x, y))
    between, true, predicted = pair_means(x, y), pair_means(x, x), pair_means(y, y)
    return {"energy_distance": 2 * between[0] - true[0] - predicted[0], "mmd_rbf": true[1] + predicted[1] - 2 * between[1]}


def table(treated, control, method):
    data = anndata.AnnData(np.vstack([treated, control]))
    data.obs["group"] = np.repeat(["treatment", "control"], [len(treated), len(control)])
    data.obs["group"] = data.obs["group"].astype("category")
    data.uns["log1p"] = {"base": None}
    scanpy.tl.rank_genes_groups(data, "group", groups=["treatment"], reference="control", method=method, n_genes=treated.shape[1])
    return scanpy.get.rank_genes_groups_df(data, group="treatment").set_index("names")


def largest(frame, k):
    passing = frame[frame["pvals_adj"] <= RATE]
    return set((frame if passing.empty else passing)["logfoldchanges"].abs().nlargest(k).index)


def recovery(x, y, r, s, method, prefix):
    y, s = np.maximum(y, 0), np.maximum(s, 0)
    truth, found = table(x, r, method), {}
    means = [matrix.mean(axis=0, dtype=float) for matrix in (x, y, r, s)]
    for variant, control, mean in (("true", r, means[2]), ("pred", s, means[3])):
        guess = table(y, control, method).loc[truth.index]
        for k in TOP:
            a, b = largest(truth, k), largest(guess, k)
            found[f"{prefix}_{variant}_dice_{k}"] = 2 * len(a & b) / (len(a) + len(b))
        changes = truth["logfoldchanges"], guess["logfoldchanges"]
        differences = means[0] - means[2], means[1] - mean
        for kind, correlate in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
            found[f"{prefix}_{variant}_logfc_{kind}"] = correlate(*changes)[0]
            if method == "wilcoxon":
                found[f"{prefix}_{variant}_mean_genediff_{kind}"] = correlate(*differences)[0]
    return found


def purity(queries, pool, labels, leave_out):
    """Mean label of the nearest; with `leave_out` the queries are the pool, and none is its own neighbour."""
    index = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(pool)
    found = index.kneighbors(None if leave_out else queries, return_distance=False)
    return labels[found].mean(axis=1)


def neighbours(x, y, r):
    pool, labels = np.vstack([x, r]), np.repeat([1.0, 0.0], [len(x), len(r)])
    predicted = purity(y, pool, labels, False).mean()
    own = purity(pool, pool, labels, True)
    truth, control = own[: len(x)].mean(), own[len(x) :].mean()
    return {"knn_purity": predicted, "knn_purity_norm": (predicted - control) / (truth - control)}


def coexpression(x, y, genes, file):
    kept = np.flatnonzero((x > 0).sum(axis=0) >= MIN_CELLS)
    expressed = dict(zip(genes[kept], kept))
    sets = [[expressed[gene] for gene in line.split("\t")[2:] if gene in expressed] for line in file.read_text().splitlines()]
    sets = [columns for columns in sets if len(columns) >= OVERLAP]
    used = np.unique(np.concatenate(sets))
    found = {}
    for kind in ("spearman", "pearson"):
        a, b = (correlations(matrix[:, used], kind, [np.searchsorted(used, own) for own in sets]) for matrix in (x, y))
        upper = [np.triu_indices(len(own), k=1) for own in sets]
        scores = [np.nanmean((1 - np.abs(a - b) / 2)[own]) for a, b, own in zip(a, b, upper)]
        found[f"coexpression_{kind}"] = np.nanmean(scores)
    return found


def correlations(values, kind, sets):
    """One matrix a set of columns."""
    values = values.astype(float)
    for start in range(0, values.shape[1] if kind == "spearman" else 0, COLUMNS):
        values[:, start : start + COLUMNS] = stats.rankdata(values[:, start : start + COLUMNS], axis=0)
    values -= values.mean(axis=0)
    values /= np.linalg.norm(values, axis=0)
    return [values[:, own].T @ values[:, own] for own in sets]


def cycle(x, y, genes, file):
    listed, phases = file.read_text().split(), []
    enough = dict(zip(genes, (x > 0).sum(axis=0) >= MIN_CELLS))
    s, g2m = ([gene for gene in own if enough.get(gene)] for own in (listed[:43], listed[43:]))
    for matrix in (x, y):
        data = anndata.AnnData(matrix)
        data.var_names = genes
        scanpy.tl.score_genes_cell_cycle(data, s_genes=s, g2m_genes=g2m, random_state=0)
        phases.append(data.obs["phase"].to_numpy())
    a, b = phases
    share = lambda own, phase: (own == phase).mean()
    prefix = "cellcycle_proportion_"
    found = {prefix + phase: (b[a == phase] == phase).mean() for phase in ("S", "G2M", "G1")}
    found[prefix + "same_phase"] = (a == b).mean()
    found[prefix + "mean_diff"] = np.mean([abs(share(a, phase) - share(b, phase)) for phase in ("S", "G2M", "G1")])
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skip", nargs="*", default=[], help="phases to leave out")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    scanpy.settings.verbosity = 0
    folder, metrics, seconds = options.folder, {}, {"imports": time.perf_counter() - STARTED}
    begun = time.perf_counter()
    (x, genes), (y, _), (r, _), (s, _) = (read(folder, name) for name in ("true", "pred", "control", "control_pred"))
    seconds["reading"] = time.perf_counter() - begun
    phases = {
        "statistics": lambda: statistics(x, y),
        "distances": lambda: distances(x, y, folder / "projection.npz"),
        "knn": lambda: neighbours(x, y, r),
        "wilcoxon": lambda: recovery(x, y, r, s, "wilcoxon", "deg"),
        "ttest": lambda: recovery(x, y, r, s, "t-test", "deg_ttest"),
        "coexpression": lambda: coexpression(x, y, genes, folder / "sets.gmt"),
        "cycle": lambda: cycle(x, y, genes, folder / "cell_cycle.txt"),
    }
    for name, phase in phases.items():
        if name not in options.skip:
            begun = time.perf_counter()
            metrics |= phase()
            seconds[name] = time.perf_counter() - begun
    truth, guess, control = (matrix.mean(axis=0, dtype=float) for matrix in (x, y, r))
    metrics["pearson_delta"] = stats.pearsonr(truth - control, guess - control)[0]
    unit = 1024 if sys.platform == "linux" else 1 << 20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    result = {"metrics": {name: float(value) for name, value in sorted(metrics.items())}, "seconds": seconds, "peak_mib": peak}
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
