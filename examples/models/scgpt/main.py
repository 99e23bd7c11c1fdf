"""Fills in masked entries with the expression that a pretrained scGPT predicts."""

import argparse
import json
import os
import sys
from pathlib import Path

import anndata
import numpy as np

MASKED = -1
SPECIAL = ["<pad>", "<cls>", "<eoc>"]


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--results-dir", type=Path, default=Path("results"))
    parser.add_argument("--mask-percentage", type=float, default=0.15, help="a fraction")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--model-dir", type=Path, default=os.environ.get("SCGPT_MODEL_DIR"))
    parser.add_argument("--gene-column", help="column of var with gene symbols, instead of the index")
    parser.add_argument("--context", type=int, default=1200, help="known genes that a cell shows at most")
    parser.add_argument("--targets", type=int, default=600, help="masked genes predicted in one pass")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto")
    parser.add_argument("--dev", action="store_true", help="accepted and ignored")
    chosen = parser.parse_args()
    if chosen.model_dir is None:
        sys.exit("which weights? set SCGPT_MODEL_DIR or give --model-dir")
    missing = [n for n in ("args.json", "vocab.json", "best_model.pt") if not (Path(chosen.model_dir) / n).is_file()]
    if missing:
        sys.exit(f"{chosen.model_dir} lacks {', '.join(missing)}")
    return chosen


class Bins:
    """The bins of one cell: 0 for zero, 1 to n - 1 by quantiles of the known values that are not zero."""

    def __init__(self, known, n):
        self.n = n
        positive = known[known > 0]
        self.edges = np.quantile(positive, np.linspace(0, 1, n - 1)) if positive.size else None

    def of(self, values):
        """Bins of values above 0."""
        return np.clip(np.searchsorted(self.edges, values, side="right"), 1, self.n - 1).astype(np.float32)

    def values(self, bins):
        """Values that predicted bins stand for; below half a bin they are 0."""
        if self.edges is None:
            return np.zeros(len(bins))
        values = np.interp(bins, np.arange(1, self.n), self.edges)
        return np.where(bins < 0.5, 0.0, values)


def passes(values, masked, ids, settings, chosen):
    """For each pass of each cell: the cell, the targets' columns, and tokens with values for the model."""
    for cell in range(values.shape[0]):
        known = np.flatnonzero(~masked[cell] & (values[cell] > 0) & (ids >= 0))
        # The highest first; ties in order of the genes.
        known = known[np.argsort(-values[cell, known], kind="stable")][: chosen.context]
        bins = Bins(values[cell][~masked[cell]], settings["n_bins"])
        shown = bins.of(values[cell, known]) if known.size else np.zeros(0, np.float32)
        targets = np.flatnonzero(masked[cell] & (ids >= 0))
        for start in range(0, len(targets), chosen.targets):
            some = targets[start : start + chosen.targets]
            tokens = np.concatenate([[settings["cls"]], ids[known], ids[some]])
            hidden = np.full(len(some), settings["mask_value"])
            expression = np.concatenate([[settings["pad_value"]], shown, hidden])
            yield cell, some, bins, tokens.astype(np.int64), expression.astype(np.float32)


