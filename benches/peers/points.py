"""Writes a CSV of points in the plane (x, y, cell_type) in twenty overlapping clouds, the same bytes everywhere.

    python benches/peers/points.py points.csv [--rows 1000000]

Uses only uniform draws of a seeded Mersenne Twister, sums and products, so that neither the version of a library nor
the mathematics of a platform matters. Prints size and SHA-256.
"""

import argparse
import hashlib
import random

CLOUDS = 20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    draw = random.Random(0).random
    clouds = [(24 * draw() - 12, 24 * draw() - 12, 1 + 2 * draw(), 1 + 2 * draw()) for _ in range(CLOUDS)]
    digest, size = hashlib.sha256(), 0
    with open(options.out, "wb") as file:
        lines = ["x,y,cell_type\n"]
        for row in range(options.rows):
            cloud = int(CLOUDS * draw())
            x, y, width, height = clouds[cloud]
            # The sum of four uniform numbers is bell-shaped enough.
            x += width * (draw() + draw() + draw() + draw() - 2)
            y += height * (draw() + draw() + draw() + draw() - 2)
            lines.append(f"{x:.5f},{y:.5f},type {cloud + 1:02}\n")
            if len(lines) == 10_000 or row == options.rows - 1:
                block = "".join(lines).encode()
                digest.update(block)
                size += file.write(block)
                lines.clear()
    print(f"{options.rows} points, {size} bytes, sha256 {digest.hexdigest()}")


main()
