"""Metrics of reconstruction beside scanpy, scikit-learn and SciPy: whole processes in turn, start-up included.

    python benches/peers/reconstruction.py target/release/repro target/release/examples/metric [--runs 3] [--data FOLDER]

Three comparisons on the files of `score_data.py` (20,000 cells, 2,000 genes): `repro score --preset paper-end-to-end`
with `score.py`, ranking of genes with `wilcoxon.py`, energy distance with `energy.py`. Both sides must give the same
numbers. Prints medians, ratios and peak memory; the exit status is 1 if a target is missed. Needs scanpy in the
running interpreter's environment. With `--growth` our side is also timed at four sizes.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEERS = Path(__file__).resolve().parent
# Our wall time and peak memory as parts of theirs; no target for memory where there is none.
TARGETS = {"score": (1 / 5, 1 / 2), "wilcoxon": (1 / 8, None), "energy": (1 / 4, None)}
SIZES = ((5_000, 2_000), (10_000, 2_000), (20_000, 1_000), (20_000, 2_000))
KNN = ("knn_purity", "knn_purity_norm")


def run(command):
    """Wall seconds, peak MiB and the JSON document that a command prints."""
    begun = time.perf_counter()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"FAILED: {' '.join(map(str, command))}")
    peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
    return seconds, peak, json.loads(text)


def score_command(repro, data):
    command = [repro, "score", "--json", "--preset", "paper-end-to-end", "--projection", data / "projection.npz"]
    for option, name in (("--true", "true"), ("--pred", "pred"), ("--control", "control"), ("--control-pred", "control_pred")):
        command += [option, data / f"{name}.h5ad"]
    return [*command, "--gene-sets", data / "sets.gmt", "--cell-cycle", data / "cell_cycle.txt"]


def write_data(folder, cells, genes):
    sizes = ["--cells", str(cells), "--genes", str(genes)]
    subprocess.run([sys.executable, PEERS / "score_data.py", folder, *sizes], check=True, stdout=subprocess.DEVNULL)
    return folder


def check(name, ours, theirs):
    """Fails unless the two sides agree: to single precision, of which scanpy's fold changes are."""
    apart = []
    for metric, value in theirs.items():
        own = ours.get(metric)
        both = own is not None and math.isclose(own, value, rel_tol=1e-4, abs_tol=1e-6)
        if not both and not (own is None and math.isnan(value)):
            apart.append(f"{metric}: {own} against {value}")
    if apart:
        raise SystemExit(f"FAILED: {name}: the two sides disagree: {'; '.join(apart)}")


def compare(name, ours, theirs, runs):
    """Medians and peaks of both sides; the first run of each fills caches and is not counted."""
    took = ([], [])
    for turn in range(runs + 1):
        for side, command in enumerate((ours, theirs)):
            seconds, peak, document = run(command)
            if turn > 0:
                took[side].append((seconds, peak))
            elif side == 0:
                first = document.get("metrics", document)
            else:
                check(name, first, document.get("metrics", document))
    seconds = [statistics.median(own[0] for own in side) for side in took]
    peaks = [max(own[1] for own in side) for side in took]
    ratio, memory = seconds[0] / seconds[1], peaks[0] / peaks[1]
    most, most_memory = TARGETS[name]
    met = ratio <= most and (most_memory is None or memory <= most_memory)
    for side, who in enumerate(("ours", "peer")):
        print(f"{name}: {who} {seconds[side]:.2f} s, peak {peaks[side]:.0f} MiB")
    print(f"{name}: 1/{1 / ratio:.1f} of the time (at most {most}), {memory:.2f} of the memory {'ok' if met else 'MISSED'}")
    return met


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repro", type=Path)
    parser.add_argument("metric", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, help="folder with files of an earlier run")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = options.data or write_data(folder / "data", *SIZES[-1])
        ours = score_command(options.repro.resolve(), data)
        metrics = run(ours)[2]["metrics"]
        # Neighbours take longer than all else: the peer computes them only if we do.
        skip = ["--skip", "knn"] if all(metrics.get(name) is None for name in KNN) else []
        met = [compare("score", ours, [sys.executable, PEERS / "score.py", data, *skip], options.runs)]
        for name in ("wilcoxon", "energy"):
            peer = [sys.executable, PEERS / f"{name}.py", data]
            met.append(compare(name, [options.metric.resolve(), name, data], peer, options.runs))
        for cells, genes in SIZES if options.growth else ():
            own = write_data(folder / f"{cells}_{genes}", cells, genes)
            took = [run(score_command(options.repro.resolve(), own))[:2] for _ in range(options.runs)]
            print(f"{cells} x {genes}: {statistics.median(t[0] for t in took):.2f} s, {max(t[1] for t in took):.0f} MiB")
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
