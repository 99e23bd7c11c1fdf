"""Writes `inputs/` and `cases.json`: small pairs of true and predicted expression for `repro score`.

    python tests/oracle/score/data.py

Three folders, of which no value is a measurement of what the names say:

- `stimulus`: cells of `frozen/datasets/celltypist_sample.h5ad` (celltypist 1.7.1, MIT; see frozen/README.md). The treated
  ones got a SIMULATED stimulus: `stimulus.csv` names the genes and the factors by which their counts were changed
  before normalisation. Predictions are a reconstruction of rank 20 with noise.
- `blood`: two groups of cells of `frozen/datasets/pbmc68k_reduced.h5ad` (scanpy 1.11.5, BSD-3-Clause) in place of treated
  and control cells. Predictions are a reconstruction of rank 10.
- `edges`: made-up cells, one layer an edge case.

Gene sets, pathways and cytokine signatures are made up, too. `cell_cycle.txt` holds the genes of I. Tirosh et al.,
"Dissecting the multicellular ecosystem of metastatic melanoma by single-cell RNA-seq" (2016): 43 of S, then 54 of G2M.
Predictions are rounded to steps of 1/64, so that the files stay small.
"""

import csv
import json
import shutil
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

HERE = Path(__file__).resolve().parent
DATASETS = HERE.parents[2] / "frozen" / "datasets"
INPUTS = HERE / "inputs"
ROLES = ("true", "pred", "control", "control_pred")

S_GENES = """MCM5 PCNA TYMS FEN1 MCM2 MCM4 RRM1 UNG GINS2 MCM6 CDCA7 DTL PRIM1 UHRF1 MLF1IP HELLS RFC2 RPA2 NASP
RAD51AP1 GMNN WDR76 SLBP CCNE2 UBR7 POLD3 MSH2 ATAD2 RAD51 RRM2 CDC45 CDC6 EXO1 TIPIN DSCC1 BLM CASP8AP2 USP1 CLSPN
POLA1 CHAF1B BRIP1 E2F8""".split()
G2M_GENES = """HMGB2 CDK1 NUSAP1 UBE2C BIRC5 TPX2 TOP2A NDC80 CKS2 NUF2 CKS1B MKI67 TMPO CENPF TACC3 FAM64A SMC4 CCNB2
CKAP2L CKAP2 AURKB BUB1 KIF11 ANP32E TUBB4B GTSE1 KIF20B HJURP CDCA3 HN1 CDC20 TTK CDC25C KIF2C RANGAP1 NCAPD2 DLGAP5
CDCA2 CDCA8 ECT2 KIF23 HMMR AURKA PSRC1 ANLN LBR CKAP5 CENPE CTCF NEK2 G2E3 GAS2L3 CBX5 CENPA""".split()


def rounded(matrix):
    """Single precision, in steps of 1/64."""
    return (np.round(np.asarray(matrix, float) * 64) / 64).astype(np.float32)


