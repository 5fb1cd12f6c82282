"""Class probabilities averaged over several views of each object."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Observe
from ..series import Series
from .encoder_with_head import MOST, inputs_of


@torch.no_grad()
def mean_probability(
    network: Any, observe: Observe, series: Series, views: int = 8, seed: int = 0
) -> NDArray[np.float64]:
    """Return the probability of each class, averaged over random views of each object as the training had them.

    Parameters
    ----------
    network : EncoderWithHead
        Its head returns log-probabilities; put into evaluation mode.
    observe : spectra.Observe or lightcurves.Observe
        Makes the views.
    series : Series
        N objects.
    views : int
        Views of each object, at least 1.
    seed : int
        Seed of the views.

    Returns
    -------
    float64 (N, C)
        Rows sum to 1.

    References
    ----------
    Krizhevsky et al. 2012, Advances in Neural Information Processing Systems 25, section 4.1.
    """
    network.eval()
    total: Any = 0.0
    for view in range(views):
        parts = []
        for start in range(0, len(series), MOST):
            batch = series.take(np.arange(start, min(start + MOST, len(series))))
            parts.append(network(*inputs_of(network.encoder, observe(batch, 1, seed, epoch=view), batch)))
        total = total + torch.cat(parts).double().exp()
    return (total / views).numpy()