def batches(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def load(model_dir, device):
    """The model, its vocabulary and what its own settings say."""
    import torch
    from scgpt.model import TransformerModel
    from scgpt.tokenizer.gene_tokenizer import GeneVocab
    from scgpt.utils import load_pretrained

    vocabulary = GeneVocab.from_file(model_dir / "vocab.json")
    for token in SPECIAL:
        if token not in vocabulary:
            vocabulary.append_token(token)
    config = json.loads((model_dir / "args.json").read_text())
    model = TransformerModel(
        ntoken=len(vocabulary),
        d_model=config["embsize"],
        nhead=config["nheads"],
        d_hid=config["d_hid"],
        nlayers=config["nlayers"],
        nlayers_cls=config.get("n_layers_cls", 3),
        n_cls=1,
        vocab=vocabulary,
        dropout=config["dropout"],
        pad_token=config["pad_token"],
        pad_value=config["pad_value"],
        do_mvc=True,
        use_fast_transformer=False,
    )
    before = {name: value.clone() for name, value in model.state_dict().items() if name.startswith("decoder.")}
    load_pretrained(model, torch.load(model_dir / "best_model.pt", map_location="cpu"), verbose=False)
    after = model.state_dict()
    if all(torch.equal(value, after[name]) for name, value in before.items()):
        # Weights that do not fit are skipped in silence: the prediction would be that of a random head.
        sys.exit("the weights hold no expression decoder that fits this model")
    settings = {
        "n_bins": config.get("n_bins", 51),
        "mask_value": config.get("mask_value", -1),
        "pad_value": config["pad_value"],
        "pad": vocabulary[config["pad_token"]],
        "cls": vocabulary["<cls>"],
    }
    return model.to(device).eval(), vocabulary, settings


def predict(model, batch, settings, device):
    """Predicted bins of the targets of each pass of a batch."""
    import torch

    length = max(len(tokens) for _, _, _, tokens, _ in batch)
    genes = torch.full((len(batch), length), settings["pad"], dtype=torch.long)
    values = torch.full((len(batch), length), float(settings["pad_value"]))
    for row, (_, _, _, tokens, expression) in enumerate(batch):
        genes[row, : len(tokens)] = torch.from_numpy(tokens)
        values[row, : len(tokens)] = torch.from_numpy(expression)
    genes, values = genes.to(device), values.to(device)
    padding = genes.eq(settings["pad"])
    with torch.no_grad():
        output = model(genes, values, src_key_padding_mask=padding, CLS=False, MVC=False, ECS=False)
    bins = output["mlm_output"].float().cpu().numpy()
    return [bins[row, len(tokens) - len(some) : len(tokens)] for row, (_, some, _, tokens, _) in enumerate(batch)]


def main():
    chosen = options()
    mask = f"mask_{100 * chosen.mask_percentage:g}_seed_{chosen.seed}"
    data = anndata.read_h5ad(chosen.data_dir / chosen.dataset / "masked" / f"{mask}.h5ad")
    values = data.X.toarray() if hasattr(data.X, "toarray") else np.asarray(data.X)
    masked = values == MASKED
    if not masked.any():
        sys.exit("nothing is masked")

    import torch

    torch.manual_seed(chosen.seed)
    device = chosen.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    model, vocabulary, settings = load(Path(chosen.model_dir), device)

    names = data.var[chosen.gene_column] if chosen.gene_column else data.var_names
    ids = np.array([vocabulary[name] if name in vocabulary else -1 for name in names])
    lacking = int((ids < 0).sum())
    if lacking > len(ids) / 2:
        sys.exit(f"the vocabulary lacks {lacking} of {len(ids)} genes: are these names gene symbols?")

    known = (~masked).sum(axis=0)
    sums = np.where(masked, 0, values).sum(axis=0, dtype=np.float64)
    means = np.divide(sums, known, out=np.zeros(len(sums)), where=known > 0)
    filled = np.where(masked, means, values)
    for batch in batches(passes(values, masked, ids, settings, chosen), chosen.batch_size):
        for (cell, some, bins, _, _), predicted in zip(batch, predict(model, batch, settings, device)):
            if not np.isfinite(predicted).all():
                raise RuntimeError(f"the prediction for cell {cell} is not finite")
            filled[cell, some] = bins.values(predicted)

    folder = chosen.results_dir / chosen.dataset / mask / "scgpt"
    folder.mkdir(parents=True, exist_ok=True)
    out = anndata.AnnData(X=filled.astype(values.dtype), obs=data.obs[[]], var=data.var[[]])
    out.write_h5ad(folder / "reconstruction.h5ad")
    metadata = {
        "model": "scgpt",
        "dataset": chosen.dataset,
        "n_cells": data.n_obs,
        "n_genes": data.n_vars,
        "genes_not_in_vocabulary": lacking,
        "context": chosen.context,
    }
    (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n")


if __name__ == "__main__":
    main()
