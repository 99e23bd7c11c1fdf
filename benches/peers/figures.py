"""`repro figures` beside a matplotlib script (`panels.py`) that draws the same panels from the same CSVs.

    python benches/peers/figures.py target/release/repro [fig2 fig3/decoder_fm_funky ...] [--runs 5]

Without selectors all panels of figures 2 to 4 are drawn. Both sides are whole processes, asked in turn, start-up
included. Prints medians, the ratio and peak memory; the exit status is 1 if the target is missed. Needs matplotlib in
the running interpreter's environment.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Target: our wall time as a part of theirs.
RATIO = 1 / 30


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MiB of a command that must succeed."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"FAILED: {' '.join(command)}")
    return seconds, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)


def drawn(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.svg"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("repro")
    parser.add_argument("selectors", nargs="*", help="figures or panels [default: all]")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    repro = str(Path(options.repro).resolve())
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        script = [sys.executable, "benches/peers/panels.py", "frozen/reconeval/published"]
        peer = [*script, str(folder / "theirs"), *options.selectors]
        # The first run of each side fills caches (fonts, bytecode, pages) and is not counted. That of the peer says
        # which panels there are.
        timed(peer)
        panels = drawn(folder / "theirs")
        command = [repro, "figures", *(f"reconeval/{panel}" for panel in panels), "--out", str(folder / "ours")]
        timed(command)
        if drawn(folder / "ours" / "reconeval") != panels:
            raise SystemExit("FAILED: the two sides drew different panels")
        for _ in range(options.runs):
            ours.append(timed(command))
            theirs.append(timed(peer))
    seconds = [statistics.median(run[0] for run in runs) for runs in (ours, theirs)]
    memory = [max(run[1] for run in runs) for runs in (ours, theirs)]
    print(f"{len(panels)} panels: repro {seconds[0]:.3f} s, peak {memory[0]:.0f} MiB")
    print(f"{len(panels)} panels: matplotlib {seconds[1]:.3f} s, peak {memory[1]:.0f} MiB")
    ratio = seconds[0] / seconds[1]
    print(f"part of the peer's time: 1/{1 / ratio:.0f} (at most 1/30) {'ok' if ratio <= RATIO else 'MISSED'}")
    sys.exit(0 if ratio <= RATIO else 1)


if __name__ == "__main__":
    main()
