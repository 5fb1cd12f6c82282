"""Bands of light curves as small integers, and the change to other bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import located

MOST_BANDS = 64  # length of the tables in which the kernels keep one number for each band


def numbered_bands(band: NDArray[Any], bands: Sequence[str] | None) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Convert the names of bands to indices.

    Parameters
    ----------
    band : str (S,)
        Name of the band of each point.
    bands : sequence of str, optional
        All possible bands, in order; default those that occur, sorted.

    Returns
    -------
    int8 (S,), tuple of str
        Indices, and the names that they refer to.

    Raises
    ------
    InputError
        A band is not among `bands`, or there are more than 64.
    """
    found = pa.array(band, pa.string()).dictionary_encode()
    seen = found.dictionary.to_pylist()
    names = tuple(sorted(seen)) if bands is None else tuple(bands)
    unknown = sorted(set(seen) - set(names))
    if unknown:
        raise located(f"holds {', '.join(map(repr, unknown))}; the bands are {', '.join(names)}", column="band")
    if len(names) > MOST_BANDS:
        raise located(f"holds {len(names)} bands, and {MOST_BANDS} can be told apart: merge some", column="band")
    places = np.array([names.index(name) for name in seen], np.int8)
    return (places[found.indices.to_numpy()] if len(band) else np.empty(0, np.int8)), names


def renumbered_bands(
    band: NDArray[np.int8], own: Sequence[str], wanted: Sequence[str], rename: Mapping[str, str]
) -> NDArray[np.int8]:
    """Convert indices into the bands `own` to indices into the bands `wanted`.

    Parameters
    ----------
    band : int8 (S,)
        Band of each point, as an index into `own`.
    own, wanted : sequence of str
        Names of the old and of the new bands.
    rename : mapping of str to str
        New names of bands of `own`; others keep their names.

    Returns
    -------
    int8 (S,)
        -1 where the band is not among `wanted`.
    """
    names = [rename.get(name, name) for name in own]
    return np.array([wanted.index(name) if name in wanted else -1 for name in names], np.int8)[band]
