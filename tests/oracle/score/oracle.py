"""Writes `expected.json`: the metrics of every case of `cases.json` under every preset, by the libraries they come from.

    python tests/oracle/score/oracle.py > tests/oracle/score/expected.json

scanpy (rank_genes_groups, score_genes), decoupler (ulm), scikit-learn, SciPy and pandas; nothing of ours. `null` is what
these leave undefined. What only the order of equal values decides (which of equally near cells, which of equally large
fold changes) is left out. Matrices are dense, as in the pipeline that the presets stand for; distances, sums and
correlations are taken in double precision, so that they do not depend on the order of summation; scanpy gets the
matrices in the precision of the files, and its fold changes are single-precision ones.
"""

import json
import sys
import warnings
from pathlib import Path

import anndata
import decoupler
import numpy as np
import pandas as pd
import scanpy
import scipy
import sklearn
from scipy import sparse, stats
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors

HERE = Path(__file__).resolve().parent
INPUTS = HERE / "inputs"
BOTH = ("spearman", "pearson")
PRESETS = {
    "light": {
        "min_cells": 20, "cycle_cells": 20, "gamma": 0.5, "neighbours": 20, "clip": False,
        "top": (100,), "top_correlations": True, "tests": ("wilcoxon",), "kinds": ("spearman",), "rate": 0.05,
    },
    "paper-end-to-end": {
        "min_cells": 20, "cycle_cells": 20, "gamma": 0.5, "neighbours": None, "clip": True,
        "top": (10, 50, 100, 500), "top_correlations": False, "tests": ("wilcoxon", "t-test"), "kinds": BOTH, "rate": None,
    },
    "paper-latent-shift": {
        "min_cells": 30, "cycle_cells": 5, "gamma": 0.01, "neighbours": 10, "clip": False,
        "top": (10, 50, 100), "top_correlations": False, "tests": ("wilcoxon",), "kinds": BOTH, "rate": None,
    },
}  # fmt: skip
OVERLAP = 5
COMPONENTS = 50
FALSE_DISCOVERY_RATE = 0.05
# Distances closer than this count as equal.
NEAR = 1e-9


def number(value):
    return float(value) if value is not None and np.isfinite(value) else None


def correlate(kind, x, y):
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) < 2 or len(x) != len(y) or not (np.isfinite(x).all() and np.isfinite(y).all()):
        return np.nan
    return (stats.spearmanr if kind == "spearman" else stats.pearsonr)(x, y)[0]


def nanmean(values):
    values = np.asarray(values, float)
    return np.nan if not np.isfinite(values).any() else np.nanmean(values)


def statistics(x, y):
    """r2 and mse. Sums of other numbers of cells are not compared, but means."""
    paired = len(x) == len(y)
    of = (lambda m: m.sum(axis=0)) if paired else (lambda m: m.mean(axis=0))
    return {
        "r2": r2_score(of(x), of(y)),
        "mse": mean_squared_error(x, y) if paired else np.nan,
    }


def distances(x, y, gamma):
    """Energy distance and MMD, of cells or of their scores on components."""
    mean = lambda a, b: cdist(a, b).mean()
    kernel = lambda a, b: np.exp(-gamma * cdist(a, b, "sqeuclidean")).mean()
    mmd = kernel(x, x) + kernel(y, y) - 2 * kernel(x, y)
    own = [rbf_kernel(a, b, gamma=gamma).mean() for a, b in ((x, x), (y, y), (x, y))]
    assert abs(own[0] + own[1] - 2 * own[2] - mmd) < 1e-12
    return {"energy_distance": 2 * mean(x, y) - mean(x, x) - mean(y, y), "mmd_rbf": mmd}


