"""Writes `tests/oracle/stats.json`: quartiles, ranks, paired t-tests and equivalence tests from NumPy and SciPy, the oracle of `stats`.

    python3 tests/oracle/stats.py > tests/oracle/stats.json        (numpy 2.4, scipy 1.17, mpmath 1)

The t distribution on its own comes from mpmath with 40 digits: SciPy's tail is off by 3e-11 at t = 1e-6, df = 1.
"""

import json

import mpmath
import numpy as np
from scipy import stats


def quartile_cases(random):
    samples = [[3.5], [2.0, 1.0], [5.0, -1.0, 2.0], [1.0, 1.0, 1.0, 1.0]]
    samples += [random.normal(size=n).round(6).tolist() for n in (4, 5, 6, 7, 11, 100)]
    levels = [0.0, 0.025, 0.25, 0.5, 0.75, 0.975, 1.0]
    return [
        {"values": values, "levels": levels, "quantiles": np.quantile(values, levels, method="linear").tolist()}
        for values in samples
    ]


def rank_cases(random):
    samples = [[1.0], [2.0, 2.0], [0.3, 0.1, 0.2], [1.0, 2.0, 2.0, 3.0]]
    samples += [random.integers(0, 6, size=n).astype(float).tolist() for n in (5, 9, 30)]
    return [{"values": values, "ranks": stats.rankdata(-np.array(values)).tolist()} for values in samples]


def paired_t_cases(random):
    cases = []
    for n in (2, 3, 4, 5, 8, 12, 30, 101, 201):
        for shift in (0.0, 0.4, 3.0):
            a = random.normal(size=n).round(6)
            b = (a + random.normal(loc=shift, size=n)).round(6)
            test = stats.ttest_rel(a, b)
            cases.append({"a": a.tolist(), "b": b.tolist(), "t": test.statistic, "p": test.pvalue})
    return cases


def equivalence_cases(random):
    cases = []
    for n in (2, 3, 5, 30):
        for target, margin in ((0.0, 0.5), (0.2, 1.0), (3.0, 0.1)):
            values = random.normal(size=n).round(6)
            above = stats.ttest_1samp(values, target - margin, alternative="greater").pvalue
            below = stats.ttest_1samp(values, target + margin, alternative="less").pvalue
            cases.append({"values": values.tolist(), "target": target, "margin": margin, "p": max(above, below)})
    return cases


def two_sided(t, df):
    with mpmath.workdps(40):
        t, df = mpmath.mpf(t), mpmath.mpf(df)
        return float(mpmath.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True))


def student_t_cases():
    """Two-sided tail probabilities."""
    return [
        {"t": t, "df": df, "p": two_sided(t, df)}
        for df in (1, 2, 3, 4, 5, 7, 10, 15, 20, 29, 50, 99, 100, 150, 200)
        for t in (0.0, 1e-6, 1e-3, 0.1, 0.5, 1.0, 1.96, 3.0, 5.0, 10.0, 30.0)
    ]


def main():
    random = np.random.default_rng(20260601)
    oracle = {
        "quantiles": quartile_cases(random),
        "ranks": rank_cases(random),
        "paired_t": paired_t_cases(random),
        "student_t": student_t_cases(),
        "equivalence": equivalence_cases(random),
    }
    print(json.dumps(oracle))


main()
