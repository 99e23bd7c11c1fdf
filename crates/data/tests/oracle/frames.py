"""Pickles of tables, sparse and annotated matrices by several releases of their libraries, with what they hold or why they are refused.

    python tests/oracle/frames.py [protocols] > tests/oracle/frames.<name>.json

Run once in each environment that frames.md lists, by default with protocols 2, 4 and 5. A case has a name, its bytes by protocol (base64) and its content as
plain JSON, taken from the public interface of the libraries and never from the pickle.
"""

import base64
import collections
import collections.abc
import json
import pickle
import struct
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

try:
    import scipy
    import scipy.sparse as sp
except ImportError:
    sp = None
try:
    import anndata as ad
except ImportError:
    ad = None
try:
    import pyarrow
except ImportError:
    pyarrow = None

PROTOCOLS = [int(protocol) for protocol in sys.argv[1:]] or [2, 4, 5]


def number(x):
    """A float as its bits: a reader of JSON may round decimals."""
    return {"bits": struct.pack(">d", float(x)).hex()}


def values(array):
    array = np.asarray(array)
    kind = array.dtype.kind
    flat = array.ravel()
    if kind in "OU":
        return {"type": "str", "values": [str(x) for x in flat]}
    if kind == "b":
        return {"type": "bool", "values": [bool(x) for x in flat]}
    if kind == "f":
        name = "float32" if array.dtype.itemsize < 8 else "float64"
        return {"type": name, "values": [number(x) for x in flat]}
    return {"type": array.dtype.name, "values": [int(x) for x in flat]}


def dense(array):
    return {"is": "array", "shape": list(np.shape(array)), **values(array)}


def column(series):
    """A column as the reader gives it: text and objects are nullable only where something is missing."""
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = [int(code) for code in series.cat.codes]
        categories = values(dtype.categories.to_numpy())
        return {"is": "categorical", "codes": codes, "categories": categories, "ordered": bool(dtype.ordered)}
    missing = [bool(x) for x in series.isna()]
    masked = dtype.name in ("Int64", "Int8", "UInt16", "Float64", "Float32", "boolean")
    if dtype.kind == "M":
        series = series.map(lambda x: None if pd.isna(x) else str(x)).astype(object)
        dtype = series.dtype
        missing = [x is None or x != x for x in series]
    if dtype == object or dtype.name.startswith("str"):
        kept = [x for x in series if not pd.isna(x)]
        masked = any(missing)
    elif masked:
        kept = [x for x in series if x is not pd.NA]
        kept = np.array(kept, dtype=dtype.numpy_dtype)
    else:
        return values(series.to_numpy())
    if dtype == object and kept and all(isinstance(x, bool) for x in kept):
        kept = np.array(kept, dtype=bool)
    elif dtype == object and kept and all(isinstance(x, int) for x in kept):
        kept = np.array(kept, dtype=np.int64)
    elif not isinstance(kept, np.ndarray):
        kept = np.array(kept, dtype=object)
    content = values(kept)
    if masked:
        present = iter(content["values"])
        content["values"] = [None if gone else next(present) for gone in missing]
        content["is"] = "nullable"
    return content


def frame(table):
    columns = [[str(name), column(table.iloc[:, at])] for at, name in enumerate(table.columns)]
    name = table.index.name
    return {"is": "frame", "name": name, "index": [str(x) for x in table.index], "columns": columns}


def sparse(matrix):
    parts = {"indptr": [int(x) for x in matrix.indptr], "indices": [int(x) for x in matrix.indices]}
    return {"is": matrix.format, "shape": list(matrix.shape), **parts, **values(matrix.data)}


