"""Draws a scatter of a CSV with the columns x, y and cell_type with matplotlib, the points as an image within the SVG.

    python benches/peers/scatter.py points.csv OUT.svg

Discs of area 1.5 square points at alpha 0.65 without edges, at 300 dpi on axes of 4.65 x 3.85 in, in at most twenty
colours by sorted name. Needs matplotlib and pandas: a million rows are read and grouped in less time with pandas, its
import included, than with numpy or the csv module. One call a category, since matplotlib draws many marks of one colour
from one stamp, but marks of many colours one by one.
"""

import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import pandas as pd

plt.rcParams["svg.fonttype"] = "none"

COLOURS = (
    "#4C78A8 #F58518 #E45756 #72B7B2 #54A24B #EECA3B #B279A2 #FF9DA6 #9D755D #BAB0AC "
    "#439894 #83BCE6 #D67195 #B5CF6B #FABFD2 #B6992D #499894 #86BCB6 #D6A5C9 #D3D3D3"
).split()


def main():
    points, out = sys.argv[1:]
    table = pd.read_csv(points, dtype={"cell_type": "category"})
    types = [
        (name, rows.x.to_numpy(), rows.y.to_numpy()) for name, rows in table.groupby("cell_type", observed=True)
    ]
    if len(types) > len(COLOURS):
        raise SystemExit(f"{len(types)} cell types, but {len(COLOURS)} colours")
    fig, ax = plt.subplots(figsize=(6, 5))
    for colour, (name, x, y) in zip(COLOURS, types):
        ax.scatter(x, y, s=1.5, alpha=0.65, color=colour, linewidths=0, rasterized=True, label=name)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=6.5, markerscale=4, frameon=False)
    fig.savefig(out, dpi=300, bbox_inches="tight", metadata={"Date": None})


main()
