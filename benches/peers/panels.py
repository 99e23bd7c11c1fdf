"""Draws the panels of figures 2 to 4 with matplotlib from the CSVs that `repro figures` uses.

    python benches/peers/panels.py frozen/reconeval/published OUT [fig2 fig3/decoder_fm_funky ...]

Without selectors all panels are drawn. Each is written to OUT/<figure>/<panel>.svg. Needs matplotlib only.
"""

import argparse
from functools import cache, partial
from pathlib import Path

import fig2
import fig3
import fig4
from common import plt, read


def selected(panels, selectors):
    """The panels of the figures and of the names asked for, all of them if nothing is; an unknown name is an error."""
    figures = {panel.split("/")[0] for panel in panels}
    if unknown := set(selectors) - figures - set(panels):
        raise SystemExit(f"no such figure or panel: {', '.join(sorted(unknown))}")
    return [panel for panel in panels if not selectors or {panel, panel.split("/")[0]} & set(selectors)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("published", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("selectors", nargs="*")
    options = parser.parse_args()

    panels = {}
    for figure in (fig2, fig3, fig4):
        # Several panels read the same table.
        table = cache(lambda name, prefix=figure.__name__: read(options.published / f"{prefix}_{name}.csv"))
        panels |= {f"{figure.__name__}/{name}": partial(draw, table) for name, draw in figure.PANELS.items()}
        (options.out / figure.__name__).mkdir(parents=True, exist_ok=True)
    for panel in selected(panels, options.selectors):
        fig = panels[panel]()
        fig.savefig(options.out / f"{panel}.svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(fig)


main()
