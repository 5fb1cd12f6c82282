"""Random keys of objects, which do not depend on the batch that an object is in."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..kernels import philox
from ..kernels.hashing import hash_strings
from ..series import Series
from ..series.table import REPETITION


def object_keys(series: Series, seed: int) -> NDArray[np.uint64]:
    """Return one random key for each object, from its ``object_id`` and the seed.

    Parameters
    ----------
    series : Series
        N objects.
    seed : int
        Seed of the random numbers; not negative.

    Returns
    -------
    uint64 (N,)
        Equal for objects with equal ``object_id`` and ``repetition``, a column that is there if an ``object_id`` is not unique.
    """
    if series not in _identities:
        _identities[series] = _identity(series)
    return philox.object_keys(_identities[series], np.uint64(seed))


# hashes of the names of the objects of a series, which do not change
_identities: WeakKeyDictionary[Series, NDArray[np.uint64]] = WeakKeyDictionary()


def _identity(series: Series) -> NDArray[np.uint64]:
    """Return a hash of the name of each object, and of its number where a name occurs several times."""
    names = series.table["object_id"].cast(pa.large_string()).combine_chunks()
    if REPETITION in series.table.column_names and pa.types.is_integer(series.table[REPETITION].type):
        # Several rows of one object have different noise: all but the first are hashed with their number.
        count = series.table[REPETITION].combine_chunks()
        numbered = pc.binary_join_element_wise(
            names, pc.cast(count, pa.large_string()), pa.scalar("\0", pa.large_string())
        )
        names = pc.if_else(pc.greater(count, 0), numbered, names)
    return hashes(names)


def hashes(names: pa.Array | pa.ChunkedArray) -> NDArray[np.uint64]:
    """Return a hash of each name.

    Parameters
    ----------
    names : pyarrow array (N,)
        Strings, or what can be cast to them; a null has the hash of an empty name.

    Returns
    -------
    uint64 (N,)

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.augment.keys import hashes
    >>> bool((hashes(pa.array(["7", "8"])) == hashes(pa.array([7, 8]))).all())
    True
    """
    text = pc.cast(names, pa.large_string())
    if isinstance(text, pa.ChunkedArray):
        text = pa.concat_arrays(text.chunks) if text.num_chunks else pa.array([], pa.large_string())
    _, offsets, letters = text.buffers()
    ends = np.frombuffer(offsets or bytes(8), np.int64)[text.offset : text.offset + len(text) + 1]
    return hash_strings(np.frombuffer(letters or b"\0", np.uint8), ends)
