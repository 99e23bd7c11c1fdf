"""Masks and scores by NumPy and SciPy on matrices that both sides make from a formula.

    python masks.py > masks.json

Written with NumPy 2.4.6 and SciPy 1.17.1; the stream of `default_rng` is promised by NumPy, `choice` has not changed since 1.17.
"""

import hashlib
import json
import math

import numpy as np
from scipy.stats import pearsonr


def truth(rows, columns):
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    return np.where((i * 31 + j * 17) % 11 > 7, (i * j) % 5 + 1.0, 0.0)


def places(mode, values, fraction, seed):
    rows, columns = values.shape
    if mode == "per-cell":
        k = int(columns * fraction)
        drawn = [
            row * columns + np.random.default_rng([seed, row]).choice(columns, k, replace=False)
            for row in range(rows)
        ]
        return np.sort(np.concatenate(drawn))
    eligible = {
        "all": np.arange(values.size),
        "nonzero": np.flatnonzero(values),
        "upstream-sparse": np.arange(np.count_nonzero(values)),
    }[mode]
    drawn = np.random.default_rng(seed).choice(eligible.size, int(eligible.size * fraction), replace=False)
    return np.sort(eligible[drawn])


def mask_case(mode, rows, columns, fraction, seed):
    drawn = places(mode, truth(rows, columns), fraction, seed)
    digest = hashlib.sha256(drawn.astype("<u8").tobytes()).hexdigest()
    return dict(mode=mode, rows=rows, columns=columns, fraction=fraction, seed=seed, n=len(drawn), sha256=digest)


def mean_pearson(pairs):
    """Mean of what is defined, how many are, how many are not; groups without a pair do not count."""
    values, undefined = [], 0
    for a, b in pairs:
        if len(a) == 0:
            continue
        if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
            undefined += 1
        else:
            values.append(pearsonr(a, b)[0])
    return [math.fsum(values) / len(values), len(values), undefined]


def score_case(rows, columns, fraction, seed):
    values = truth(rows, columns)
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    predicted = values * 0.75 + ((i * 13 + j * 7) % 17) / 8.0
    masked = np.zeros(values.size, bool)
    masked[places("all", values, fraction, seed)] = True
    masked = masked.reshape(values.shape)
    t, r = values[masked], predicted[masked]
    kept = t != 0
    return dict(
        rows=rows, columns=columns, fraction=fraction, seed=seed,
        mse=float(np.mean((t - r) ** 2)), mae=float(np.mean(np.abs(t - r))), pearson=float(pearsonr(t, r)[0]),
        zero=int((~kept).sum()), nonzero=int(kept.sum()),
        nonzero_mse=float(np.mean((t - r)[kept] ** 2)), nonzero_pearson=float(pearsonr(t[kept], r[kept])[0]),
        genes=mean_pearson([(values[masked[:, g], g], predicted[masked[:, g], g]) for g in range(columns)]),
        cells=mean_pearson([(values[c, masked[c]], predicted[c, masked[c]]) for c in range(rows)]),
    )


MASKS = [
    ("all", 100, 40, 0.15, 42), ("all", 10, 10, 0.29, 7), ("all", 3, 5, 1.0, 42), ("all", 3, 5, 0.0, 42),
    ("all", 300, 200, 0.15, 42), ("all", 300, 200, 0.01, 42), ("all", 300, 200, 1.0, 1), ("all", 257, 129, 0.5, 0),
    ("all", 1000, 2000, 0.15, 4294967296), ("nonzero", 300, 200, 0.15, 42), ("nonzero", 30, 20, 0.3, 3),
    ("per-cell", 300, 200, 0.15, 42), ("per-cell", 2, 20_000, 0.15, 42), ("upstream-sparse", 300, 200, 0.15, 42),
    ("upstream-sparse", 60, 50, 0.15, 42),
]

if __name__ == "__main__":
    print(json.dumps(dict(
        masks=[mask_case(*case) for case in MASKS],
        scores=[score_case(60, 50, 0.15, 42), score_case(300, 200, 0.15, 42), score_case(20, 700, 0.6, 5)],
    ), indent=1))
