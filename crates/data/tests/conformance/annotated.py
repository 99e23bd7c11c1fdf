"""Reads with anndata what `examples/write_annotated.rs` wrote, and compares it with the store that it was read from.

    python tests/conformance/annotated.py <folder>
"""

import pathlib
import sys

import anndata
import zarr
from anndata.tests.helpers import assert_equal

FOLDER = pathlib.Path(sys.argv[1])
SOURCE = pathlib.Path(__file__).parent.parent / "fixtures" / "zarr" / "anndata-0.12-v3.zip"
expected = anndata.read_zarr(zarr.storage.ZipStore(SOURCE, mode="r"))
# Structured arrays are not written; half floats are read as floats of 32 bits.
del expected.uns["records"]
expected.uns["half"] = expected.uns["half"].astype("float32")
for version in [2, 3]:
    assert_equal(anndata.read_zarr(FOLDER / f"annotated.v{version}.zarr"), expected, exact=True)
print(f"anndata {anndata.__version__}, zarr {zarr.__version__}: equal in versions 2 and 3")
