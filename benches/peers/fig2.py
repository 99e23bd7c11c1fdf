"""Draws the ten figure 2 panels with matplotlib from the CSVs that `repro figures` uses, for a ratio of times.

    python3 benches/peers/fig2.py frozen/reconeval/published OUT

Needs matplotlib and pandas. Prints the seconds taken without imports, and each page size in points.
"""

import sys
import time
from itertools import combinations
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import pandas as pd

matplotlib.rcParams["svg.fonttype"] = "none"

LEVELS = ["Low", "Medium", "High"]
LATENTS = [10, 32, 128, 512, 2048]
DATASETS = ["pbmc", "luca", "tahoe"]
COLOURS = {"PCA": "#ffbf00", "AE": "#2171b5", "VAE": "#ae017e"}
MARKERS = {"PCA": "D", "AE": "s", "VAE": "P"}
DECODERS = {
    "scConcept": ("#6a3d9a", "o"),
    "scGPT": ("#d94801", "s"),
    "SCimilarity": ("#1f9d8a", "^"),
    "SE": ("#08519c", "D"),
}
SCALING = {
    "rev_distributional_energy_distance": "Energy dist (rev)",
    "deg_wilcoxon_pred_mean_genediff_spearman": "LogFC Spearman",
}
BOXES = {
    "tahoe": (
        (2, 1),
        (3.5, 4.6),
        ["rev_distributional_energy_distance", "deg_wilcoxon_pred_mean_genediff_spearman"],
    ),
    "pbmc": ((1, 2), (7.0, 2.6), ["pathway_spearman_average", "rev_distributional_energy_distance"]),
    "luca": ((1, 2), (7.0, 2.6), ["rev_distributional_energy_distance", "cellcycle_proportion_same_phase"]),
}


def open_axes(ax, grid="both"):
    ax.spines[["top", "right"]].set_visible(False)
    if grid:
        ax.grid(True, axis=grid, linestyle="--", alpha=0.3)
        ax.set_axisbelow(True)


def save(fig, out, name):
    path = out / f"{name}.svg"
    fig.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(fig)
    return path


