"""The eight panels of figure 3. Each function takes a reader of tables and returns a matplotlib figure."""

import colorsys
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from common import by, group, open_axes, plt, score_handles, score_row, values

MODELS = {"SE": "#4daf8b", "scGPT": "#d4756a", "scConcept": "#8d87bf", "SCimilarity": "#d4b35a"}
DECODERS = {"MLP": "#6baed6", "KNN": "#d4956a", "Transformer": "#8fbc8f"}
NEIGHBOURS = {
    "MLP": "#6baed6",
    "KNN-5": "#2f4f4f",
    "KNN-10": "#d4956a",
    "KNN-20": "#f5deb3",
    "KNN-50": "#b22222",
    "Transformer": "#8fbc8f",
}
# Panel -> colours, legend title and height of its top, figure size, title.
COMPARISONS = {
    "fm": (MODELS, "Foundation model", 0.55, (8, 3), "FM Comparison (MLP decoder, 3 splits)"),
    "decoder": (DECODERS, "Decoder", 0.45, (8, 3), "Decoder Comparison (aggregated across 4 FMs, 3 splits)"),
    "knn": (NEIGHBOURS, "Decoder", 0.45, (10, 5), "Decoder Comparison (aggregated across 4 FMs, 3 splits)"),
}
RANKING = {"PCA": "#4C78A8", **MODELS}
LATENTS = ["10", "32", "128", "512", "2048"]

GROUP_COLOURS = {"overall": "#7A3A61", "datasets": "#B88A2D", "statistical": "#233C66", "biological": "#2D6B66"}
HEADERS = {"overall": "Rank", "datasets": "Datasets", "statistical": "Statistical", "biological": "Biological"}
BARS = {"overall": "Overall", "statistical": "Stat.", "biological": "Bio."}
DATASETS = {
    "overall_rank_pbmc": "PBMC-10M",
    "overall_rank_tahoe": "Tahoe-100M",
    "overall_rank_luca": "LuCA",
}
STATISTICAL = ["R²", "MSE", "Energy dist"]
BIOLOGICAL = ["Pathway", "Coexpression", "Cell cycle", "Cytokine", "DEG dice@100", "LogFC Sp."]
LOWER_IS_BETTER = {"MSE", "Energy dist"}
# Panel -> figure size, title, least area of a circle.
HEATMAPS = {
    "decoder_fm_funky": ((7, 3.5), "FM × Metrics (MLP decoder)", 180),
    "decoder_dec_funky": ((7, 3), "Decoder × Metrics (aggregated across 4 FMs)", 230),
    "decoder_vs_pca_funky": ((7, 6.5), "Decoder-only vs PCA reconstruction", 180),
}


def comparison(table, which):
    colours, title, top, size, heading = COMPARISONS[which]
    rows = group(group(table("scores"), "svg")[f"decoder_{which}_comparison.svg"], "label")
    jitter = np.random.default_rng(0)
    with plt.rc_context({"font.size": 11, "axes.titlesize": 12}):
        fig, ax = plt.subplots(figsize=size)
        for y, (label, entity) in enumerate(rows.items()):
            dots = values(row for row in entity if row["statistic"] == "split_value")
            means = by((row for row in entity if row["statistic"] == "mean"), "score")
            score_row(ax, y, colours[label], dots, means, "v", jitter)
        ax.set_yticks(range(len(rows)), rows)
        ax.invert_yaxis()
        ax.set_xlim(0, 1.05)
        ax.set_xticks(np.linspace(0, 1, 6))
        ax.set_xlabel("Rank-percentile score")
        ax.set_title(heading)
        open_axes(ax, grid="x", alpha=0.35)
        place = {"loc": "upper left", "frameon": False}
        scores = ax.legend(handles=score_handles("v"), title="Score", bbox_to_anchor=(1.01, 1.0), **place)
        ax.add_artist(scores)
        patches = [Patch(color=colour, label=label) for label, colour in colours.items()]
        ax.legend(handles=patches, title=title, bbox_to_anchor=(1.01, top), **place)
        fig.tight_layout(rect=(0, 0, 0.72, 1))
        # The layout leaves a legend out that axes clip, as it seems to have done in the published panels; the page
        # must not.
        scores.set_clip_on(False)
    return fig


