"""`repro figures` beside matplotlib (`scatter.py`) on a scatter of a million points from the same CSV.

    python benches/peers/million.py target/release/repro [--rows 1000000] [--runs 3]

Both sides are whole processes, asked in turn, start-up, reading and grouping included; ours also verifies the file's
hash and knows the row behind every point. Prints medians, the ratio, peak memory and file sizes; the exit status is 1
if a target is missed. Needs matplotlib and pandas in the running interpreter's environment.
"""

import argparse
import hashlib
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import ROOT, timed

# Targets: our wall time as a part of theirs, and bytes of the SVG file.
RATIO = 1 / 10
LARGEST = 1_000_000

MANIFEST = """\
schema = 1
[paper]
id = "bench"
title = "A million points"

[[source]]
id = "frozen"
kind = "local"

[[artifact]]
id = "points"
source = "frozen"
path = "points.csv"
sha256 = "{sha256}"
size = {size}
evidence = "cached"

[[dataset]]
id = "points"
any_of = [{{ artifact = "points", steps = [{{ to_number = ["x", "y"] }}] }}]

[[figure]]
id = "million"
kind = "scatter"
title = "A million points in twenty clouds"
size = [6, 5]
tight = false
data = "points"
x = {{ column = "x" }}
y = {{ column = "y" }}
series_column = "cell_type"
palette = [
  "#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#eeca3b", "#b279a2", "#ff9da6", "#9d755d", "#bab0ac",
  "#439894", "#83bce6", "#d67195", "#b5cf6b", "#fabfd2", "#b6992d", "#499894", "#86bcb6", "#d6a5c9", "#d3d3d3",
]
point_size = 1.5
opacity = 0.65
bare = true
legend = {{ size = 6.5, at = [1.0, 0.5], anchor = [0, 0.5], point_size = 24 }}
"""


def project(folder: Path, rows: int) -> Path:
    """A project whose only figure is a scatter of random points; returns the CSV."""
    points = folder / "frozen" / "bench" / "points.csv"
    points.parent.mkdir(parents=True)
    script = [sys.executable, "benches/peers/points.py", str(points), "--rows", str(rows)]
    subprocess.run(script, cwd=ROOT, check=True)
    content = points.read_bytes()
    manifest = folder / "manifests" / "bench" / "paper.toml"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(MANIFEST.format(sha256=hashlib.sha256(content).hexdigest(), size=len(content)))
    return points


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("repro")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    repro = str(Path(options.repro).resolve())
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        points = project(folder, options.rows)
        command = [repro, "figures", "-C", temporary, "--out", str(folder / "ours")]
        peer = [sys.executable, "benches/peers/scatter.py", str(points), str(folder / "theirs.svg")]
        # The first run of each side fills caches (fonts, bytecode, pages) and is not counted.
        timed(command)
        timed(peer)
        for _ in range(options.runs):
            ours.append(timed(command))
            theirs.append(timed(peer))
        size = (folder / "ours" / "bench" / "million.svg").stat().st_size
        peer_size = (folder / "theirs.svg").stat().st_size
    seconds = [statistics.median(run[0] for run in runs) for runs in (ours, theirs)]
    memory = [max(run[1] for run in runs) for runs in (ours, theirs)]
    print(f"{options.rows} points: repro {seconds[0]:.2f} s, peak {memory[0]:.0f} MiB, {size} bytes")
    print(f"{options.rows} points: matplotlib {seconds[1]:.2f} s, peak {memory[1]:.0f} MiB, {peer_size} bytes")
    ratio = seconds[0] / seconds[1]
    small = size <= LARGEST
    print(f"part of the peer's time: 1/{1 / ratio:.1f} (at most 1/10) {'ok' if ratio <= RATIO else 'MISSED'}")
    print(f"size: {size} bytes (at most {LARGEST}) {'ok' if small else 'MISSED'}")
    sys.exit(0 if ratio <= RATIO and small else 1)


if __name__ == "__main__":
    main()
