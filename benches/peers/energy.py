"""Energy distance of `x.npy` and `y.npy` of `score_data.py` by SciPy's `cdist`, a block at a time: `energy.py FOLDER`."""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist

BLOCK = 1000


def mean_distance(a, b):
    return sum(cdist(a[start : start + BLOCK], b).sum() for start in range(0, len(a), BLOCK)) / (len(a) * len(b))


folder = Path(sys.argv[1])
x, y = (np.load(folder / f"{name}.npy") for name in "xy")
json.dump({"energy_distance": 2 * mean_distance(x, y) - mean_distance(x, x) - mean_distance(y, y)}, sys.stdout)
print()
