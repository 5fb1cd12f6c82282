"""What ``embed`` does with the objects of an archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import InputError, located
from ..io.embeddings import with_embeddings
from ..lightcurves.features import ANY
from ..model import Model
from ..model.model_hash import model_hash, output_dim
from ..model.own_bands import check_known, in_other_bands
from ..names import known_name
from ..series import Series
from .engine import Embedder, Engine
from .positions import with_healpix
from .work import Named, Result, Work


class Embedding:
    """Embedding of the objects of an archive.

    Parameters
    ----------
    model : Model
        The model.
    layer : {"embedding", "projection"}
        What is computed.
    device : {"cpu", "cuda"}
        Where it is computed: on the host, or on torch's current GPU.
    half : bool
        Whether flux and ivar are copied to a GPU with 16 bits; a run is not continued with the other choice.
    engine : Engine, optional
        Another engine than that of `device`.
    bands : mapping of str to str or None, optional
        For bands of the data, the band of the model that is taken instead; with None their points are left out.

    Raises
    ------
    InputError
        There is no such layer, `half` is true on the CPU, or `bands` names one that the model does not know.
    """

    command = "embed"

    def __init__(
        self,
        model: Model,
        layer: str = "embedding",
        device: str = "cpu",
        half: bool = False,
        engine: Engine | None = None,
        bands: Mapping[str, str | None] | None = None,
    ) -> None:
        layer = known_name("layer", layer, ("embedding", "projection"))
        if half and device == "cpu":
            raise InputError("half_precision: is for device='cuda'; on the CPU nothing is copied")
        if bands is not None and model.observe.kind != "light curves":
            raise InputError("bands: is for light curves, and the model is for spectra")
        check_known(model, (bands or {}).values())
        self.trained, self.renamed = model, dict(bands or {})
        self.kind = model.observe.kind
        self.bands = model.bands
        self.model = model_hash(model)
        self.settings: dict[str, Any] = {"layer": layer} | ({"half_precision": True} if half else {})
        self.settings |= {"bands": self.renamed} if self.renamed else {}
        self.device, self.half = device, half
        self.dim = output_dim(model, layer)
        if engine is not None:
            self.engine = engine

    @cached_property
    def engine(self) -> Engine:
        """What works on the batches, made when it is first needed: where a cluster works, this machine may have no device."""
        if self.device == "cpu":
            return Embedder(self.trained, self.settings["layer"])
        from .device_embedder import DeviceEmbedder

        return DeviceEmbedder(self.trained, self.settings["layer"], half=self.half)

    def maker(self) -> Callable[[], Work]:
        """Return a function that makes the same in another process, with an engine of its own.

        Returns
        -------
        function
        """
        return partial(
            type(self), self.trained, self.settings["layer"], self.device, self.half, bands=self.renamed or None
        )

    def admit(self, series: Series) -> tuple[Series | None, Named]:
        """Return the objects all of whose points are in bands that the model knows.

        Parameters
        ----------
        series : Series
            A slab.

        Returns
        -------
        Series or None, list of tuple of str
        """
        if "embedding" in series.table.column_names:
            raise located("is there already: rename it", column="embedding")
        if self.renamed:
            series = in_other_bands(series, self.renamed, self.bands)
        if self.bands in ((), (ANY,)) or series.bands == self.bands or series.band is None:
            return series, []
        strange = np.array([band not in self.bands for band in series.bands])
        if not strange.any():
            return series.with_bands(self.bands), []
        hits = np.add.reduceat(strange[series.band], series.offsets[:-1]) > 0
        other = ", ".join(repr(band) for band, odd in zip(series.bands, strange, strict=True) if odd)
        reason = (
            f"column 'band': has points in other bands than the model's {', '.join(self.bands)} (the data have {other}); "
            "the argument bands renames them or leaves them out"
        )
        names = series.object_ids
        lost = [(names[row], reason) for row in np.flatnonzero(hits).tolist()]
        kept = None if hits.all() else series.take(~hits)
        if kept is not None:
            kept = replace(kept.with_bands(self.bands, drop=True), dropped=series.dropped)
        return kept, lost

    def table(self, series: Series, results: list[Result]) -> tuple[pa.Table, Named]:
        """Return the columns of the objects with their embeddings.

        Parameters
        ----------
        series : Series
            The slab.
        results : list of Result
            From the engine.

        Returns
        -------
        pyarrow.Table, list of tuple of str
            An object without an embedding has a null, and is named with the reason.
        """
        whole = np.full((len(series), self.dim), np.nan, np.float32)
        reasons: dict[int, str] = {}
        for first, last, (found, prepared) in results:
            if found is not None:
                whole[first:last][prepared.good] = found
            reasons |= {first + row: reason for row, reason in prepared.reasons.items()}
        done = np.zeros(len(series), bool)
        for first, last, _ in results:
            done[first:last] = True
        infinite = done & ~np.isfinite(whole).all(axis=1)
        odd = "its embedding is not finite"
        reasons |= {row: odd for row in np.flatnonzero(infinite).tolist() if row not in reasons}
        names = series.table["object_id"]
        lost = [(names[row].as_py(), reason) for row, reason in sorted(reasons.items())]
        return with_embeddings(with_healpix(series.table), whole), lost
