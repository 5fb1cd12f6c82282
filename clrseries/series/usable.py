"""Leaving out of objects whose samples cannot be used, so that they do not stop the others."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from ..errors import InputError, located
from .checks import sample_faults
from .series import Series

logger = logging.getLogger("clrseries")


def without_unusable(series: Series, source: str = "") -> Series:
    """Return the objects whose samples can all be used, and count the others.

    A pixel of positive ivar whose flux is not finite is no reason to leave out an object: it gets ivar 0 and is counted.

    Parameters
    ----------
    series : Series
        N objects, which need not pass :meth:`clrseries.Series.check`.
    source : str
        File or table, for the error and the log.

    Returns
    -------
    Series
        What was left out is counted in ``dropped`` and logged, with the first object of each kind.

    Raises
    ------
    InputError
        No object can be used; the message tells why the first cannot.
    """
    hidden = ~np.isfinite(series.flux) & (series.ivar > 0)
    lost: dict[str, int] = {}
    if hidden.any():
        lost["pixel: flux is missing or infinite"] = int(hidden.sum())
        series = replace(series, ivar=np.where(hidden, np.float32(0), series.ivar))
    lengths = np.diff(series.offsets)
    bad = lengths == 0
    reasons = {"object: has no samples": bad.copy()}
    for samples, column, problem in sample_faults(
        series.x, series.flux, series.ivar, series.offsets, light_curves=series.band is not None
    ):
        if samples.any():
            rows = np.unique(np.searchsorted(series.offsets, np.flatnonzero(samples), side="right") - 1)
            own = np.zeros(len(lengths), bool)
            own[rows] = True
            reasons[f"object: {column} {problem.partition(':')[0]}"] = own & ~bad
            bad |= own
    if not bad.any():
        return series.with_dropped(lost)
    if bad.all():
        try:
            series.check(source)
        except InputError as error:
            raise InputError(f"{error}; no object can be used" if len(bad) > 1 else str(error)) from error
        raise located("holds no object", source=source)
    for reason, own in reasons.items():
        if own.any():
            first = series.table["object_id"][int(np.argmax(own))].as_py()
            logger.warning(
                "%sleft out %d x %s (the first is %r)", f"{source}: " if source else "", own.sum(), reason, first
            )
            lost[reason] = int(own.sum())
    return series.take(~bad).with_dropped(lost)