@dataclass
class Column:
    """A column of a heatmap: a bar or a circle for every row, `x` in steps of the layout."""

    name: str
    group: str
    x: float
    bar: bool


def layout(datasets):
    """Columns of a heatmap, with or without a circle for each dataset."""
    columns, x = [], 0.0

    def add(name, category, gap, bar=False):
        nonlocal x
        x = x + 0.55 + gap if columns else 0.0
        columns.append(Column(name, category, x, bar))

    add("overall", "overall", 0.0, bar=True)
    for i, name in enumerate(datasets):
        add(name, "datasets", 0.0 if i else 0.15)
    for category, metrics, gap in (
        ("statistical", STATISTICAL, 0.25 if datasets else 0.15),
        ("biological", BIOLOGICAL, 0.25),
    ):
        add(category, category, gap, bar=True)
        for i, name in enumerate(metrics):
            add(name, category, 0.0 if i else 0.08)
    return columns


def shade(colour, lightness):
    """The colour with another lightness."""
    hue, _, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
    return tuple(int(channel * 255) / 255 for channel in colorsys.hls_to_rgb(hue, lightness, saturation))


def scaled(numbers, lower_is_better):
    """Min-max within a column, 1 is best; 0.5 throughout if the column is constant."""
    numbers = np.asarray(numbers)
    low, high = numbers.min(), numbers.max()
    if low == high:
        return np.full(len(numbers), 0.5)
    return (high - numbers if lower_is_better else numbers - low) / (high - low)


def draw_bar(ax, column, heights, lengths):
    for y, length in zip(heights, lengths):
        left, colour = column.x - 0.26, shade(GROUP_COLOURS[column.group], 0.35 + 0.5 * (1 - length))
        ax.add_patch(
            FancyBboxPatch(
                (left, y - 0.32), 0.52 * length, 0.64, boxstyle="round,pad=0.03", facecolor=colour, edgecolor="none"
            )
        )
        ax.text(left, y, f"{length:.2f}", size=7, ha="left", va="center")


def draw_circles(ax, column, heights, printed, scores, area):
    colours = [shade(GROUP_COLOURS[column.group], 0.85 - 0.55 * score) for score in scores]
    # In low figures the circles of the first and the last row reach beyond the axes.
    ax.scatter(
        [column.x] * len(heights),
        heights,
        s=550 * scores + area,
        c=colours,
        edgecolors="black",
        linewidths=0.3,
        clip_on=False,
    )
    for y, text in zip(heights, printed):
        ax.text(column.x, y, text, size=7, ha="center", va="center")