def scaling_latent(table, out):
    for metric, label in SCALING.items():
        fig, axes = plt.subplots(1, 3, figsize=(13.5, 3.5), sharey=True)
        for ax, dataset in zip(axes, DATASETS):
            rows = table[(table.metric == metric) & (table.dataset == dataset)]
            for model, colour in COLOURS.items():
                line = rows[rows.model == model].sort_values("latent")
                ax.plot(line.latent, line.value, marker=MARKERS[model], color=colour, label=model)
            ax.set_xticks(LATENTS)
            ax.set_title(dataset, fontsize=16)
            ax.set_xlabel("Latent size", fontsize=16)
            ax.tick_params(labelsize=13)
            open_axes(ax)
        axes[0].set_ylabel(f"{label} (↑)", fontsize=16)
        fig.suptitle(f"{label}  (split01)", y=1.02, fontsize=12)
        fig.tight_layout()
        handles, labels = axes[0].get_legend_handles_labels()
        fig.legend(handles, labels, title="Model", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        yield save(fig, out, f"scaling_latent_{metric}")


def scaling_split(table, out):
    for metric, label in SCALING.items():
        fig, axes = plt.subplots(3, 5, figsize=(12, 6.6), sharex=True, sharey="row")
        for row, dataset in enumerate(DATASETS):
            for column, latent in enumerate(LATENTS):
                ax = axes[row, column]
                rows = table[(table.metric == metric) & (table.dataset == dataset) & (table.latent == latent)]
                for model, colour in COLOURS.items():
                    values = rows[rows.model == model].set_index("x_label").value.reindex(LEVELS)
                    ax.plot(range(3), values, marker=MARKERS[model], color=colour, lw=2.6, ms=9, label=model)
                ax.set_xticks(range(3), LEVELS)
                open_axes(ax)
                if row == 0:
                    ax.set_title(f"latent={latent}")
            axes[row, 0].set_ylabel(dataset)
        fig.suptitle(f"{label} (↑)", y=1.005, fontsize=12)
        fig.tight_layout()
        handles, labels = axes[0, 0].get_legend_handles_labels()
        fig.legend(handles, labels, title="Model", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
        yield save(fig, out, f"scaling_split_{metric}")


def average_ranking(table, out):
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
    sides = [
        (table[table.split != "all"], LEVELS, "OOD level"),
        (table[table.split == "all"], ["LuCA", "PBMC-10M", "Tahoe-100M"], "Dataset"),
    ]
    for ax, (rows, order, title) in zip(axes, sides):
        for height in (0.5, 1.0):
            ax.axhline(height, color="#b0b0b0", ls="--", lw=0.8)
        for model, colour in COLOURS.items():
            values = rows[rows.model == model].set_index("x_label").value.reindex(order)
            ax.plot(range(3), values, marker="o", color=colour, lw=1.6, ms=7, label=model)
        ax.set_xticks(range(3), order)
        ax.set_xlabel(title, fontsize=20.5)
        ax.tick_params(labelsize=16)
        ax.set_ylim(0, 1.05)
        open_axes(ax, grid=None)
    axes[0].set_ylabel("Average ranking", fontsize=20.5)
    fig.tight_layout()
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(
        handles,
        labels,
        title="Model",
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        frameon=False,
        fontsize=16,
        title_fontsize=16,
    )
    yield save(fig, out, "average_ranking")


def decoder(table, out):
    for metric, rows in table.groupby("metric", sort=False):
        label = rows.axis_title.iloc[0]
        fig, ax = plt.subplots(figsize=(4.0, 3.2))
        for model, (colour, marker) in DECODERS.items():
            values = rows[rows.model == model].set_index("x_label").value.reindex(LEVELS)
            ax.plot(range(3), values, marker=marker, color=colour, lw=1.0, ms=6, label=model)
        ax.set_xticks(range(3), LEVELS)
        ax.set_xlabel("OOD split", fontsize=12)
        ax.set_ylabel(label, fontsize=12)
        ax.set_title(label.removesuffix(" (↑)"), fontsize=13)
        ax.tick_params(labelsize=11)
        open_axes(ax)
        ax.legend(title="FM", loc="best", frameon=False)
        fig.tight_layout()
        yield save(fig, out, f"decoder_mlp_split_{metric}")


def boxes(table, brackets, out):
    models = ["AE", "VAE", "PCA"]
    for dataset, (grid, size, metrics) in BOXES.items():
        fig, axes = plt.subplots(*grid, figsize=size)
        for ax, metric in zip(axes, metrics):
            rows = table[(table.dataset == dataset) & (table.metric == metric)]
            rows = rows[rows.stat.isin(["min", "median", "max"])]
            stars = brackets[(brackets.dataset == dataset) & (brackets.metric == metric)]
            box_panel(ax, rows, stars.set_index(["model_a", "model_b"]).stars, models)
        fig.tight_layout()
        yield save(fig, out, f"{dataset}_boxplots_latent128")


def box_panel(ax, rows, stars, models):
    edge = {"color": "#333333", "linewidth": 0.9}
    ax.boxplot(
        [rows[rows.model == model].value for model in models],
        positions=range(3),
        widths=0.55,
        orientation="horizontal",
        patch_artist=True,
        showfliers=False,
        boxprops={"facecolor": "#9ec5e8", "edgecolor": "#333333", "linewidth": 0.9, "alpha": 0.5},
        whiskerprops=edge,
        capprops=edge,
        medianprops={"color": "#d94b1f", "linewidth": 1.4},
    )
    low, high = rows.value.min(), rows.value.max()
    step = 0.06 * max(high - low, 1e-6)
    for index, (a, b) in enumerate(combinations(range(3), 2)):
        text = stars.loc[(models[a], models[b])]
        if set(text) == {"*"}:
            x = high + step + index * step
            top, bottom, tick = a + 0.18, b - 0.18, 0.25 * step
            ax.plot([x - tick, x, x, x - tick], [top, top, bottom, bottom], color="0.3", lw=0.8)
            ax.text(x + tick, (a + b) / 2, text, weight="bold", size=14, color="0.2", va="center")
    ax.set_xlim(low - step, high + step + 4.2 * step)
    ax.set_yticks(range(3), models, fontsize=13)
    ax.tick_params(axis="x", labelsize=11)
    ax.invert_yaxis()
    ax.set_title(rows.metric_title.iloc[0], fontsize=14, pad=6)
    open_axes(ax, grid="x")


def main():
    published, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()

    def read(name):
        return pd.read_csv(published / f"fig2_{name}.csv")

    pages = [
        *scaling_latent(read("scaling_latent"), out),
        *scaling_split(read("scaling_split"), out),
        *average_ranking(read("average_ranking"), out),
        *decoder(read("decoder_mlp_split"), out),
        *boxes(read("boxplots_latent128"), read("boxplots_brackets"), out),
    ]
    print(f"{time.perf_counter() - start:.3f} s for {len(pages)} panels")
    for page in pages:
        box = page.read_text().split('viewBox="')[1].split('"')[0]
        print(page.stem, *box.split()[2:])


main()
