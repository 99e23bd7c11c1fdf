"""The fifteen panels of figure 2. Each function takes a reader of tables and returns a matplotlib figure."""

from functools import partial
from itertools import combinations

import numpy as np

from common import add_legend, by, group, open_axes, plt, score_handles, score_row, values

LEVELS = ["Low", "Medium", "High"]
LATENTS = ["10", "32", "128", "512", "2048"]
DATASETS = ["pbmc", "luca", "tahoe"]
TITLES = {"pbmc": "PBMC-10M", "luca": "LuCA", "tahoe": "Tahoe-100M"}
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
FAMILY_COLOURS = {
    ("AE", "none"): "#08306b",
    ("AE", "modeled"): "#2171b5",
    ("AE", "observed"): "#6baed6",
    ("scVI", "none"): "#49006a",
    ("scVI", "modeled"): "#ae017e",
    ("scVI", "observed"): "#f768a1",
    ("PCA", "none"): "#ffbf00",
}
# Rows are 1 apart inside a family and 1.35 apart between families.
FAMILY_ROWS = dict(zip(FAMILY_COLOURS, [0, 1, 2, 3.35, 4.35, 5.35, 6.7]))
MODES = {"none": ("●", "o"), "modeled": ("▲", "^"), "observed": ("◆", "D")}
LOGFC = {"olAE": "#2171b5", "nlscVI": "#7a0177", "PCA": "#ffbf00"}
OUTSIDE = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "frameon": False}


def scaling_latent(table, metric):
    label, rows = SCALING[metric], group(table("scaling_latent"), "metric", "dataset", "model")
    fig, axes = plt.subplots(1, 3, figsize=(13.5, 3.5), sharey=True)
    for ax, dataset in zip(axes, DATASETS):
        for model, colour in COLOURS.items():
            line = by(rows[metric, dataset, model], "latent")
            ax.plot(
                [int(latent) for latent in LATENTS],
                [line.get(latent, np.nan) for latent in LATENTS],
                marker=MARKERS[model],
                color=colour,
                label=model,
            )
        ax.set_xticks([int(latent) for latent in LATENTS])
        ax.set_title(dataset, fontsize=16)
        ax.set_xlabel("Latent size", fontsize=16)
        ax.tick_params(labelsize=13)
        open_axes(ax)
    axes[0].set_ylabel(f"{label} (↑)", fontsize=16)
    fig.suptitle(f"{label}  (split01)", y=1.02, fontsize=12)
    fig.tight_layout()
    fig.legend(*axes[0].get_legend_handles_labels(), title="Model", **OUTSIDE)
    return fig


def level_line(ax, rows, order, **style):
    line = by(rows, "x_label")
    ax.plot(range(len(order)), [line.get(level, np.nan) for level in order], **style)


def scaling_split(table, metric):
    rows = group(table("scaling_split"), "metric", "dataset", "latent", "model")
    fig, axes = plt.subplots(3, 5, figsize=(12, 6.6), sharex=True, sharey="row")
    for row, dataset in enumerate(DATASETS):
        for column, latent in enumerate(LATENTS):
            ax = axes[row, column]
            for model, colour in COLOURS.items():
                style = {"marker": MARKERS[model], "color": colour, "lw": 2.6, "ms": 9, "label": model}
                level_line(ax, rows[metric, dataset, latent, model], LEVELS, **style)
            open_axes(ax)
            if row == 0:
                ax.set_title(f"latent={latent}")
        axes[row, 0].set_ylabel(dataset)
    # The columns share their x axes.
    axes[0, 0].set_xticks(range(3), LEVELS)
    fig.suptitle(f"{SCALING[metric]} (↑)", y=1.005, fontsize=12)
    fig.tight_layout()
    fig.legend(*axes[0, 0].get_legend_handles_labels(), title="Model", **OUTSIDE)
    return fig


