"""Two versions of this program, in turn: how the time of a verb changed from one to the other.

    python3 benches/versions.py NEW_PROJECT NEW_PROGRAM OLD_PROJECT OLD_PROGRAM [--runs 15] [-- VERB ARGUMENT…]

Each version runs in its own checkout, since manifests and programs belong together. Prints for each verb the median of
the ratio new/old over all pairs with its 95 % interval (bootstrap of the pairs), wall time and processor time.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time

SAMPLE = "frozen/datasets/pbmc68k_reduced.h5ad"
VERBS = [["claims"], ["figures"], ["score", "--true", SAMPLE, "--pred", SAMPLE]]


def seconds(project, program, verb):
    """Wall and processor seconds of one run, and its exit status."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run([program, *verb], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # What is missing, or was not evaluated, is how shipped papers are; a refused command would be quick and say nothing.
    if run.returncode not in (0, 4, 5):
        sys.exit(f"{program} {' '.join(verb)} in {project} ended with {run.returncode}:\n{run.stderr}")
    return wall, cpu


def interval(ratios):
    """Bounds of the 95 % interval of the median."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(10_000))
    return medians[250], medians[9749]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for side in ("new", "old"):
        parser.add_argument(f"{side}_project")
        parser.add_argument(f"{side}_program")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("verb", nargs="*")
    given = parser.parse_args()
    sides = [
        (given.new_project, os.path.abspath(given.new_program)),
        (given.old_project, os.path.abspath(given.old_program)),
    ]
    for verb in [given.verb] if given.verb else VERBS:
        pairs = [[seconds(*side, verb) for side in sides] for _ in range(given.runs + 1)][1:]
        for which, name in enumerate(["wall", "processor"]):
            ratios = [new[which] / old[which] for new, old in pairs]
            low, high = interval(ratios)
            new, old = (statistics.median(pair[side][which] for pair in pairs) for side in (0, 1))
            print(
                f"{verb[0]:8} {name:10} new {new:.3f} s  old {old:.3f} s  "
                f"ratio {statistics.median(ratios):.3f} ({low:.3f} to {high:.3f})  {given.runs} pairs",
                flush=True,
            )


if __name__ == "__main__":
    main()
