"""The same objects in another modality, matched by their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..augment.keys import hashes
from ..config import Observe
from ..io.stream import Stream
from ..series import Series


@dataclass(frozen=True, eq=False)
class OtherModality:
    """Data of the same objects in another modality, matched by ``object_id``.

    Parameters
    ----------
    series : Series or Stream
        The data.
    observe : spectra.Observe or lightcurves.Observe
        The augmentation of these data.
    columns : tuple of str
        Names of the columns that the encoder of these data reads beside the views.
    """

    series: Series | Stream
    observe: Observe
    columns: tuple[str, ...] = ()

    def first(self) -> Series:
        """Return some or all of the data, for what must be known before the training.

        Returns
        -------
        Series
            All data, or the first row groups of a stream.
        """
        return self.series if isinstance(self.series, Series) else self.series.first()

    def has(self, names: Any) -> NDArray[np.bool_]:
        """Return which objects are here.

        Parameters
        ----------
        names : sequence of N str, or pyarrow array

        Returns
        -------
        bool (N,)
        """
        first, last = self._range(names)
        return last > first

    def of(self, names: list[str]) -> OtherModality:
        """Return the data of some objects in memory.

        Parameters
        ----------
        names : list of str
            Those that are not here are left out.

        Returns
        -------
        OtherModality
            Itself, if it is in memory already.
        """
        if isinstance(self.series, Series):
            return self
        first, last = self._range(names)
        _, order = self._index
        rows = [order[a:b] for a, b in zip(first, last, strict=True)]
        return replace(self, series=self.series.take(np.unique(np.concatenate(rows))))

    def rows(self, names: list[str], rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw one row of the series for each name.

        Parameters
        ----------
        names : list of str
            Names of N objects, all of which are here.
        rng : numpy.random.Generator
            Random numbers for objects with several rows.

        Returns
        -------
        int64 (N,)
            Rows of the series.
        """
        first, last = self._range(names)
        return self._index[1][first + rng.integers(last - first)]

    def _range(self, names: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the rows of each object begin and end in the index."""
        keys = self._index[0]
        wanted = hashes(names if isinstance(names, pa.Array | pa.ChunkedArray) else pa.array(names, pa.string()))
        return np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")

    @cached_property
    def _index(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Hashes of the names of all rows, sorted, and their rows: 16 bytes a row, also for a stream."""
        here = self.series
        keys = hashes(here.column("object_id") if isinstance(here, Stream) else here.table["object_id"])
        order = np.argsort(keys, kind="stable")
        return keys[order], order
