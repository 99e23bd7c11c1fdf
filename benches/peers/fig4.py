"""The six panels of figure 4. Each function takes a reader of tables and returns a matplotlib figure."""

from functools import partial

import numpy as np
from matplotlib.patches import Patch

from common import add_legend, group, open_axes, plt, values

LATENTS = [10, 32, 128, 512, 2048]
STYLES = {
    "AE": ("#2171b5", "o"),
    "nlscVI": ("#ae017e", "s"),
    "PCA": ("#ffbf00", "D"),
    "SE": ("#2ca02c", "*"),
    "scGPT": ("#d62728", "P"),
    "scConcept": ("#9467bd", "X"),
    "scimilarity": ("#8c564b", "^"),
}
CATEGORIES = {"Statistical": "#FFE0B2", "Biological": "#E8F5E9", "Perturbational": "#E3F2FD"}
AXES = [
    "Biological",
    "Perturbational",
    "Statistical",
    "Statistical",
    "Biological",
    "Biological",
    "Biological",
    "Biological",
    "Biological",
]
SIMULATORS = {"st": "STATE", "cf": "CellFlow"}


def aggregate_ranks(table, panel):
    rows = group(group(table("aggregate_ranks"), "panel")[panel], "category", "model")
    fig, axes = plt.subplots(1, 3, figsize=(18, 5.2), sharey=True)
    for ax, category in zip(axes, CATEGORIES):
        for model, (colour, marker) in STYLES.items():
            entry = rows[category, model]
            x, y = values(entry, "latent"), values(entry, "score_exact")
            if entry[0]["is_fm"] == "true":
                ax.scatter(x, y, s=180, color=colour, marker=marker, label=entry[0]["display"], zorder=4)
            else:
                style = {"color": colour, "marker": marker, "lw": 1.8, "ms": 10, "zorder": 3}
                ax.plot(*zip(*sorted(zip(x, y))), label=entry[0]["display"], **style)
        ax.set_xscale("log", base=2)
        ax.set_xticks(LATENTS, [str(latent) for latent in LATENTS])
        ax.set_ylim(0, 1.05)
        ax.set_yticks([0.25, 0.5, 0.75, 1.0])
        ax.set_xlabel("Latent size", fontsize=20)
        ax.set_title(category, fontsize=20)
        ax.tick_params(labelsize=20)
        open_axes(ax)
    axes[0].set_ylabel("Rank-percentile score", fontsize=22)
    fig.subplots_adjust(left=0.05, right=0.98, bottom=0.15, top=0.88, wspace=0.08)
    fig.legend(
        *axes[0].get_legend_handles_labels(),
        loc="lower center",
        bbox_to_anchor=(0.5, -0.08),
        ncols=7,
        fontsize=20,
        frameon=False,
    )
    return fig


def radar(table, panel):
    models = group(group(table("radar"), "panel")[panel], "model")
    angles = np.linspace(0, 2 * np.pi, len(AXES), endpoint=False)
    fig, ax = plt.subplots(figsize=(8, 8), subplot_kw={"projection": "polar"})
    colours = [CATEGORIES[category] for category in AXES]
    ax.bar(angles, 1.15, width=2 * np.pi / len(AXES), color=colours, alpha=0.35, zorder=0)
    for model, rows in models.items():
        colour, (theta, radius) = STYLES[model][0], (np.append(v, v[0]) for v in (angles, values(rows, "radius")))
        ax.plot(theta, radius, color=colour, lw=0.4, label=rows[0]["legend_label"])
        ax.fill(theta, radius, color=colour, alpha=0.06, lw=0)
    ax.set_ylim(0, 1.15)
    ax.set_yticks([0.25, 0.5, 0.75, 1.0], ["25%", "50%", "75%", ""], color="grey", fontsize=14)
    labels = [row["axis_label"] for row in next(iter(models.values()))]
    ax.set_xticks(angles, labels, fontsize=14)
    ax.grid(color="grey", alpha=0.3, lw=0.4)
    ax.spines["polar"].set_linewidth(0.4)
    ax.set_title(f"Latents for {SIMULATORS[panel]}", fontsize=14, y=1.08)
    patches = [Patch(color=colour, alpha=0.8, label=category) for category, colour in CATEGORIES.items()]
    place = {"alignment": "left", "loc": "upper left", "bbox_to_anchor": (-0.08, 1.08)}
    add_legend(ax, handles=patches, title="Category", fontsize=10, handlelength=1.0, **place)
    add_legend(ax, loc="upper right", bbox_to_anchor=(1.28, 1.08), fontsize=14)
    # In units of the font size of 10.
    fig.tight_layout(pad=1.5 if panel == "st" else 0.3)
    return fig


def bars(table, panel):
    rows = group(group(table("bars"), "panel")[panel], "category")
    fig, ax = plt.subplots(figsize=(8.45, 3.5))
    for category, colour in CATEGORIES.items():
        segments = rows[category]
        ax.bar(
            [row["label"] for row in segments],
            values(segments, "segment_height"),
            bottom=values(segments, "segment_bottom"),
            width=0.78,
            color=colour,
            edgecolor="black",
            lw=0.5,
            label=category,
        )
    totals = values(rows["Statistical"], "total_from_svg")
    offset = 0.02 * (1 if panel == "st" else max(totals))
    for x, total in enumerate(totals):
        ax.text(x, total + offset, f"{total:.2f}", size=14, ha="center", va="bottom")
    ax.set_ylabel("Rank-percentile score", fontsize=16)
    ax.set_ylim(0, 1.05)
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.tick_params(labelsize=15)
    plt.setp(ax.get_xticklabels(), rotation=30, ha="right")
    open_axes(ax, grid="y")
    ax.legend(title="Category", loc="upper right", fontsize=13, title_fontsize=13, frameon=False)
    fig.tight_layout(pad=0.3)
    return fig


PANELS = {
    name: partial(draw, panel=panel)
    for panel in SIMULATORS
    for name, draw in (
        (f"aggregate_ranks_{panel}", aggregate_ranks),
        (f"radar_{panel}_scaling", radar),
        (f"bar_{panel}_scaling", bars),
    )
}
