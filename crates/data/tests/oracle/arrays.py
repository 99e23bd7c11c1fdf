"""Files of NumPy and SciPy with what they hold, for the reader of `.npy` and `.npz`.

    python tests/oracle/arrays.py > tests/oracle/arrays.numpy2.json

Each case has a name, its bytes (hexadecimal), its shape and its elements in C order. Run once with NumPy 1.26 and once
with NumPy 2.
"""

import io
import json

import numpy as np
import scipy.sparse


def saved(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=False, **options)
    return file.getvalue().hex()


def flat(array):
    return [x.decode() if isinstance(x, bytes) else repr(x) if isinstance(x, float) else x for x in array.ravel().tolist()]


ARRAYS = {
    "float64": np.array([[1.5, -2.0, np.inf], [0.1, 5e-324, -0.0]]),
    "float64 big": np.array([1.5, 1e308], dtype=">f8"),
    "float32": np.array([1.5, 3.0e-38, 0.1], dtype=np.float32),
    "float16": np.array([1.5, 6e-8, 65504.0, 0.333, -np.inf], dtype=np.float16),
    "float16 big": np.array([0.333], dtype=">f2"),
    "int8": np.array([-128, 127], dtype=np.int8),
    "int16 big": np.array([-2, 300], dtype=">i2"),
    "int32": np.array([[[-(2**31)]], [[7]]], dtype=np.int32),
    "int64": np.array([-(2**63), 2**63 - 1]),
    "uint8": np.array([0, 255], dtype=np.uint8),
    "uint16": np.array([65535], dtype=np.uint16),
    "uint32 big": np.array([1, 2**32 - 1], dtype=">u4"),
    "uint64": np.array([2**64 - 1], dtype=np.uint64),
    "bool": np.array([True, False]),
    "text": np.array([["CD3D", ""], ["g\u00e8ne", "\U0001f9ec"]]),
    "text big": np.array(["b\u00e9"], dtype=">U4"),
    "bytes": np.array([b"ab", b"", b"cde"]),
    "scalar": np.array(2.5),
    "scalar text": np.array("csr"),
    "empty": np.zeros((0, 5), dtype=np.float32),
    "fortran 2": np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3)),
    "fortran 3": np.asfortranarray(np.arange(24, dtype=np.float64).reshape(2, 3, 4)),
}

RECORDS = np.zeros(3, dtype=np.dtype([("name", "U3"), ("score", ">f4"), ("pair", "<i2", (2,))], align=True))
RECORDS["name"] = ["a", "bcd", ""]
RECORDS["score"] = [0.5, -1.5, 0.1]
RECORDS["pair"] = [[1, 2], [3, 4], [-5, 6]]

cases = []
for name, array in ARRAYS.items():
    for version in [(1, 0), (2, 0), (3, 0)]:
        cases.append(
            {
                "name": f"{name}, version {version[0]}",
                "bytes": saved(array, version=version),
                "shape": array.shape,
                "values": flat(array),
            }
        )

names = np.zeros(1, dtype=[("\u03bc", "<i4")])
matrix = scipy.sparse.random(5, 4, 0.4, format="csr", random_state=0, dtype=np.float32)
sparse = []
for form in ["csr", "csc", "coo"]:
    for compressed in [True, False]:
        file = io.BytesIO()
        scipy.sparse.save_npz(file, matrix.asformat(form), compressed=compressed)
        own = matrix.asformat(form)
        sparse.append(
            {
                "format": form,
                "bytes": file.getvalue().hex(),
                "shape": own.shape,
                "indptr": own.indptr.tolist() if form != "coo" else [],
                "indices": own.indices.tolist() if form != "coo" else [],
                "values": flat(own.data),
            }
        )

archives = []
for save in [np.savez, np.savez_compressed]:
    file = io.BytesIO()
    save(file, a=ARRAYS["float64"], b=ARRAYS["text"])
    archives.append(file.getvalue().hex())

print(
    json.dumps(
        {
            "arrays": cases,
            "records": {
                "bytes": saved(RECORDS),
                "fields": [[name, list(RECORDS[name].shape), flat(RECORDS[name])] for name in RECORDS.dtype.names],
            },
            "utf8 name": saved(names, version=(3, 0)),
            "sparse": sparse,
            "archives": archives,
        }
    )
)
