"""The report of a project of many claims: how long it takes to write, to open in Chromium and to search.

    python benches/peers/report.py target/release/repro [--claims 20000] [--sets 40] [--runs 3]

Makes a project whose claims differ in one row of seven, runs `repro report`, opens the page from the disk in a new
profile each time, and measures inside the page: from the start of navigation until the first frame after `load`, the
first search (which reads all rows), and one more. Prints medians and file sizes; the target is printed, not asserted.
Needs node, chromium and the packages of tests/browser (`tests/browser/run` installs them).
"""

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

BROWSER = Path(__file__).resolve().parents[2] / "tests/browser"
# Seconds until the page is drawn.
RENDER = 2.0

# Runs in the folder of the browser test, whose packages it imports.
MEASURE = """\
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
const [address, program] = process.argv.slice(-2);
const profile = mkdtempSync(join(tmpdir(), 'repro-bench-'));
const options = { executablePath: program, args: ['--no-sandbox'], viewport: { width: 1280, height: 900 } };
const context = await chromium.launchPersistentContext(profile, options);
const page = context.pages()[0];
await page.goto(address);
const render = await page.evaluate(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
}));
const find = (text) => page.evaluate((wanted) => new Promise((resolve) => {
  const start = performance.now();
  const field = document.querySelector('input[name=q]');
  field.value = wanted;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
}), text);
const [first, second] = [await find('key-17'), await find('key-199')];
const elements = await page.evaluate(() => document.querySelectorAll('*').length);
console.log(JSON.stringify({ render, first, second, elements }));
await context.close();
rmSync(profile, { recursive: true, force: true });
"""


def project(folder, claims, sets):
    """Writes manifests and tables; one claim in seven differs."""
    published = ["set,key,value"] + [f"{i % sets},key-{i},{i}.5" for i in range(claims)]
    ours = ["key,value"] + [f"key-{i},{i + (0 if i % 7 else 1)}.5" for i in range(claims)]
    manifest = ['schema = 1\n[paper]\nid = "bench"\ntitle = "Many claims"\n[[source]]\nid = "frozen"\nkind = "local"']
    for name, lines in (("published", published), ("ours", ours)):
        data = ("\n".join(lines) + "\n").encode()
        path = folder / "frozen/bench" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        manifest.append(
            f'[[artifact]]\nid = "{name}"\nsource = "frozen"\npath = "{name}.csv"\nsha256 = "{digest}"\n'
            f'size = {len(data)}\nevidence = "cached"'
        )
    manifest.append('[[dataset]]\nid = "ours"\nany_of = [{ artifact = "ours", steps = [{ to_number = ["value"] }] }]')
    for index in range(sets):
        expected = len(range(index, claims, sets))
        manifest.append(
            f'[[claims]]\nid = "fig{index % 8}/set-{index}"\nplace = "Figure {index % 8}, set {index}"\n'
            f'artifact = "published"\nvalue = "value"\nrule = "abs"\ntolerance = 0.1\nkey = ["key"]\n'
            f'expected = {expected}\nwhere = {{ set = "{index}" }}\n'
            'ours = [{ dataset = "ours", column = "value", match = { key = "{key}" } }]'
        )
    path = folder / "manifests/bench/paper.toml"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(manifest) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--sets", type=int, default=40)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    chromium = shutil.which("chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder, arguments.claims, arguments.sets)
        written = []
        for _ in range(arguments.runs):
            start = time.perf_counter()
            run = subprocess.run([arguments.program.resolve(), "report"], cwd=folder, capture_output=True, text=True)
            written.append(time.perf_counter() - start)
            if run.returncode != 1:
                raise SystemExit(f"repro report: status {run.returncode}\n{run.stderr}")
        page = folder / "reports/report.html"
        command = ["node", "--input-type=module", "-e", MEASURE, page.as_uri(), chromium]
        measured = [
            json.loads(subprocess.run(command, cwd=BROWSER, check=True, capture_output=True, text=True).stdout)
            for _ in range(arguments.runs)
        ]
        median = {key: statistics.median(run[key] for run in measured) for key in measured[0]}
        print(f"{arguments.claims} claims in {arguments.sets} sets, medians of {arguments.runs} runs")
        print(f"  repro report          {statistics.median(written):.2f} s")
        print(f"  report.html           {page.stat().st_size / 1e6:.2f} MB, {median['elements']:.0f} elements")
        print(f"  report.json           {page.with_suffix('.json').stat().st_size / 1e6:.2f} MB")
        render = median["render"] / 1000
        print(f"  opened and drawn      {render:.2f} s (target: {RENDER} s, {'met' if render <= RENDER else 'MISSED'})")
        print(f"  first search          {median['first']:.0f} ms")
        print(f"  next search           {median['second']:.0f} ms")


if __name__ == "__main__":
    main()
