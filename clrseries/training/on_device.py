"""Keep the samples of a training on the GPU that makes their views."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import torch

from ..augment.on_host import SAMPLES, moved
from ..augment.resident import Resident, conditioned, host_series, upload, vars_of
from ..config import Observe
from ..io.stream import Stream
from ..series import Series
from .training_set import TrainingSet

logger = logging.getLogger("clrseries")
MOST = 0.5  # part of the free memory of a device that samples may take


def makes_views(training_set: TrainingSet, device: torch.device) -> bool:
    """Return whether the views of a training are made on a GPU.

    Parameters
    ----------
    training_set : TrainingSet
        With ``backend="cuda"`` views are made on a GPU, with ``"auto"`` only if the samples lie on one already.
    device : torch.device
        Where the encoder is.

    Returns
    -------
    bool
    """
    partner = training_set.partner
    wanted = [training_set.observe, *([partner.observe] if partner else [])]
    there = [training_set.data, *([partner.series] if partner else [])]
    return device.type == "cuda" and any(
        observe.backend == "cuda" or (observe.backend == "auto" and _is_on_device(data))
        for observe, data in zip(wanted, there, strict=True)
    )


def placed(training_set: TrainingSet, device: torch.device) -> TrainingSet:
    """Return a training set whose samples lie where its views are made, if they fit there.

    Parameters
    ----------
    training_set : TrainingSet
        A stream, and samples that do not fit on a GPU, stay as they are: each batch is copied to the device. Samples that lie on a
        GPU are looked at once.
    device : torch.device
        Where the encoder is.

    Returns
    -------
    TrainingSet
    """
    partner = training_set.partner
    return replace(
        training_set,
        data=_placed(training_set.data, training_set.observe, device),
        partner=partner and replace(partner, series=_placed(partner.series, partner.observe, device)),
    )


def _placed(data: Any, observe: Observe, device: torch.device) -> Any:
    if isinstance(data, Stream | Resident):
        return data
    if _is_on_device(data):
        read = host_series(data)  # once, and not in every batch
        return read if observe.backend == "cpu" else _resident(data, read, observe, device)
    if observe.backend != "cuda" or device.type != "cuda":
        return data
    size, free = bytes_of(data), torch.cuda.mem_get_info(device)[0]
    if size > MOST * free:
        logger.warning(
            "the samples (%.1f GB) do not fit in half of the free memory of %s (%.1f GB): every batch is copied there",
            size / 1e9, device, free / 1e9,
        )  # fmt: skip
        return data
    return upload(data, observe._tidy, lambda array: torch.from_numpy(array.copy()).to(device))


def _resident(data: Series, read: Series, observe: Observe, device: torch.device) -> Resident:
    """Return samples that lie on a GPU as the kernel takes them, as tensors on the GPU of the encoder, if it is on one."""
    there, exponents = conditioned(data, observe._tidy)

    def move(array: Any) -> torch.Tensor:
        tensor = torch.as_tensor(array)  # without a copy, of CuPy arrays too
        return tensor.to(device) if device.type == "cuda" else tensor

    return Resident(**vars_of(moved(there, move)), host=read, exponents=exponents)


def bytes_of(series: Series) -> int:
    """Return the size of the samples of a series.

    Parameters
    ----------
    series : Series

    Returns
    -------
    int
        In bytes.
    """
    return sum(getattr(series, name).nbytes for name in SAMPLES if getattr(series, name) is not None)


def _is_on_device(data: Any) -> bool:
    return isinstance(data, Series) and hasattr(data.flux, "__cuda_array_interface__")
