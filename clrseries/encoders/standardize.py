"""Fit the first layer of an encoder to the views that it will be trained on."""

from __future__ import annotations

from typing import Any

import torch

from ..config import Observe
from ..series import Series
from .with_columns import column_inputs, columns_of


@torch.no_grad()
def standardize(encoder: Any, observe: Observe, series: Series, views: int = 2, seed: int = 0) -> None:
    """Fit the first layer of an encoder to the mean and scatter of views of some objects, and to their columns.

    Parameters
    ----------
    encoder : torch.nn.Module
        Changed in place if it has a first layer ``standardize`` with a method ``fit``, or reads columns; otherwise nothing happens.
    observe : spectra.Observe or lightcurves.Observe
        The augmentation that makes the views.
    series : Series
        The objects.
    views : int
        Views of each object, at least 1.
    seed : int
        Seed of the views.
    """
    for values in column_inputs(columns_of(encoder), series):
        encoder.fit_columns(values)
    if getattr(encoder, "standardize", None) is not None:
        made = observe(series, views, seed).torch()
        encoder.standardize.fit(*(array.flatten(0, 1).cpu() for array in made))
