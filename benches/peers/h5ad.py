"""Reading and streaming .h5ad files: `python h5ad.py <example h5ad of a release build> [pairs of runs] [rows streamed]`.

50,000 x 2,000 counts, sparse and gzip-compressed by anndata, are read whole by us and by anndata in turn, each a process
of its own. A million rows are written by us in blocks and their columns summed in blocks; the most memory either takes
is printed. Needs anndata.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PEER = "import sys, anndata; a = anndata.read_h5ad(sys.argv[1]); print(a.n_obs, a.n_vars, a.X.nnz)"


def run(*command):
    """Wall seconds, processor seconds, most MiB of memory, output."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said


def show(what, runs):
    wall, processor, memory = (statistics.median(r[i] for r in runs) for i in range(3))
    print(f"{what}: {wall:.2f} s, {processor:.2f} s of processor time, {memory:.0f} MiB")
    return wall, processor


def main():
    program, pairs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rows = sys.argv[3] if len(sys.argv) > 3 else "1000000"
    with tempfile.TemporaryDirectory() as folder:
        ours, file = pathlib.Path(folder) / "ours.h5ad", pathlib.Path(folder) / "file.h5ad"
        subprocess.run([program, "generate", ours, "50000", "2000", "200"], check=True)
        rewrite = "import sys, anndata; anndata.read_h5ad(sys.argv[1]).write_h5ad(sys.argv[2], compression='gzip')"
        subprocess.run([sys.executable, "-W", "ignore", "-c", rewrite, ours, file], check=True)
        runs = []
        for _ in range(pairs):
            own, peer = run(program, "read", file), run(sys.executable, "-W", "ignore", "-c", PEER, file)
            assert own[3] == peer[3], (own[3], peer[3])
            runs.append((own, peer))
        print(f"50,000 x 2,000, {own[3].split()[2]} entries, {file.stat().st_size / 2**20:.0f} MiB")
        a, b = show("ours", [r[0] for r in runs]), show("anndata", [r[1] for r in runs])
        print(f"ratio {a[0] / b[0]:.2f} of wall time, {a[1] / b[1]:.2f} of processor time (target 0.50)")
        large = pathlib.Path(folder) / "large.h5ad"
        show(f"{rows} x 2,000 written in blocks", [run(program, "generate", large, rows, "2000", "100")])
        show(f"columns of {large.stat().st_size / 2**20:.0f} MiB summed in blocks", [run(program, "sums", large)])


if __name__ == "__main__":
    main()
