"""The bands of light curves by the names that a model knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..lightcurves.features import ANY
from ..names import did_you_mean

if TYPE_CHECKING:
    from ..series import Series
    from .model import Model

OTHERS = "*"  # stands for the bands that are not named and that the model does not know


def in_bands_of(model: Model, series: Series, names: Mapping[str, str | None] | None) -> Series:
    """Return light curves whose bands have the names that a model knows.

    Parameters
    ----------
    model : Model
        The model.
    series : Series
        N objects.
    names : mapping of str to str or None, optional
        For bands of the data, the band of the model that is taken instead; with None their points are left out. ``"*"`` stands for all
        others that the model does not know. Other bands keep their names.

    Returns
    -------
    Series
        All N objects; points that are left out have ``ivar == 0`` and are counted in `dropped`.

    Raises
    ------
    InputError
        The series holds spectra, the data have no such band, or the model does not know the new name.

    Examples
    --------
    >>> from clrseries import datasets, load
    >>> from clrseries.model.own_bands import in_bands_of
    >>> stars = datasets.simulated_light_curves(2)
    >>> in_bands_of(load("transients"), stars, {"R": None}).dropped
    {'point: in a band that is left out': 264}
    """
    if names is None:
        return series
    if series.band is None:
        raise InputError("bands: is for light curves, and these are spectra")
    for old in names:
        if old not in (*series.bands, OTHERS):
            raise InputError(
                f"bands: the data have no band {old!r}{did_you_mean([old], series.bands)}; they have {', '.join(series.bands)}"
            )
    check_known(model, _new_names(series.bands, names, model.bands))
    return model.in_its_bands(in_other_bands(series, names, model.bands))


def check_known(model: Model, names: Iterable[str | None]) -> None:
    """Check that a model knows some bands.

    Parameters
    ----------
    model : Model
        The model.
    names : iterable of str or None
        Bands; None is left out.

    Raises
    ------
    InputError
        The model does not know one of them.
    """
    strange = [name for name in names if name is not None and name not in model.bands]
    if strange and model.bands not in ((), (ANY,)):
        raise InputError(
            f"bands: the model knows no band {', '.join(map(repr, strange))}{did_you_mean(strange, model.bands)}; it knows "
            f"{', '.join(model.bands)}. Give one of these to each band of the data, or null to leave its points out; '*': null leaves out all that the model does not know"
        )


def in_other_bands(series: Series, names: Mapping[str, str | None], known: tuple[str, ...]) -> Series:
    """Return light curves whose bands have other names.

    Parameters
    ----------
    series : Series
        N light curves.
    names : mapping of str to str or None
        The new name of a band; with None its points are left out. ``"*"`` stands for all others that are not known. Bands that are not
        there are ignored, others keep their names.
    known : tuple of str
        The bands that a model knows.

    Returns
    -------
    Series
        All N objects; points that are left out have ``ivar == 0`` and are counted in `dropped`.
    """
    new = _new_names(series.bands, names, known)
    bands = tuple(sorted({name for name in new if name is not None})) or (
        series.bands if known in ((), (ANY,)) else known
    )
    left_out = np.array([name is None for name in new])[series.band]
    masked = replace(series, ivar=np.where(left_out, np.float32(0.0), series.ivar))
    renamed = masked.with_bands(bands, {old: name or bands[0] for old, name in zip(series.bands, new, strict=True)})
    return renamed.with_dropped({"point: in a band that is left out": int(left_out.sum())})


def _new_names(bands: tuple[str, ...], names: Mapping[str, str | None], known: tuple[str, ...]) -> list[str | None]:
    """Return the new name of each band; None is left out."""
    every = OTHERS not in names or known in ((), (ANY,))
    return [names[name] if name in names else name if every or name in known else names[OTHERS] for name in bands]