def purity(queries, pool, labels, k, itself):
    """Mean label of the k nearest, `None` if equal distances decide; `itself`: places of the queries in the pool."""
    exact = cdist(queries, pool)
    if itself is not None:
        exact[np.arange(len(queries)), itself] = np.inf
    k = min(k, len(pool) - (itself is not None))
    means = []
    for distance in exact:
        order = np.argsort(distance, kind="stable")
        reach = distance[order[k - 1]]
        inside, tied = distance < reach - NEAR, np.abs(distance - reach) <= NEAR
        if inside.sum() + tied.sum() > k and len(set(labels[tied])) > 1:
            return None
        means.append(labels[order[:k]].mean())
    if itself is None:
        found = NearestNeighbors(n_neighbors=k).fit(pool).kneighbors(queries, return_distance=False)
        assert abs(labels[found].mean() - np.mean(means)) < 1e-12
    return float(np.mean(means))


def neighbours(x, y, r, k):
    pool, labels = np.vstack([x, r]), np.repeat([1.0, 0.0], [len(x), len(r)])
    predicted = purity(y, pool, labels, k, None)
    truth = purity(x, pool, labels, k, np.arange(len(x)))
    control = purity(r, pool, labels, k, len(x) + np.arange(len(r)))
    found = {"knn_purity": predicted}
    if None not in (predicted, truth, control):
        spread = truth - control
        found["knn_purity_norm"] = (predicted - control) / spread if spread else np.nan
    return {name: value for name, value in found.items() if value is not None}


def table(treated, control, method):
    data = anndata.AnnData(np.vstack([treated, control]), obs={"group": ["t"] * len(treated) + ["c"] * len(control)})
    data.obs["group"] = data.obs["group"].astype("category")
    data.uns["log1p"] = {"base": None}
    scanpy.tl.rank_genes_groups(data, "group", groups=["t"], reference="c", method=method, n_genes=treated.shape[1])
    return scanpy.get.rank_genes_groups_df(data, group="t").set_index("names")


def largest(frame, k):
    """Genes of the k largest fold changes among the significant ones, `None` if equal ones decide."""
    passing = frame[frame["pvals_adj"] <= FALSE_DISCOVERY_RATE]
    sizes = (frame if passing.empty else passing)["logfoldchanges"].abs().fillna(-1).sort_values(ascending=False)
    if len(sizes) > k and sizes.iloc[k - 1] == sizes.iloc[k]:
        return None
    return list(sizes.index[:k])


def recovery(matrices, settings, method):
    """Metrics of one test, without prefix."""
    x, y, r, s = matrices
    enough = min(len(x), len(r)) >= settings["min_cells"]
    if settings["clip"]:
        y, s = np.maximum(y, 0), np.maximum(s, 0)
    mean = lambda matrix: matrix.astype(float).mean(axis=0)
    truth, found = table(x, r, method), {}
    for variant, control in (("true", r), ("pred", s)):
        guess = table(y, control, method)
        changes = [frame["logfoldchanges"].loc[truth.index] for frame in (truth, guess)]
        for k in settings["top"]:
            a, b = largest(truth, k), largest(guess, k)
            if a is not None and b is not None:
                found[f"{variant}_dice_{k}"] = 2 * len(set(a) & set(b)) / (len(a) + len(b))
            if a is not None and settings["top_correlations"]:
                for kind in BOTH:
                    top = [change.loc[a] for change in changes]
                    found[f"{variant}_logfc_{kind}_top_{k}"] = correlate(kind, *top)
        for kind in BOTH:
            found[f"{variant}_logfc_{kind}"] = correlate(kind, *changes)
            if method == "wilcoxon":
                found[f"{variant}_mean_genediff_{kind}"] = correlate(kind, mean(x) - mean(r), mean(y) - mean(control))
    return found if enough else dict.fromkeys(found, np.nan)


