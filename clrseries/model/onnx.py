"""Export of a model to ONNX, for programs without Python."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from .. import lightcurves
from ..encoders.with_columns import columns_of
from ..errors import InputError, require
from .model import Model

TOLERANCE = 1e-3  # relative to the largest output; the order of sums in attention and normalizations differs
MOST_OBJECTS = 65536  # most objects of a batch


class _Chain(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.encoder = model.encoder
        self.head = model.head

    def forward(self, *inputs: torch.Tensor) -> Any:
        embedding = self.encoder(*inputs)
        return embedding if self.head is None else (embedding, self.head(embedding))


def write_onnx(model: Model, path: Path) -> None:
    """Write the encoder of a model, and its head, to an ONNX file, and compare its outputs with those of the model.

    Parameters
    ----------
    model : Model
        The model.
    path : Path
        The file.

    Raises
    ------
    InputError
        onnxscript or onnxruntime is missing, torch cannot export the model, or the outputs differ.
    """
    require("onnxscript", extra="onnx", purpose="export")
    chain = _Chain(model).eval()
    _write(chain, _example(model, 8), path)
    _compare(chain, _example(model, 11), path)


def _example(model: Model, objects: int) -> tuple[torch.Tensor, ...]:
    rng = np.random.default_rng(objects)
    length = model.observe.length
    flux, ivar = rng.normal(1.0, 0.2, (2, objects, length)).astype(np.float32)
    spectra = (torch.from_numpy(flux), torch.from_numpy(100.0 * np.abs(ivar) * (ivar > 0.7)))
    read = len(columns_of(model.encoder))
    columns = (torch.from_numpy(rng.normal(size=(objects, read)).astype(np.float32)),) if read else ()
    if not isinstance(model.observe, lightcurves.Observe):
        return *spectra, *columns
    time = np.sort(rng.uniform(0, 300, (objects, length)), axis=1).astype(np.float32)
    band = rng.integers(0, len(model.bands), (objects, length)).astype(np.int8)
    return torch.from_numpy(time), *spectra, torch.from_numpy(band), *columns


def _write(chain: nn.Module, example: tuple[torch.Tensor, ...], path: Path) -> None:
    names = ["flux", "ivar"] if len(example) < 4 else ["time", "flux", "ivar", "band"]
    names += ["columns"] if len(example) > len(names) else []
    batch = torch.export.Dim("batch", min=1, max=MOST_OBJECTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns about its own code
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            chain, example, dynamo=True, dynamic_shapes=(tuple({0: batch} for _ in example),), verbose=False,
            input_names=names, output_names=["embeddings", "answers"][: 1 + (chain.head is not None)],
        )  # fmt: skip
    if program is None:
        raise InputError("torch did not export this model")
    program.save(path, external_data=False)


@torch.no_grad()
def _compare(chain: nn.Module, inputs: tuple[torch.Tensor, ...], path: Path) -> None:
    onnxruntime = require("onnxruntime", extra="onnx", purpose="export, which compares the two,")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    given = {place.name: part.numpy() for place, part in zip(session.get_inputs(), inputs, strict=True)}
    wanted = chain(*inputs)
    for found, true in zip(session.run(None, given), wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
        off = float(np.abs(found - true.numpy()).max() / max(float(true.abs().max()), 1e-12))
        if not off < TOLERANCE:
            raise InputError(f"the exported model is off by {off:.1e} of its largest output; please report this model")