def content(value):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, pd.DataFrame):
        return frame(value)
    if isinstance(value, pd.Series):
        return {"is": "series", "name": value.name, "index": [str(x) for x in value.index], "column": column(value)}
    if isinstance(value, (pd.Index, pd.api.extensions.ExtensionArray)):
        return {"is": "column", "column": column(pd.Series(value))}
    if ad is not None and isinstance(value, ad.AnnData):
        return annotated(value)
    if sp is not None and sp.issparse(value):
        return sparse(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return dense(value)
    if isinstance(value, dict):
        return {"is": "dict", "entries": [[content(key), content(part)] for key, part in value.items()]}
    if isinstance(value, (list, tuple)):
        return {"is": type(value).__name__, "items": [content(part) for part in value]}
    raise TypeError(type(value))


def element(value):
    """What lies below a name of an annotated matrix: scalars and lists are arrays."""
    if isinstance(value, collections.abc.Mapping):
        return {"is": "dict", "entries": [[key, element(part)] for key, part in value.items()]}
    if isinstance(value, (bool, int, float, str, list)):
        return dense(np.array(value, dtype=object if isinstance(value, str) else None))
    if isinstance(value, pd.Categorical):
        return column(pd.Series(value))
    if isinstance(value, np.ndarray) and value.dtype.names:
        return {"is": "records", "fields": [[name, dense(value[name])] for name in value.dtype.names]}
    return content(value)


def annotated(a):
    def elements(mapping):
        return [[key, element(part)] for key, part in mapping.items()]

    raw = a.raw and {"X": content(a.raw.X), "var": frame(a.raw.var), "varm": elements(a.raw.varm)}
    parts = {name: elements(getattr(a, name)) for name in ("layers", "obsm", "varm", "obsp", "varp", "uns")}
    if hasattr(a.layers, "get") and None in a.layers:
        parts["layers"] = [pair for pair in parts["layers"] if pair[0] is not None]
    x = None if a.X is None else content(a.X)
    return {"is": "anndata", "X": x, "obs": frame(a.obs), "var": frame(a.var), "raw": raw, **parts}


cases = []
refused = []


def refuse(name, value, words):
    """A pickle that is not read, and what the refusal says."""
    pickles = {"4": base64.b64encode(pickle.dumps(value, protocol=4)).decode()}
    refused.append({"name": name, "words": words, "pickles": pickles})


def write(name, value, protocols=PROTOCOLS, expected=None):
    pickles = {str(p): base64.b64encode(pickle.dumps(value, protocol=p)).decode() for p in protocols}
    cases.append({"name": name, "content": expected or content(value), "pickles": pickles})


def table(index):
    ordered = pd.Categorical(["lo", "hi", None], categories=["lo", "mid", "hi"], ordered=True)
    return pd.DataFrame(
        {
            "whole": np.array([1, -2, 3]),
            "small": np.array([1, 2, 255], dtype=np.uint8),
            "x": [1.5, np.nan, -0.0],
            "single": np.array([0.1, 2, 3], dtype=np.float32),
            "yes": [True, False, True],
            "label": ["a", "gène", ""],
            "gappy": ["a", None, "c"],
            "level": ordered,
            "code": pd.Categorical([7, 9, 7]),
            "int": pd.array([1, None, 3], dtype="Int64"),
            "float": pd.array([0.5, None, 2.5], dtype="Float32"),
            "truth": pd.array([True, None, False], dtype="boolean"),
            "string": pd.array(["s", None, "u"], dtype="string"),
            "other": np.array([4, 5, 6]),
            "truths": pd.Series([True, None, False], dtype=object).to_numpy(),
            "when": pd.to_datetime(["2020-02-29 12:30:00", None, "1969-12-31 23:59:59.250000"], format="mixed")
            if pd.__version__ >= "2"
            else pd.to_datetime(["2020-02-29 12:30:00", None, "1969-12-31 23:59:59.250000"]),
            "ints": pd.Series([1, None, 2**40], dtype=object).to_numpy(),
        },
        index=index,
    )


whole = table(pd.Index(["r1", "r2", "r3"], name="cell"))
write("table", whole)
write(
    "tables",
    {
        "range": pd.DataFrame({0: [1.0, 2.0], 1: [3.0, 4.0]}),
        "stepped": pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(10, 4, -3)),
        "integers": pd.DataFrame({"a": [1, 2]}, index=[5, -6]),
        "floats": pd.DataFrame({"a": [1, 2]}, index=[0.5, 1e-7]),
        "truths": pd.DataFrame({"a": [1, 2]}, index=[True, False]),
        "categories": pd.DataFrame({"a": [1, 2]}, index=pd.CategoricalIndex(["v", "u"])),
        "part": whole[["whole", "x", "label"]].iloc[1:],
        "turned": whole[["other", "whole"]].iloc[::-1],
        "dates": pd.concat([whole["when"], whole["when"].shift(1).rename("before"), whole["x"]], axis=1).copy(),
        "no_rows": whole.iloc[:0][["whole", "label", "level"]],
        "no_columns": whole[[]],
        "added": whole[["whole"]].assign(new=[1, 2, 3], more=[0.5, 1, 2]),
    },
)
write(
    "columns",
    {
        "series": whole["x"],
        "texts": whole["gappy"],
        "levels": whole["level"],
        "nameless": pd.Series([1, 2, 3]),
        "index": pd.Index(["a", "b"]),
        "numbers": pd.Index([3, 1]),
        "range": pd.RangeIndex(2, 9, 3),
        "dates": pd.DatetimeIndex(["2024-01-31", "2024-02-29"]),
        "array": pd.array([1, None], dtype="Int8"),
        "category": pd.Categorical(["x", None, "y"]),
    },
)
plain = np.array([[1.5, 0, 2], [0, 0, -3]])
state = {
    "cell_type": np.array(["T cell", "B cell"]),
    "pert_name": np.array(["control", "drug"], dtype=object),
    "ctrl_emb": plain.astype(np.float32),
    "pert_gene": np.asfortranarray(plain),
    "n": np.int64(2),
    "names": pd.Series(["g1", "g2"]).to_numpy(),
}
nested = collections.OrderedDict(shared=state, again=state, groups=collections.defaultdict(list, a=[1, 2.5]))
write("plain", nested)
if pyarrow is not None and hasattr(pd, "ArrowDtype"):
    arrow = pd.DataFrame({"a": pd.array(["x", None, "zz", "é"], dtype="string[pyarrow]")})
    write("arrow", {"all": arrow, "part": arrow.iloc[1:3], "joined": pd.concat([arrow, arrow], ignore_index=True)})
