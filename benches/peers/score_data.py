"""Writes four matrices of expression and what `repro score` needs with them, for the bench of reconstruction metrics.

    python benches/peers/score_data.py FOLDER [--cells 20000] [--genes 2000]

`true.h5ad` and `control.h5ad` hold log-normalised counts (CSR, gzip), `pred.h5ad` and `control_pred.h5ad` noisy
predictions of them (dense), `sets.gmt` 50 gene sets, `cell_cycle.txt` 97 genes, `projection.npz` 50 components of the
true cells; `x.npy` and `y.npy` are the true and predicted cells on these. The same arguments give the same numbers.
"""

import argparse
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

BLOCK = 2000
PHASES = {"S": 43, "G2M": 54}


def counts(generator, means, n_cells):
    """Log-normalised counts whose depth differs from cell to cell."""
    blocks = []
    for start in range(0, n_cells, BLOCK):
        depths = generator.gamma(4.0, 0.25, (min(BLOCK, n_cells - start), 1))
        drawn = generator.poisson(depths * means).astype(np.float32)
        drawn *= np.float32(1e4) / np.maximum(drawn.sum(axis=1, keepdims=True), 1)
        blocks.append(sparse.csr_matrix(np.log1p(drawn)))
    return sparse.vstack(blocks, format="csr")


def predicted(generator, cells):
    """Cells drawn half the way to their mean, with noise."""
    mean = np.asarray(cells.mean(axis=0), np.float32)
    guess = cells.toarray() * np.float32(0.5) + mean * np.float32(0.5)
    return guess + generator.standard_normal(guess.shape, np.float32) * np.float32(0.1)


def write_set_files(folder, generator, genes):
    lists = [generator.choice(genes, size, replace=False) for size in generator.integers(32, 201, 50)]
    lines = ["\t".join([f"SET{i:02}", "random", *own]) for i, own in enumerate(lists)]
    (folder / "sets.gmt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cycle = generator.choice(genes[: len(genes) // 2], sum(PHASES.values()), replace=False)
    (folder / "cell_cycle.txt").write_text("\n".join(cycle) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--genes", type=int, default=2_000)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(6)
    genes = np.array([f"GENE{i}" for i in range(options.genes)])
    # Descending, so that the first half are the genes that are seen in most cells.
    means = np.sort(generator.lognormal(-2.5, 1.6, options.genes))[::-1]
    changed = np.where(np.arange(options.genes) % 10 == 0, generator.choice([0.4, 2.5], options.genes), 1.0)
    write_set_files(options.folder, generator, genes)
    truth = None
    for role, own in (("", means * changed), ("control_", means)):
        cells = counts(generator, own, options.cells)
        truth = cells if truth is None else truth
        for name, matrix in (("control" if role else "true", cells), (f"{role}pred", predicted(generator, cells))):
            data = anndata.AnnData(matrix, var=pd.DataFrame(index=genes))
            data.write_h5ad(options.folder / f"{name}.h5ad", compression="gzip" if sparse.issparse(matrix) else None)
            print(f"{name}: {matrix.shape[0]} x {matrix.shape[1]}, {np.count_nonzero(matrix.data) / np.prod(matrix.shape):.3f} not 0")
    some = truth[: 2 * BLOCK].toarray().astype(float)
    mean = some.mean(axis=0)
    axes = np.linalg.svd(some - mean, full_matrices=False)[2][:50].T
    np.savez(options.folder / "projection.npz", mean=mean, components=axes, var_names=genes)
    guess = anndata.read_h5ad(options.folder / "pred.h5ad").X
    np.save(options.folder / "x.npy", truth @ axes - mean @ axes)
    np.save(options.folder / "y.npy", (guess - mean) @ axes)


if __name__ == "__main__":
    main()
