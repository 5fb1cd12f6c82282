"""Scores of the answers of an entrant, each with the weights of a bootstrap over the objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evaluation.retrieval import ranked
from ..evaluation.scores import redshift_scores

FAR = 0.03  # in dz / (1 + z): an outlier among the redshifts of the task, which are below 0.4
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """One score.

    Parameters
    ----------
    name : str
        As it stands in the table.
    of : function
        Takes the truth (M, ...), the answers (M, ...) and how often each row counts, int64 (M,), and returns the score.
    goodness : function
        Takes a score and returns a number that is larger for a better one.
    digits : int
        Decimals in the table.
    """

    name: str
    of: Callable[[NDArray[Any], NDArray[Any], NDArray[np.int64]], float]
    goodness: Callable[[float], float] = float
    digits: int = 3


def confusion(truth: NDArray[np.str_], answer: NDArray[np.str_], times: NDArray[np.int64] | None = None) -> Matrix:
    """Return how much of each true class was predicted as each class.

    Parameters
    ----------
    truth, answer : str (M,)
        True and predicted classes.
    times : int64 (M,), optional
        How often each row counts; default once.

    Returns
    -------
    float64 (C, C)
        Over the classes that occur, sorted; rows are the true classes.
    """
    names, number = np.unique(np.concatenate([truth, answer]), return_inverse=True)
    table = np.zeros((len(names), len(names)))
    np.add.at(table, (number[: len(truth)], number[len(truth) :]), 1.0 if times is None else times)
    return table


def _accuracy(truth: NDArray[np.str_], answer: NDArray[np.str_], times: NDArray[np.int64]) -> float:
    table = confusion(truth, answer, times)
    return float(np.trace(table) / table.sum())


def _balanced_accuracy(truth: NDArray[np.str_], answer: NDArray[np.str_], times: NDArray[np.int64]) -> float:
    table = confusion(truth, answer, times)
    there = table.sum(1) > 0
    return float(np.mean(np.diag(table)[there] / table.sum(1)[there]))


def _macro_f1(truth: NDArray[np.str_], answer: NDArray[np.str_], times: NDArray[np.int64]) -> float:
    table = confusion(truth, answer, times)
    both = table.sum(1) + table.sum(0)
    there = both > 0
    return float(np.mean(2.0 * np.diag(table)[there] / both[there]))


def _among_first(
    count: int,
) -> Callable[[NDArray[np.int64], NDArray[np.floating], NDArray[np.int64]], float]:
    """Return the measure of how many queries find their counterpart among the first; answers are similarities (M, G)."""
    return lambda truth, answer, times: float(np.average(ranked(answer, truth).ranks <= count, weights=times))


def _bias(truth: NDArray[np.floating], answer: NDArray[np.floating], times: NDArray[np.int64]) -> float:
    return float(np.median(np.repeat((answer - truth) / (1.0 + truth), times)))


def _redshift(name: str) -> Callable[[NDArray[np.floating], NDArray[np.floating], NDArray[np.int64]], float]:
    return lambda truth, answer, times: redshift_scores(np.repeat(answer, times), np.repeat(truth, times), FAR)[name]


def _less(score: float) -> float:
    return -abs(score)


MEASURES = {
    "accuracy": Measure("accuracy", _accuracy),
    "balanced_accuracy": Measure("balanced accuracy", _balanced_accuracy),
    "revealed": Measure("balanced accuracy (low is good)", _balanced_accuracy, _less),
    "macro_f1": Measure("macro-F1", _macro_f1),
    "top1": Measure("top 1", _among_first(1)),
    "top5": Measure("top 5", _among_first(5)),
    "bias": Measure("bias (median)", _bias, _less, 4),
    "sigma_nmad": Measure("sigma_NMAD", _redshift("sigma_nmad"), _less, 4),
    "outliers": Measure(f"outliers (beyond {FAR})", _redshift("outlier_rate"), _less),
}
