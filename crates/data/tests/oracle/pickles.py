"""Pickles of every protocol and kind, with what they hold, for the reader of pickles.

    python tests/oracle/pickles.py > tests/oracle/pickles.numpy2.json

Each case has a name, its bytes by protocol (hexadecimal) and its content as plain JSON. Run once with NumPy 1.26 and once
with NumPy 2.
"""

import collections
import json
import pickle
import struct
import sys

import numpy as np

MAJOR = np.__version__.split(".")[0]

shared = [0.5, -1.25, 3e-300]
cyclic = []
cyclic.append(cyclic)

PLAIN = {
    "none": None,
    "truth": [True, False],
    "integers": [0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, 2**63 - 1, -(2**63)],
    "floats": [0.0, -0.0, 1.5, 1e308, 5e-324, float("inf")],
    "texts": ["", "a", "gène", "\u2212", "a\\u0041\n'\"", "\U0001f9ec", "x" * 300],
    "bytes": [list(b""), list(b"\x00\xff"), list(b"y" * 300)],
    "nested": {"a": [1, [2.5, ["three"]]], "b": {"c": []}, "t": [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]},
    "shared": {"a": shared, "b": shared, "c": [0.5]},
    "mixed": [0.5, 1, 1.5],
    "set": [1, 2, 3],
}


def python_value(name: str):
    value = PLAIN[name]
    if name == "bytes":
        return [bytes(part) for part in value]
    if name == "nested":
        return {**value, "t": [tuple(part) for part in value["t"]]}
    if name == "set":
        return set(value)
    return value


ARRAYS = {
    "float64": np.array([[1.5, -2.0, np.inf], [0.1, 5e-324, 1e308]]),
    "float32": np.array([1.5, -2.25, 3.0e-38], dtype=np.float32),
    "float16": np.array([1.5, -2.25, 6e-8, 65504.0, 0.333], dtype=np.float16),
    "int8": np.array([-128, 127, 0], dtype=np.int8),
    "int64": np.array([[-(2**63)], [2**63 - 1]]),
    "uint8": np.array([0, 255], dtype=np.uint8),
    "uint64": np.array([2**64 - 1], dtype=np.uint64),
    "bool": np.array([True, False, True]),
    "text": np.array(["CD3D", "", "gène"]),
    "bytes_fixed": np.array([b"ab", b"c"]),
    "objects": np.array(["a", None, "b"], dtype=object),
    "fortran": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
    "big_endian": np.array([1.5, -2.0], dtype=">f8"),
    "big_endian_int": np.array([-2, 3], dtype=">i4"),
    "empty": np.zeros((0, 3)),
    "scalar_array": np.array(2.5),
}

cases = []


def write(name: str, value, content) -> None:
    pickles = [pickle.dumps(value, protocol=protocol).hex() for protocol in range(6)]
    cases.append({"name": name, "content": exact(content), "pickles": pickles})


def exact(content):
    """The same with floats as their bits: a reader of JSON may round decimals."""
    if isinstance(content, float):
        return {"bits": struct.pack(">d", content).hex()}
    if isinstance(content, list):
        return [exact(part) for part in content]
    return {key: exact(part) for key, part in content.items()} if isinstance(content, dict) else content


def numbers(array: np.ndarray) -> list:
    if array.dtype.kind == "f":
        return array.astype(np.float64).ravel().tolist()
    if array.dtype.kind == "S":
        return [x.decode() for x in array.ravel().tolist()]
    return array.ravel().tolist()


for name in PLAIN:
    if MAJOR == "2":
        write(f"plain_{name}", python_value(name), PLAIN[name])
for name, array in ARRAYS.items():
    write(f"array_{name}", array, {"shape": list(array.shape), "values": numbers(array)})
write("scalar_float", np.float64(0.1), {"shape": [], "values": [0.1]})
write("scalar_float32", np.float32(0.5), {"shape": [], "values": [0.5]})
write("scalar_int", np.int32(-7), {"shape": [], "values": [-7]})
write("scalar_text", np.str_("gène"), None)
if MAJOR == "2":
    write("hostile_ordered", collections.OrderedDict(a=1), None)
    write("hostile_cycle", cyclic, None)
    write("hostile_builtin", len, None)

json.dump({"numpy": np.__version__, "cases": cases}, sys.stdout, indent=1)
print()
