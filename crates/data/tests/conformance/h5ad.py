"""anndata reads what we write, and finds it equal to what we read.

    python h5ad.py <the example `h5ad`>

Every fixture that anndata wrote, and a file of our own writing, are read by us, written by us and read by the installed
anndata. Exits with 1 and names the first difference.
"""

import gzip
import pathlib
import subprocess
import sys
import tempfile
import warnings

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "h5ad"


def plain(frame):
    def texts(values):
        return values.astype(object) if isinstance(values.dtype, pd.StringDtype) and not values.isna().any() else values

    frame = frame.apply(texts) if len(frame.columns) else frame.copy()
    frame.index = texts(frame.index)
    frame.columns = texts(frame.columns)
    return frame


def equal(a, b, at):
    if isinstance(a, dict) or hasattr(a, "keys") and not isinstance(a, pd.DataFrame):
        assert sorted(a.keys()) == sorted(b.keys()), f"{at}: {sorted(a.keys())} {sorted(b.keys())}"
        for key in a.keys():
            equal(a[key], b[key], f"{at}/{key}")
    elif isinstance(a, pd.DataFrame):
        # anndata 0.13 writes names as texts that may be missing; where none is, ours are plain texts.
        pd.testing.assert_frame_equal(plain(a), plain(b), check_exact=True, obj=at)
    elif sp.issparse(a):
        assert type(a) is type(b) and a.dtype == b.dtype, f"{at}: {type(a)} {type(b)} {a.dtype} {b.dtype}"
        for part in ["indptr", "indices", "data"]:
            x, y = getattr(a, part), getattr(b, part)
            assert x.dtype == y.dtype, f"{at}/{part}: {x.dtype} {y.dtype}"
            np.testing.assert_array_equal(x, y, err_msg=at)
        b.sum(axis=0), (b.T @ b), b[: b.shape[0] // 2]
    elif isinstance(a, np.ndarray):
        # Half floats become floats of 32 bits, numbers in big-endian order little-endian, texts have no width.
        assert a.shape == b.shape, f"{at}: {a.shape} {b.shape}"
        np.testing.assert_array_equal(a.astype(b.dtype), b, err_msg=at)
    elif isinstance(a, pd.Categorical):
        assert a.equals(b), at
    else:
        assert type(a) is type(b) and a == b, f"{at}: {a!r} {b!r}"


def whole(a, b, at):
    equal(a.obs, b.obs, f"{at} obs")
    equal(a.var, b.var, f"{at} var")
    equal(a.X, b.X, f"{at} X")
    for part in ["layers", "obsm", "varm", "obsp", "varp", "uns"]:
        equal(dict(getattr(a, part)), dict(getattr(b, part)), f"{at} {part}")
    assert (a.raw is None) == (b.raw is None), at
    if a.raw is not None:
        equal(a.raw.X, b.raw.X, f"{at} raw/X")
        equal(a.raw.var, b.raw.var, f"{at} raw/var")


def encodings(path):
    with h5py.File(path) as f:
        seen = {"": (f.attrs["encoding-type"], f.attrs["encoding-version"])}
        f.visititems(lambda name, o: seen.update({name: (o.attrs.get("encoding-type"), o.attrs.get("encoding-version"))}))
    return seen


def main():
    warnings.simplefilter("ignore")
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for packed in sorted(FIXTURES.glob("anndata-*.h5ad.gz")):
            name = packed.name.removesuffix(".gz")
            ours, theirs = folder / f"ours-{name}", folder / name
            theirs.write_bytes(gzip.decompress(packed.read_bytes()))
            subprocess.run([program, "rewrite", theirs, ours], check=True)
            whole(anndata.read_h5ad(theirs), anndata.read_h5ad(ours), name)
            if name == "anndata-0.12.h5ad":
                a, b = encodings(theirs), encodings(ours)
                assert a == b, {k: (a.get(k), b.get(k)) for k in a.keys() | b.keys() if a.get(k) != b.get(k)}
            with h5py.File(ours, "r+") as f:
                f["uns"].create_group("added")["by"] = np.arange(10)
            assert anndata.read_h5ad(ours).uns["added"]["by"].tolist() == list(range(10))
        # Enough chunks for an index of more than one level, and more members and columns than fit one block.
        large = folder / "large.h5ad"
        subprocess.run([program, "generate", large, "200000", "500", "100"], check=True)
        a = anndata.read_h5ad(large)
        assert a.shape == (200000, 500) and a.X.has_sorted_indices and a.obs_names[-1] == "cell199999"
        said = float(subprocess.run([program, "sums", large], check=True, capture_output=True).stdout)
        assert said == a.X.sum(dtype="float64"), (said, a.X.sum(dtype="float64"))
        rows = anndata.read_h5ad(large, backed="r")[150000:150010].to_memory()
        assert (rows.X != a.X[150000:150010]).nnz == 0
        wide = folder / "wide.h5ad"
        b = anndata.AnnData(np.ones((3, 2), "float32"), uns={f"k{i}": i for i in range(500)})
        for i in range(600):
            b.obs[f"column {i}"] = np.arange(3) * i
        b.write_h5ad(wide)
        subprocess.run([program, "rewrite", wide, folder / "again.h5ad"], check=True)
        whole(anndata.read_h5ad(wide), anndata.read_h5ad(folder / "again.h5ad"), "wide")
        for shape in [(0, 3), (3, 0), (0, 0)]:
            for x in [np.zeros(shape, "float32"), sp.csr_matrix(shape, dtype="float32"), None]:
                c = anndata.AnnData(x, obs=pd.DataFrame(index=[f"c{i}" for i in range(shape[0])]),
                                    var=pd.DataFrame(index=[f"g{i}" for i in range(shape[1])]))
                c.write_h5ad(wide)
                subprocess.run([program, "rewrite", wide, folder / "again.h5ad"], check=True)
                again = anndata.read_h5ad(folder / "again.h5ad")
                assert again.shape == shape, (again.shape, shape)
                if x is not None:
                    equal(c.X, again.X, f"{shape}")
    print(f"anndata {anndata.__version__} reads what we write and finds it equal")


if __name__ == "__main__":
    main()