def write(path, genes, matrix, note, layers=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    n_cells = matrix.shape[0]
    frames = [pd.DataFrame(index=names) for names in ([f"cell{i}" for i in range(n_cells)], genes)]
    # Takes half the room of the oldest version of the format, in files as small as these.
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        for key, frame in zip(("obs", "var"), frames):
            anndata.io.write_elem(file, key, frame, dataset_kwargs={"compression": "gzip"})
        anndata.io.write_elem(file, "uns", {"note": note})
        options = {"compression": "gzip", "compression_opts": 9}
        if layers is not None:
            anndata.io.write_elem(file, "layers", layers, dataset_kwargs=options)
        # Bytes of one place repeat in reconstructions, whole values in counts that were normalised.
        options["shuffle"] = not sparse.issparse(matrix)
        anndata.io.write_elem(file, "X", matrix, dataset_kwargs=options)


def write_rows(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_sets(path, sets):
    lines = ("\t".join([name, "made up", *genes]) for name, genes in sets.items())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def log_normalised(counts):
    return np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4).astype(np.float32)


def components(matrix, n):
    mean = matrix.astype(float).mean(axis=0)
    return mean, np.linalg.svd(matrix - mean, full_matrices=False)[2][:n].T


def reconstructed(matrix, mean, axes):
    return (matrix - mean) @ axes @ axes.T + mean


def stimulated(generator, counts, factors):
    """Counts after the stimulus: thinned where the factor is below 1, more of them where it is above."""
    counts = counts.copy()
    for gene, (factor, induced) in factors.items():
        own = counts[:, gene]
        if factor < 1:
            counts[:, gene] = generator.binomial(own.astype(int), factor)
        else:
            counts[:, gene] = own + generator.poisson((factor - 1) * own + induced)
    return counts


def chosen_genes(counts, names):
    """Columns: cell-cycle genes, the most expressed ones, every twentieth after them and the rarest, in the
    order of the file."""
    cycle = np.flatnonzero(np.isin(names, S_GENES + G2M_GENES))
    expressed = np.argsort(-counts.sum(axis=0), kind="stable")
    expressed = np.concatenate([expressed[:50], expressed[50:2000:20]])
    rare = np.argsort((counts > 0).sum(axis=0), kind="stable")[:50]
    return np.unique(np.concatenate([cycle, expressed, rare]))


def stimulus_factors(generator, genes, columns):
    """Factor and induced counts a cell by column of all genes: 60 changed, among them S genes and silent ones."""
    s = [column for column in columns if genes[column] in S_GENES]
    changed = generator.choice(np.setdiff1d(columns, s), 50, replace=False)
    factors = {int(c): (float(f), 0.0) for c, f in zip(changed[:20], generator.choice([1.5, 2.0, 3.0, 5.0], 20))}
    factors |= {int(c): (float(f), 0.0) for c, f in zip(changed[20:40], generator.choice([0.2, 0.4, 0.7], 20))}
    factors |= {int(c): (1.0, float(rate)) for c, rate in zip(changed[40:], generator.choice([0.3, 0.8], 10))}
    return factors | {c: (2.0, 0.2) for c in s[::2]}


def stimulus_sets(generator, genes, changed):
    of_prefix = lambda *prefixes: [gene for gene in genes if gene.startswith(prefixes)]
    draw = lambda n: sorted(generator.choice(genes, n, replace=False).tolist())
    absent = [f"ABSENT{i}" for i in range(12)]
    sets = {
        "S_PHASE": [gene for gene in S_GENES if gene in genes],
        "G2M_PHASE": [gene for gene in G2M_GENES if gene in genes],
        "RIBOSOMAL": of_prefix("RPL", "RPS"),
        "MITOCHONDRIAL": of_prefix("MT-"),
        "STIMULUS": changed,
        "SIX": draw(6),
        "TWENTY": draw(20),
        "FORTY": draw(40),
        "HALF_ABSENT": draw(10) + absent[:10],
        "FEW_OVERLAPS": draw(4) + absent[:9],
        "DISJOINT": absent,
        "LATE": sorted(genes[-15:]),
    }
    return {name: list(dict.fromkeys(members)) for name, members in sets.items()}


def stimulus_pathways(generator, genes):
    """Rows of weights; the last pathway has four genes that are there."""
    rows = [["source", "target", "weight", "padj"]]
    for name, size in {"ALPHA": 60, "BETA": 40, "GAMMA": 25, "DELTA": 12, "EPSILON": 8, "SPARSE": 4}.items():
        members = generator.choice(genes, size, replace=False)
        weights = generator.normal(0.5, 3, size)
        rows += [[name, gene, f"{weight:.4f}", f"{p:.4f}"] for gene, weight, p in zip(members, weights, generator.uniform(0, 0.049, size))]
        rows += [[name, f"ABSENT{i}", "1.0", "0.0001"] for i in range(5)]
    return rows


def stimulus_cytokines(generator, genes):
    """Signatures in mouse spelling, some genes above a false discovery rate of 0.05, some twice."""
    rows = [["Celltype_Str", "Cytokine_Str", "Gene", "FDR", "Avg_log2FC"]]
    sizes = {("B_cell", "IL1"): 20, ("B_cell", "IL2"): 35, ("B_cell", "IL4"): 12, ("B_cell", "TNF"): 4}
    sizes |= {("NK_cell", "IL1"): 25, ("NK_cell", "IL15"): 9, ("NK_cell", "IFNG"): 40, ("NK_cell", "IL18"): 7}
    for (celltype, cytokine), size in sizes.items():
        members = generator.choice(genes, size, replace=False).tolist() + ["ABSENT1", "ABSENT2"]
        rates = np.where(np.arange(size + 2) % 4 == 3, 0.3, generator.uniform(0, 0.05, size + 2))
        members.append(members[0])
        for gene, rate in zip(members, [*rates, 0.01]):
            rows.append([celltype, cytokine, gene.capitalize(), f"{rate:.4f}", f"{generator.normal(0.5, 0.5):.3f}"])
    # Six genes, of which FDR leaves four.
    rows += [["NK_cell", "IL33", gene.capitalize(), rate, "0.4"] for gene, rate in zip(genes[30:36], ["0.01"] * 4 + ["0.5"] * 2)]
    return rows


def stimulus():
    folder = INPUTS / "stimulus"
    data = anndata.read_h5ad(DATASETS / "celltypist_sample.h5ad")
    counts, names = data.X.toarray().astype(float), data.var_names.to_numpy(dtype=str)
    generator = np.random.default_rng(20161104)
    order = generator.permutation(len(counts))
    treated, control = order[:84], order[84:180]
    columns = chosen_genes(counts, names)
    factors = stimulus_factors(generator, names, columns)
    matrices = [log_normalised(stimulated(generator, counts[treated], factors))[:, columns]]
    matrices.append(log_normalised(counts[control])[:, columns])
    mean, axes = components(np.vstack(matrices), 50)
    genes = names[columns].tolist()
    note = "simulated: counts of the treated cells were changed as stimulus.csv says; predictions are a noisy reconstruction"
    for role, matrix in zip(("true", "control"), matrices):
        write(folder / f"{role}.h5ad", genes, sparse.csr_matrix(matrix), note)
        guess = reconstructed(matrix, mean, axes[:, :20]) + generator.normal(0, 0.15, matrix.shape)
        write(folder / ("pred.h5ad" if role == "true" else "control_pred.h5ad"), genes, rounded(guess), note)
    rows = [[names[column], factor, induced] for column, (factor, induced) in sorted(factors.items())]
    write_rows(folder / "stimulus.csv", [["gene", "factor", "induced_counts"], *rows])
    write_sets(folder / "sets.gmt", stimulus_sets(generator, genes, [row[0] for row in rows]))
    write_rows(folder / "pathways.csv", stimulus_pathways(generator, genes))
    write_rows(folder / "cytokines.csv", stimulus_cytokines(generator, genes))
    np.savez_compressed(
        folder / "projection.npz", mean=mean.astype(np.float32), components=axes.astype(np.float32), var_names=np.array(genes)
    )


def blood():
    folder = INPUTS / "blood"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = anndata.read_h5ad(DATASETS / "pbmc68k_reduced.h5ad")
    labels, values = data.obs["bulk_labels"].to_numpy(dtype=str), data.raw.X.toarray()
    cycle = np.flatnonzero(data.raw.var_names.isin(S_GENES + G2M_GENES))
    columns = np.union1d(np.argsort(-values.var(axis=0), kind="stable")[:50], cycle)
    genes = data.raw.var_names[columns].tolist()
    groups = {"true": np.flatnonzero(labels == "CD14+ Monocyte")[:45], "control": np.flatnonzero(labels == "CD19+ B")[:40]}
    mean, axes = components(values[np.concatenate(list(groups.values()))][:, columns], 10)
    for role, cells in groups.items():
        matrix = values[cells][:, columns]
        write(folder / f"{role}.h5ad", genes, sparse.csc_matrix(matrix), "groups of cells in place of treated and control ones")
        guess = rounded(reconstructed(matrix, mean, axes))
        write(folder / ("pred.h5ad" if role == "true" else "control_pred.h5ad"), genes, guess, "a reconstruction of rank 10")
    generator = np.random.default_rng(68)
    sets = {f"SET{size}": sorted(generator.choice(genes, size, replace=False).tolist()) for size in (5, 8, 13, 30)}
    write_sets(folder / "sets.gmt", sets)


def edge_layers(generator):
    """Four matrices a layer, in the order of ROLES."""
    shapes = ((28, 40), (28, 40), (25, 40), (25, 40))
    rates = generator.gamma(1.0, 1.5, 40) + 0.8
    shifted = rates * np.where(np.arange(40) % 3 == 0, 2.5, 1.0)
    counts = [generator.poisson(rate, shape) for rate, shape in zip((shifted, shifted, rates, rates), shapes)]
    for matrix in counts:
        matrix[:, 5] = 0
    ties = [np.log1p(matrix).astype(np.float32) for matrix in counts]
    constant = [matrix.copy() for matrix in ties]
    for matrix in (constant[1], constant[3]):
        matrix[:, 10:18], matrix[:, 20:26] = 0.5, 0.0
    empty = [matrix.copy() for matrix in ties]
    empty[1][[3, 17]] = 0
    return {
        "ties": ties,
        "constant": constant,
        "empty_cells": empty,
        "equal": [ties[0], ties[0], ties[2], ties[2]],
        "negative": [ties[0], -ties[1] - np.float32(0.25), ties[2], -ties[3] - np.float32(0.25)],
        "double": [matrix.astype(float) / 10 + np.round(generator.uniform(0, 0.1, matrix.shape), 2) * (matrix > 0) for matrix in counts],
    }


def edges():
    folder = INPUTS / "edges"
    generator = np.random.default_rng(9)
    genes = S_GENES[:7] + [f"EDGE{i:02}" for i in range(26)] + G2M_GENES[:7]
    layers = edge_layers(generator)
    for place, role in enumerate(ROLES):
        own = {name: matrices[place] for name, matrices in layers.items()}
        write(folder / f"{role}.h5ad", genes, own.pop("ties"), "made up", own)
    draw = lambda n: generator.choice(genes, n, replace=False).tolist()
    sets = {"ONE": [genes[8]], "TEN": draw(10), "CONSTANT": genes[10:18], "SIX": draw(6), "ALL": genes}
    write_sets(folder / "sets.gmt", sets)
    write_sets(folder / "one.gmt", {"ONE": sets["ONE"]})
    rows = [["source", "target", "weight", "padj"]]
    for name, members in {"WIDE": draw(16), "NARROW": draw(5), "FOUR": draw(4), "CONSTANT": genes[18:26]}.items():
        rows += [[name, gene, f"{weight:.3f}", "0.001"] for gene, weight in zip(members, generator.normal(0, 2, 16))]
    write_rows(folder / "pathways.csv", rows)
    rows = [["Celltype_Str", "Cytokine_Str", "Gene", "FDR", "Avg_log2FC"]]
    for cytokine, size in {"IL1": 9, "IL2": 6, "IL3": 5, "IL4": 12}.items():
        rows += [["B_cell", cytokine, gene, "0.01", "1.0"] for gene in draw(size)]
    write_rows(folder / "cytokines.csv", rows)


def cases():
    """Arguments of `repro score` by case; paths are below `inputs/`."""
    files = lambda folder: {role: f"{folder}/{role}.h5ad" for role in ROLES}
    lists = lambda folder: {
        "gene_sets": f"{folder}/sets.gmt",
        "pathways": f"{folder}/pathways.csv",
        "cytokines": f"{folder}/cytokines.csv",
        "cell_cycle": "cell_cycle.txt",
    }
    edge = files("edges") | lists("edges")
    found = {
        "stimulus": files("stimulus") | lists("stimulus") | {"projection": "stimulus/projection.npz"},
        "stimulus_unprojected": files("stimulus"),
        "stimulus_fitted": files("stimulus") | {"fit_projection": True},
        "blood": files("blood") | {"gene_sets": "blood/sets.gmt", "cell_cycle": "cell_cycle.txt"},
    }
    found |= {"ties": edge} | {layer: edge | {"layer": layer} for layer in ("constant", "empty_cells", "equal", "negative", "double")}
    found["one_gene"] = edge | {"gene_sets": "edges/one.gmt"}
    found["unequal"] = edge | {"pred": "edges/control_pred.h5ad", "unpaired": True}
    found["no_control"] = {key: path for key, path in edge.items() if not key.startswith("control")}
    found["few_fitted"] = {"true": edge["true"], "pred": edge["pred"], "fit_projection": True}
    return found


def main():
    shutil.rmtree(INPUTS, ignore_errors=True)
    INPUTS.mkdir()
    (INPUTS / "cell_cycle.txt").write_text("\n".join(S_GENES + G2M_GENES) + "\n", encoding="utf-8")
    stimulus()
    blood()
    edges()
    (HERE / "cases.json").write_text(json.dumps(cases(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