def coexpression(x, y, genes, sets, settings, upstream):
    """Averages by kind; `upstream` takes places among the kept genes for columns, as the pipeline does."""
    expressed = (x > 0).sum(axis=0) >= settings["min_cells"]
    kept = np.flatnonzero(expressed)
    place = {genes[column]: i for i, column in enumerate(kept)}
    found = {}
    for kind in settings["kinds"]:
        scores = []
        for members in sets.values():
            places = sorted(place[gene] for gene in members if gene in place)
            if len(places) < OVERLAP:
                continue
            columns = [p for p in places if expressed[p]] if upstream else [kept[p] for p in places]
            pair = []
            for matrix in (x, y):
                values = matrix[:, columns].astype(float)
                pair.append(np.corrcoef(stats.rankdata(values, axis=0) if kind == "spearman" else values, rowvar=False))
            similarity = 1 - np.abs(np.atleast_2d(pair[0] - pair[1])) / 2
            scores.append(nanmean(similarity[np.triu_indices(len(columns), k=1)]))
        found[f"coexpression_{kind}"] = nanmean(scores)
    return found


def data_of(matrix, genes):
    return anndata.AnnData(matrix.copy(), var=pd.DataFrame(index=genes))


def activities(matrix, genes, network):
    data = data_of(matrix, genes)
    repaired = decoupler.mt.ulm(data, network, tmin=OVERLAP)
    return (data if repaired is None else repaired).obsm["score_ulm"]


def pathway(x, y, genes, weights, settings):
    expressed = (x > 0).sum(axis=0) >= settings["min_cells"]
    names = [gene for gene, own in zip(genes, expressed) if own]
    network = weights[weights["target"].isin(names)]
    nothing = {f"pathway_{kind}": np.nan for kind in settings["kinds"]}
    if network.empty or network["source"].value_counts().max() < OVERLAP:
        return nothing
    a, b = (activities(matrix[:, expressed].astype(float), names, network) for matrix in (x, y))
    if list(a.index) != list(b.index):
        return nothing
    common = [name for name in a.columns if name in b.columns]
    return {f"pathway_{kind}": nanmean([correlate(kind, a[n], b[n]) for n in common]) for kind in settings["kinds"]}


def cytokine(x, y, genes, rows, settings):
    rows = rows if settings["rate"] is None else rows[rows["FDR"] <= settings["rate"]]
    groups = rows.assign(Gene=rows["Gene"].str.upper()).groupby(["Celltype_Str", "Cytokine_Str"])["Gene"].unique()
    means = []
    for members in groups:
        present = sorted(set(members) & set(genes))
        if len(members) < OVERLAP or len(present) < OVERLAP:
            continue
        pair = []
        for matrix in (x, y):
            data = data_of(matrix, genes)
            scanpy.tl.score_genes(data, present, ctrl_size=50, n_bins=25, random_state=0)
            pair.append(data.obs["score"].mean())
        means.append(pair)
    truth, guess = np.reshape(means, (-1, 2)).T
    return {f"cytokine_{kind}": correlate(kind, truth, guess) for kind in settings["kinds"]}


def cycle(x, y, genes, lists, settings):
    enough = dict(zip(genes, (x > 0).sum(axis=0) >= settings["cycle_cells"]))
    s, g2m = ([gene for gene in own if enough.get(gene)] for own in lists)
    prefix, phases = "cellcycle_proportion_", ("S", "G2M", "G1")
    names = [prefix + name for name in ("same_phase", *phases, "mean_diff")]
    if min(len(s), len(g2m)) < OVERLAP:
        return dict.fromkeys(names, np.nan)
    pair = []
    for matrix in (x, y):
        data = data_of(matrix, genes)
        scanpy.tl.score_genes_cell_cycle(data, s_genes=s, g2m_genes=g2m, random_state=0)
        pair.append(data.obs["phase"].to_numpy())
    a, b = pair
    paired = len(a) == len(b)
    values = [(a == b).mean() if paired else np.nan]
    values += [(b[a == phase] == phase).mean() if paired and (a == phase).any() else np.nan for phase in phases]
    values.append(np.mean([abs((a == phase).mean() - (b == phase).mean()) for phase in phases]))
    return dict(zip(names, values))


