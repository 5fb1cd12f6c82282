"""Calibration of the probabilities of a head by one temperature."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..encoders.heads import MixtureHead, crps


@torch.no_grad()
def fit_temperature(head: Any, embeddings: torch.Tensor, true: torch.Tensor, weight: torch.Tensor) -> None:
    """Set the temperature of a head to the one with the least score on objects that it has not learned from.

    The score is minus the log-likelihood of classes, and the continuous ranked probability score of values.

    Parameters
    ----------
    head : ClassHead or MixtureHead
        Its ``temperature`` is changed in place, within exp(-3) to exp(3).
    embeddings : Tensor (B, D)
        Embeddings of the objects.
    true : Tensor (B,)
        Their classes or values.
    weight : Tensor (B,)
        How much each object counts.

    References
    ----------
    Guo et al. 2017, arXiv:1706.04599; Gneiting & Raftery 2007, JASA 102, 359.
    """
    from scipy.optimize import minimize_scalar

    head.eval()
    score = crps if isinstance(head, MixtureHead) else head.loss

    def mean_loss(log_temperature: float) -> float:
        head.temperature.fill_(float(np.exp(log_temperature)))
        return float((score(head(embeddings), true) * weight).sum() / weight.sum())

    best = minimize_scalar(mean_loss, bounds=(-3.0, 3.0), method="bounded")
    head.temperature.fill_(float(np.exp(best.x)))
