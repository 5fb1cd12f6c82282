"""Small versions of spectra and light curves, that are quick to draw and to send: a byte for each flux."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..series import Series

MOST_BYTES = 8_500_000  # of all thumbnails: a page of 100,000 objects with ten columns stays below 25 MiB
PIXELS = (40, 400)  # of a spectrum, at least and at most
POINTS = (20, 300)  # of a light curve


def thumbnails(series: Series, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return small versions of objects.

    Parameters
    ----------
    series : Series
        Spectra or light curves.
    rows : int64 (N,)
        Which of them, in order; -1 for an object without data.

    Returns
    -------
    dict
        For spectra, ``kind="spectrum"``, ``pixels`` (P, of equal width in ln(wavelength), from ``start`` to ``stop`` [Angstrom]) and ``flux``
        uint8 (N, P): 0 where there is no data, else 1 to 255 from ``low`` to ``high`` (float32, N). For light curves,
        ``kind="curve"``, ``offsets`` (N + 1), ``time`` uint16 (from ``start`` to ``stop`` [day], N), ``flux`` uint8 (from ``low`` to
        ``high``), ``band`` and ``bands``.
    """
    return _curves(series, rows) if series.band is not None else _spectra(series, rows)


def _spectra(series: Series, rows: NDArray[np.int64]) -> dict[str, Any]:
    pixels = int(np.clip(MOST_BYTES // max(len(rows), 1), *PIXELS))
    some = rows[rows >= 0][:: max(len(rows) // 500, 1)]
    ends = np.array([[x[i > 0].min(), x[i > 0].max()] for x, _, i in map(series.row, some.tolist()) if (i > 0).any()])
    start, stop = (
        (float(np.percentile(ends[:, 0], 5)), float(np.percentile(ends[:, 1], 95))) if len(ends) else (1.0, 2.0)
    )
    flux = np.zeros((len(rows), pixels), np.uint8)
    low, high = np.zeros(len(rows), np.float32), np.ones(len(rows), np.float32)
    for at, row in enumerate(rows.tolist()):
        if row < 0:
            continue
        x, f, ivar = series.row(row)
        good = (ivar > 0) & (x >= start) & (x < stop) & np.isfinite(f)
        place = (np.log(x[good] / start) / np.log(stop / start) * pixels).astype(int)
        count = np.bincount(place, minlength=pixels)
        if not count.any():
            continue
        value = np.bincount(place, f[good], pixels) / np.maximum(count, 1)
        if (count == 0).any() and len(place) < 2 * pixels:  # fewer samples than pixels: a line between them
            between = np.interp(np.arange(pixels), np.flatnonzero(count), value[count > 0])
            inside = (np.arange(pixels) >= place.min()) & (np.arange(pixels) <= place.max())
            value, count = np.where(inside, between, 0.0), inside.astype(int)
        low[at], high[at] = _range(value[count > 0])
        flux[at] = np.where(count > 0, 1 + np.round(254 * np.clip((value - low[at]) / (high[at] - low[at]), 0, 1)), 0)
    return {"kind": "spectrum", "pixels": pixels, "start": start, "stop": stop, "flux": flux, "low": low, "high": high}


def _curves(series: Series, rows: NDArray[np.int64]) -> dict[str, Any]:
    most = int(np.clip(MOST_BYTES // (4 * max(len(rows), 1)), *POINTS))
    assert series.band is not None
    n = len(rows)
    low, high, start, stop = np.zeros(n), np.ones(n), np.zeros(n), np.ones(n)
    times, fluxes, bands, sizes = [np.empty(0, int)], [np.empty(0, int)], [np.empty(0, int)], [0]
    for at, row in enumerate(rows.tolist()):
        size = 0
        if row >= 0:
            x, f, ivar = series.row(row)
            band = series.band[series.offsets[row] : series.offsets[row + 1]]
            good = np.flatnonzero((ivar > 0) & np.isfinite(f))
            good = (
                good[np.unique(np.linspace(0, len(good) - 1, min(most, len(good))).astype(int))] if len(good) else good
            )
            size = len(good)
        if size:
            start[at], stop[at] = x[good].min(), x[good].max()
            low[at], high[at] = _range(f[good])
            times.append(np.round(65535 * (x[good] - start[at]) / max(stop[at] - start[at], 1e-9)).astype(int))
            fluxes.append(np.round(255 * np.clip((f[good] - low[at]) / (high[at] - low[at]), 0, 1)).astype(int))
            bands.append(band[good].astype(int))
        sizes.append(size)
    arrays = {"time": np.concatenate(times), "flux": np.concatenate(fluxes), "band": np.concatenate(bands)}
    ranges = {"low": low, "high": high, "start": start, "stop": stop, "offsets": np.cumsum(sizes)}
    return {"kind": "curve", "bands": list(map(str, series.bands)), **arrays, **ranges}


def _range(values: NDArray[np.floating]) -> tuple[float, float]:
    """Return a range that holds most values, with some room; a wild one does not flatten the rest."""
    low, high = np.percentile(values, [0.5, 99.5])
    room = 0.08 * (high - low) or 0.5 * abs(low) or 1.0
    return float(low - room), float(high + room)
