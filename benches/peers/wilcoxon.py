"""scanpy's Wilcoxon ranking of the true against the control cells that `score_data.py` wrote: `wilcoxon.py FOLDER`."""

import json
import sys
import warnings
from pathlib import Path

import anndata
import scanpy

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
groups = {name: anndata.read_h5ad(folder / f"{name}.h5ad") for name in ("true", "control")}
data = anndata.concat(groups, label="group", index_unique="-")
data.X = data.X.toarray()
data.uns["log1p"] = {"base": None}
scanpy.tl.rank_genes_groups(data, "group", groups=["true"], reference="control", method="wilcoxon", n_genes=data.n_vars)
table = scanpy.get.rank_genes_groups_df(data, group="true")
json.dump({"score": float(table["scores"][0]), "significant": int((table["pvals_adj"] <= 0.05).sum())}, sys.stdout)
print()
