"""Calibration of a head on objects that it has not learned from: probabilities, sets of classes, and how unlike objects are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..config import Observe
from ..encoders.heads import ClassHead
from ..encoders.known_objects import KnownObjects
from ..encoders.prediction_sets import least_probability
from ..series import Series
from .encoder_with_head import EncoderWithHead, balanced_chances, outputs_of
from .temperature import fit_temperature


@torch.no_grad()
def calibrate_head(
    network: EncoderWithHead,
    observe: Observe,
    series: Series,
    values: NDArray[Any],
    train: NDArray[np.int64],
    calibrate: NDArray[np.int64],
    *,
    balance: bool,
) -> None:
    """Set the temperature of a head; for classes also the sets of classes and the known objects.

    Parameters
    ----------
    network : EncoderWithHead
        Its head is changed in place.
    observe : spectra.Observe or lightcurves.Observe
        Its deterministic steps prepare the objects.
    series : Series
        All labeled objects.
    values : int or float (N,)
        Their classes, from 0, or values.
    train, calibrate : int64
        Rows that the head has learned from, and rows to calibrate on; without the latter, nothing is done.
    balance : bool
        Whether classes have equal weights in the temperature.
    """
    if not len(calibrate):
        return
    head: Any = network.head
    bare = EncoderWithHead(network.encoder, nn.Identity())
    held, true = outputs_of(bare, observe, series.take(calibrate)), values[calibrate]
    balanced = balance and isinstance(head, ClassHead)
    weight = torch.from_numpy(balanced_chances(true)) if balanced else torch.ones(len(true))
    fit_temperature(head, held, torch.from_numpy(true), weight)
    if not isinstance(head, ClassHead) or not torch.isfinite(held).all():
        return
    head.least_probability = least_probability(head(held).exp().numpy(), true)
    known = outputs_of(bare, observe, series.take(train))
    if len(np.unique(values[train])) == len(head.classes) and torch.isfinite(known).all():
        head.known = KnownObjects(known.shape[1], len(head.classes))
        head.known.fit_known(known, torch.from_numpy(values[train]), held)
