"""Writes `tests/oracle/fig4.json`: the numbers of Figure 4's panels for invented tables, from pandas and NumPy.

    REPRO_SYNTHETIC=<folder> cargo test --test it fig4::        writes the two tables
    python3 tests/oracle/fig4.py <folder> > tests/oracle/fig4.json        (pandas 3, numpy 2.4)

Formulas: rank percentile (M - r) / (M - 1) over the entries with a value, r = 1 for the best, ties averaged, nothing
when all values are equal; category score = mean over its metrics; bar = the three scores, each divided by three,
missing ones 0; radius = (v - (min - 0.1 R)) / (1.2 R) with R = max - min or 1, and 1 minus it where lower is better.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import pandas as pd

AXES = [
    ("LogFC Sp.", "Mean gene-diff Spearman", "Biological"),
    ("KNN purity", "KNN purity (normalized)", "Perturbational"),
    ("R\u00b2", "$R^2$", "Statistical"),
    ("Energy dist", "Energy distance", "Statistical"),
    ("Pathway", "Pathway Spearman", "Biological"),
    ("Coexpression", "Coexpression Spearman", "Biological"),
    ("Cell cycle", "Cell-cycle (same phase)", "Biological"),
    ("Cytokine", "Cytokine Spearman", "Biological"),
    ("DEG dice@100", "DEG dice@100 (pred)", "Biological"),
]
CATEGORIES = ["Statistical", "Biological", "Perturbational"]
LOWER_IS_BETTER = {"Energy distance"}
DISPLAY = {"nlscVI": "VAE", "scimilarity": "SCimilarity"}
FOUNDATION = ["SE", "scGPT", "scConcept", "scimilarity"]
BASELINES = {
    "st": {"AE_2048": "AE", "PCA_2048": "PCA", "nlscVI_128": "nlscVI"},
    "cf": {"PCA_2048": "PCA", "AE_10": "AE", "nlscVI_128": "VAE"},
}


def matrix(frame):
    """Entries by metrics; an entry is a foundation model or a baseline with its latent size."""
    frame = frame[frame.metric.isin([metric for _, metric, _ in AXES])].copy()
    frame["entry"] = np.where(frame.is_fm, frame.model, frame.model + "_" + frame.latent.astype(str))
    assert not frame.duplicated(["entry", "metric"]).any()
    return frame.pivot(index="entry", columns="metric", values="mean")


def rank_percentiles(table):
    scores = pd.DataFrame(index=table.index, columns=table.columns, dtype=float)
    for metric in table:
        values = table[metric].dropna()
        if len(values) < 2 or values.nunique() == 1:
            continue
        ranks = values.rank(method="average", ascending=metric in LOWER_IS_BETTER)
        scores[metric] = (len(values) - ranks) / (len(values) - 1)
    return scores


def category_scores(table):
    scores = rank_percentiles(table)
    return pd.DataFrame(
        {name: scores[[metric for _, metric, group in AXES if group == name]].mean(axis=1) for name in CATEGORIES}
    )


def aggregate(frame, scores):
    latent = {entry: entry.rsplit("_", 1)[1] for entry in scores.index if "_" in entry}
    latent |= {row.model: str(row.latent) for row in frame[frame.is_fm].itertuples()}
    rows = []
    for entry, row in scores.iterrows():
        model = entry.rsplit("_", 1)[0]
        for name in CATEGORIES:
            if not np.isnan(row[name]):
                rows.append([name, DISPLAY.get(model, model), latent[entry], row[name]])
    return rows


def radar(table, panel):
    names = {model: model for model in FOUNDATION} | BASELINES[panel]
    values = table.loc[list(names)]
    rows = []
    for index, (axis, metric, _) in enumerate(AXES):
        column = values[metric].to_numpy(float)
        if np.isnan(column).all():
            continue
        low, high = np.nanmin(column), np.nanmax(column)
        spread = high - low if high > low else 1.0
        radius = (column - (low - 0.1 * spread)) / (1.2 * spread)
        radius = 1 - radius if metric in LOWER_IS_BETTER else radius
        rows += [[names[e], axis, 40.0 * index, r] for e, r in zip(values.index, radius) if not np.isnan(r)]
    return rows


def bars(table, panel):
    names = {model: DISPLAY.get(model, model) for model in FOUNDATION}
    names |= {entry: entry.replace("nlscVI", "VAE").replace("_", "-") for entry in BASELINES[panel]}
    scores = category_scores(table.loc[list(names)]) if panel == "st" else category_scores(table).loc[list(names)]
    heights = scores / 3
    totals = heights.fillna(0).sum(axis=1).sort_values(ascending=False, kind="stable")
    segments, labels = [], []
    for position, (entry, total) in enumerate(totals.items(), start=1):
        low = 0.0
        for name in CATEGORIES:
            height = heights.loc[entry, name]
            if np.isnan(height):
                continue
            segments.append([position, names[entry], name, low, low + height, height])
            low += height
        labels.append([position, names[entry], total, f"{total:.2f}"])
    return segments, labels


def main():
    folder = pathlib.Path(sys.argv[1])
    result = {"sha256": {}, "aggregate": {}, "radar": {}, "segments": {}, "totals": {}}
    for panel in ("st", "cf"):
        path = folder / f"decoder_only_{panel}.csv"
        result["sha256"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        frame = pd.read_csv(path)
        if panel == "st":
            frame["dw"] = frame["dw"].astype(str)
            frame = frame[(frame.dw == "0.1") & (frame.ckpt == "best")]
        table = matrix(frame)
        assert len(table) == 19
        result["aggregate"][panel] = aggregate(frame, category_scores(table))
        result["radar"][panel] = radar(table, panel)
        result["segments"][panel], result["totals"][panel] = bars(table, panel)
    print(json.dumps(result))


main()
