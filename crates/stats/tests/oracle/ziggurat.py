"""Writes `src/random/normal_tables.rs`: the layers of the ziggurat under exp(-x*x/2), and checks them against NumPy.

    python3 tests/oracle/ziggurat.py > src/random/normal_tables.rs        (numpy 2.4)

The layers follow from the tail's beginning r and the common area v by the recursion x[i-1] = f⁻¹(v / x[i] + f(x[i]))
(Marsaglia and Tsang 2000). NumPy's streams depend on the last bits, so the recursion is done in double precision, where
NumPy's tables were made. Two facts about those tables were found by asking NumPy: v, and how one exponential was rounded.

NumPy is asked as a black box: its generator's state is set such that a chosen word comes next, and what `standard_normal`
returns, and how many words it took, tells edge and bound of that word's layer.
"""

import math

import numpy as np

N = 256
ONE = 2**52
R = 3.6541528853610088
# The exact area is 0.00492867323397465493; the tables were made with a sum that is 3.3e-18 smaller.
V = 0.004928673233974652
# At this layer the exponential lies 0.498 of a last place above a double, and was rounded up.
ROUNDED_UP = 38

EDGES = "Right edge of each layer; of layer 0, its area over its height."
ACCEPTED = "First magnitude, in 2⁻⁵² of the layer's width, that is not surely below the density."
DENSITIES = "exp(-x²/2) at the right edge; of layer 0, the largest density."

MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
MODULUS = 2**128
INVERSE = pow(MULTIPLIER, -1, MODULUS)


def density(x):
    return math.exp(-0.5 * x * x)


def tables():
    """Right edges, numbers of magnitudes that are surely below the density, densities at the edges."""
    edges, densities, accepted = [0.0] * N, [1.0] * N, [0] * N
    edges[N - 1], densities[N - 1] = R, density(R)
    # The lowest layer is as wide as a rectangle of its area, tail included.
    edges[0] = V / density(R)
    accepted[0] = int(R * density(R) / V * ONE)
    for i in range(N - 2, 0, -1):
        below = densities[i + 1]
        edges[i] = math.sqrt(-2.0 * math.log(V / edges[i + 1] + below))
        densities[i] = density(edges[i])
        if i == ROUNDED_UP:
            densities[i] = math.nextafter(densities[i], 1.0)
        accepted[i + 1] = round(edges[i] / edges[i + 1] * ONE)
    return edges, accepted, densities


class Probe:
    """NumPy's `standard_normal` on chosen words."""

    def __init__(self):
        self.bits = np.random.PCG64(0)
        self.generator = np.random.Generator(self.bits)

    def draw(self, layer, magnitude, uniform=0):
        """The normal of a word, and how many words it took (3: at least three). `uniform` in units of 2^-53."""
        # States below 2^64 are their own output.
        first, second = magnitude << 9 | layer, uniform << 11
        increment = (second - first * MULTIPLIER) % MODULUS
        before = (first - increment) * INVERSE % MODULUS
        state = {"state": before, "inc": increment}
        self.bits.state = {"bit_generator": "PCG64", "state": state, "has_uint32": 0, "uinteger": 0}
        value = self.generator.standard_normal()
        after = self.bits.state["state"]["state"]
        return value, {first: 1, second: 2}.get(after, 3)

    def smallest(self, layer, words, uniform=0):
        """The smallest magnitude for which `words` words or more are taken."""
        low, high = 0, ONE
        while low < high:
            middle = (low + high) // 2
            if self.draw(layer, middle, uniform)[1] >= words:
                high = middle
            else:
                low = middle + 1
        return low


def check(edges, accepted, densities):
    probe = Probe()
    for i in range(N):
        assert probe.smallest(i, 2) == accepted[i], f"bound of layer {i}"
        magnitude = 1
        value, words = probe.draw(i, magnitude)
        assert words <= 2 and value == edges[i] / ONE * magnitude, f"edge of layer {i}"
    for i in range(1, N):
        for uniform in (0, 1, 2**51, 2**52 + 12345, 2**53 - 2, 2**53 - 1):
            height = (densities[i - 1] - densities[i]) * (uniform / 2**53) + densities[i]
            first = probe.smallest(i, 3, uniform)
            kept = [magnitude for magnitude in (first - 1, first) if accepted[i] <= magnitude < ONE]
            for magnitude in kept:
                below = height < density(edges[i] / ONE * magnitude)
                assert below == (magnitude < first), f"density of layer {i}"


def array(name, what, kind, items):
    lines = [f"/// {what}", "#[rustfmt::skip]", f"pub(super) const {name}: [{kind}; {N}] = ["]
    lines += ["    " + ", ".join(items[i : i + 4]) + "," for i in range(0, N, 4)]
    return "\n".join(lines + ["];"])


def main():
    edges, accepted, densities = tables()
    check(edges, accepted, densities)
    head = ["//! Layers of the ziggurat under exp(-x²/2), written by `tests/oracle/ziggurat.py`."]
    head.append("//!\n//! Layer 0 holds the tail; the others grow from the narrow top, 1, to the wide bottom, 255.")
    parts = ["\n".join(head)]
    parts.append(array("EDGES", EDGES, "f64", [repr(x) for x in edges]))
    parts.append(array("ACCEPTED", ACCEPTED, "u64", [f"0x{k:013x}" for k in accepted]))
    parts.append(array("DENSITIES", DENSITIES, "f64", [repr(f) for f in densities]))
    print("\n\n".join(parts))


main()
