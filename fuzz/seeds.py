"""Writes the first inputs of the fuzz targets: a few small files of each format, one oddity each.

    python fuzz/seeds.py

Run with NumPy 2, SciPy, zarr-python 3, h5py and anndata 0.12 or later. The inputs that fuzzing found lie beside them.
"""

import io
import json
import pathlib
import zipfile

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp
import zarr

HERE = pathlib.Path(__file__).parent / "corpus"
X = sp.csr_matrix(np.array([[0, 1, 0], [2, 0, 3]], dtype="float32"))


def put(target, name, content):
    folder = HERE / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version, allow_pickle=False)
    return file.getvalue()


def arrays():
    record = np.array([(1, 0.5, "a", [1, 2]), (2, 1.5, "é", [3, 4])],
                      dtype=[("i", "<i4"), ("f", ">f8"), ("s", "<U2"), ("v", "i2", (2,))])
    of = {
        "bool": np.array([True, False]), "int8": np.array([[1, -2]], dtype="i1"), "uint64": np.array(2**64 - 1, dtype="u8"),
        "half": np.array([0.5, np.nan], dtype="f2"), "big": np.arange(6, dtype=">i4").reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "texts": np.array(["", "gène"]),
        "bytes": np.array([b"ab", b""]), "empty": np.zeros((0, 4), dtype="f4"), "records": record,
        "aligned": np.array([(1, 2.0)], dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    }
    for name, array in of.items():
        put("npy", f"{name}.npy", npy(array))
    put("npy", "second.npy", npy(of["big"], (2, 0)))
    put("npy", "third.npy", npy(np.array([(1,)], dtype=[("gène", "i4")]), (3, 0)))
    for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        file = io.BytesIO()
        save(file, a=of["big"], b=of["texts"], c=of["records"])
        put("npy", f"{name}.npz", file.getvalue())
    for name, matrix in [("csr", X), ("csc", X.tocsc())]:
        file = io.BytesIO()
        sp.save_npz(file, matrix, compressed=name == "csc")
        put("npy", f"{name}.npz", file.getvalue())
    claim = npy(np.zeros(1, dtype="u1")).replace(b"(1,)", b"(5000000000,)")
    put("npy", "claims.npy", claim)
    escape = io.BytesIO()
    with zipfile.ZipFile(escape, "w") as archive:
        archive.writestr("../a.npy", npy(of["bool"]))
    put("npy", "escapes.npz", escape.getvalue())


def annotated():
    """Two cells by three genes with one of everything."""
    obs = pd.DataFrame({"t": pd.Categorical(["a", None], categories=["a", "b"], ordered=True), "n": [1, 2]}, index=["c0", "c1"])
    obs["maybe"] = pd.array([1, None], dtype="Int8")
    a = anndata.AnnData(X, obs=obs, var=pd.DataFrame(index=["g0", "g1", "g2"]))
    a.layers["csc"] = X.tocsc()
    a.obsm["X_umap"] = np.ones((2, 2))
    a.uns["dict"] = {"text": "x", "number": 1, "records": np.array([(1, 0.5)], dtype=[("i", "i4"), ("f", "f8")])}
    a.uns["texts"] = np.array(["a", ""], dtype=object)
    a.raw = a.copy()
    return a


def hdf5(name, write, **options):
    file = io.BytesIO()
    with h5py.File(file, "w", **options) as f:
        write(f)
    put("h5ad", name, file.getvalue())


def table(f, name, labels, columns=()):
    group = f.create_group(name)
    group.attrs.update({"_index": "_index", "encoding-type": "dataframe", "encoding-version": "0.2.0"})
    group.attrs["column-order"] = np.array(columns, dtype="S1") if columns else np.array([], dtype=float)
    group["_index"] = np.array(labels)
    return group


def tables(f):
    table(f, "obs", [b"c0", b"c1"])
    table(f, "var", [b"g0", b"g1", b"g2"])


def sparse(f, name, matrix):
    group = f.create_group(name)
    group.attrs.update({"encoding-type": f"{matrix.format}_matrix", "shape": np.array(matrix.shape)})
    for part in ["data", "indices", "indptr"]:
        group[part] = getattr(matrix, part)


def containers():
    new = {"libver": ("v110", "v114")}

    def csr(f):
        tables(f)
        sparse(f, "X", X)

    def csc(f):
        tables(f)
        sparse(f, "X", X.tocsc())

    def dense(f):
        tables(f)
        f.create_dataset("X", data=X.toarray(), chunks=(1, 2), compression="gzip", shuffle=True)

    def columns(f):
        obs = table(f, "obs", [b"c0", b"c1"], ["t", "m"])
        t = obs.create_group("t")
        t.attrs.update({"encoding-type": "categorical", "ordered": True})
        t["codes"], t["categories"] = np.array([0, -1], dtype="i1"), np.array([b"a", b"b"])
        m = obs.create_group("m")
        m.attrs.update({"encoding-type": "nullable-integer"})
        m["values"], m["mask"] = np.array([1, 2], dtype="i2"), np.array([True, False])
        table(f, "var", [b"g0"])
        f["obsm/X_umap"] = np.ones((2, 2), dtype="f2")
        f["uns/a/b"] = h5py.Empty("f4")

    def old(f):
        f["obs"] = np.array([(b"c0", 1)], dtype=[("index", "S2"), ("kind", "i1")])
        f["var"] = np.array([(b"g0",), (b"g1",)], dtype=[("index", "S2")])
        x = f.create_group("X")
        x.attrs.update({"h5sparse_format": b"csr", "h5sparse_shape": np.array([1, 2])})
        x["data"], x["indices"], x["indptr"] = np.ones(1), np.array([1]), np.array([0, 1])
        f["uns/kind_categories"] = np.array([b"one", b"two"])

    def texts(f):
        f.create_dataset("texts", data=np.array(["a", "", "é"], dtype=object), dtype=h5py.string_dtype())
        f.attrs["names"] = np.array(["a", "b"], dtype=object)

    def storage(f):
        wide = np.arange(12, dtype="f4").reshape(4, 3)
        f.create_dataset("lzf", data=wide, chunks=(2, 2), compression="lzf", shuffle=True)
        f.create_dataset("sums", data=wide, chunks=(3, 3), compression="gzip", fletcher32=True)
        f.create_dataset("grows", data=wide, chunks=(2, 3), maxshape=(None, 3))
        f.create_dataset("more", data=wide, chunks=(2, 2), maxshape=(None, None))
        f.create_dataset("unwritten", (5, 3), "i8", chunks=(4, 3), fillvalue=-7)
        f["big"] = np.arange(3, dtype=">u2")
        f["complex"], f["scalar"] = np.array([1j]), 0.5

    def attributes(f):
        for i in range(9):
            f.attrs[f"a{i}"] = i
        f["link"] = h5py.SoftLink("/nothing")
        f["other"] = h5py.ExternalLink("x.h5", "/")
        f.create_group("g")["loop"] = f["/"]

    for write in [csr, csc, dense, columns, old, texts, storage, attributes]:
        hdf5(f"{write.__name__}.h5", write)
        hdf5(f"{write.__name__}-new.h5", write, **new)


def entries(files):
    return b"\n".join(b"=== " + name.encode() + b"\n" + content for name, content in sorted(files.items()))


def store(name, write, version):
    files = {}
    memory = zarr.storage.MemoryStore()
    write(zarr.open_group(memory, mode="w", zarr_format=version))
    for key, content in memory._store_dict.items():
        text = content.to_bytes()
        # Documents without their indentation.
        if key.rsplit("/", 1)[-1] in ("zarr.json", ".zarray", ".zgroup", ".zattrs"):
            text = json.dumps(json.loads(text), separators=(",", ":")).encode()
        files[key] = text
    put("zarr", f"{name}-v{version}.txt", entries(files))


def stores():
    wide = np.arange(12, dtype="i4").reshape(4, 3)

    def plain(g):
        g.create_array("a", data=wide, chunks=(2, 2), compressors=None, fill_value=7)
        g.create_array("b", data=np.array([True, False]), compressors=None)
        g.create_array("e", shape=(3, 3), dtype="f8", chunks=(2, 2), fill_value=np.nan)
        g.attrs.update({"text": "t", "ints": [1, 2], "floats": [0.5], "none": None})

    def packed(g):
        if g.metadata.zarr_format == 2:
            import numcodecs
            codecs = [numcodecs.GZip(1), numcodecs.Zlib(1), numcodecs.Zstd(1), numcodecs.LZ4()]
            codecs += [numcodecs.Blosc(cname=c, shuffle=s) for c, s in [("lz4", 1), ("zstd", 2), ("zlib", 0), ("blosclz", 1)]]
        else:
            codecs = [zarr.codecs.GzipCodec(level=1), zarr.codecs.ZstdCodec(level=1)]
            codecs += [zarr.codecs.BloscCodec(cname=c, shuffle=s, typesize=4)
                       for c, s in [("lz4", "shuffle"), ("zstd", "bitshuffle"), ("blosclz", "noshuffle")]]
        for i, codec in enumerate(codecs):
            g.create_array(f"c{i}", data=np.repeat(wide, 9), compressors=codec)

    def texts(g):
        of = g.create_array("t", shape=(3,), dtype=str, chunks=(2,), compressors=None)
        of[:] = np.array(["a", "", "é"], dtype=object)
        g.create_array("f", data=np.array(["ab", "é"]), compressors=None)

    def shards(g):
        g.create_array("s", data=wide, chunks=(1, 3), shards=(2, 3), compressors=None)
        g.create_array("z", data=wide, chunks=(2, 1), shards=(4, 3))

    def order(g):
        if g.metadata.zarr_format == 2:
            g.create_array("o", data=wide, chunks=(2, 3), order="F", compressors=None)
            g.create_array("r", data=np.array([(1, 0.5)], dtype=[("i", "i4"), ("f", "f8")]), compressors=None)
        else:
            g.create_array("o", data=wide, chunks=(2, 3), filters=[zarr.codecs.TransposeCodec(order=(1, 0))], compressors=None)

    for version in (2, 3):
        for write in [plain, packed, texts, order] + ([shards] if version == 3 else []):
            store(write.__name__, write, version)
        a = annotated()
        if version == 3:
            del a.uns["dict"]["records"]
        store("annotated", lambda g: anndata.io.write_elem(g, "/", a), version)


def main():
    arrays()
    containers()
    stores()


if __name__ == "__main__":
    main()
