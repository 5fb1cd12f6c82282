"""Scores of predictions that come with probabilities: classes, and values such as redshifts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def class_scores(
    log_probability: NDArray[np.floating], target: NDArray[np.integer], classes: list[str]
) -> dict[str, Any]:
    """Return scores of predicted classes.

    Parameters
    ----------
    log_probability : float (N, C)
        Natural logarithms of the probabilities of the classes.
    target : int (N,)
        The true classes, from 0 to C - 1.
    classes : list of str
        Names of the C classes.

    Returns
    -------
    dict
        ``accuracy``, ``balanced_accuracy`` (mean over the classes that occur), ``macro_f1`` (mean over the classes that occur or were
        predicted), ``log_loss``, ``calibration_error`` and ``confusion``: for each true class, how many were predicted as each.
    """
    found = log_probability.argmax(1)
    confusion = np.zeros((len(classes), len(classes)), int)
    np.add.at(confusion, (target, found), 1)
    seen = confusion.sum(0) + confusion.sum(1)
    return {
        "accuracy": float((found == target).mean()),
        "balanced_accuracy": float(np.mean([(found == k)[target == k].mean() for k in np.unique(target)])),
        "macro_f1": float((2.0 * confusion.diagonal()[seen > 0] / seen[seen > 0]).mean()),
        "log_loss": float(-log_probability[np.arange(len(target)), target].mean()),
        "calibration_error": calibration_error(log_probability, target),
        "confusion": {
            name: dict(zip(classes, map(int, row), strict=True)) for name, row in zip(classes, confusion, strict=True)
        },
    }


def calibration_error(log_probability: NDArray[np.floating], target: NDArray[np.integer], bins: int = 10) -> float:
    """Return the expected calibration error: |confidence - accuracy| in bins of confidence, weighted by their counts.

    Parameters
    ----------
    log_probability : float (N, C)
        Natural logarithms of the probabilities of the classes.
    target : int (N,)
        The true classes, from 0 to C - 1.
    bins : int
        Number of bins, of equal width.

    Returns
    -------
    float
        From 0 to 1; 0 if a prediction made with confidence p is right in a fraction p of all cases.

    References
    ----------
    Guo et al. 2017, arXiv:1706.04599, equation 3.
    """
    confidence = np.exp(log_probability.max(1))
    right = log_probability.argmax(1) == target
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = np.abs(np.bincount(place, confidence - right, bins)).sum()
    return float(total / len(target))


def set_scores(member: NDArray[np.bool_], target: NDArray[np.integer]) -> dict[str, float]:
    """Return how often sets of classes hold the true class, and how large they are.

    Parameters
    ----------
    member : bool (N, C)
        Which classes are in the set of each object.
    target : int (N,)
        The true classes, from 0.

    Returns
    -------
    dict of str to float
        ``coverage``, the fraction of sets with the true class, ``mean_size``, and ``single``, the fraction of sets of one class.
    """
    size = member.sum(1)
    return {
        "coverage": float(member[np.arange(len(target)), target].mean()),
        "mean_size": float(size.mean()),
        "single": float((size == 1).mean()),
    }


def redshift_scores(found: NDArray[np.floating], true: NDArray[np.floating], outlier: float = 0.15) -> dict[str, float]:
    """Return the usual scores of redshifts, from dz = (found - true) / (1 + true).

    Parameters
    ----------
    found, true : float (N,)
        Predicted and true redshifts.
    outlier : float
        Objects with a larger |dz| count as outliers; the default is usual for photometric redshifts.

    Returns
    -------
    dict of str to float
        ``sigma_nmad``, 1.48 times the median of |dz - median(dz)|, and ``outlier_rate``, a fraction.

    References
    ----------
    Brammer, van Dokkum & Coppi 2008, ApJ 686, 1503, equation 5.
    """
    dz = (found - true) / (1.0 + true)
    return {
        "sigma_nmad": float(1.48 * np.median(np.abs(dz - np.median(dz)))),
        "outlier_rate": float((np.abs(dz) > outlier).mean()),
    }


def residual_scores(
    found: NDArray[np.floating], true: NDArray[np.floating], *, redshift: bool = False, outlier: float | None = None
) -> dict[str, float]:
    """Return robust and usual scores of predicted values, from their errors: found - true.

    Parameters
    ----------
    found, true : float (N,)
        Predicted and true values.
    redshift : bool
        Whether errors are divided by 1 + true first, for all scores but R2.
    outlier : float, optional
        Errors with a larger absolute value are outliers. Default 0.15 for redshifts, and five times ``sigma_nmad`` otherwise.

    Returns
    -------
    dict of str to float
        ``r2`` (NaN if all true values are equal), ``sigma_nmad`` (1.48 times the median of |error - median|), ``bias`` (median error),
        ``outlier_rate`` (a fraction) and ``mae`` (mean absolute error).

    References
    ----------
    Brammer, van Dokkum & Coppi 2008, ApJ 686, 1503, equation 5.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import residual_scores
    >>> residual_scores(np.array([1.0, 2.0, 3.5]), np.array([1.0, 2.0, 3.0]))["mae"]
    0.16666666666666666
    """
    error = (found - true) / (1.0 + true) if redshift else found - true
    middle = float(np.median(error))
    spread = float(1.48 * np.median(np.abs(error - middle)))
    limit = outlier if outlier is not None else 0.15 if redshift else 5.0 * spread
    variance = np.square(true - true.mean()).sum()
    return {
        "r2": float(1.0 - np.square(found - true).sum() / variance) if variance > 0 else float("nan"),
        "sigma_nmad": spread,
        "bias": middle,
        "outlier_rate": float((np.abs(error) > limit).mean()),
        "mae": float(np.abs(error).mean()),
    }


def value_scores(
    found: NDArray[np.floating],
    sigma: NDArray[np.floating],
    log_likelihood: NDArray[np.floating],
    true: NDArray[np.floating],
) -> dict[str, float]:
    """Return scores of predicted values with uncertainties.

    Parameters
    ----------
    found, sigma : float (N,)
        Predicted values and their standard deviations.
    log_likelihood : float (N,)
        Of the true values, in natural logarithms.
    true : float (N,)
        The true values.

    Returns
    -------
    dict
        ``r2`` (NaN if all true values are equal), ``mae`` (mean absolute error), ``rms``, ``within_one_sigma`` (0.68 if the errors
        are Gaussian and the uncertainties right) and ``log_likelihood`` (mean).
    """
    apart = found - true
    variance = np.square(true - true.mean()).sum()
    return {
        "r2": float(1.0 - np.square(apart).sum() / variance) if variance > 0 else float("nan"),
        "mae": float(np.abs(apart).mean()),
        "rms": float(np.sqrt(np.square(apart).mean())),
        "within_one_sigma": float((np.abs(apart) < sigma).mean()),
        "log_likelihood": float(log_likelihood.mean()),
    }