if sp is not None:
    matrices = {"csr": sp.csr_matrix(plain), "csc": sp.csc_matrix(plain.astype(np.float32))}
    if hasattr(sp, "csr_array"):
        matrices.update(csr_array=sp.csr_array(plain), csc_array=sp.csc_array(plain.astype(np.int64)))
    wide = sp.csr_matrix(plain)
    wide.indptr, wide.indices = wide.indptr.astype(np.int64), wide.indices.astype(np.int64)
    matrices.update(wide=wide, empty=sp.csr_matrix((0, 4)))
    write("sparse", matrices)
if ad is not None:
    obs = whole[["x", "label", "level", "int"]]
    var = pd.DataFrame({"feature_name": ["G1", "G2"]}, index=["g1", "g2"])
    a = ad.AnnData(sp.csr_matrix(np.array([[1, 0], [0, 2], [3, 0]], dtype=np.float32)), obs=obs, var=var)
    a.raw = ad.AnnData(np.arange(9, dtype=np.float32).reshape(3, 3), obs=obs, var=pd.DataFrame(index=["g1", "g2", "g3"]))
    a.layers["counts"] = np.array([[1, 0], [0, 2], [3, 0]])
    a.layers["csc"] = sp.csc_matrix(np.array([[0, 1.0], [0, 0], [0, 5]]))
    a.obsm["X_umap"] = np.array([[0.5, 1], [2, 3], [4, 5]], dtype=np.float32)
    a.obsm["table"] = pd.DataFrame({"q": [1, 2, 3]}, index=a.obs_names)
    a.varm["PCs"] = np.eye(2)
    a.obsp["connectivities"] = sp.csr_matrix(np.array([[0, 1.0, 0], [1, 0, 2], [0, 2, 0]]))
    a.uns["neighbors"] = {"params": {"n_neighbors": 15, "metric": "cosine", "exact": True, "spread": 0.5}}
    a.uns["colors"] = np.array(["#ff0000", "#00ff00"], dtype=object)
    a.uns["order"] = ["a", "b"]
    texts = [np.array(["G1", "G2"], dtype=object), np.array(["G2", "G1"], dtype=object)]
    a.uns["names"] = np.rec.fromarrays(texts, names=["first", "second"])
    a.uns["scores"] = np.array([(1.5, 2), (-0.5, 3)], dtype=[("score", "f4"), ("rank", "i8")])
    write("anndata", a)
    control = ad.AnnData(np.array([[1, 2], [3, 4]], dtype=np.float32), obs=pd.DataFrame(index=["c1", "c2"]), var=var)
    write("pairs", {"olAE": (a[:, ["g2", "g1"]].copy(), control), "PCA": (control, control)})
    rows = np.array([True, False, True])
    views = {"mask": a[rows], "list": a[["r3", "r1"], "g2"], "slice": a[1:, 0:2], "dense": control[::-1]}
    views["repeated"] = a[[2, 0, 2]]
    # A view's own accessors give copies of what it shows; those are compared.
    write("views", views, [4], content({name: view.copy() for name, view in views.items()}))
    write("shown", {"obs": a[rows].obs, "umap": a[rows].obsm["X_umap"]}, [4])

