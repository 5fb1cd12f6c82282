"""The tables of a composition on the devices that have made views with it."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np

from .device_arrays import DeviceArrays

MOST = 8  # tables that one composition keeps on devices


class PlacedTables:
    """Tables that were copied to a device once; they are freed with the composition that holds this object."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], tuple[Any, tuple[Any, ...]]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many tables are kept."""
        return len(self._kept)

    def find(self, tables: Any, arrays: DeviceArrays) -> Any:
        """Return tables on a device, which are copied there if they have not been before.

        Parameters
        ----------
        tables : namedtuple of arrays and numbers
            The arrays do not change.
        arrays : DeviceArrays
            Library and device.

        Returns
        -------
        namedtuple
            Of the same type, with arrays as Numba takes them.
        """
        key = (arrays.place, id(tables))
        with self._lock:
            if key not in self._kept:
                held = tuple(t if np.ndim(t) == 0 else arrays.put(t) for t in tables)
                arrays.wait()  # from now on other streams may read them
                self._kept[key] = (tables, held)  # the tables, too, are kept: their id stays theirs
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            held = self._kept[key][1]
        return type(tables)(*(t if np.ndim(t) == 0 else arrays.seen(t) for t in held))
