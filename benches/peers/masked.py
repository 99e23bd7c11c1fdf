"""Masking and scoring a large sparse file: `python masked.py <repro> <example h5ad of repro-data> [rows] [columns] [a row]`.

    cargo build --release --bin repro && cargo build --release -p repro-data --example h5ad
    python3 benches/peers/masked.py target/release/repro target/release/examples/h5ad

Counts are written by us (a million cells, 2,000 genes, 200 values a cell unless said otherwise), masked with `--sparse`,
filled in by the gene mean and scored. Prints wall time, processor time and the most memory of each process; the exit
status is 1 if one takes 2 GB or more. Takes 10 GB of disk.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

LIMIT = 2_000_000_000
BASELINES = "--baselines=zero,gene-mean,depth-scaled-gene-mean"


def run(what, folder, *command):
    """Wall seconds, processor seconds and most bytes of memory of a process, which must succeed; prints them."""
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"FAILED: {' '.join(map(str, command))}")
    most = usage.ru_maxrss * 1024
    print(f"{what}: {wall:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of processor time, {most / 1e6:.0f} MB")
    return most


def main():
    repro, example = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    rows, columns, per_row = sys.argv[3:6] if len(sys.argv) > 5 else ("1000000", "2000", "200")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        raw = folder / "data/large/raw/data.h5ad"
        raw.parent.mkdir(parents=True)
        subprocess.run([example, "generate", raw, rows, columns, per_row], check=True)
        print(f"{rows} x {columns}: {raw.stat().st_size / 1e6:.0f} MB on disk")
        model = "baseline-gene-mean"
        used = [
            run("mask, 0.15 of all entries", folder, repro, "prepare-data", "--dataset", "large", "--sparse"),
            run("baselines", folder, repro, "run-models", "--dataset", "large", BASELINES),
            run("score", folder, repro, "evaluate", "--dataset", "large", "--model", model),
        ]
    print(f"most memory {max(used) / 1e6:.0f} MB, the limit is {LIMIT / 1e6:.0f} MB")
    sys.exit(max(used) >= LIMIT)


if __name__ == "__main__":
    main()
