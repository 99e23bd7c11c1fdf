"""Writes learn.json (scikit-learn and umap-learn on small inputs), maps.json (how well umap-learn keeps neighbourhoods on three
data sets) and digits.bin (scikit-learn's digits: 1797 rows of 64 bytes from 0 to 16, then 1797 labels).

    pip install numpy scikit-learn umap-learn && python learn.py
"""
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
if "--graphs" in sys.argv:
    os.environ["NUMBA_DISABLE_JIT"] = "1"

import numpy as np


def graph_cases(dtype):
    import umap.umap_ as umap
    from sklearn.neighbors import NearestNeighbors

    if dtype == np.float64:
        narrow = umap.smooth_knn_dist
        umap.smooth_knn_dist = lambda distances, *rest, **named: narrow(distances.astype(dtype), *rest, **named)
    rng = np.random.default_rng(11)
    rows = rng.standard_normal((90, 4)) * [3, 1, 1, 0.2]
    rows[40:44] = rows[40]
    rows[60:] += 25
    cases = []
    for k, connectivity, ratio in [(10, 1.0, 1.0), (6, 1.5, 0.5), (12, 0.0, 1.0), (5, 3.0, 0.0)]:
        distances, positions = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(rows).kneighbors(rows)
        # Itself first, distances to equal rows exactly 0.
        for i in range(len(rows)):
            order = sorted(range(k), key=lambda j: (positions[i, j] != i, distances[i, j], positions[i, j]))
            positions[i], distances[i] = positions[i][order], distances[i][order]
        distances[distances < 1e-6] = 0
        graph, _, _ = umap.fuzzy_simplicial_set(
            rows, k, np.random.RandomState(0), "euclidean", knn_indices=positions,
            knn_dists=distances.astype(dtype), set_op_mix_ratio=ratio, local_connectivity=connectivity,
        )[:3]
        graph = graph.tocsr()
        graph.sort_indices()
        cases.append({
            "rows": len(rows), "k": k, "local_connectivity": connectivity, "set_operation_ratio": ratio,
            "positions": positions.ravel().tolist(), "distances": distances.ravel().tolist(),
            "starts": graph.indptr.tolist(), "columns": graph.indices.tolist(),
            "weights": [float(f"{weight:.9g}") for weight in graph.data.astype(float)],
        })
    return cases


def pca_cases():
    from sklearn.decomposition import PCA

    cases = []
    rng = np.random.default_rng(5)
    for n, p, k in [(30, 8, 8), (9, 20, 8), (12, 12, 5), (40, 3, 2)]:
        rows = rng.standard_normal((n, p)) * np.linspace(3, 0.3, p) + rng.standard_normal(p) * 5
        fit = PCA(n_components=k, svd_solver="full")
        scores = fit.fit_transform(rows)
        cases.append({
            "n": n, "p": p, "k": k, "values": rows.ravel().tolist(), "components": fit.components_.ravel().tolist(),
            "variance": fit.explained_variance_.tolist(), "ratio": fit.explained_variance_ratio_.tolist(),
            "singular_values": fit.singular_values_.tolist(), "scores": scores.ravel().tolist(),
        })
    return cases


def knn_cases():
    from sklearn.neighbors import NearestNeighbors

    cases = []
    rng = np.random.default_rng(6)
    for n, p, k in [(70, 5, 6), (33, 40, 12)]:
        rows = rng.standard_normal((n, p)) + 2
        for metric in ["euclidean", "cosine"]:
            fit = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(rows)
            distances, positions = fit.kneighbors()
            cases.append({
                "n": n, "p": p, "k": k, "metric": metric, "values": rows.ravel().tolist(),
                "positions": positions.ravel().tolist(), "distances": distances.ravel().tolist(),
            })
    return cases


def curve_cases():
    from umap.umap_ import find_ab_params

    from scipy.optimize import curve_fit

    pairs = [(1.0, 0.1), (1.0, 0.0), (1.0, 0.5), (1.0, 0.25), (2.0, 0.3), (0.5, 0.5), (1.0, 0.99)]
    cases = []
    for spread, least in pairs:
        x = np.linspace(0, 3 * spread, 300)
        y = np.where(x < least, 1, np.exp((least - x) / spread))
        exact, _ = curve_fit(lambda x, a, b: 1 / (1 + a * x ** (2 * b)), x, y, ftol=1e-15, xtol=1e-15, gtol=1e-15)
        cases.append([spread, least, *map(float, find_ab_params(spread, least)), *map(float, exact)])
    return cases


def groups():
    """Ten groups of 150 in 20 dimensions, their centres 3 deviations apart in each."""
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((10, 20)) * 3
    labels = np.arange(1500) % 10
    return rng.standard_normal((1500, 20)) + centres[labels], labels


def roll():
    """A rolled strip, labelled by eighths of its length."""
    rng = np.random.default_rng(8)
    along, across = rng.random(1500), rng.random(1500)
    angle = 1.5 * np.pi * (1 + 2 * along)
    return np.c_[angle * np.cos(angle), 21 * across, angle * np.sin(angle)], (8 * along).astype(int)


def maps():
    import sklearn
    import umap
    from sklearn.datasets import load_digits
    from sklearn.manifold import trustworthiness
    from sklearn.neighbors import NearestNeighbors

    digits, digit_labels = load_digits(return_X_y=True)
    (HERE / "digits.bin").write_bytes(digits.astype(np.uint8).tobytes() + digit_labels.astype(np.uint8).tobytes())
    out = {"umap": umap.__version__, "sklearn": sklearn.__version__, "sets": {}}
    for name, (rows, labels) in {"digits": (digits, digit_labels), "groups": groups(), "roll": roll()}.items():
        for start in ["spectral", "pca"]:
            trust, purity = [], []
            for seed in [1, 2, 3]:
                places = umap.UMAP(random_state=seed, init=start, n_jobs=1).fit_transform(rows)
                trust.append(trustworthiness(rows, places, n_neighbors=15))
                positions = NearestNeighbors(n_neighbors=15).fit(places).kneighbors(return_distance=False)
                purity.append((labels[positions] == labels[:, None]).mean())
            out["sets"].setdefault(name, {})[start] = {
                "trustworthiness": float(np.mean(trust)), "purity": float(np.mean(purity)),
            }
            print(name, start, trust, purity)
    return out


if __name__ == "__main__":
    if "--graphs" in sys.argv:
        # In 32 bits umap-learn's bisection of widths stops where rounding says so; interpreted and given wider distances,
        # it follows its own formula.
        print(json.dumps(graph_cases(np.float64)))
    else:
        import subprocess

        text = subprocess.run([sys.executable, __file__, "--graphs"], check=True, capture_output=True, text=True).stdout
        graphs = json.loads(text.splitlines()[-1])
        worst = 0.0
        for exact, compiled in zip(graphs, graph_cases(np.float32)):
            assert exact["starts"] == compiled["starts"] and exact["columns"] == compiled["columns"]
            worst = max(worst, np.abs(np.subtract(exact["weights"], compiled["weights"])).max())
        cases = {"pca": pca_cases(), "knn": knn_cases(), "curve": curve_cases(), "graphs": graphs, "compiled": worst}
        (HERE / "learn.json").write_text(json.dumps(cases) + "\n")
        print("compiled differs from interpreted by", worst)
        if "--no-maps" in sys.argv:
            sys.exit()
        (HERE / "maps.json").write_text(json.dumps(maps(), indent=1) + "\n")
