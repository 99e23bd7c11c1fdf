"""`repro fetch` beside `hf download` plus `hf cache verify`, `repro verify` beside `openssl dgst -sha256`.

    python benches/peers/fetch.py target/release/repro target/release/examples/hub_server [--size 1GiB] [--runs 3]

Both sides are asked in turn, against the same server on the loopback interface, and end with verified bytes. Prints
medians, ratios and peak memory; the exit status is 1 if a target is missed. Needs `huggingface_hub` in the running
interpreter's environment and `openssl` in the path.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPO = "lab/results"
# Targets: our wall time as a part of theirs, our memory, our hashing rate as a part of that of one openssl a file.
FETCH_RATIO, PEAK_MEBIBYTES, HASH_RATIO = 0.4, 64, 0.9


def timed(environment: dict[str, str], folder: Path, *commands: list[str]) -> tuple[float, float]:
    """Wall seconds of commands that run at once and must succeed, and peak memory in MiB of the largest."""
    peak = 0
    with open(folder / "output", "wb") as output:
        begun = time.perf_counter()
        children = [
            subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=output) for command in commands
        ]
        ended = [os.wait4(child.pid, 0) for child in children]
        seconds = time.perf_counter() - begun
    for command, (_, status, usage) in zip(commands, ended):
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"FAILED: {' '.join(command)}\n{(folder / 'output').read_text()}")
        # ru_maxrss is in KiB on Linux and in bytes on macOS.
        peak = max(peak, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20))
    return seconds, peak


def environment(folder: Path, endpoint: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "HF_HOME": str(folder / "hf"),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    }


def project(folder: Path, files: list[str]) -> None:
    text = 'schema = 1\n[paper]\nid = "paper"\ntitle = "A paper"\n'
    text += f'[[source]]\nid = "hub"\nkind = "hub"\nrepo = "{REPO}"\nrepo_type = "dataset"\n'
    for i, path in enumerate(files):
        text += f'[[artifact]]\nid = "f{i}"\nsource = "hub"\npath = "{path}"\nevidence = "cached"\n'
    manifest = folder / "manifests/paper/paper.toml"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(text)


def fetch_ours(repro: str, endpoint: str, files: list[str], root: Path) -> tuple[float, float]:
    folder = root / "ours"
    project(folder, files)
    result = timed(environment(folder, endpoint), folder, [repro, "fetch"])
    shutil.rmtree(folder)
    return result


def fetch_theirs(endpoint: str, root: Path) -> tuple[float, float]:
    folder = root / "theirs"
    folder.mkdir()
    hf = str(Path(sys.executable).with_name("hf"))
    variables = environment(folder, endpoint)
    download, memory = timed(variables, folder, [hf, "download", REPO, "--repo-type", "dataset"])
    verify, more = timed(variables, folder, [hf, "cache", "verify", REPO, "--repo-type", "dataset"])
    shutil.rmtree(folder)
    return download + verify, max(memory, more)


def verify_both(repro: str, endpoint: str, files: list[str], runs: int, root: Path) -> tuple[float, float]:
    """Seconds of our verification of all files, and of one openssl a file, all at once: both may use every core."""
    folder = root / "verify"
    project(folder, files)
    variables = environment(folder, endpoint)
    timed(variables, folder, [repro, "fetch"])
    openssl = [["openssl", "dgst", "-sha256", f"frozen/paper/{path}"] for path in files]
    ours, theirs = [], []
    for _ in range(runs):
        theirs.append(timed(variables, folder, *openssl)[0])
        ours.append(timed(variables, folder, [repro, "verify"])[0])
    return statistics.median(ours), statistics.median(theirs)


def report(name: str, value: float, target: float, at_most: bool, unit: str = "") -> bool:
    good = value <= target if at_most else value >= target
    print(f"{name}: {value:.2f}{unit} ({'at most' if at_most else 'at least'} {target}{unit}) {'ok' if good else 'MISSED'}")
    return good


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("repro")
    parser.add_argument("server")
    parser.add_argument("--size", default="1GiB")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    repro = str(Path(options.repro).resolve())

    def serve(*files: str) -> tuple[subprocess.Popen, str]:
        server = subprocess.Popen(
            [options.server, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return server, server.stdout.readline().strip()

    good = True
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        server, endpoint = serve(f"big.bin={options.size}")
        ours, theirs = [], []
        for i in range(options.runs):
            ours.append(fetch_ours(repro, endpoint, ["big.bin"], root))
            theirs.append(fetch_theirs(endpoint, root))
            print(f"run {i + 1}: repro {ours[-1][0]:.2f} s, hf download + hf cache verify {theirs[-1][0]:.2f} s")
        one, one_openssl = verify_both(repro, endpoint, ["big.bin"], options.runs, root)
        shutil.rmtree(root / "verify")
        server.stdin.close()

        halves = ["first.bin", "second.bin"]
        server, endpoint = serve(*(f"{name}={options.size}" for name in halves))
        two, two_openssl = verify_both(repro, endpoint, halves, options.runs, root)
        server.stdin.close()

    seconds = [statistics.median(run[0] for run in runs) for runs in (ours, theirs)]
    print(f"fetch {options.size}: repro {seconds[0]:.2f} s, peer {seconds[1]:.2f} s (peak {max(t[1] for t in theirs):.0f} MiB)")
    print(f"hash {options.size}: repro verify {one:.2f} s, openssl {one_openssl:.2f} s; two files: {two:.2f} s, {two_openssl:.2f} s")
    good &= report("fetch, part of the peer's time", seconds[0] / seconds[1], FETCH_RATIO, True)
    good &= report("fetch, peak memory", max(run[1] for run in ours), PEAK_MEBIBYTES, True, " MiB")
    good &= report("hash rate of one file, part of openssl's", one_openssl / one, HASH_RATIO, False)
    good &= report("hash rate of two files, part of two openssl's at once", two_openssl / two, HASH_RATIO, False)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