several = pd.MultiIndex.from_tuples([(1, "a"), (2, "b")])
refuse("several levels", pd.DataFrame({"x": [1, 2]}, index=several), ["`.index`: `pandas", "MultiIndex` is not read"])
refuse("time zone", {"t": pd.Series(pd.to_datetime(["2024-01-01"]).tz_localize("UTC"))}, ["`['t']`: ", "DatetimeTZDtype"])
refuse("period", pd.Series(pd.period_range("2024", periods=2, freq="D")), ["PeriodArray` is not read"])
refuse("interval", pd.Series(pd.interval_range(0, 2)), ["nterval", "is not read"])
refuse("mixed", {"f": pd.DataFrame({"x": pd.Series(["a", 1.5], dtype=object)})}, ["mixes texts and numbers is not read"])
refuse("twice", pd.DataFrame([[1, 2]], columns=["x", "x"]), ["`['x']`: two columns have this name"])
refuse("complex", np.array([1j]), ["the NumPy data type `c16` is not read"])
refuse("path", {"a": [__import__("pathlib").PurePosixPath("x")]}, ["`['a'][0]`: an object of `pathlib"])
if sp is not None:
    refuse("coordinates", sp.coo_matrix(np.eye(2)), ["coo_matrix` is not read"])
if ad is not None:
    backed = ad.AnnData(np.eye(2, dtype=np.float32))
    backed.file._filename = "other.h5ad"
    refuse("backed", {"a": backed}, ["`['a']`: an AnnData whose matrix lies in another file is not read"])
    odd = ad.AnnData(np.eye(2, dtype=np.float32))
    odd.uns["odd"] = {"list": [object]}
    refuse("class below uns", odd, ["`.uns['odd']['list']", "object` is not read"])

versions = {"python": sys.version.split()[0], "numpy": np.__version__, "pandas": pd.__version__}
versions.update({m.__name__: m.__version__ for m in (pyarrow, ad) if m is not None})
if sp is not None:
    versions["scipy"] = scipy.__version__
json.dump({"versions": versions, "cases": cases, "refused": refused}, sys.stdout, separators=(",", ":"))
print()
