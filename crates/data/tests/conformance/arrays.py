"""Reads with NumPy, SciPy and zarr-python what `examples/write_arrays.rs` wrote.

    python tests/conformance/arrays.py <folder>

zarr-python 2 reads the stores of version 2, zarr-python 3 all.
"""

import pathlib
import sys

import numpy as np
import scipy.sparse
import zarr

FOLDER = pathlib.Path(sys.argv[1])
MAJOR = int(zarr.__version__.split(".")[0])

ARRAYS = {
    "bool": np.array([True, False]),
    "int8": np.array([-128, 127], dtype=np.int8),
    "int16": np.array([-32768, 32767], dtype=np.int16),
    "int32": np.array([[[-(2**31), 2**31 - 1]], [[0, 5]]], dtype=np.int32),
    "int64": np.array([-(2**63), 2**63 - 1]),
    "uint8": np.arange(256, dtype=np.uint8),
    "uint16": np.array([65535], dtype=np.uint16),
    "uint32": np.array([2**32 - 1], dtype=np.uint32),
    "uint64": np.array([2**64 - 1], dtype=np.uint64),
    "float32": np.arange(12, dtype=np.float32).reshape(3, 4) / 8,
    "float64": np.array([0.1, np.nan, -np.inf, 5e-324]),
    "scalar": np.array(2.5),
    "empty": np.zeros((0, 3), dtype=np.float32),
    "texts": np.array([["CD3D", ""], ["g\u00e8ne", "\U0001f9ec"]]),
    "text": np.array("one"),
}


def equal(found, name, plain=True):
    expected = ARRAYS[name]
    found = np.asarray(found)
    if not plain and expected.dtype.kind == "U":
        found = np.array(found.tolist())
    assert found.dtype == expected.dtype, (name, found.dtype)
    np.testing.assert_array_equal(found, expected, strict=True)


for name in ARRAYS:
    equal(np.load(FOLDER / f"{name}.npy", allow_pickle=False), name)
for kind in ["stored", "deflated"]:
    with np.load(FOLDER / f"{kind}.npz", allow_pickle=False) as archive:
        assert sorted(archive.files) == sorted(ARRAYS)
        for name in ARRAYS:
            equal(archive[name], name)
    for form in ["csr", "csc"]:
        matrix = scipy.sparse.load_npz(FOLDER / f"{form}-{kind}.npz")
        dense = np.array([[1.5, 0, -2], [0, 3, 0]], dtype=np.float32)
        assert matrix.format == form and matrix.dtype == np.float32
        np.testing.assert_array_equal(matrix.toarray(), dense if form == "csr" else dense.T)

stores = 0
for version in [2] if MAJOR == 2 else [2, 3]:
    for end in ["zarr", "zarr.zip"]:
        place = FOLDER / f"v{version}.{end}"
        store = str(place) if end == "zarr" else (zarr.ZipStore if MAJOR == 2 else zarr.storage.ZipStore)(str(place), mode="r")
        groups = [zarr.open_group(store, mode="r")]
        if version == 2:
            groups.append(zarr.open_consolidated(store, mode="r"))
        for group in groups:
            assert dict(group.attrs) == {"combinations": [["a", 1], {"b": None}], "var_names": ["x", "y"]}
            assert sorted(group.array_keys()) == sorted(ARRAYS) and list(group.group_keys()) == ["group"]
            for name in ARRAYS:
                equal(group[name][...], name, plain=False)
                assert group[name].attrs["name"] == name
            rows = group["group/rows"]
            assert rows.chunks == (4, 3) and dict(group["group"].attrs) == {"numbers": [1, 2]}
            np.testing.assert_array_equal(rows[...], np.arange(30, dtype=np.float32).reshape(10, 3), strict=True)
            stores += 1
print(f"NumPy {np.__version__}, SciPy {scipy.__version__}, zarr {zarr.__version__}: {len(ARRAYS)} arrays in {stores} stores are equal")
