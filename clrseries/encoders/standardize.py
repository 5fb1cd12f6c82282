"""Fit the first layer of an encoder to the views that it will be trained on."""

from __future__ import annotations

from typing import Any

import torch

from ..choice import Choice
from ..config import Observe
from ..series import Series
from .build import build_encoder
from .with_columns import column_inputs, columns_of


def fitted_encoder(encoder: Choice, observe: Observe, series: Series, seed: int = 0) -> Any:
    """Return a new encoder for the views of some objects, with its first layer fitted to one view of each.

    Parameters
    ----------
    encoder : str or mapping
        As for :func:`~clrseries.encoders.build_encoder`.
    observe : spectra.Observe or lightcurves.Observe
        The augmentation that makes the views.
    series : Series
        The objects.
    seed : int
        Seed of the views; the weights are drawn from the generator of torch.

    Returns
    -------
    torch.nn.Module
    """
    new = build_encoder(encoder, observe, series.bands)
    standardize(new, observe, series, 1, seed)
    return new


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
