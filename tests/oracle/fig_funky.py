"""Oracle of the funky panels and the ranking by latent size, on made-up tables.

The tables are those of tests/it/synthetic.rs, built here again from the same formula; everything after that is pandas and
NumPy: ranks by `rank`, means by `groupby`, bootstrap by `default_rng(42).choice`. Writes fig_funky.json beside itself.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

SPLITS = ["split01", "split02", "split03"]
DATASETS = ["pbmc", "tahoe", "luca"]
LATENTS = ["10", "32", "128", "512", "2048"]
MODELS = ["SE", "scGPT", "scConcept", "scimilarity"]
DECODERS = ["MLP", "KNN_10", "Transformer"]
FILE_ORDER = ["LogFC Sp.", "R²", "Cell cycle", "MSE", "Pathway", "DEG dice@100", "Energy dist", "Cytokine", "Coexpression"]
PANEL_ORDER = ["R²", "MSE", "Energy dist", "Pathway", "Coexpression", "Cell cycle", "Cytokine", "DEG dice@100", "LogFC Sp."]
LOWER = {"MSE", "Energy dist"}
STATISTICAL = {"R²", "MSE", "Energy dist"}
FAMILIES = {
    "scVI": "VAE-Observed", "PCA": "PCA", "AE": "AE-None", "mlAE": "AE-Modeled", "olAE": "AE-Observed",
    "nlscVI": "VAE-None", "mlscVI": "VAE-Modeled", "mean_baseline": None,
}


def cell(index, metric):
    if index % 41 == 7 or index % 53 == 5:
        return np.nan
    text = f"0.{(index * index * 31 + index * 7919 + 17) % 999983:06d}"
    return float(text[:4] if metric == "Cell cycle" else text)


def decoder_only():
    rows, index = [], 0
    for decoder in DECODERS:
        for model in MODELS:
            for split in SPLITS:
                for metric in FILE_ORDER:
                    value = 0.5 if metric == "MSE" and split == "split02" else cell(index, metric)
                    rows.append((model, decoder, split, metric, value))
                    index += 1
    return pd.DataFrame(rows, columns=["model", "decoder", "split", "metric", "value"])


def summaries():
    rows, index = [], 1000
    for dataset in DATASETS:
        for split in SPLITS:
            for latent in LATENTS:
                for model, family in FAMILIES.items():
                    for metric in FILE_ORDER:
                        value = cell(index, metric)
                        index += 1
                        if (dataset, model, latent) == ("tahoe", "mlAE", "512") and split != "split02":
                            value = np.nan if metric in STATISTICAL else value
                        rows.append((family and f"{family}-{latent}", dataset, split, metric, value))
    table = pd.DataFrame(rows, columns=["entity", "dataset", "split", "metric", "value"])
    return table[table.entity.notna()]


def percentile(values, metric):
    """Rank percentile with 1 for the best; no information in fewer than two different values."""
    present = values.dropna()
    if present.nunique() < 2:
        return pd.Series(np.nan, index=values.index)
    ranks = present.rank(method="average", ascending=metric in LOWER)
    return ((len(present) - ranks) / (len(present) - 1)).reindex(values.index)


def replicate_scores(table, replicate):
    table = table.dropna(subset="value").copy()
    table["rp"] = np.nan
    for (*_, metric), group in table.groupby(replicate + ["metric"]):
        table.loc[group.index, "rp"] = percentile(group.value, metric)
    table["category"] = np.where(table.metric.isin(STATISTICAL), "Stat.", "Bio.")
    scores = table.groupby(["entity", *replicate, "category"]).rp.mean().unstack("category")
    scores["Overall"] = (scores["Stat."] + scores["Bio."]) / 2
    return scores


def scaled(values, metric):
    low, high = values.min(), values.max()
    if high == low:
        return values * 0 + 0.5
    return (high - values) / (high - low) if metric in LOWER else (values - low) / (high - low)


def cells(table):
    means = table.groupby(["entity", "metric"]).value.mean().unstack("metric")
    return means, pd.DataFrame({metric: scaled(means[metric], metric) for metric in means})


def plain(frame):
    return {
        entity: {column: None if np.isnan(value) else value for column, value in row.items()}
        for entity, row in frame.to_dict("index").items()
    }


def panel(bars, means, sizes, order):
    return {"order": order, "bars": plain(bars), "values": plain(means), "sizes": plain(sizes)}


def by_overall(bars, entities):
    return sorted(entities, key=lambda entity: -bars.Overall[entity])


def main():
    decoders, summary = decoder_only(), summaries()
    out = {}

    fm = decoders[decoders.decoder == "MLP"].rename(columns={"model": "entity"})[["entity", "split", "metric", "value"]]
    bars = replicate_scores(fm, ["split"]).groupby("entity").mean()
    out["decoder_fm_funky"] = panel(bars, *cells(fm), by_overall(bars, MODELS))

    by_decoder = decoders.rename(columns={"decoder": "entity"})
    bars = replicate_scores(by_decoder, ["split"]).groupby("entity").mean()
    out["decoder_dec_funky"] = panel(bars, *cells(by_decoder), by_overall(bars, DECODERS))

    pca = summary[(summary.dataset == "pbmc") & summary.entity.str.startswith("PCA")]
    joint = pd.concat([fm, pca[["entity", "split", "metric", "value"]]], ignore_index=True)
    bars = replicate_scores(joint, ["split"]).groupby("entity").mean()
    means, sizes = cells(joint)
    order = by_overall(bars, MODELS) + [f"PCA-{latent}" for latent in LATENTS]
    out["decoder_vs_pca_funky"] = panel(bars, means, sizes, order)

    of_means = pd.DataFrame({metric: percentile(means[metric], metric) for metric in PANEL_ORDER})
    ranking = {}
    for entity in order:
        values = of_means.loc[entity].dropna().to_numpy()
        random = np.random.default_rng(42)
        resampled = [random.choice(values, size=len(values), replace=True).mean() for _ in range(4000)]
        middle, height = np.mean(resampled), bars.Overall[entity]
        low, high = np.quantile(resampled, [0.025, 0.975])
        ranking[entity] = [height, height - (middle - low), height + (high - middle)]
    out["decoder_pca_ranking"] = ranking

    replicates = replicate_scores(summary, ["dataset", "split"])
    bars = replicates.groupby("entity").mean()
    means, sizes = cells(summary)
    ranks = replicates.Overall.groupby(["entity", "dataset"]).mean().unstack("dataset")
    for dataset, label in [("pbmc", "PBMC-10M"), ("tahoe", "Tahoe-100M"), ("luca", "LuCA")]:
        means[label] = ranks[dataset]
        sizes[label] = scaled(ranks[dataset], "overall")
    out["reconstruction_funky"] = panel(bars, means, sizes, by_overall(bars, list(bars.index)))

    target = Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