def decorate(ax, columns, heights, labels, title, label_size):
    first, last = columns[0].x, columns[-1].x
    for y in heights:
        if y % 2 == 0:
            ax.add_patch(Rectangle((first - 0.4, y - 0.45), last - first + 0.8, 0.9, color="#f5f5f5", lw=0, zorder=0))
    groups = {name: [column.x for column in columns if column.group == name] for name in GROUP_COLOURS}
    groups = {name: xs for name, xs in groups.items() if xs}
    for name, xs in groups.items():
        middle = sum(xs) / len(xs)
        ax.text(middle, -0.85, HEADERS[name], size=10, weight="bold", color=GROUP_COLOURS[name], ha="center")
    edges = list(groups.values())
    for left, right in zip(edges, edges[1:]):
        ax.axvline((left[-1] + right[0]) / 2, color="0.82", ls="--", lw=0.5, alpha=0.6, zorder=0)
    names = BARS | DATASETS
    ax.set_xticks([column.x for column in columns], [names.get(column.name, column.name) for column in columns])
    ax.tick_params(axis="x", labelsize=9)
    plt.setp(ax.get_xticklabels(), rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(heights, labels, fontsize=label_size)
    ax.tick_params(length=0)
    ax.set_xlim(first - 0.45, last + 0.45)
    ax.set_ylim(heights[-1] + 0.5, -0.5)
    ax.spines[:].set_visible(False)
    ax.set_title(title, pad=25)


def heatmap(table, panel):
    size, title, area = HEATMAPS[panel]
    scores = group(group(table("scores"), "svg")[f"{panel}.svg"], "label")
    cells = group(group(table("funky_cells"), "svg")[f"{panel}.svg"], "metric")
    labels = list(scores)
    # One blank row separates the foundation models from the sizes of PCA.
    heights = [y + (panel == "decoder_vs_pca_funky" and label.startswith("PCA")) for y, label in enumerate(labels)]
    fig, ax = plt.subplots(figsize=size)
    columns = layout([])
    for column in columns:
        if column.bar:
            draw_bar(ax, column, heights, [by(scores[label], "score")[column.name] for label in labels])
        else:
            printed = [row["printed_value"] for row in cells[column.name]]
            draw_circles(ax, column, heights, printed, np.array(values(cells[column.name], "minmax_score")), area)
    if panel != "decoder_vs_pca_funky":
        statistical = next(column.x for column in columns if column.name == "statistical")
        for y, mse, r2 in zip(heights, cells["MSE"], cells["R²"]):
            text = f"{mse['printed_value']}  {r2['printed_value']}"
            ax.text(statistical, y + 0.38, text, size=6, color="0.4", ha="center", va="top")
    decorate(ax, columns, heights, labels, title, 10 if panel == "decoder_vs_pca_funky" else 11)
    fig.tight_layout()
    return fig


def reconstruction(table):
    scores = group(group(table("scores"), "svg")["reconstruction_funky.svg"], "label")
    cells = group(table("reconstruction_cells"), "column")
    labels, heights = list(scores), list(range(len(scores)))
    fig, ax = plt.subplots(figsize=(9, 18))
    columns = layout(DATASETS)
    for column in columns:
        if column.bar:
            draw_bar(ax, column, heights, [by(scores[label], "score")[column.name] for label in labels])
        else:
            printed = {row["model"]: row["printed_value"] for row in cells[column.name]}
            numbers = [float(printed[label]) for label in labels]
            texts = [printed[label] for label in labels]
            draw_circles(ax, column, heights, texts, scaled(numbers, column.name in LOWER_IS_BETTER), 180)
    decorate(ax, columns, heights, labels, "PCA, scVI, AE reconstruction", 10)
    fig.tight_layout()
    return fig


def pca_ranking(table):
    latents = group(table("pca_ranking"), "latent")
    with plt.rc_context({"font.size": 11}):
        fig, ax = plt.subplots(figsize=(7.2, 4.2))
        for tick, latent in enumerate(LATENTS):
            rows = sorted(latents[latent], key=lambda row: row["model"])
            for i, row in enumerate(rows):
                x, height = tick + 0.3 * (i - (len(rows) - 1) / 2), float(row["overall_rank"])
                colour = RANKING[row["model"]]
                ax.bar(x, height, 0.3, color=colour, edgecolor="white", lw=0.8)
                spread = [[float(row["low_diff"])], [float(row["high_diff"])]]
                ax.errorbar(x, height, yerr=spread, fmt="none", ecolor="black", elinewidth=1, capsize=3)
                ax.text(x, height / 2 - 0.02, f"{height:.2f}", ha="center", va="bottom")
        ax.set_xticks(range(len(LATENTS)), LATENTS, fontsize=16)
        ax.set_xlabel("Latent size", fontsize=16)
        ax.set_ylabel("Rank")
        ax.set_ylim(0, 1.05)
        open_axes(ax, grid="y")
        # In order of first appearance.
        models = group(table("pca_ranking"), "model")
        ax.legend(handles=[Patch(color=RANKING[model], label=model) for model in models], frameon=False)
        fig.tight_layout()
    return fig


PANELS = {
    **{f"decoder_{which}_comparison": partial(comparison, which=which) for which in COMPARISONS},
    **{panel: partial(heatmap, panel=panel) for panel in HEATMAPS},
    "decoder_pca_ranking": pca_ranking,
    "reconstruction_funky": reconstruction,
}