def average_ranking(table):
    rows = table("average_ranking")
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
    sides = [
        ([row for row in rows if row["split"] != "all"], LEVELS, "OOD level"),
        ([row for row in rows if row["split"] == "all"], ["LuCA", "PBMC-10M", "Tahoe-100M"], "Dataset"),
    ]
    for ax, (side, order, title) in zip(axes, sides):
        for height in (0.5, 1.0):
            ax.axhline(height, color="#b0b0b0", ls="--", lw=0.8)
        models = group(side, "model")
        for model, colour in COLOURS.items():
            level_line(ax, models[model], order, marker="o", color=colour, lw=1.6, ms=7, label=model)
        ax.set_xticks(range(3), order)
        ax.set_xlabel(title, fontsize=20.5)
        ax.tick_params(labelsize=16)
        ax.set_ylim(0, 1.05)
        open_axes(ax, grid=None)
    axes[0].set_ylabel("Average ranking", fontsize=20.5)
    fig.tight_layout()
    fig.legend(*axes[0].get_legend_handles_labels(), title="Model", fontsize=16, title_fontsize=16, **OUTSIDE)
    return fig


def decoder_mlp_split(table, metric):
    rows = group(table("decoder_mlp_split"), "metric")[metric]
    label, models = rows[0]["axis_title"], group(rows, "model")
    fig, ax = plt.subplots(figsize=(4.0, 3.2))
    for model, (colour, marker) in DECODERS.items():
        level_line(ax, models[model], LEVELS, marker=marker, color=colour, lw=1.0, ms=6, label=model)
    ax.set_xticks(range(3), LEVELS)
    ax.set_xlabel("OOD split", fontsize=12)
    ax.set_ylabel(label, fontsize=12)
    ax.set_title(label.removesuffix(" (↑)"), fontsize=13)
    ax.tick_params(labelsize=11)
    open_axes(ax)
    ax.legend(title="FM", loc="best", frameon=False)
    fig.tight_layout()
    return fig


def boxplots(table, dataset):
    models = ["AE", "VAE", "PCA"]
    rows = group(table("boxplots_latent128"), "dataset", "metric")
    brackets = group(table("boxplots_brackets"), "dataset", "metric")
    grid, size, metrics = BOXES[dataset]
    fig, axes = plt.subplots(*grid, figsize=size)
    for ax, metric in zip(axes, metrics):
        # The least, the middle and the greatest of three values are the three values.
        shown = [row for row in rows[dataset, metric] if row["stat"] in ("min", "median", "max")]
        stars = {(row["model_a"], row["model_b"]): row["stars"] for row in brackets[dataset, metric]}
        box_panel(ax, shown, stars, models)
    fig.tight_layout()
    return fig


