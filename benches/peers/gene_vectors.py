"""Reading a pickled dictionary of gene vectors: ours beside `pickle.load`, whole processes in turn, one run.

    python benches/peers/gene_vectors.py target/release/examples/gene_vectors [folder for 2 x 0.5 GB]

93,800 names of which 33,703 have a vector of their own and the others share one, 1,536 numbers each: once as lists of
floats, once as NumPy arrays of 64 bits. Prints medians of five and the peak of memory of each side.
"""

import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES, VECTORS, DIMENSION, RUNS = 93_800, 33_703, 1_536, 5

PEER = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    genes = pickle.load(file)
first = sum(float(vector[0]) for vector in genes.values())
print(len(genes), len({id(vector) for vector in genes.values()}), len(next(iter(genes.values()))), first)
"""


def write(path, kind):
    import numpy as np

    convert = {"lists": np.ndarray.tolist, "arrays": np.ndarray.copy}[kind]
    rows = [convert(np.arange(DIMENSION) / 1e3 + name * 7e-3) for name in range(VECTORS)]
    genes = {f"GENE{name}": rows[name % VECTORS] for name in range(NAMES)}
    with path.open("wb") as file:
        pickle.dump(genes, file, protocol=4)


def run(command):
    """Seconds, peak memory in MB and output of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{command} failed")
    return seconds, usage.ru_maxrss * 1024 / 1e6, text


def main():
    program = sys.argv[1]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    for name in ("lists", "arrays"):
        path = folder / f"gene_vectors_{name}.pkl"
        if not path.exists():
            # In a process of its own: the peak of a child counts what its parent held when it was started.
            subprocess.run([sys.executable, __file__, "write", path, name], check=True)
        sides = {"ours": [program, path], "peer": [sys.executable, "-c", PEER, path]}
        took = {side: [] for side in sides}
        for _ in range(RUNS):
            for side, command in sides.items():
                took[side].append(run(command))
        said = {side: [str(word) for word in runs[0][2].split()[:3]] for side, runs in took.items()}
        assert said["ours"] == said["peer"], said
        ours, peer = (statistics.median(run[0] for run in took[side]) for side in sides)
        peak = {side: max(run[1] for run in runs) for side, runs in took.items()}
        print(
            f"{name}, {path.stat().st_size / 1e6:.0f} MB: ours {ours:.2f} s, {peak['ours']:.0f} MB; "
            f"pickle.load {peer:.2f} s, {peak['peer']:.0f} MB; {peer / ours:.2f} times as fast"
        )


if sys.argv[1] == "write":
    write(Path(sys.argv[2]), sys.argv[3])
else:
    main()
