"""Class probabilities averaged over several views of each object."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import Observe
from ..series import Series
from .encoder_with_head import outputs_of_views


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
    total: Any = 0.0
    for view in range(views):
        outputs = outputs_of_views(network, partial(observe, views=1, seed=seed, epoch=view), series)
        total = total + outputs.double().exp()
    return (total / views).numpy()
