"""``export``: a model for programs without Python, as ONNX, checked against the original."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from .errors import InputError
from .io.parquet import refuse_existing
from .model import Model, load
from .monitor import Monitor

TOLERANCE = 1e-3  # of the largest output: attention and normalisations are ordered otherwise


class _Chain(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.encoder = model.encoder
        self.head = model.head

    def forward(self, *inputs: torch.Tensor) -> Any:
        embedding = self.encoder(*inputs)
        return embedding if self.head is None else (embedding, self.head(embedding))


def export(model: str | Path, output: str | Path, *, overwrite: bool = False) -> Path:
    """Write the encoder, and the head of a fine-tuned model, as ONNX, and compare the two.

    Inputs are what the model's composition makes of data, of any number of objects: ``flux`` and ``ivar`` (B, P) of spectra
    on the model's grid; ``time``, ``flux``, ``ivar`` (B, L) and ``band`` (B, L) of light curves. Outputs are ``embeddings``
    and, of a fine-tuned model, ``answers``.

    Parameters
    ----------
    model : path
        Folder, or ``owner/model`` on the Hub.
    output : path
        The ``.onnx`` file.
    overwrite : bool
        Replace `output` if it exists.

    Raises
    ------
    InputError
        `output` exists, onnx or onnxruntime is missing, or the exported model gives other numbers than the original.
    """
    target = Path(output)
    refuse_existing(target, overwrite)
    known = load(model)
    chain, example = _Chain(known).eval(), _example(known, 8)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        _write(chain, example, part)
        _compare(chain, _example(known, 11), part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _example(model: Model, objects: int) -> tuple[torch.Tensor, ...]:
    dice = np.random.default_rng(objects)
    observe = model.observe
    length = observe.length if isinstance(observe, Monitor) else len(observe.grid)
    flux, ivar = dice.normal(1.0, 0.2, (2, objects, length)).astype(np.float32)
    spectra = (torch.from_numpy(flux), torch.from_numpy(100.0 * np.abs(ivar) * (ivar > 0.7)))
    if not isinstance(observe, Monitor):
        return spectra
    time = np.sort(dice.uniform(0, 300, (objects, length)), axis=1).astype(np.float32)
    band = dice.integers(0, len(model.bands), (objects, length)).astype(np.int8)
    return torch.from_numpy(time), *spectra, torch.from_numpy(band)


def _write(chain: nn.Module, example: tuple[torch.Tensor, ...], path: Path) -> None:
    names = ["flux", "ivar"] if len(example) == 2 else ["time", "flux", "ivar", "band"]
    batch = torch.export.Dim("batch", min=1, max=65536)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter about itself
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)
            program = torch.onnx.export(
                chain, example, dynamo=True, dynamic_shapes=(tuple({0: batch} for _ in example),), verbose=False,
                input_names=names, output_names=["embeddings", "answers"][: 1 + (chain.head is not None)],
            )  # fmt: skip
    except ModuleNotFoundError as error:
        raise InputError(f"export needs {error.name}: pip install 'clrseries[onnx]'") from error
    if program is None:
        raise InputError("torch did not export this model")
    program.save(path, external_data=False)


@torch.no_grad()
def _compare(chain: nn.Module, inputs: tuple[torch.Tensor, ...], path: Path) -> None:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise InputError("export is checked with onnxruntime: pip install 'clrseries[onnx]'") from error
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = {place.name: part.numpy() for place, part in zip(session.get_inputs(), inputs, strict=True)}
    wanted = chain(*inputs)
    for found, true in zip(session.run(None, given), wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
        off = float(np.abs(found - true.numpy()).max() / max(float(true.abs().max()), 1e-12))
        if not off < TOLERANCE:
            raise InputError(f"the exported model is off by {off:.1e} of its largest output; please report this model")
