"""Which pixels or points an answer hangs on: each window is taken away in turn, and the answer is asked again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..model import Model
from ..series import Series, check_series
from .changed_data import embedded_with

WINDOWS = 40  # that the range of an object is as wide as, by default
MOST_POINTS = 100  # of a light curve whose points are taken away one by one
EMBEDDING = "embedding"


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What each part of one object contributes to an answer.

    Parameters
    ----------
    object_id : str
        The object.
    answer : str
        A class, the name of a value, or ``"embedding"``.
    whole : float
        The answer with all data: the probability of the class, or the value; 0 for the embedding.
    start, stop : float64 (W,)
        Ends of the windows that were taken away [Angstrom or day].
    change : float64 (W,)
        The answer with all data minus that without the window; for the embedding, how far it moves, as 1 - cosine. NaN where nothing is left.
    importance : float64 (M,)
        For each sample of the object the mean change of the windows that it is in; NaN where ivar is 0.
    """

    object_id: str
    answer: str
    whole: float
    start: NDArray[np.float64]
    stop: NDArray[np.float64]
    change: NDArray[np.float64]
    importance: NDArray[np.float64]


def occlusion(
    model: Model, series: Series, row: int = 0, *, answer: str | None = None, width: float | None = None
) -> Occlusion:
    """Take away one window of an object after the other, and tell how the answer of a model changes.

    A sample that is taken away has ivar 0, no information, so that nothing is put in its place. Windows of a spectrum and of a long light curve overlap by
    half; the points of a light curve with at most 100 are taken away one by one.

    Parameters
    ----------
    model : Model
        With a head, its answer is followed; without, the embedding.
    series : Series
        N objects.
    row : int
        Which object, from 0.
    answer : str, optional
        A class, a value that the head predicts, or ``"embedding"``. Default the most probable class, the value, or the embedding, whatever the model has.
    width : float, optional
        Width of the windows [Angstrom or day], above 0; default a fortieth of the range.

    Returns
    -------
    Occlusion

    Raises
    ------
    InputError
        There is no such object or answer, the width is not above 0, or the object cannot be embedded.

    References
    ----------
    Zeiler & Fergus 2014, arXiv:1311.2901.

    Examples
    --------
    >>> from clrseries import Model, datasets, encoders, lightcurves as lc, methods
    >>> from clrseries.evaluation import occlusion
    >>> encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16)
    >>> model = Model(encoder, methods.Projector(16), lc.Observe([lc.Pack(64), lc.Normalize("band")]), bands=("B", "R"))
    >>> found = occlusion(model, datasets.simulated_light_curves(1, nights=20))
    >>> found.answer, len(found.start) == len(found.change)
    ('embedding', True)
    """
    check_series(series, "occlusion")
    if not 0 <= row < len(series):
        raise InputError(f"row: there are {len(series)} objects, from 0 to {len(series) - 1}; got {row}")
    if width is not None and not width > 0:
        raise InputError(f"width must be above 0, got {width!r}")
    one = series.take([row])
    name, whole = _first_answer(model, one, answer)
    start, stop = _windows(one, width)
    inside = (one.x >= start[:, None]) & (one.x <= stop[:, None])
    hidden = one.take(np.zeros(len(start), int))
    hidden = replace(hidden, ivar=np.where(inside.ravel(), 0, hidden.ivar).astype(np.float32))
    if name == EMBEDDING:
        change = 1.0 - embedded_with(model, hidden) @ embedded_with(model, one)[0]
    else:
        change = whole - _answers(model, hidden, name)
    known = inside & np.isfinite(change)[:, None]
    number = known.sum(axis=0)
    total = np.where(known, change[:, None], 0.0).sum(axis=0)
    importance = np.where((one.ivar > 0) & (number > 0), total / np.maximum(number, 1), np.nan)
    return Occlusion(one.object_ids[0], name, whole, start, stop, change, importance)


def _windows(one: Series, width: float | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the windows that hold information."""
    x = np.unique(one.x[one.ivar > 0])
    if width is None and one.band is not None and len(x) <= MOST_POINTS:
        return x, x
    width = float(x[-1] - x[0]) / WINDOWS if width is None else width
    start = np.arange(x[0] - width / 2, x[-1], width / 2)
    holds = np.searchsorted(x, start + width, side="right") > np.searchsorted(x, start)
    return start[holds], start[holds] + width


def _first_answer(model: Model, one: Series, answer: str | None) -> tuple[str, float]:
    """Return the name of the answer and its value for the whole object."""
    if answer == EMBEDDING or (answer is None and model.head is None):
        if not np.isfinite(embedded_with(model, one)).all():
            raise InputError(f"object {one.object_ids[0]!r} cannot be embedded by this model")
        return EMBEDDING, 0.0
    found = model.predict(one, on_error="stop")
    classes = list(getattr(model.head, "classes", ()))
    values = [*getattr(model.head, "values", ())] if classes else [model.target]
    if answer is None:
        answer = str(found["predicted"][0]) if classes else model.target
    if answer not in (*classes, *values):
        raise InputError(
            f"answer: there is no {answer!r}; this model answers {', '.join([*classes, *values])}, or {EMBEDDING!r}"
        )
    return answer, float(_answers(model, one, answer)[0])


def _answers(model: Model, series: Series, answer: str) -> NDArray[np.float64]:
    """Return the probability of a class, or a value, of every object."""
    found: dict[str, Any] = model.predict(series)
    classes = list(getattr(model.head, "classes", ()))
    if answer in classes:
        return np.asarray(found["probability"][:, classes.index(answer)], np.float64)
    return np.asarray(found[answer if classes else "predicted"], np.float64)