def box_panel(ax, rows, stars, models):
    edge = {"color": "#333333", "linewidth": 0.9}
    data = group(rows, "model")
    ax.boxplot(
        [values(data[model]) for model in models],
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
    low, high = min(values(rows)), max(values(rows))
    step = 0.06 * max(high - low, 1e-6)
    for index, (a, b) in enumerate(combinations(range(3), 2)):
        text = stars[models[a], models[b]]
        if set(text) == {"*"}:
            x = high + step + index * step
            top, bottom, tick = a + 0.18, b - 0.18, 0.25 * step
            ax.plot([x - tick, x, x, x - tick], [top, top, bottom, bottom], color="0.3", lw=0.8)
            ax.text(x + tick, (a + b) / 2, text, weight="bold", size=14, color="0.2", va="center")
    ax.set_xlim(low - step, high + step + 4.2 * step)
    ax.set_yticks(range(3), models, fontsize=13)
    ax.tick_params(axis="x", labelsize=11)
    ax.invert_yaxis()
    ax.set_title(rows[0]["metric_title"], fontsize=14, pad=6)
    open_axes(ax, grid="x")


def family_panel(ax, rows):
    """Dots and means of the seven models, a row each; the rows of the CSV are one cell of the grid."""
    models, jitter = group(rows, "family", "library_size_mode"), np.random.default_rng(0)
    for model, y in FAMILY_ROWS.items():
        dots = values(row for row in models[model] if row["stat"].startswith("point"))
        means = by((row for row in models[model] if row["stat"] == "mean"), "score")
        score_row(ax, y, FAMILY_COLOURS[model], dots, means, "^", jitter)
    for y in (2.675, 6.025):
        ax.axhline(y, color="0.7", ls="--", lw=0.8)
    ax.set_xlim(0, 1)
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set_ylim(7.4, -0.6)
    open_axes(ax, grid="x")


def mode_ticks(ax, size):
    ax.set_yticks(list(FAMILY_ROWS.values()), [MODES[mode][0] for _, mode in FAMILY_ROWS], fontsize=size)
    ax.tick_params(axis="y", length=0)


def panel_combined(table):
    rows = table("panel_combined_latent128")
    fig, ax = plt.subplots(figsize=(7.2, 4.6))
    family_panel(ax, rows)
    mode_ticks(ax, 14)
    bounds = group(rows, "family", "library_size_mode", "stat")
    for model, y in FAMILY_ROWS.items():
        ends = [float(bounds[*model, end][0]["value"]) for end in ("ci_low", "ci_high")]
        ax.plot(ends, [y, y], color=FAMILY_COLOURS[model], lw=4, zorder=2.5)
    ax.set_xlabel("Rank-percentile score")
    ax.set_title("combined  |  latent=128  |  luca:bio=6, pbmc:bio=6, tahoe:bio=5", loc="left", fontsize=11)
    scores = score_handles("^", "0.25")
    scores[0].set(label="Overall (mean ± CI)", linestyle="-", linewidth=4)
    modes = [plt.Line2D([], [], ls="none", color="0.25", marker=m, label=mode) for mode, (_, m) in MODES.items()]
    families = [
        plt.Line2D([], [], ls="none", marker="o", ms=8, color=FAMILY_COLOURS[family, "none"], label=label)
        for family, label in (("AE", "AE family"), ("scVI", "scVI family"), ("PCA", "PCA"))
    ]
    for title, handles, top in (
        ("Score", scores, 1.02),
        ("Library size mode", modes, 0.72),
        ("Model family", families, 0.42),
    ):
        place = {"alignment": "left", "loc": "upper left", "bbox_to_anchor": (1.02, top)}
        add_legend(ax, handles=handles, title=title, **place)
    fig.tight_layout()
    return fig


def panel_grid(table):
    cells = group(table("panel_grid"), "latent", "dataset")
    # Page and axes in points: 790.2 x 747.9 and 207.78 x 111.92, axes 237.03 and 127.66 apart.
    fig, axes = plt.subplots(5, 3, figsize=(790.2 / 72, 747.9 / 72), sharex=True, sharey=True)
    fig.subplots_adjust(
        left=92 / 790.2,
        right=(92 + 2 * 237.03 + 207.78) / 790.2,
        top=1 - 31 / 747.9,
        bottom=1 - (31 + 4 * 127.66 + 111.92) / 747.9,
        wspace=237.03 / 207.78 - 1,
        hspace=127.66 / 111.92 - 1,
    )
    for row, latent in enumerate(LATENTS):
        for column, dataset in enumerate(DATASETS):
            ax = axes[row, column]
            family_panel(ax, cells[latent, dataset])
            ax.tick_params(labelsize=11, left=False)
            if row == 0:
                ax.set_title(TITLES[dataset], fontsize=14, weight="bold")
            if row == len(LATENTS) - 1:
                ax.set_xlabel("Rank-percentile score", fontsize=12)
        first = axes[row, 0]
        for y, name in ((1, "AE"), (4.35, "VAE"), (6.7, "PCA")):
            first.text(
                -0.11, y, name, transform=first.get_yaxis_transform(), ha="right", va="center", weight="bold", size=14
            )
        first.text(
            -0.36,
            0.5,
            f"latent={latent}",
            transform=first.transAxes,
            rotation=90,
            ha="center",
            va="center",
            weight="bold",
            size=14,
        )
    # The rows share their y axes.
    mode_ticks(axes[0, 0], 14)
    for ax in axes[:, 0]:
        ax.tick_params(axis="y", labelsize=14)
    fig.legend(
        handles=score_handles("^", "0.25"),
        title="Score",
        ncols=3,
        loc="lower center",
        bbox_to_anchor=(0.5, 0.0),
        frameon=False,
        fontsize=14,
        title_fontsize=14,
    )
    return fig


def logfc_axes(ax, limit, grey):
    ax.axline((0, 0), slope=1, color=grey, ls="--", lw=1, zorder=1)
    ax.set_xlim(-limit, limit)
    ax.set_ylim(-limit, limit)
    ax.set_xlabel("True logFC")
    ax.set_ylabel("Predicted logFC")


def logfc_dabrafenib(table):
    rows = group(table("logfc"), "panel")["tahoe_logfc_dabrafenib"]
    models = group(rows, "model_key")
    fig, ax = plt.subplots(figsize=(3.5, 3.2))
    for model, colour in LOGFC.items():
        ax.scatter(
            values(models[model], "true_logfc"),
            values(models[model], "predicted_logfc"),
            s=20,
            alpha=0.8,
            color=colour,
            edgecolors="none",
            label=model,
        )
    for gene, colour in (("EGR1", "red"), ("AXIN2", "black")):
        named = [row for row in rows if row["gene"] == gene]
        x, y = values(named, "true_logfc"), values(named, "predicted_logfc")
        ax.scatter(x, y, s=20, c=[LOGFC[row["model_key"]] for row in named], edgecolors=colour, linewidths=0.4)
        ax.annotate(gene, (x[0], y[0]), xytext=(3, 3), textcoords="offset points", size=7, color=colour)
    logfc_axes(ax, max(map(abs, values(rows, "true_logfc"))) + 0.05, (0.5, 0.5, 0.5, 0.5))
    ax.grid(True, linestyle="--", alpha=0.25)
    ax.set_title("CVCL_0320 · Dabrafenib perturbed", fontsize=9)
    ax.legend(loc="upper left", frameon=False, fontsize=7)
    return fig


def logfc_zoom(table, gene):
    rows = group(table("logfc"), "panel")[f"tahoe_logfc_{gene.lower()}_zoom"]
    models = group(rows, "model_key")
    fig, ax = plt.subplots(figsize=(3.4, 2.8))
    ax.axhline(0, color="0.85", lw=1, zorder=0)
    ax.axvline(0, color="0.85", lw=1, zorder=0)
    for model, colour in LOGFC.items():
        x, y = values(models[model], "true_logfc"), values(models[model], "predicted_logfc")
        ax.scatter(x, y, s=16, alpha=0.85, color=colour, edgecolors="none", label=model)
    limit = 1.08 * max(map(abs, values(rows, "true_logfc") + values(rows, "predicted_logfc")))
    logfc_axes(ax, limit, "0.6")
    ax.xaxis.label.set_size(8)
    ax.yaxis.label.set_size(8)
    ax.tick_params(labelsize=8)
    ax.set_title(gene, fontsize=10)
    ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=8)
    fig.tight_layout()
    return fig


PANELS = {
    **{f"scaling_latent_{metric}": partial(scaling_latent, metric=metric) for metric in SCALING},
    **{f"scaling_split_{metric}": partial(scaling_split, metric=metric) for metric in SCALING},
    "average_ranking": average_ranking,
    **{
        f"decoder_mlp_split_{metric}": partial(decoder_mlp_split, metric=metric)
        for metric in ("deg_pred_mean_genediff_spearman", "rev_distributional_energy_distance")
    },
    **{f"{dataset}_boxplots_latent128": partial(boxplots, dataset=dataset) for dataset in BOXES},
    "panel_combined_latent128": panel_combined,
    "panel_grid_dataset_x_latent": panel_grid,
    "tahoe_logfc_dabrafenib": logfc_dabrafenib,
    "tahoe_logfc_egr1_zoom": partial(logfc_zoom, gene="EGR1"),
    "tahoe_logfc_axin2_zoom": partial(logfc_zoom, gene="AXIN2"),
}
