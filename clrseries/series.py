"""The ragged container: N spectra or light curves of any lengths, as a struct of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from .checks import check_samples
from .errors import InputError, located
from .units import angstrom, in_vacuum


@dataclass(frozen=True, eq=False)
class Series:
    """A ragged batch in Arrow's list layout: object i owns samples ``offsets[i]:offsets[i + 1]``.

    Attributes
    ----------
    x : float64 (S,)
        Wavelength [Angstrom, vacuum unless told otherwise] or time [day], strictly
        ascending within a spectrum, ascending within a light curve.
    flux : float32 (S,)
    ivar : float32 (S,)
        Inverse variance of `flux`; 0 means "no information here".
    offsets : int64 (N + 1,)
    table : pyarrow.Table
        N rows of per-object columns, ``object_id`` (string) among them.
    band : int8 (S,), optional
        Index into `bands`; light curves only.
    bands : tuple of str
    dropped : mapping of str to int
        What a reader left out, by reason.
    """

    x: NDArray[np.float64]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    offsets: NDArray[np.int64]
    table: pa.Table
    band: NDArray[np.int8] | None = None
    bands: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_arrays(
        cls,
        x: Any,
        flux: Any,
        ivar: Any = None,
        table: pa.Table | Mapping[str, Any] | None = None,
        *,
        medium: str = "vacuum",
    ) -> Series:
        """From one array per object, or from 2-D arrays with one row per object.

        Parameters
        ----------
        x : (P,), (N, P) or sequence of N arrays
            Wavelength [Angstrom or Quantity]; a single (P,) array serves all objects.
        flux : (N, P) or sequence of N arrays
        ivar : like `flux`, optional
            Default 1 everywhere: all pixels equally good.
        table : pyarrow.Table or mapping of N-row columns, optional
            ``object_id`` is added as "0", "1", ... where it is missing.
        medium : str
            What `x` is measured in, ``"vacuum"`` or ``"air"``; air becomes vacuum.

        Raises
        ------
        InputError
            Shapes that do not match, or samples that cannot be used; see :meth:`check`.
        """
        rows = [np.asarray(f, np.float32).ravel() for f in flux]
        offsets = _offsets([len(f) for f in rows])
        wave = angstrom(x) if hasattr(x, "unit") else x
        shared = len(np.shape(wave[0])) == 0 if len(wave) else True
        waves = [wave] * len(rows) if shared else list(wave)
        ivars = [np.ones(len(f), np.float32) for f in rows] if ivar is None else list(ivar)
        for name, other in (("x", waves), ("ivar", ivars)):
            if len(other) != len(rows):
                raise InputError(f"{name} has {len(other)} rows and flux {len(rows)}: give one for each object")
            for i, (a, f) in enumerate(zip(other, rows, strict=True)):
                if np.size(a) != len(f):
                    raise located(f"has {np.size(a)} samples and flux {len(f)}", object_id=str(i), column=name)
        return cls(
            x=in_vacuum(_joined([angstrom(w) for w in waves], np.float64), medium),
            flux=_joined(rows, np.float32),
            ivar=_joined(ivars, np.float32),
            offsets=offsets,
            table=object_table(table, len(rows)),
        ).check()

    @classmethod
    def from_spectra(cls, spectra: Any, *, medium: str = "vacuum") -> Series:
        """From a specutils ``Spectrum``, ``SpectrumList`` or any iterable of spectra.

        Spectral axes in any unit become vacuum Angstrom (ascending); say so in `medium` if
        they are in ``"air"``.
        Uncertainties of any kind become ivar; masked and non-finite pixels get
        ivar 0; without uncertainty ivar is 1. A multi-dimensional spectrum gives
        one object per row. ``meta`` scalars are not copied: pass columns in `table`
        with :meth:`with_columns`.
        """
        singles = [spectra] if hasattr(spectra, "spectral_axis") else list(spectra)
        rows = [row for spectrum in singles for row in _spectrum_rows(spectrum)]
        return cls.from_arrays(
            [r[0] for r in rows],
            [r[1] for r in rows],
            [r[2] for r in rows],
            {"object_id": [str(i) for i in range(len(rows))]},
            medium=medium,
        )

    @classmethod
    def from_lightcurves(
        cls,
        lightcurves: Any,
        *,
        flux: str = "flux",
        error: str | None = None,
        band: str = "",
        quality: str | int = "default",
    ) -> Series:
        """From lightkurve's ``LightCurve`` or ``LightCurveCollection``, or astropy's ``TimeSeries``, or several of them.

        Parameters
        ----------
        lightcurves : LightCurve, LightCurveCollection, TimeSeries or iterable of them
        flux, error : str
            Columns; the error's name is guessed from the flux's where it is not given.
        band : str
            Name of the one band.
        quality : str or int
            Where there is a ``quality`` column: lightkurve's name of a bit mask, or the bits.

        Returns
        -------
        Series
            Times in MJD of their own scale, BKJD and BTJD as BJD - 2400000.5 (TDB), a format without an epoch as it is; the
            column ``time_system`` says which. Points that cannot be used are left out and counted in ``dropped``.
            ``object_id`` is the curve's label.

        Raises
        ------
        InputError
            A column is missing, or the curves count time in different ways.
        """
        from .timeseries import from_timeseries

        return from_timeseries(lightcurves, flux, error, band, quality)

    @classmethod
    def from_points(
        cls,
        time: Any,
        flux: Any,
        flux_err: Any,
        band: Any = None,
        table: pa.Table | Mapping[str, Any] | None = None,
        *,
        bands: Sequence[str] | None = None,
    ) -> Series:
        """Light curves from one array per object.

        Parameters
        ----------
        time : (N, P) or sequence of N arrays
            [day]; Quantity and astropy ``Time`` (then MJD in the time's own scale) are taken too.
        flux, flux_err : like `time`
            Points whose flux is not finite, or whose error is not finite and positive, get ivar 0.
        band : like `time`, or (P,), of str, optional
        table : pyarrow.Table or mapping of N-row columns, optional
        bands : sequence of str, optional
            The bands there may be, and their order; default those that occur, sorted.

        Raises
        ------
        InputError
            Rows of different lengths, a time that is not finite or times that fall, an unknown band, an empty curve.
        """
        from .points import curves

        return curves(time, flux, flux_err, band, table, bands)

    @property
    def object_ids(self) -> list[str]:
        """Names of the N objects."""
        return self.table["object_id"].to_pylist()

    @cached_property
    def identity(self) -> NDArray[np.uint64]:
        """A stable 64-bit hash of each object's name: what ties random numbers to an object."""
        from .kernels.hashing import hash_strings

        names = self.table["object_id"].cast(pa.large_string()).combine_chunks()
        names = names.chunk(0) if isinstance(names, pa.ChunkedArray) else names
        _, offsets, text = names.buffers()
        ends = np.frombuffer(offsets, np.int64)[names.offset : names.offset + len(names) + 1]
        return hash_strings(np.frombuffer(text or b"\0", np.uint8), ends)

    def check(self, source: str = "") -> Series:
        """Return self if every sample can be used, else raise an :class:`InputError` naming the first that cannot."""
        check_samples(self, source)
        return self

    def row(self, i: int) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
        """``x, flux, ivar`` of object `i`, without a copy."""
        at = slice(self.offsets[i], self.offsets[i + 1])
        return self.x[at], self.flux[at], self.ivar[at]

    def take(self, rows: ArrayLike) -> Series:
        """The objects `rows` (indices or a boolean mask), in that order, as a new batch."""
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.int64)
        lengths = np.diff(self.offsets)[index]
        offsets = _offsets(lengths)
        samples = np.arange(offsets[-1]) + np.repeat(self.offsets[index] - offsets[:-1], lengths)
        return Series(
            x=self.x[samples],
            flux=self.flux[samples],
            ivar=self.ivar[samples],
            offsets=offsets,
            table=self.table.take(pa.array(index)),
            band=None if self.band is None else self.band[samples],
            bands=self.bands,
        )

    def with_bands(
        self, bands: Sequence[str], rename: Mapping[str, str] | None = None, *, drop: bool = False
    ) -> Series:
        """The same light curves with `bands` in that order.

        Parameters
        ----------
        bands : sequence of str
        rename : mapping, optional
            Which of `bands` one of the series' own stands for: ``{"g": "B", "r": "R"}``.
        drop : bool
            Drop the points of other bands, and objects that have none left. Without it they are an error.

        Raises
        ------
        InputError
            These are spectra, or points lie in other bands.
        """
        from .points import in_bands

        return in_bands(self, tuple(bands), rename or {}, drop)

    def with_columns(self, columns: Mapping[str, Any]) -> Series:
        """The same samples with per-object `columns` added to, or replaced in, the table."""
        table = self.table
        for name, values in columns.items():
            if name in table.column_names:
                table = table.drop_columns([name])
            table = table.append_column(name, pa.array(values))
        return replace(self, table=table)


