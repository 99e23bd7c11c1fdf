"""Writes `src/plot/metrics/dejavu_sans.tsv`: advance widths, kerning and line extents of DejaVu Sans.

    python3 tools/font_metrics.py /usr/share/fonts/truetype/dejavu > src/plot/metrics/dejavu_sans.tsv

Needs fontTools. The DejaVu fonts are free (Bitstream Vera licence, DejaVu changes in the public domain); the table
holds measurements only, no outlines. Units: 1/2048 em. Rows:

    line <face> <top of "l"> <depth of "p">     extents of a line of text
    face <face> <code point, hex> <advance>
    kern <face> <pair of ASCII characters, hex> <adjustment>
"""

import sys
from pathlib import Path

from fontTools.ttLib import TTFont

FACES = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "oblique": "DejaVuSans-Oblique.ttf"}
RANGES = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x017F),  # Latin-1 and Latin Extended-A
    (0x0370, 0x03FF),  # Greek
    (0x2010, 0x2027),  # dashes, quotes, ellipsis
    (0x2030, 0x203A),  # per mille, primes
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x2190, 0x2199),  # arrows
    (0x2200, 0x226B),  # mathematical operators
    (0x25A0, 0x25CF),  # geometric shapes
]


def rows(face, font):
    glyphs, widths, shapes = font.getBestCmap(), font["hmtx"], font["glyf"]
    assert font["head"].unitsPerEm == 2048
    yield "line", face, shapes[glyphs[ord("l")]].yMax, -shapes[glyphs[ord("p")]].yMin
    for first, last in RANGES:
        for code in range(first, last + 1):
            if code in glyphs:
                yield "face", face, f"{code:04x}", widths[glyphs[code]][0]
    if "kern" in font:
        pairs = font["kern"].kernTables[0].kernTable
        ascii_codes = [code for code in range(0x20, 0x7F) if code in glyphs]
        for left in ascii_codes:
            for right in ascii_codes:
                if adjustment := pairs.get((glyphs[left], glyphs[right])):
                    yield "kern", face, f"{left:02x}{right:02x}", adjustment


def main():
    folder = Path(sys.argv[1])
    for face, name in FACES.items():
        with TTFont(folder / name) as font:
            for row in rows(face, font):
                print(*row, sep="\t")


main()
