"""Writes `pairs.json`: metrics of small pairs of matrices by scikit-learn, SciPy and scanpy.

    python crates/metrics/tests/oracle/pairs.py > crates/metrics/tests/oracle/pairs.json

Expression is given in thousandths, so that both sides start from the same single- or double-precision numbers.
"""

import json
import sys
import warnings

import anndata
import numpy as np
import scanpy
import scipy
import sklearn
from scipy.spatial.distance import cdist
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.metrics.pairwise import rbf_kernel

warnings.simplefilter("ignore")


def expression(generator, n_cells, n_genes, mean):
    """log1p of counts scaled to 1e4 a cell, as thousandths: many zeros, many ties."""
    counts = generator.poisson(mean, (n_cells, n_genes)).astype(float)
    counts[:, 0] = 0
    counts[:, 1] += 5
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.round(np.log1p(counts / total * 1e4) * 1000).astype(int)


def predicted(generator, thousandths, noise):
    noisy = thousandths + np.round(generator.normal(0, noise, thousandths.shape)).astype(int)
    noisy[:, 2] = 0
    return noisy


def table(x, reference, method):
    labels = ["treatment"] * len(x) + ["control"] * len(reference)
    data = anndata.AnnData(np.vstack([x, reference]), obs={"group": labels})
    data.obs["group"] = data.obs["group"].astype("category")
    data.uns["log1p"] = {"base": None}
    scanpy.tl.rank_genes_groups(data, "group", groups=["treatment"], reference="control", method=method, n_genes=x.shape[1])
    frame = scanpy.get.rank_genes_groups_df(data, group="treatment")
    number = lambda value: None if not np.isfinite(value) else float(value)
    return {
        "names": [int(name) for name in frame["names"]],
        "scores": [number(value) for value in frame["scores"]],
        "p_values": [number(value) for value in frame["pvals"]],
        "p_adjusted": [number(value) for value in frame["pvals_adj"]],
        "log_fold_changes": [number(value) for value in frame["logfoldchanges"]],
    }


def case(seed, n_true, n_control, n_genes, dtype):
    generator = np.random.default_rng(seed)
    mean = generator.gamma(0.7, 1.0, n_genes)
    control = expression(generator, n_control, n_genes, mean)
    shifted = mean * np.where(np.arange(n_genes) % 5 == 0, 2.5, 1.0)
    truth = expression(generator, n_true, n_genes, shifted)
    guess = predicted(generator, truth, 400)
    x, y, r = ((matrix / 1000).astype(dtype) for matrix in (truth, guess, control))
    doubles = [matrix.astype(np.float64) for matrix in (x, y, r)]
    pool = np.vstack([doubles[0], doubles[2]])
    k = min(20, len(pool))
    # scikit-learn takes any of equally near cells, which duplicates are; the first in order is one of its answers.
    neighbours = np.argsort(cdist(doubles[1], pool), axis=1, kind="stable")[:, :k]
    mean_distance = lambda a, b: cdist(a, b).mean()
    kernel = lambda a, b, gamma: rbf_kernel(a, b, gamma=gamma).mean()
    a, b = doubles[:2]
    return {
        "dtype": np.dtype(dtype).name,
        "n_genes": n_genes,
        "truth": truth.ravel().tolist(),
        "predicted": guess.ravel().tolist(),
        "control": control.ravel().tolist(),
        "r2": r2_score(a.sum(axis=0), b.sum(axis=0)),
        "mse": mean_squared_error(a, b),
        "energy_distance": 2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b),
        "mmd_rbf": {str(g): kernel(a, a, g) + kernel(b, b, g) - 2 * kernel(a, b, g) for g in (0.01, 0.5, 1.0)},
        "knn_purity": float((neighbours < len(x)).mean()),
        "wilcoxon": [table(x, r, "wilcoxon"), table(y, r, "wilcoxon")],
        "t-test": [table(x, r, "t-test"), table(y, r, "t-test")],
    }


cases = [
    case(0, 40, 30, 30, np.float32),
    case(1, 25, 60, 20, np.float64),
    case(2, 3, 2, 8, np.float32),
    case(3, 90, 80, 12, np.float64),
]
versions = {module.__name__: module.__version__ for module in (np, scipy, sklearn, anndata, scanpy)}
json.dump({"versions": versions, "cases": cases}, sys.stdout, separators=(",", ":"))
print()
