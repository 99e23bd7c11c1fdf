"""Writes `tests/oracle/numpy_random.json`: streams of NumPy's generators, the oracle of `stats::random` and the bootstrap.

    python3 tests/oracle/numpy_random.py > tests/oracle/numpy_random.json        (numpy 2.4)

A case is a seed and a sequence of calls on one generator. Numbers are 64-bit patterns: integers in two's complement, doubles
as their bits. Long results are a SHA-256 over the little-endian patterns, with the first few beside it. Doubles that went
through a logarithm of the platform's mathematical library are left out of that hash and listed with their position; where
all did, a sample of them is.
"""

import hashlib
import json
import struct

import numpy as np

SHOWN = 24
ALL = "all values are logarithms"
# The right edge of the lowest layer of the ziggurat: beyond it, a normal draw is a logarithm.
TAIL = 3.6541528853610088


def words(integer):
    """Digits to the base 2^32, least significant first."""
    digits = [integer & 0xFFFFFFFF]
    while integer := integer >> 32:
        digits.append(integer & 0xFFFFFFFF)
    return digits


def seed_words(seed):
    return {"list": [words(part) for part in seed]} if isinstance(seed, list) else {"integer": words(seed)}


def patterns(values):
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        return values.view(np.uint64).tolist()
    return [int(value) % 2**64 for value in values]


