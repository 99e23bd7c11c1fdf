"""The reference client of the Hub and `repro` share one server and one cache layout.

    python tests/conformance/hub.py target/debug/repro target/debug/examples/hub_server

Needs `huggingface_hub` (with its `hf` command) in the running interpreter's environment. CI runs this; `cargo test`
does not. Checked:

1. the tests' Hub is Hub enough: `snapshot_download` receives every file;
2. `repro fetch --offline` finds everything in a cache that Python filled;
3. `hf cache verify` accepts a cache that `repro fetch` filled, and Python finds everything in it offline;
4. the same without symbolic links.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = {"README.md": 300, "figs/small table.csv": 5000, "figs/deep/big.csv": 3 << 20}
REPO = "lab/results"
COMMIT = "1111111111222222222233333333334444444444"

PYTHON_DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1], repo_type="dataset", local_files_only=sys.argv[2] == "offline"))
"""


class Client:
    """An environment with a Hub cache of its own."""

    def __init__(self, repro: Path, endpoint: str, folder: Path, **variables: str):
        self.repro = repro
        self.folder = folder
        keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        self.environment = keep | {
            "HOME": str(folder),
            "HF_HOME": str(folder / "hf"),
            "HF_ENDPOINT": endpoint,
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "NO_COLOR": "1",
        } | variables
        manifest = folder / "project/manifests/paper/paper.toml"
        manifest.parent.mkdir(parents=True)
        manifest.write_text(self.manifest())

    @staticmethod
    def manifest() -> str:
        text = 'schema = 1\n[paper]\nid = "paper"\ntitle = "A paper"\n'
        text += f'[[source]]\nid = "hub"\nkind = "hub"\nrepo = "{REPO}"\nrepo_type = "dataset"\n'
        for i, path in enumerate(FILES):
            text += f'[[artifact]]\nid = "f{i}"\nsource = "hub"\npath = "{path}"\nevidence = "cached"\n'
        return text

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder / "project", capture_output=True, text=True
        )
        if done.returncode != 0:
            raise SystemExit(f"FAILED ({done.returncode}): {' '.join(command)}\n{done.stdout}\n{done.stderr}")
        return done.stdout.strip()

    def python_download(self, mode: str = "online") -> Path:
        return Path(self.run(sys.executable, "-c", PYTHON_DOWNLOAD, REPO, mode).splitlines()[-1])

    def repro_fetch(self, *options: str) -> None:
        self.run(str(self.repro), "fetch", *options)
        self.check(self.folder / "project/frozen/paper")
        self.run(str(self.repro), "verify")

    def hf_cache_verify(self) -> None:
        hf = str(Path(sys.executable).with_name("hf"))
        strict = ("--fail-on-missing-files", "--fail-on-extra-files")
        print(self.run(hf, "cache", "verify", REPO, "--repo-type", "dataset", *strict).splitlines()[0])

    @staticmethod
    def check(folder: Path) -> None:
        for path, size in FILES.items():
            found = (folder / path).stat().st_size
            assert found == size, f"{folder / path}: {found} bytes, expected {size}"


def main() -> None:
    repro, server = (Path(argument).resolve() for argument in sys.argv[1:3])
    arguments = [f"{path}={size}" for path, size in FILES.items()]
    hub = subprocess.Popen([server, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    endpoint = hub.stdout.readline().strip()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            python = Client(repro, endpoint, folder / "python")
            snapshot = python.python_download()
            assert snapshot.name == COMMIT, snapshot
            python.check(snapshot)
            print("python downloads from the tests' Hub")

            python.repro_fetch("--offline")
            print("repro finds what python cached")

            for name, variables in {"links": {}, "copies": {"HF_HUB_DISABLE_SYMLINKS": "1"}}.items():
                ours = Client(repro, endpoint, folder / name, **variables)
                ours.repro_fetch()
                ours.hf_cache_verify()
                ours.check(ours.python_download("offline"))
                print(f"python verifies and finds what repro cached ({name})")
    finally:
        hub.stdin.close()
        hub.wait()


if __name__ == "__main__":
    main()
