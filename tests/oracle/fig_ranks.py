"""Oracle of the rank dot panels, on made-up tables: writes `tests/oracle/fig_ranks.json`.

    python3 tests/oracle/fig_ranks.py        (numpy 2, pandas 3, scipy 1)

The tables are those of tests/it/synthetic.rs, built here again from the same formula, without the cytokine column of one
dataset. What follows is pandas, NumPy and SciPy: ranks by `rankdata`, means by `groupby`, the bootstrap and the shifts
of the dots by `default_rng`.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

SPLITS = ["split01", "split02", "split03"]
LATENTS = ["10", "32", "128", "512", "2048"]
FOUNDATION_MODELS = ["SE", "scGPT", "scConcept", "scimilarity"]
METRICS = ["LogFC Sp.", "R²", "Cell cycle", "MSE", "Pathway", "DEG dice@100", "Energy dist", "Cytokine", "Coexpression"]
STATISTICAL = ["R²", "MSE", "Energy dist"]
# As listed in the tables' rows, and the names of the panels' rows from the top.
SUMMARY_ROWS = {
    "scVI": "scVI observed", "PCA": "PCA none", "AE": "AE none", "mlAE": "AE modeled", "olAE": "AE observed",
    "nlscVI": "scVI none", "mlscVI": "scVI modeled", "mean_baseline": None,
}
SUMMARY_ORDER = ["AE none", "AE modeled", "AE observed", "scVI none", "scVI modeled", "scVI observed", "PCA none"]
NEIGHBOURS = {"KNN_5": "KNN-5", "KNN_10": "KNN-10", "KNN_20": "KNN-20", "KNN_50": "KNN-50"}


def cell(index, metric):
    if index % 41 == 7 or index % 53 == 5:
        return np.nan
    text = f"0.{(index * index * 31 + index * 7919 + 17) % 999983:06d}"
    return float(text[:4] if metric == "Cell cycle" else text)


def decoder_only():
    index = 0
    for decoder in ["MLP", "KNN_10", "Transformer"]:
        for model in FOUNDATION_MODELS:
            for split in SPLITS:
                for metric in METRICS:
                    value = 0.5 if metric == "MSE" and split == "split02" else cell(index, metric)
                    yield model, decoder, split, metric, value
                    index += 1


def decoder_only_knns():
    index = 20_000
    for decoder in ["Transformer", "KNN_5", "MLP", "KNN_50", "KNN_20", "KNN_10"]:
        alone = decoder in ("KNN_5", "KNN_50")
        for model in FOUNDATION_MODELS[: 1 if alone else 4]:
            for split in SPLITS:
                for metric in METRICS:
                    index += 1
                    gap = alone and metric in ("Pathway", "Cytokine") and split != "split03"
                    yield model, decoder, split, metric, np.nan if gap else cell(index, metric)


def summaries():
    index = 1000
    for dataset in ["pbmc", "tahoe", "luca"]:
        for split in SPLITS:
            for latent in LATENTS:
                for row, model in SUMMARY_ROWS.items():
                    for metric in METRICS:
                        value = cell(index, metric)
                        index += 1
                        gap = dataset == "tahoe" and row == "mlAE" and latent == "512" and split != "split02"
                        if (gap and metric in STATISTICAL) or (dataset == "tahoe" and metric == "Cytokine"):
                            value = np.nan
                        # Losses are negated in the file: the larger, the better.
                        value = -value if metric in ("MSE", "Energy dist") else value
                        if model:
                            yield dataset, split, latent, model, metric, value


def percentiles(values, lower_is_better, equal):
    """Rank percentile, 1 for the best; `equal` for values that are all the same."""
    values = values.to_numpy()
    there = np.isfinite(values)
    result = np.full(len(values), np.nan)
    n = there.sum()
    if n < 2:
        return result
    if np.ptp(values[there]) == 0:
        result[there] = equal
        return result
    sign = 1 if lower_is_better else -1
    result[there] = (n - rankdata(sign * values[there])) / (n - 1)
    return result


def scores(table, pool, replicate, lower_is_better, equal):
    """Statistical, biological and overall score of every replicate."""
    table = table.copy()
    table["percentile"] = np.nan
    for key, group in table.groupby([*pool, "metric"]):
        lower = key[-1] in lower_is_better
        table.loc[group.index, "percentile"] = percentiles(group.value, lower, equal)
    table["half"] = np.where(table.metric.isin(STATISTICAL), "statistical", "biological")
    halves = table.groupby([*replicate, "half"]).percentile.mean().unstack("half")
    halves["overall"] = (halves.statistical + halves.biological) / 2
    return halves


def panel(halves, entity, replicate_names, order):
    """Rows of a panel: points of replicates and means, each mean over the replicates that have the score."""
    rows = []
    for name in order:
        own = halves[halves.index.get_level_values(entity) == name]
        points = [(key, value) for key, value in zip(replicate_names, own.overall) if np.isfinite(value)]
        means = {score: own[score].mean() for score in ("overall", "statistical", "biological")}
        rows.append({"series": name, "points": points, "means": means})
    return rows


def comparison(table, column, labels=None):
    table = pd.DataFrame(table, columns=["model", "decoder", "split", "metric", "value"])
    if column == "model":
        table = table[table.decoder == "MLP"]
    halves = scores(table, ["split"], [column, "split"], ["MSE", "Energy dist"], np.nan)
    names = list(dict.fromkeys(table[column]))
    rows = panel(halves, column, SPLITS, names)
    for row in rows:
        row["series"] = (labels or {}).get(row["series"], row["series"])
    return sorted(rows, key=lambda row: -row["means"]["overall"])


def bootstrap(values):
    random = np.random.default_rng(42)
    means = np.asarray(values)[random.integers(0, len(values), size=(4000, len(values)))].mean(axis=1)
    return np.percentile(means, [2.5, 97.5]).tolist()


def main():
    summary = pd.DataFrame(summaries(), columns=["dataset", "split", "latent", "model", "metric", "value"])
    pool = ["dataset", "split", "latent"]
    # Grouping by model first keeps the splits of a row in order.
    halves = scores(summary, pool, ["model", "latent", "dataset", "split"], [], 0.5).sort_index()
    grid = {}
    for latent in LATENTS:
        for dataset in ["pbmc", "luca", "tahoe"]:
            own = halves.xs(latent, level="latent").xs(dataset, level="dataset")
            points = ["point1", "point2", "point3"]
            grid[f"latent={latent} / {dataset}"] = panel(own, "model", points, SUMMARY_ORDER)
    at_128 = halves.xs("128", level="latent")
    parts = [at_128.xs(dataset, level="dataset", drop_level=False) for dataset in ("pbmc", "luca", "tahoe")]
    nine = [f"point{number}" for number in range(1, 10)]
    combined = panel(pd.concat(parts), "model", nine, SUMMARY_ORDER)
    for row in combined:
        row["interval"] = bootstrap([value for _, value in row["points"]])
    oracle = {
        "fig2/panel_combined_latent128": {"": combined},
        "fig2/panel_grid_dataset_x_latent": grid,
        "fig3/decoder_fm_comparison": {"": comparison(decoder_only(), "model", {"scimilarity": "SCimilarity"})},
        "fig3/decoder_decoder_comparison": {"": comparison(decoder_only(), "decoder", {"KNN_10": "KNN"})},
        "fig3/decoder_knn_comparison": {"": comparison(decoder_only_knns(), "decoder", NEIGHBOURS)},
    }
    for panels in oracle.values():
        for rows in panels.values():
            for row in rows:
                row["means"] = {score: value for score, value in row["means"].items() if np.isfinite(value)}
    shifts = np.random.default_rng(0).normal(0, 0.015, size=63).tolist()
    text = json.dumps({"figures": oracle, "shifts": shifts}, ensure_ascii=False)
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