def concatenate(batches: Iterable[Series]) -> Series:
    """One batch from several; a column that one of them lacks is null there."""
    parts = list(batches)
    if not parts:
        raise InputError("nothing to concatenate: give at least one Series")
    if len({part.bands for part in parts}) > 1:
        raise InputError("cannot concatenate series with different bands: map them to one set first")
    bands = [part.band for part in parts if part.band is not None]
    return Series(
        x=np.concatenate([p.x for p in parts]),
        flux=np.concatenate([p.flux for p in parts]),
        ivar=np.concatenate([p.ivar for p in parts]),
        offsets=_offsets(np.concatenate([np.diff(p.offsets) for p in parts])),
        table=pa.concat_tables([p.table for p in parts], promote_options="permissive"),
        band=np.concatenate(bands) if bands else None,
        bands=parts[0].bands,
    )


def _offsets(lengths: ArrayLike) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64))]).astype(np.int64)


def _joined(rows: Sequence[ArrayLike], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.asarray(r, dtype).ravel() for r in rows] or [np.empty(0, dtype)])


def object_table(columns: pa.Table | Mapping[str, Any] | None, rows: int) -> pa.Table:
    """The per-object `columns` with ``object_id`` as text among them, "0", "1", ... where it is missing."""
    table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns or {}))
    if table.num_columns and table.num_rows != rows:
        raise InputError(f"the table has {table.num_rows} rows for {rows} objects: give one row for each")
    names = pa.array([str(i) for i in range(rows)])
    if "object_id" not in table.column_names:
        return table.append_column("object_id", names) if table.num_columns else pa.table({"object_id": names})
    at = table.column_names.index("object_id")
    return table.set_column(at, "object_id", table["object_id"].cast(pa.string()))


def _spectrum_rows(spectrum: Any) -> list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    wave = angstrom(spectrum.spectral_axis)
    flux = np.atleast_2d(np.asarray(spectrum.flux.value, np.float64))
    ivar = np.ones_like(flux)
    if spectrum.uncertainty is not None:
        from astropy.nddata import InverseVariance

        ivar = np.atleast_2d(spectrum.uncertainty.represent_as(InverseVariance).array).astype(float)
    bad = ~np.isfinite(flux) | ~np.isfinite(ivar) | (ivar < 0)
    if spectrum.mask is not None:
        bad |= np.atleast_2d(np.asarray(spectrum.mask, bool))
    flux, ivar = np.nan_to_num(flux, posinf=0.0, neginf=0.0), np.where(bad, 0.0, ivar)
    order = np.argsort(wave, kind="stable") if wave.ndim == 1 and len(wave) > 1 and wave[0] > wave[-1] else slice(None)
    return [(wave[order], f[order], v[order]) for f, v in zip(flux, ivar, strict=True)]
