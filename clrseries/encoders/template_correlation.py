"""Cross-correlation of spectra with templates in ln(wavelength), by products of matrices."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

EDGE = 0.05  # of the covered range, tapered at either end
LEAST = 0.4  # of the pixels of a spectrum that must overlap with those of a template
DEEPEST = 3.0  # absolute value of flux / continuum - 1 that counts


def correlations(spectra: Tensor, templates: Tensor) -> Iterator[Tensor]:
    """Yield, for lag 0, 1, ..., L, how well each template fits each spectrum.

    It is the correlation coefficient over the pixels that both cover, times the square root of the fraction of the spectrum
    that overlaps.

    Parameters
    ----------
    spectra : float (B, P)
        Flux over continuum, minus 1; 0 where there is nothing.
    templates : float (M, L + P)
        The same, in the rest frame; the last P pixels are those of the spectra.

    Yields
    ------
    float (B, M) torch.Tensor
        At most 1; -inf where less than 0.4 of the spectrum overlaps.

    References
    ----------
    Tonry & Davis 1979, AJ 84, 1511; Blondin & Tonry 2007, ApJ 666, 1024.
    """
    pixels = spectra.shape[1]
    lags = templates.shape[1] - pixels
    value, square, cover = _parts(spectra)
    size = cover.sum(1, keepdim=True).clamp(min=1.0)
    known = _parts(templates)
    for lag in range(lags + 1):
        values, squares, covers = (part[:, lags - lag : lags - lag + pixels].T for part in known)
        power = (square @ covers) * (cover @ squares)
        share = cover @ covers / size
        score = value @ values / power.clamp(min=1e-12).sqrt() * share.clamp(max=1.0).sqrt()
        yield torch.where(share > LEAST, score, -torch.inf)


def tapered(ratio: Tensor, good: Tensor) -> Tensor:
    """Return spectra that fall to 0 at both ends of the range that they cover.

    Parameters
    ----------
    ratio : float (..., P)
        Flux over continuum, minus 1.
    good : bool (..., P)
        Pixels with data.

    Returns
    -------
    float (..., P)
        Between -3 and 3; 0 where there is no data.
    """
    weight = good.to(ratio.dtype)
    place = weight.cumsum(-1) / weight.sum(-1, keepdim=True).clamp(min=1.0)
    near = (torch.minimum(place, 1.0 - place) / EDGE).clamp(0.0, 1.0)
    window = 0.5 - 0.5 * torch.cos(torch.pi * near)
    return torch.where(good, ratio, 0.0).clamp(-DEEPEST, DEEPEST) * window


def _parts(rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return rows, rows.square(), (rows != 0).to(rows.dtype)
