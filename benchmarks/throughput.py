"""Objects per second of every stage, for encoders of three sizes: eager, compiled, bfloat16, onnxruntime; one process and two.

    python benchmarks/throughput.py [--sizes tiny small base] [--batch 256] [--repeats 5] [--no-scaling]

Supernova spectra of ``examples/supernovae.yaml``; one thread, except where two processes are compared with one. ``embed`` is the
encoder alone, ``train`` a step of SimCLR (two views, forward, backward, AdamW). The kinds of a row are measured in turn, and the
median is taken.
"""

from __future__ import annotations

import argparse
import copy
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from clrseries import Model, export, read_spectra, write_spectra
from clrseries.config import composition
from clrseries.datasets.supernovae import supernova_spectra
from clrseries.encoders import build_encoder
from clrseries.methods import Batch, SimCLR

RECIPE = yaml.safe_load((Path(__file__).parent.parent / "examples" / "supernovae.yaml").read_text())
ENCODERS = ("convnext1d", "spectrum_transformer")
Run = Callable[[], Any]


def rate(runs: dict[str, Run], objects: int, repeats: int) -> dict[str, float]:
    """Objects per second of each, measured in turn; the first round is not counted."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats + 1):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            spent[name].append(time.perf_counter() - begun)
    return {name: objects / statistics.median(times[1:]) for name, times in spent.items()}


def steps(encoder: Any, views: tuple[torch.Tensor, ...], half: bool) -> Run:
    """One step of training."""
    method = SimCLR(encoder)
    optimizer = torch.optim.AdamW(method.parameters(), 1e-4)
    batch = Batch(views)

    def run() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss, _ = method(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return run


def embeds(encoder: Any, inputs: list[torch.Tensor], half: bool) -> Run:
    """The encoder alone."""

    def run() -> None:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            encoder(*inputs)

    return run


def exported(encoder: Any, observe: Any, inputs: list[torch.Tensor], folder: Path) -> Run:
    """The encoder in onnxruntime, on one thread."""
    import onnxruntime

    Model(encoder, SimCLR(encoder).projector, observe).save(folder / "model", overwrite=True)
    path = export(folder / "model", folder / "model.onnx", overwrite=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    given = dict(zip(("flux", "ivar"), (part.numpy() for part in inputs), strict=True))
    return lambda: session.run(None, given)


def encoder_rows(observe: Any, series: Any, sizes: list[str], repeats: int) -> None:
    views = observe(series, 2).torch()
    inputs = [part[:, 0].contiguous() for part in views]
    print(
        "\n| encoder | parameters | stage | eager | compiled | bf16 | onnxruntime |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for name in ENCODERS:
        for size in sizes:
            torch.manual_seed(0)
            eager = build_encoder({name: {"size": size, "embedding_dim": 128}}, observe)
            compiled = copy.deepcopy(eager)
            compiled.compile()
            count = sum(p.numel() for p in eager.parameters())
            with tempfile.TemporaryDirectory() as folder:
                session = exported(copy.deepcopy(eager).eval(), observe, inputs, Path(folder))
                forms = {"eager": (eager, False), "compiled": (compiled, False), "bf16": (eager, True)}
                embed: dict[str, Run] = {kind: embeds(one.eval(), inputs, half) for kind, (one, half) in forms.items()}
                found = {"embed": rate(embed | {"onnxruntime": session}, len(series), repeats)}
            train = {kind: steps(one.train(), views, half) for kind, (one, half) in forms.items()}
            found["train"] = rate(train, len(series), repeats)
            for stage, rates in found.items():
                cells = [f"{rates[kind]:,.0f}" if kind in rates else "" for kind in (*forms, "onnxruntime")]
                print(f"| `{name}` {size} | {count / 1e6:.2f} M | {stage} | {' | '.join(cells)} |", flush=True)


def scaling(series: Any, sizes: list[str]) -> None:
    """Objects per second of ``clrseries pretrain``, start-up not counted, with one process and with two."""
    print("\n| `convnext1d` | one process | two processes | ratio |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        write_spectra(series, Path(folder) / "data.parquet")
        for size in sizes:
            found = []
            for devices in (1, 2):
                spent = [_trained(Path(folder), size, devices, epochs) for epochs in (2, 8)]
                found.append(6 * (len(series) // 128) * 128 / (spent[1] - spent[0]))
            print(f"| {size} | {found[0]:,.0f} | {found[1]:,.0f} | {found[1] / found[0]:.2f} |", flush=True)


def _trained(folder: Path, size: str, devices: int, epochs: int) -> float:
    recipe = RECIPE | {
        "encoder": {"convnext1d": {"size": size, "embedding_dim": 128}},
        "epochs": epochs,
        "batch_size": 128,
        "source": None,
        "run": {"devices": devices},
        "stopping": {"every": 1000},
        "progress": False,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    words = [
        "pretrain",
        folder / "recipe.yaml",
        "--data",
        folder / "data.parquet",
        "--output",
        folder / "run",
        "--overwrite",
    ]
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "clrseries", *map(str, words)],
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["tiny", "small", "base"])
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--no-scaling", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    spectra = supernova_spectra()
    series = spectra.take(np.arange(given.batch))
    observe = composition(RECIPE["augment"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.parquet"
        write_spectra(series, path)
        first = rate(
            {"read (Parquet)": lambda: read_spectra(path), "augment (two views)": lambda: observe(series, 2, threads=1)},
            len(series), given.repeats,
        )  # fmt: skip
    print("| stage | objects per second |\n| --- | --- |")
    for stage, value in first.items():
        print(f"| {stage} | {value:,.0f} |")
    encoder_rows(observe, series, given.sizes, given.repeats)
    if not given.no_scaling:
        scaling(spectra.take(np.arange(512)), given.sizes[:2])


if __name__ == "__main__":
    main()