def sample(values):
    """Positions and patterns of some values that are all logarithms."""
    values = patterns(values)
    return {"n": len(values), "sampled": [[i, values[i]] for i in range(0, len(values), len(values) // 200 + 1)]}


def result(values, logarithmic=()):
    """Patterns, or hash of those patterns that no logarithm made."""
    if logarithmic is ALL:
        return sample(values)
    values = patterns(values)
    if len(values) <= SHOWN:
        return {"values": values}
    by_logarithm = {int(i): values[i] for i in logarithmic}
    exact = [value for i, value in enumerate(values) if i not in by_logarithm]
    hashed = hashlib.sha256(struct.pack(f"<{len(exact)}Q", *exact)).hexdigest()
    shown = {"n": len(values), "first": exact[:4], "sha256": hashed}
    return shown | ({"logarithmic": list(by_logarithm.items())} if by_logarithm else {})


class Case:
    """Calls on one generator, recorded."""

    def __init__(self, kind, seed):
        self.random = np.random.default_rng(seed) if kind == "generator" else np.random.RandomState(seed)
        self.kind, self.seed, self.calls = kind, seed, []

    def add(self, call, values, logarithmic=(), **arguments):
        self.calls.append({"call": call} | arguments | result(values, logarithmic))
        return self

    def integers(self, low, high, n, single=False):
        draw = self.random.integers if self.kind == "generator" else self.random.randint
        values = [draw(low, high) for _ in range(n)] if single else draw(low, high, size=n)
        return self.add("integers", values, low=low, high=high, n=n)

    def up_to(self, largest, n):
        if self.kind == "generator":
            values = self.random.integers(0, largest, size=n, dtype=np.uint64, endpoint=True)
        else:
            values = self.random.randint(0, largest + 1, size=n, dtype=np.uint64)
        return self.add("up_to", values.tolist(), largest=largest, n=n)

    def uniform(self, n):
        draw = self.random.random if self.kind == "generator" else self.random.random_sample
        return self.add("random", draw(n), n=n)

    def normal(self, mean, deviation, n):
        values = self.random.normal(mean, deviation, size=n)
        return self.add("normal", values, self.logarithmic(values, mean, deviation), mean=mean, deviation=deviation, n=n)

    def standard_normal(self, n):
        draw = self.random.standard_normal if self.kind == "generator" else self.random.randn
        values = draw(n)
        return self.add("standard_normal", values, self.logarithmic(values, 0, 1), n=n)

    def logarithmic(self, values, mean, deviation):
        if self.kind == "random_state":
            return ALL
        return np.flatnonzero(np.abs(values - mean) > TAIL * deviation)

    def choice(self, population, size):
        return self.add("choice", self.random.choice(population, size), population=population, size=size)

    def choice_without_replacement(self, population, size):
        values = self.random.choice(population, size, replace=False)
        return self.add("choice_without_replacement", values, population=population, size=size)

    def permutation(self, n):
        return self.add("permutation", self.random.permutation(n), n=n)

    def shuffle(self, n):
        members = np.arange(100, 100 + n)
        self.random.shuffle(members)
        return self.add("shuffle", members, n=n)

    def json(self):
        return {"kind": self.kind, "seed": seed_words(self.seed), "calls": self.calls}


WORD_SEEDS = [0, 1, 42, 2**32 - 1, [0], [1, 2, 3], [42, 2**32 - 1], list(range(5, 705)), [19650218] * 624]
SEEDS = [0, 1, 42, 2**32 - 1, 2**32, 2**64 + 3, 2**128 - 1, 2**200 + 7, [0], [1, 2, 3], [42, 2**32], [1, 2, 3, 4, 5, 6], []]
# Sizes of ranges around every change of method.
RANGES = [1, 2, 3, 9, 10, 255, 256, 1000, 2**31, 2**31 + 1, 2**32 - 1, 2**32, 2**32 + 1, 3 * 2**60, 2**63]


def seed_cases(kind, seeds):
    for seed in seeds:
        case = Case(kind, seed)
        yield case.uniform(3).integers(0, 10, 3).uniform(2).integers(0, 10, 2).standard_normal(3).integers(-5, 2**40, 3)


def range_cases(kind):
    for seed in (0, 42):
        for n in RANGES:
            # An odd number of draws leaves a half word for the next.
            yield Case(kind, seed).up_to(n - 1, 7).integers(0, 6, 2).up_to(n - 1, 2000).uniform(1)
        yield Case(kind, seed).up_to(2**64 - 1, 5).up_to(2**32 - 1, 3).up_to(2**64 - 2, 5)
        yield Case(kind, seed).integers(-(2**63), 2**63 - 1, 5).integers(-7, -6, 3).integers(-3, 4, 101)
        case = Case(kind, seed).integers(0, 9, 15, single=True).uniform(1)
        yield case.integers(0, 9, 36000).integers(0, 9, 1, single=True)


def order_cases(kind):
    for seed in (0, 7):
        for n in (0, 1, 2, 5, 100, 10001):
            yield Case(kind, seed).permutation(n).shuffle(n).integers(0, 9, 3)
            case = Case(kind, seed).choice(max(n, 1), n)
            sizes = {0, 1, n // 51, n // 50, n // 50 + 1, n // 2, n - 1, n}
            for size in sorted(sizes & set(range(n + 1))):
                case.choice_without_replacement(n, size).integers(0, 9, 1)
            yield case.permutation(7)
        yield Case(kind, seed).choice_without_replacement(10000, 5000).choice_without_replacement(10000, 10000).uniform(1)


def normal_cases(kind):
    for seed in (0, 1, 42, 2026):
        yield Case(kind, seed).standard_normal(100000).uniform(1).integers(0, 9, 3)
    yield Case(kind, 0).normal(0.0, 0.015, 3).normal(0.0, 0.015, 3).normal(0.0, 0.015, 18)
    case = Case(kind, 5).integers(0, 9, 1).normal(-2.5, 3.0, 5).integers(0, 9, 1)
    yield case.normal(1.0, 0.0, 2).standard_normal(1).uniform(2)


def cases():
    for kind, seeds in (("generator", SEEDS), ("random_state", WORD_SEEDS)):
        for build in (range_cases, order_cases, normal_cases):
            yield from (case.json() for case in build(kind))
        yield from (case.json() for case in seed_cases(kind, seeds))


def seed_sequences():
    for seed in SEEDS:
        sequence = np.random.SeedSequence(seed)
        state = sequence.generate_state(9, np.uint32).tolist()
        yield {"seed": seed_words(seed), "u32": state, "u64": sequence.generate_state(4, np.uint64).tolist()}


def bootstraps():
    """Percentile bootstraps of the mean, drawn at once as a matrix of positions."""
    source = np.random.default_rng(20260602)
    shapes = [(1, 50), (2, 1), (3, 4000), (7, 4000), (8, 4000), (9, 4000)]
    shapes += [(27, 999), (128, 300), (129, 300), (137, 300), (1001, 41)]
    for n, resamples in shapes:
        values = source.normal(0.3, 2.0, size=n).round(2)
        means = values[np.random.default_rng(42).integers(0, n, size=(resamples, n))].mean(axis=1)
        yield {
            "values": patterns(values),
            "resamples": resamples,
            "means_sha256": hashlib.sha256(means.tobytes()).hexdigest(),
            "mean": patterns(np.array([means.mean()]))[0],
            "intervals": [
                [level, *patterns(np.quantile(means, [(1 - level) / 2, 1 - (1 - level) / 2]))] for level in (0.95, 0.5, 0.9)
            ],
        }


def main():
    oracle = {
        "numpy": np.__version__,
        "seed_sequences": list(seed_sequences()),
        "cases": list(cases()),
        "bootstraps": list(bootstraps()),
    }
    print(json.dumps(oracle, separators=(",", ":")))


main()