def read(case):
    matrices, genes = {}, None
    for role in ("true", "pred", "control", "control_pred"):
        if role in case:
            data = anndata.read_h5ad(INPUTS / case[role])
            matrix = data.layers[case["layer"]] if "layer" in case else data.X
            matrices[role] = np.ascontiguousarray(matrix.toarray() if sparse.issparse(matrix) else matrix)
            genes = genes or data.var_names.tolist()
            assert genes == data.var_names.tolist()
    return matrices, genes


def projection(case, doubles, genes):
    """The function to scores on the components that the case gives or fits; all genes if it does neither."""
    if "projection" in case:
        file = np.load(INPUTS / case["projection"])
        assert file["var_names"].tolist() == genes
        mean, axes = file["mean"].astype(float), file["components"].astype(float)
        return lambda matrix: (matrix - mean) @ axes
    if not case.get("fit_projection"):
        return lambda matrix: matrix
    cells = np.vstack([doubles[role] for role in ("true", "control") if role in doubles])
    fitted = PCA(min(COMPONENTS, *cells.shape), svd_solver="full").fit(cells)
    # Directions without variance are arbitrary.
    varying = fitted.explained_variance_ > 1e-12 * fitted.explained_variance_[0]
    return lambda matrix: fitted.transform(matrix)[:, varying]


def score(case, settings):
    matrices, genes = read(case)
    doubles = {role: matrix.astype(float) for role, matrix in matrices.items()}
    x, y = matrices["true"], matrices["pred"]
    found = statistics(doubles["true"], doubles["pred"])
    project = projection(case, doubles, genes)
    found |= distances(project(doubles["true"]), project(doubles["pred"]), settings["gamma"])
    if "control" in case:
        if settings["neighbours"] is not None:
            found |= neighbours(doubles["true"], doubles["pred"], doubles["control"], settings["neighbours"])
        four = [matrices[role] for role in ("true", "pred", "control", "control_pred")]
        for method in settings["tests"]:
            prefix = "deg_ttest_" if method == "t-test" else "deg_"
            found |= {prefix + name: value for name, value in recovery(four, settings, method).items()}
        found["pearson_delta"] = recovery(four, settings | {"clip": False}, "wilcoxon")["true_mean_genediff_pearson"]
    upstream = {}
    if "gene_sets" in case:
        lines = (line.split("\t") for line in (INPUTS / case["gene_sets"]).read_text().splitlines())
        sets = {line[0]: line[2:] for line in lines}
        found |= coexpression(x, y, genes, sets, settings, False)
        upstream |= coexpression(x, y, genes, sets, settings, True)
    if "pathways" in case:
        found |= pathway(x, y, genes, pd.read_csv(INPUTS / case["pathways"]), settings)
    if "cytokines" in case:
        found |= cytokine(x, y, genes, pd.read_csv(INPUTS / case["cytokines"]), settings)
    if "cell_cycle" in case:
        listed = (INPUTS / case["cell_cycle"]).read_text().split()
        found |= cycle(x, y, genes, (listed[:43], listed[43:]), settings)
    return [{name: number(value) for name, value in sorted(own.items())} for own in (found, upstream)]


def main():
    warnings.simplefilter("ignore")
    scanpy.settings.verbosity = 0
    expected = {}
    for name, case in json.loads((HERE / "cases.json").read_text()).items():
        own = expected[name] = {}
        for preset, settings in PRESETS.items():
            own[preset], upstream = score(case, settings)
            if upstream:
                own[f"{preset} --compat upstream"] = upstream
    modules = (np, scipy, sklearn, pd, anndata, scanpy, decoupler)
    print(" ".join(f"{module.__name__} {module.__version__}" for module in modules), file=sys.stderr)
    json.dump(expected, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
