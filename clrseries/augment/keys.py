"""Random keys of objects, which do not depend on the batch that an object is in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..kernels import philox
from ..kernels.hashing import hash_strings
from ..series import Series


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
        Equal for objects with equal ``object_id``.
    """
    names = series.table["object_id"].cast(pa.large_string()).combine_chunks()
    names = names.chunk(0) if isinstance(names, pa.ChunkedArray) else names
    _, offsets, text = names.buffers()
    ends = np.frombuffer(offsets, np.int64)[names.offset : names.offset + len(names) + 1]
    return philox.object_keys(hash_strings(np.frombuffer(text or b"\0", np.uint8), ends), np.uint64(seed))
