"""Gaps in wavelength, where rows are missing: the pixels beside them keep the width that their neighbors have."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ..series import Series
from .spacing import spacing_of

WIDEST = 3.0  # a step of so many times the local step is a gap
NEAR = 10  # steps on either side that say what the local step is
SCATTERS = 3.0  # interquartile ranges above the upper quartile that steps of uneven pixels may reach

Array = NDArray[np.float64]


class Gaps(NamedTuple):
    """Gaps of one spectrum.

    Parameters
    ----------
    before : int64 (G,)
        The gap follows this pixel.
    left, right : float64 (G,)
        Widths of the pixels on both sides [Angstrom]: the medians of the nearest ten steps on each side.
    """

    before: NDArray[np.int64]
    left: Array
    right: Array


def find_gaps(x: Array) -> Gaps:
    """Find where rows are missing in one spectrum.

    A step from pixel to pixel is a gap if it is more than three times the local step, on both of its sides. The local step is
    the upper quartile of the nearest ten steps of a side plus three times their interquartile range: of even pixels the step
    itself, of uneven ones the largest step that their scatter lets expect.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths, ascending [Angstrom].

    Returns
    -------
    Gaps
        Empty for fewer than three pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.augment.gaps import find_gaps
    >>> find_gaps(np.r_[np.arange(4000.0, 4400), np.arange(4600.0, 5000)]).before.tolist()
    [399]
    """
    steps = np.diff(x)
    count = len(steps)
    padded = np.full(count + 2 * NEAR, np.nan)
    padded[NEAR : NEAR + count] = steps
    smallest = padded[: count + NEAR + 1].copy()
    for k in range(1, NEAR):
        np.fmin(smallest, padded[k : k + count + NEAR + 1], out=smallest)
    low = np.fmin(smallest[:count], smallest[NEAR + 1 :])
    found = np.flatnonzero(steps > WIDEST * low)
    windows = sliding_window_view(padded, NEAR)
    (left, left_most), (right, right_most) = _local(windows[found]), _local(windows[found + NEAR + 1])
    left, right = np.where(np.isnan(left), right, left), np.where(np.isnan(right), left, right)
    kept = steps[found] > WIDEST * np.fmax(left_most, right_most)
    return Gaps(found[kept], left[kept], right[kept])


def without_wide_pixels(series: Series) -> Series:
    """Return spectra in which no pixel reaches into a gap where rows are missing.

    On either side of a gap (see :func:`find_gaps`) a pixel of ivar 0 is added at the local distance, so that every method of
    resampling and every profile sees that nothing was measured there.

    Parameters
    ----------
    series : Series
        N spectra, with NumPy arrays.

    Returns
    -------
    Series
        The same object if there is no gap.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series
    >>> from clrseries.augment.gaps import without_wide_pixels
    >>> x = np.r_[np.arange(4000.0, 4400), np.arange(4600.0, 5000)]
    >>> without_wide_pixels(Series.from_arrays(x, [np.ones(800)])).x[398:404].tolist()
    [4398.0, 4399.0, 4400.0, 4599.0, 4600.0, 4601.0]
    """
    x, offsets = series.x, series.offsets
    rows = np.flatnonzero(spacing_of(series).jumps)  # a spectrum without a jump has no gap
    if not len(rows):
        return series
    places, waves, added = [], [], np.zeros(len(series), np.int64)
    for row in rows.tolist():
        first = int(offsets[row])
        own = x[first : int(offsets[row + 1])]
        gaps = find_gaps(own)
        added[row] = 2 * len(gaps.before)
        places.append(np.repeat(first + gaps.before + 1, 2))
        waves.append(np.column_stack([own[gaps.before] + gaps.left, own[gaps.before + 1] - gaps.right]).ravel())
    if not added.any():
        return series
    where = np.concatenate(places)
    return replace(
        series,
        x=np.insert(x, where, np.concatenate(waves)),
        flux=np.insert(series.flux, where, 0.0),
        ivar=np.insert(series.ivar, where, 0.0),
        offsets=offsets + np.r_[0, np.cumsum(added)],
    )


def _local(windows: Array) -> tuple[Array, Array]:
    """Return the median of each row and the largest step that its quartiles let expect; NaN for a row of NaN."""
    ordered = np.sort(windows, axis=1)  # NaN last
    known = np.maximum((~np.isnan(ordered)).sum(axis=1) - 1, 0)
    rows = np.arange(len(ordered))
    low, middle, high = (ordered[rows, place] for place in (known // 4, known // 2, (3 * known + 3) // 4))
    return middle, high + SCATTERS * (high - low)
