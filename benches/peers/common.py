"""What the scripts of the figures share: reading a CSV, grouping its rows, open axes and rows of a dot plot.

The tables have at most a few hundred rows, so the csv module reads them in less time than importing pandas takes.
"""

import csv
from collections import defaultdict
from operator import itemgetter

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

# Text stays text, as on our side.
plt.rcParams["svg.fonttype"] = "none"

def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def group(rows, *columns):
    """Rows by the text of a column, or by a tuple of several; groups in order of first appearance."""
    key, groups = itemgetter(*columns), defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def values(rows, column="value"):
    return [float(row[column]) for row in rows]


def by(rows, key, column="value"):
    """The number in `column` of each row by the text in `key`."""
    return {row[key]: float(row[column]) for row in rows}


def open_axes(ax, grid="both", alpha=0.3):
    ax.spines[["top", "right"]].set_visible(False)
    if grid:
        ax.grid(True, axis=grid, linestyle="--", alpha=alpha)
        ax.set_axisbelow(True)


def score_row(ax, y, colour, dots, means, triangle, jitter):
    """One row of a dot plot: faint replicates, the overall mean and, below it, the means of the two categories."""
    ax.scatter(dots, y + jitter.normal(0, 0.015, len(dots)), s=28, alpha=0.28, color=colour, edgecolors="none")
    ax.plot(means["overall"], y, "o", color=colour, ms=7, mew=0.6, zorder=3)
    for score, marker in (("statistical", "D"), ("biological", triangle)):
        ax.plot(means[score], y + 0.24, marker, mfc="white", mec=colour, ms=5.5, mew=0.9, zorder=3)


def add_legend(ax, **options):
    """One of several frameless legends of the same axes, counted in their layout and in the size of the page."""
    legend = ax.legend(frameon=False, **options)
    ax.add_artist(legend)
    # Axes clip what is added to them, and a clipped artist counts for nothing outside of them.
    legend.set_clip_on(False)


def score_handles(triangle, colour="black", size=6.0):
    """Legend entries of the three symbols of `score_row`."""
    hollow = {"ls": "none", "mfc": "white", "mec": colour, "mew": 1.0, "ms": size}
    return [
        plt.Line2D([], [], ls="none", marker="o", color=colour, ms=8, label="Overall (mean)"),
        plt.Line2D([], [], marker="D", label="Statistical (mean)", **hollow),
        plt.Line2D([], [], marker=triangle, label="Biological (mean)", **hollow),
    ]
