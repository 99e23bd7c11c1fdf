"""Writes `sets.json`: metrics of gene sets by scanpy, decoupler and SciPy.

    python crates/metrics/tests/oracle/sets.py > crates/metrics/tests/oracle/sets.json

Expression is given in thousandths, so that both sides start from the same single- or double-precision numbers.
"""

import json
import sys
import warnings

import anndata
import decoupler
import numpy as np
import pandas as pd
import scanpy
import scipy
from scipy import stats

warnings.simplefilter("ignore")
scanpy.settings.verbosity = 0


def expression(generator, n_cells, n_genes):
    mean = generator.gamma(0.8, 1.2, n_genes)
    program = generator.gamma(2.0, 0.5, (n_cells, 3))
    groups = np.arange(n_genes) % 3
    counts = generator.poisson(mean * program[:, groups])
    counts[:, 7] = 0
    counts[3:, 8] = 0
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.round(np.log1p(counts / total * 1e4) * 1000).astype(int)


def data_of(matrix):
    return anndata.AnnData(matrix, var=pd.DataFrame(index=[f"g{i}" for i in range(matrix.shape[1])]))


def names(genes):
    return [f"g{gene}" for gene in genes]


def score(matrix, genes, size):
    data = data_of(matrix)
    scanpy.tl.score_genes(data, names(genes), ctrl_size=size, n_bins=25, random_state=0)
    return data.obs["score"].tolist()


def phases(matrix, s, g2m):
    data = data_of(matrix)
    scanpy.tl.score_genes_cell_cycle(data, s_genes=names(s), g2m_genes=names(g2m), random_state=0)
    return data.obs["phase"].tolist()


def activities(matrix, kept, pathways):
    rows = [(f"p{i}", f"g{g}", w) for i, weights in enumerate(pathways) for g, w in weights if g in set(kept)]
    network = pd.DataFrame(rows, columns=["source", "target", "weight"])
    data = data_of(matrix)[:, names(kept)].copy()
    data.X = data.X.astype(np.float64)
    decoupler.mt.ulm(data, network, tmin=5)
    return data.obsm["score_ulm"][sorted(set(network["source"]))].to_numpy().T.tolist()


def coexpression(truth, guess, sets, min_cells, overlap, kind, upstream):
    expressed = (truth > 0).sum(axis=0) >= min_cells
    kept = np.flatnonzero(expressed)
    place = {gene: i for i, gene in enumerate(kept)}
    scores = []
    for genes in sets:
        places = [place[gene] for gene in genes if gene in place]
        if len(places) < overlap:
            scores.append(None)
            continue
        columns = [p for p in places if expressed[p]] if upstream else [int(kept[p]) for p in places]
        pair = []
        for matrix in (truth, guess):
            values = matrix[:, columns].astype(np.float64)
            if kind == "spearman":
                values = stats.rankdata(values, axis=0)
            pair.append(np.corrcoef(values, rowvar=False))
        similarity = 1 - np.abs(pair[0] - pair[1]) / 2
        scores.append(float(np.nanmean(similarity[np.triu_indices(len(columns), k=1)])))
    return scores


def recovery(x, y, r, s, kind, top, rate):
    """Definitions of the paper's pipeline on scanpy's tables."""

    def table(treated, control):
        data = anndata.AnnData(np.vstack([treated, control]), obs={"group": ["t"] * len(treated) + ["c"] * len(control)})
        data.obs["group"] = data.obs["group"].astype("category")
        data.uns["log1p"] = {"base": None}
        scanpy.tl.rank_genes_groups(data, "group", groups=["t"], reference="c", method=kind, n_genes=treated.shape[1])
        return scanpy.get.rank_genes_groups_df(data, group="t")

    def largest(frame, k):
        passing = frame[frame["pvals_adj"] <= rate]
        passing = frame if passing.empty else passing
        order = passing["logfoldchanges"].abs().sort_values(ascending=False, kind="stable").index
        return set(passing.loc[order, "names"].head(k))

    truth = table(x, r)
    base = x.astype(float).mean(axis=0) - r.astype(float).mean(axis=0)
    result = []
    for control in (r, s):
        frame = table(y, control)
        merged = truth.set_index("names")["logfoldchanges"], frame.set_index("names")["logfoldchanges"]
        a, b = merged[0].astype(float), merged[1].reindex(merged[0].index).astype(float)
        ok = np.isfinite(a).all() and np.isfinite(b).all()
        difference = y.astype(float).mean(axis=0) - control.astype(float).mean(axis=0)
        result.append({
            "dice": [2 * len(largest(truth, k) & largest(frame, k)) / (len(largest(truth, k)) + len(largest(frame, k))) for k in top],
            "pearson": float(stats.pearsonr(a, b)[0]) if ok else None,
            "spearman": float(stats.spearmanr(a, b)[0]) if ok else None,
            "difference_pearson": float(stats.pearsonr(base, difference)[0]),
            "difference_spearman": float(stats.spearmanr(base, difference)[0]),
        })
    return result


