"""What each ingredient of the stellar demonstration brings: leave one out, train again.

    python benchmarks/ablation.py [--epochs 150] [--seeds 1] [--output docs/ablation.md]

Every row trains as ``clrseries demo`` does, only shorter and with one thing changed, and
reports how often a STELIB star finds itself among the 984 MILES stars. The table is Markdown.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from clrseries import concatenate, datasets, load, pretrain
from clrseries.config import default_steps
from clrseries.datasets.stars import matched
from clrseries.evaluation import retrieve

Steps = list[dict[str, dict[str, Any]]]


def without(name: str) -> Steps:
    """The default augmentation less one step."""
    return [step for step in default_steps("spectra") if name not in step]


def changed(name: str, **arguments: Any) -> Steps:
    """The default augmentation with other arguments for one step."""
    steps = copy.deepcopy(default_steps("spectra"))
    for step in steps:
        if name in step:
            step[name].update(arguments)
    return steps


def variants() -> dict[str, tuple[Steps, dict[str, Any]]]:
    """Name -> (augmentation, other arguments of ``pretrain``)."""
    full = default_steps("spectra")
    return {
        "everything": (full, {}),
        "no velocity": (without("Velocity"), {}),
        "no line-spread function": (without("VelocityDispersion"), {}),
        "no flux-calibration error": (without("FluxCalibrationError"), {}),
        "small flux-calibration error (amplitude up to 0.1)": (
            changed("FluxCalibrationError", amplitude={"Uniform": [0, 0.1]}),
            {},
        ),
        "smooth flux-calibration error only (knots 300-1500 A)": (
            changed("FluxCalibrationError", length={"LogUniform": [300, 1500]}),
            {},
        ),
        "no noise": (without("Noise"), {}),
        "no crop": (without("Crop"), {}),
        "no gaps": (without("MaskRuns"), {}),
        "continuum-normalized input": (changed("Normalize", by="continuum", window=150.0), {}),
        "MILES alone": (full, {"libraries": ("miles",)}),
        "temperature 0.05": (full, {"method": {"simclr": {"temperature": 0.05}}}),
    }


def run(steps: Steps, epochs: int, seed: int, libraries: tuple[str, ...] = ("miles", "stelib"), **more: Any) -> Any:
    """Train one variant; ranks of the true counterparts."""
    data = {"miles": datasets.miles(), "stelib": datasets.stelib()}
    if len(libraries) < 2:  # as many batches as with both
        epochs = round(epochs * 4 / 3)
    with tempfile.TemporaryDirectory() as folder:
        train = concatenate([data[name] for name in libraries])
        path = pretrain(train, Path(folder) / "run", augment=steps, epochs=epochs, seed=seed, progress=False, **more)
        model = load(path)
    query, truth = matched(data["stelib"], data["miles"])
    found = {name: model.embed(series, "projection") for name, series in data.items()}
    return retrieve(found["stelib"][query], found["miles"], truth)


def main() -> None:
    """Print the table row by row, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    lines = [
        f"`python benchmarks/ablation.py --epochs {options.epochs} --seeds {options.seeds}`: "
        f"{options.epochs} epochs, mean of {options.seeds} seed(s); the demonstration trains longer.",
        "",
        "| trained with | top-1 | top-5 | median rank | minutes |",
        "| --- | --- | --- | --- | --- |",
    ]
    print("\n".join(lines), flush=True)
    for name, (steps, more) in variants().items():
        begin = time.perf_counter()
        found = [run(steps, options.epochs, seed, **more) for seed in range(options.seeds)]
        top1, top5 = (np.mean([f.top(k) for f in found]) for k in (1, 5))
        median = np.median([f.ranks for f in found])
        minutes = (time.perf_counter() - begin) / 60 / options.seeds
        lines.append(f"| {name} | {top1:.2f} | {top5:.2f} | {median:g} | {minutes:.1f} |")
        print(lines[-1], flush=True)
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
