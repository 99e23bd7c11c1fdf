"""Fills in masked entries with gene means, or with a matrix of low rank fitted to the others."""

import argparse
import json
import sys
from pathlib import Path

import anndata
import numpy as np

MASKED = -1
ROUNDS = 20


def gene_means(values, masked):
    """Mean of each gene over the cells in which it is not masked; 0 where it is masked in all."""
    known = (~masked).sum(axis=0)
    sums = np.where(masked, 0, values).sum(axis=0, dtype=np.float64)
    return np.divide(sums, known, out=np.zeros(len(sums)), where=known > 0)


def truncated(values, rank):
    """The best approximation of this rank: projected on the leading eigenvectors of the smaller Gram matrix."""
    cells, genes = values.shape
    wide = cells <= genes
    _, vectors = np.linalg.eigh(values @ values.T if wide else values.T @ values)
    leading = vectors[:, -rank:]
    return leading @ (leading.T @ values) if wide else (values @ leading) @ leading.T


def low_rank(values, masked, rank):
    """Alternates between a truncated decomposition and the known values, from the gene means on."""
    means = gene_means(values, masked)
    filled = np.where(masked, means, values)
    for _ in range(ROUNDS):
        fitted = truncated(filled - means, min(rank, *filled.shape)) + means
        filled = np.where(masked, fitted, values)
    return np.maximum(filled, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--results-dir", type=Path, default=Path("results"))
    parser.add_argument("--mask-percentage", type=float, default=0.15, help="a fraction")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--method", choices=["gene-mean", "low-rank"], default="low-rank")
    parser.add_argument("--rank", type=int, default=20)
    parser.add_argument("--dev", action="store_true", help="accepted and ignored")
    options = parser.parse_args()

    mask = f"mask_{100 * options.mask_percentage:g}_seed_{options.seed}"
    data = anndata.read_h5ad(options.data_dir / options.dataset / "masked" / f"{mask}.h5ad")
    values = data.X.toarray() if hasattr(data.X, "toarray") else np.asarray(data.X)
    masked = values == MASKED
    if not masked.any():
        sys.exit("nothing is masked")
    if options.method == "gene-mean":
        filled = np.where(masked, gene_means(values, masked), values)
    else:
        filled = low_rank(values, masked, options.rank)
    if not np.isfinite(filled).all():
        sys.exit("the prediction is not finite")
    filled = np.where(masked, filled, values).astype(values.dtype)

    folder = options.results_dir / options.dataset / mask / "baseline"
    folder.mkdir(parents=True, exist_ok=True)
    anndata.AnnData(X=filled, obs=data.obs[[]], var=data.var[[]]).write_h5ad(folder / "reconstruction.h5ad")
    metadata = {
        "model": "baseline",
        "dataset": options.dataset,
        "n_cells": data.n_obs,
        "n_genes": data.n_vars,
        "method": options.method,
    }
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n")


if __name__ == "__main__":
    main()
