"""What simulated variable stars and transients have in common: which kinds are wanted, and the series of all objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..argument_types import check_whole
from ..errors import InputError
from ..names import did_you_mean
from ..series.series import Series

Array = NDArray[np.float64]
Rng = np.random.Generator
Points = tuple[Array, Array, Array, NDArray[np.int8]]  # times, fluxes, errors, numbers of bands
Draw = Callable[[Rng, str], tuple[Mapping[str, object], Points]]
FLOOR = 0.005  # systematic error, as a fraction of the flux
WAVELENGTH = {
    "u": 3600.0, "U": 3650.0, "B": 4400.0, "g": 4800.0, "BP": 5100.0, "V": 5500.0, "G": 6200.0, "Kp": 6300.0, "r": 6200.0, "R": 6500.0,
    "i": 7600.0, "RP": 7800.0, "T": 7900.0, "I": 8000.0, "z": 8900.0, "y": 9700.0, "J": 12500.0, "H": 16500.0, "K": 22000.0,
}  # fmt: skip


def checked_kinds(
    function: str, like: Series, objects: int, kinds: str | Sequence[str], known: Collection[str], seed: int
) -> list[str]:
    """Check the arguments of a simulation, and return the kinds that are wanted as a list.

    Parameters
    ----------
    function : str
        Name of the function, for errors.
    like : Series
        The observed light curves.
    objects : int
        Number of simulated objects.
    kinds : str or sequence of str
        One kind, or several.
    known : collection of str
        The kinds that there are.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        `like` holds spectra, no kind is wanted, or one that there is not, `objects` is below 1 or `seed` is negative.
    """
    check_whole("objects", objects, 1)
    check_whole("seed", seed)
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    unknown = [kind for kind in kinds if kind not in known]
    if unknown or not kinds:
        raise InputError(
            f"{function}: kinds are some of {', '.join(known)}; got {', '.join(map(str, unknown)) or 'none'}"
            f"{did_you_mean(unknown, known)}"
        )
    if like.band is None:
        raise InputError(f"{function}: needs light curves as `like`, and the series holds spectra")
    return kinds


def simulated_objects(objects: int, kinds: Sequence[str], seed: int, bands: tuple[str, ...], draw: Draw) -> Series:
    """Return simulated light curves, each of which depends only on the seed and its number.

    Parameters
    ----------
    objects : int
        How many.
    kinds : sequence of str
        The objects take them in turn.
    seed : int
        Seed of the random numbers.
    bands : tuple of str
        Names of the bands.
    draw : function
        Takes random numbers and a kind, and returns columns of its own and the points of one object.

    Returns
    -------
    Series
        Columns ``object_id``, ``class``, those of `draw`, and ``simulated`` (true).
    """
    rows, curves = [], []
    for number in range(objects):
        kind = kinds[number % len(kinds)]
        own, curve = draw(np.random.default_rng((seed, number)), kind)
        rows.append({"object_id": f"simulated {number:06d}", "class": kind, **own, "simulated": True})
        curves.append(curve)
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    time, flux, error, band = zip(*curves, strict=True)
    names = [np.array(bands, object)[own] for own in band]
    return Series.from_points(list(time), list(flux), list(error), names, columns, bands=bands)
