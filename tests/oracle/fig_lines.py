"""Oracle of the line and box panels of Figure 2, on made-up tables: writes `tests/oracle/fig_lines.json`.

    python3 tests/oracle/fig_lines.py        (numpy 2, pandas 3, scipy 1)

The summary tables are those of `fig_ranks.py`; the long table of decoders is built from the same cells. Every mark that
carries a value is listed as figure -> [mark, panel, series, key, {column: value}].
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ttest_rel

from fig_ranks import FOUNDATION_MODELS, SPLITS, cell, percentiles, summaries

LEVELS = {"split03": "Low", "split02": "Medium", "split01": "High"}
DATASETS = {"luca": "LuCA", "pbmc": "PBMC-10M", "tahoe": "Tahoe-100M"}
COLUMNS = {"Energy dist": "rev_distributional_energy_distance", "LogFC Sp.": "deg_wilcoxon_pred_mean_genediff_spearman"}
SCALING = {"PCA none": "PCA", "AE observed": "AE", "scVI none": "VAE"}
BOXES = {"AE modeled": "AE", "scVI none": "VAE", "PCA none": "PCA"}
BOX_PANELS = {
    "tahoe": {"Energy dist": "Energy dist. (rev) ↑", "LogFC Sp.": "LogFC Spearman ↑"},
    "pbmc": {"Pathway": "Pathway Spearman ↑", "Energy dist": "Energy dist. (rev) ↑"},
    "luca": {"Energy dist": "Energy dist. (rev) ↑", "Cell cycle": "Cell-cycle (same phase) ↑"},
}
DECODER_METRICS = ["rev_distributional_energy_distance", "deg_pred_mean_genediff_spearman", "distributional_r2_score"]


def decoder_only_long():
    """Rows of two seeds; nobody averaged them."""
    index = 40_000
    for model in FOUNDATION_MODELS:
        for split in SPLITS:
            for metric in DECODER_METRICS:
                for seed in (42, 43):
                    index += 1
                    yield model, split, metric, seed, cell(index, metric)


def scaling(table):
    figures = {}
    for metric, column in COLUMNS.items():
        rows = table[table.model.isin(SCALING) & (table.metric == metric) & table.value.notna()]
        figures[f"fig2/scaling_latent_{column}"] = [
            ["point", row.dataset, SCALING[row.model], row.latent, {"x": float(row.latent), "y": row.value}]
            for row in rows[rows.split == "split01"].itertuples()
        ]
        figures[f"fig2/scaling_split_{column}"] = [
            ["point", f"{row.dataset} / latent={row.latent}", SCALING[row.model], LEVELS[row.split], {"y": row.value}]
            for row in rows.itertuples()
        ]
    return figures


def ranking(table):
    rows = table[table.model.isin(SCALING) & table.metric.isin(COLUMNS) & table.value.notna()].copy()
    rows["percentile"] = np.nan
    for _, group in rows.groupby(["dataset", "split", "latent", "metric"]):
        rows.loc[group.index, "percentile"] = percentiles(group.value, False, 0.5)
    halves = rows.pivot_table(index=["dataset", "split", "latent", "model"], columns="metric", values="percentile")
    overall = halves.mean(axis=1, skipna=False).reset_index(name="overall")
    marks = []
    for column, panel, names in [("split", "OOD level", LEVELS), ("dataset", "Dataset", DATASETS)]:
        for (model, place), mean in overall.groupby(["model", column]).overall.mean().items():
            marks.append(["point", panel, SCALING[model], names[place], {"y": mean}])
    return marks


def boxes(table, dataset):
    rows = table[(table.dataset == dataset) & (table.latent == "128") & table.model.isin(BOXES)]
    marks = []
    for metric, panel in BOX_PANELS[dataset].items():
        values = {
            name: rows[(rows.metric == metric) & (rows.model == model)].set_index("split").value.reindex(SPLITS)
            for model, name in BOXES.items()
        }
        for name, triple in values.items():
            there = triple.dropna()
            low, q1, median, q3, high = np.percentile(there, [0, 25, 50, 75, 100])
            marks.append(["box", panel, name, name, {"low": low, "q1": q1, "y": median, "q3": q3, "high": high}])
        for first, second in [("AE", "VAE"), ("AE", "PCA"), ("VAE", "PCA")]:
            both = pd.concat([values[first], values[second]], axis=1).dropna()
            p = ttest_rel(both.iloc[:, 0], both.iloc[:, 1]).pvalue if len(both) > 1 else np.nan
            if p < 0.05:
                stars = "***" if p < 0.001 else "**" if p < 0.01 else "*"
                marks.append(["bracket", panel, "", f"{first} vs {second}", {"text": stars}])
    return marks


def decoders():
    rows = pd.DataFrame(decoder_only_long(), columns=["fm", "split", "metric", "seed", "value"]).dropna()
    means = rows.groupby(["fm", "split", "metric"]).value.mean()
    figures = {}
    for metric in DECODER_METRICS[:2]:
        figures[f"fig2/decoder_mlp_split_{metric}"] = [
            ["point", "", {"scimilarity": "SCimilarity"}.get(model, model), LEVELS[split], {"y": mean}]
            for (model, split, name), mean in means.items() if name == metric
        ]
    return figures


def main():
    table = pd.DataFrame(summaries(), columns=["dataset", "split", "latent", "model", "metric", "value"])
    figures = scaling(table) | {"fig2/average_ranking": ranking(table)} | decoders()
    for dataset in BOX_PANELS:
        figures[f"fig2/{dataset}_boxplots_latent128"] = boxes(table, dataset)
    text = json.dumps(figures, ensure_ascii=False)
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
