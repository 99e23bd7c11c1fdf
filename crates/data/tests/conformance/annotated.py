"""Reads with anndata what `examples/write_annotated.rs` wrote, and compares it with the matrix that it was read from.

    python tests/conformance/annotated.py <folder>
"""

import pathlib
import sys

import anndata
import zarr
from anndata.tests.helpers import assert_equal

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "fixtures" / "h5ad"))
sys.dont_write_bytecode = True
from write import build

FOLDER = pathlib.Path(sys.argv[1])
expected = build()
# Structured arrays are not written; half floats are read as floats of 32 bits.
del expected.uns["records"]
expected.uns["half"] = expected.uns["half"].astype("float32")
versions = [2] if int(zarr.__version__.split(".")[0]) == 2 else [2, 3]
for version in versions:
    found = anndata.read_zarr(FOLDER / f"annotated.v{version}.zarr")
    assert_equal(found, expected, exact=True)
print(f"anndata {anndata.__version__}, zarr {zarr.__version__}: equal in {len(versions)} stores")
