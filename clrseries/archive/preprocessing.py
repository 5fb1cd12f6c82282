"""What ``preprocess`` does with the objects of an archive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..config import Observe, to_config
from ..errors import located
from ..lightcurves import Normalize as NormalizeCurves
from ..model.unusable import why_unusable
from ..series import Series
from ..series.samples import offsets_of
from ..series.table import without_column
from ..spectra import Normalize as NormalizeSpectra
from ..views import LightCurveViews, SpectrumViews
from .engine import Engine, Observer
from .fingerprint import hash_of
from .positions import with_healpix
from .work import Named, Result, Work

SAMPLES = {"spectra": ("wavelength", "flux", "ivar"), "light curves": ("time", "flux", "flux_err", "band")}


class Preprocessing:
    """Re-observation of the objects of an archive, each once.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        The steps.
    seed : int
        Seed of the random steps.
    device : {"cpu", "cuda"}
        Where the views are made: on the host, or on torch's current GPU.
    engine : Engine, optional
        Another engine than that of `device`.
    """

    command = "preprocess"

    def __init__(self, observe: Observe, seed: int = 0, device: str = "cpu", engine: Engine | None = None) -> None:
        self.kind = observe.kind
        self.observe = observe
        self.model = hash_of(to_config(observe))
        self.settings: dict[str, Any] = {"seed": seed}
        self.device = device
        if engine is not None:
            self.engine = engine
        self._wavelengths: pa.Array | None = None  # of as many objects as the last batch had
        self.normalized = any(isinstance(step, NormalizeSpectra | NormalizeCurves) for step in observe.steps)

    @cached_property
    def engine(self) -> Engine:
        """What works on the batches, made when it is first needed: where a cluster works, this machine may have no device."""
        if self.device == "cpu":
            return Observer(self.observe, self.settings["seed"])
        from .device_observer import DeviceObserver

        return DeviceObserver(self.observe, self.settings["seed"])

    def maker(self) -> Callable[[], Work]:
        """Return a function that makes the same in another process, with an engine of its own.

        Returns
        -------
        function
        """
        return partial(type(self), self.observe, self.settings["seed"], self.device)

    def admit(self, series: Series) -> tuple[Series | None, Named]:
        """Return the objects, if none of their columns has the name of one that is written.

        Parameters
        ----------
        series : Series
            A slab.

        Returns
        -------
        Series, list of tuple of str
        """
        taken = next((name for name in SAMPLES[self.kind] if name in series.table.column_names), None)
        if taken is not None:
            raise located("is there already: rename it", column=taken)
        return series, []

    def table(self, series: Series, results: list[Result]) -> tuple[pa.Table, Named]:
        """Return the columns of the objects with the samples of their views.

        Parameters
        ----------
        series : Series
            The slab.
        results : list of Result
            From the engine.

        Returns
        -------
        pyarrow.Table, list of tuple of str
            Objects whose view has no information are left out, and named with the reason.
        """
        good = np.concatenate([(one.found.ivar[:, 0] > 0).any(-1) for one in results])
        names = series.table["object_id"]
        lost = [
            (names[row].as_py(), why_unusable(self.observe, series.take([row])))
            for row in np.flatnonzero(~good).tolist()
        ]
        table = without_column(series.table, "flux_unit") if self.normalized else series.table
        table = with_healpix(table if good.all() else table.filter(pa.array(good)))
        chunks = [self._columns(one.found, good[one.first : one.last]) for one in results]
        for name in SAMPLES[self.kind]:
            table = table.append_column(name, pa.chunked_array([chunk[name] for chunk in chunks]))
        return table, lost

    def _columns(self, views: Any, good: NDArray[np.bool_]) -> dict[str, pa.Array]:
        """Return the samples of views as columns of lists, without a copy if all are wanted."""
        inputs = [array[:, 0] if good.all() else array[good, 0] for array in views.inputs]
        if not isinstance(views, SpectrumViews):
            return _of_curves(views, *inputs)
        count, pixels = inputs[0].shape
        if self._wavelengths is None or len(self._wavelengths) != count:
            self._wavelengths = _lists(np.full(count, pixels), pa.array(np.tile(views.grid.centers, count)))
        flux, ivar = (_lists(np.full(count, pixels), pa.array(array.reshape(-1))) for array in inputs)
        return {"wavelength": self._wavelengths, "flux": flux, "ivar": ivar}


def _of_curves(views: LightCurveViews, *inputs: NDArray[Any]) -> dict[str, pa.Array]:
    ivar = inputs[2]
    there = ivar > 0
    time, flux, weight, band = (array[there] for array in inputs)
    names = pa.array([*views.bands, *([] if views.bands else [""])], pa.string())
    columns = {
        "time": pa.array(time.astype(np.float64)),
        "flux": pa.array(flux),
        "flux_err": pa.array((1 / np.sqrt(weight.astype(np.float64))).astype(np.float32)),
        "band": pa.DictionaryArray.from_arrays(pa.array(band), names).cast(pa.string()),
    }
    return {name: _lists(there.sum(axis=1), values) for name, values in columns.items()}


def _lists(lengths: NDArray[Any], values: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(offsets_of(lengths).astype(np.int32)), values)