def case(seed, n_cells, n_genes, dtype):
    generator = np.random.default_rng(seed)
    thousandths = [expression(generator, n_cells, n_genes)]
    thousandths.append(np.maximum(thousandths[0] + np.round(generator.normal(0, 300, thousandths[0].shape)).astype(int), 0))
    thousandths.append(np.roll(expression(generator, n_cells, n_genes), 1, axis=1))
    thousandths.append(np.maximum(thousandths[2] + np.round(generator.normal(0, 200, thousandths[2].shape)).astype(int), 0))
    truth, guess, control, guessed_control = ((m / 1000).astype(dtype) for m in thousandths)
    genes = generator.permutation(n_genes)
    s, g2m = sorted(genes[:14].tolist()), sorted(genes[14:32].tolist())
    sets = [sorted(generator.permutation(n_genes)[:size].tolist()) for size in (6, 15, 25, 3)]
    pathways = [[[int(g), round(float(w), 3)] for g, w in zip(genes[40 + 12 * i : 60 + 12 * i], generator.normal(0, 2, 20))] for i in range(3)]
    min_cells = 5
    expressed = (truth > 0).sum(axis=0) >= min_cells
    kept = [int(g) for g in np.flatnonzero(expressed)]
    keep = lambda genes: [g for g in genes if expressed[g]]
    top = [5, 20]
    return {
        "dtype": np.dtype(dtype).name,
        "n_genes": n_genes,
        "min_cells": min_cells,
        "matrices": [m.ravel().tolist() for m in thousandths],
        "sets": sets,
        "scores": [[score(truth, genes, size) for genes in sets] for size in (5, 50)],
        "s_genes": s,
        "g2m_genes": g2m,
        "phases": [phases(matrix, keep(s), keep(g2m)) for matrix in (truth, guess)],
        "pathways": pathways,
        "activities": [activities(matrix, kept, pathways) for matrix in (truth, guess)],
        "coexpression": {
            f"{kind} {'upstream' if upstream else 'correct'}": coexpression(truth, guess, sets, min_cells, 5, kind, upstream)
            for kind in ("pearson", "spearman")
            for upstream in (False, True)
        },
        "top": top,
        "recovery": {kind: recovery(truth, guess, control, guessed_control, kind, top, 0.05) for kind in ("wilcoxon", "t-test")},
    }


def wide(seed, n_cells, n_genes, dtype):
    """Bins of more genes than are drawn: whatever is drawn counts."""
    generator = np.random.default_rng(seed)
    thousandths = expression(generator, n_cells, n_genes)
    matrix = (thousandths / 1000).astype(dtype)
    genes = generator.permutation(n_genes)
    s, g2m = sorted(genes[:8].tolist()), sorted(genes[8:20].tolist())
    sets = [s, sorted(genes[20:50].tolist())]
    return {
        "dtype": np.dtype(dtype).name,
        "n_genes": n_genes,
        "matrix": thousandths.ravel().tolist(),
        "sets": sets,
        "sizes": [3, 10],
        "scores": [[score(matrix, genes, size) for genes in sets] for size in (3, 10)],
        "s_genes": s,
        "g2m_genes": g2m,
        "phases": phases(matrix, s, g2m),
    }


cases = [case(0, 60, 120, np.float32), case(1, 45, 90, np.float64)]
versions = {module.__name__: module.__version__ for module in (np, scipy, pd, anndata, scanpy, decoupler)}
json.dump({"versions": versions, "cases": cases, "wide": [wide(2, 30, 480, np.float32), wide(3, 25, 300, np.float64)]}, sys.stdout, separators=(",", ":"))
print()
