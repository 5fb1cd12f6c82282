"""The container of spectra and light curves, and the ways to build one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError, located
from ..units import angstrom, in_vacuum
from .from_lightkurve import time_series_points
from .from_specutils import spectra_of
from .points import in_words, points_by_object, points_in_any_order
from .samples import Samples, offsets_of
from .table import Columns, object_table

if TYPE_CHECKING:
    from typing import Self

logger = logging.getLogger("clrseries")


class Series(Samples):
    """A batch of N spectra or light curves of any lengths.

    Build one with :meth:`from_arrays`, :meth:`from_spectra`, :meth:`from_points`, :meth:`from_rows`, :meth:`from_lightcurves`
    or a reader such as :func:`clrseries.read_spectra`. The layout is that of Arrow's lists: the samples of all objects are
    joined in one array, and object i has the samples ``offsets[i]:offsets[i + 1]``.

    Parameters
    ----------
    x : float64 (S,)
        Wavelength [Angstrom, in vacuum], strictly ascending within a spectrum; or time [day], ascending within a light curve.
    flux : float32 (S,)
        Flux, in any linear unit.
    ivar : float32 (S,)
        Inverse variance of `flux`; 0 for samples without information.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    table : pyarrow.Table
        Per-object columns, N rows; the text column ``object_id`` is always there.
    band : int8 (S,), optional
        Band of each point, as an index into `bands`; None for spectra.
    bands : tuple of str
        Names of the bands; empty for spectra.
    dropped : mapping of str to int
        Number of points and objects that a reader left out, by reason.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series
    >>> spectra = Series.from_arrays(np.linspace(4000, 7000, 300), np.ones((2, 300)), table={"object_id": ["a", "b"]})
    >>> len(spectra), spectra.object_ids
    (2, ['a', 'b'])
    """

    @classmethod
    def from_arrays(
        cls, x: Any, flux: Any, ivar: Any = None, table: Columns | None = None, *, medium: str = "vacuum"
    ) -> Self:
        """Build spectra from arrays.

        Parameters
        ----------
        x : float (P,), (N, P) or sequence of N arrays
            Wavelength [Angstrom, or Quantity], strictly ascending; one (P,) array is used for all objects.
        flux : float (N, P) or sequence of N arrays
            Flux, in any linear unit.
        ivar : like `flux`, optional
            Inverse variance of the flux, 0 for pixels without information; default 1 everywhere.
        table : pyarrow.Table or mapping of column name to N values, optional
            Per-object columns; ``object_id`` is added as "0", "1", ... if it is missing.
        medium : {"vacuum", "air"}
            What `x` is measured in; wavelengths in air are converted to vacuum.

        Returns
        -------
        Series
            N spectra.

        Raises
        ------
        InputError
            Shapes do not match, or a sample cannot be used; see :meth:`check`.

        Examples
        --------
        >>> from clrseries import Series
        >>> spectra = Series.from_arrays([[4000.0, 4001.0], [5000.0]], [[1.0, 1.2], [0.9]], table={"z": [0.01, 0.02]})
        >>> spectra.offsets.tolist(), spectra.table["z"].to_pylist()
        ([0, 2, 3], [0.01, 0.02])
        """
        rows = [np.asarray(f, np.float32).ravel() for f in flux]
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
            offsets=offsets_of([len(f) for f in rows]),
            table=object_table(table, len(rows)),
        ).check()

    @classmethod
    def from_spectra(cls, spectra: Any, *, medium: str = "vacuum") -> Self:
        """Build spectra from objects of specutils.

        Spectral axes are converted to Angstrom in ascending order, and uncertainties of any kind to ivar. Masked and non-finite
        pixels get ivar 0; a spectrum without uncertainty gets ivar 1. ``meta`` is not copied: add columns with
        :meth:`with_columns`.

        Parameters
        ----------
        spectra : specutils.Spectrum, SpectrumList or iterable of Spectrum
            A spectrum with a two-dimensional flux gives one object per row.
        medium : {"vacuum", "air"}
            What the spectral axes are measured in; wavelengths in air are converted to vacuum.

        Returns
        -------
        Series
            ``object_id`` is "0", "1", ...

        Raises
        ------
        InputError
            A sample cannot be used; see :meth:`check`.

        Examples
        --------
        >>> from clrseries import Series
        >>> from specutils import Spectrum  # doctest: +SKIP
        >>> spectra = Series.from_spectra(Spectrum.read("star.fits"))  # doctest: +SKIP
        """
        rows = spectra_of(spectra)
        waves, fluxes, ivars = zip(*rows, strict=True) if rows else ((), (), ())
        return cls.from_arrays(waves, fluxes, ivars, {"object_id": [str(i) for i in range(len(rows))]}, medium=medium)

    @classmethod
    def from_lightcurves(
        cls,
        lightcurves: Any,
        *,
        flux: str = "flux",
        error: str | None = None,
        band: str = "",
        quality: str | int = "default",
    ) -> Self:
        """Build light curves from objects of lightkurve or astropy.

        Parameters
        ----------
        lightcurves : LightCurve, LightCurveCollection, TimeSeries or iterable of them
            N light curves.
        flux : str
            Name of the flux column.
        error : str, optional
            Name of the column with the errors of `flux`; default guessed from the name of `flux`.
        band : str
            Name of the band of all points.
        quality : str or int
            For curves with a column ``quality``: the name of a bit mask of lightkurve (``"none"``, ``"default"``, ``"hard"``,
            ``"hardest"``), or the bits that make a point unusable.

        Returns
        -------
        Series
            Times are MJD in their own scale; BKJD and BTJD are converted to BJD - 2400000.5 (TDB); times in a format without an
            epoch are not changed. The column ``time_system`` names the system. Points that cannot be used are left out and
            counted in ``dropped``. ``object_id`` is the label of the curve.

        Raises
        ------
        InputError
            A column is missing, or the curves have different time systems.

        Examples
        --------
        >>> from astropy.time import Time
        >>> from astropy.timeseries import TimeSeries
        >>> from clrseries import Series
        >>> curve = TimeSeries(time=Time([59000.0, 59001.0], format="mjd"))
        >>> curve["flux"], curve["flux_err"] = [1.0, 1.1], [0.1, 0.1]
        >>> Series.from_lightcurves(curve, band="V").table["time_system"].to_pylist()
        ['MJD (UTC)']
        """
        found = time_series_points(lightcurves, flux, error, quality)
        table = {"object_id": found.object_ids, "time_system": [found.time_system] * len(found.object_ids)}
        bands = np.full(len(found.owner), band, object)
        series = cls.from_rows(found.owner, found.time, found.flux, found.flux_err, bands, table)
        return series.with_dropped({"point: flagged in the quality bit mask": found.flagged})

    @classmethod
    def from_points(
        cls,
        time: Any,
        flux: Any,
        flux_err: Any,
        band: Any = None,
        table: Columns | None = None,
        *,
        bands: Sequence[str] | None = None,
    ) -> Self:
        """Build light curves from one array per object.

        Parameters
        ----------
        time : float (N, P) or sequence of N arrays
            Times [day], ascending; or Quantity, or astropy ``Time``, which is converted to MJD in its own scale.
        flux, flux_err : like `time`
            Flux and its error. A point whose flux is not finite, or whose error is not finite and positive, gets ivar 0.
        band : str, like `time` or (P,), optional
            Names of the bands of the points; default one band named "".
        table : pyarrow.Table or mapping of column name to N values, optional
            Per-object columns; ``object_id`` is added as "0", "1", ... if it is missing.
        bands : sequence of str, optional
            All possible bands, in order; default those that occur, sorted.

        Returns
        -------
        Series
            N light curves.

        Raises
        ------
        InputError
            Rows have different lengths, a time is not finite, times descend, a band is unknown or a curve has no points.

        Examples
        --------
        >>> from clrseries import Series
        >>> star = Series.from_points([[1.0, 2.0, 2.0]], [[9.0, 8.0, 7.0]], [[0.1, 0.1, 0.1]], [["g", "g", "r"]])
        >>> star.bands, star.band.tolist()
        (('g', 'r'), [0, 0, 1])
        """
        points = points_by_object(time, flux, flux_err, band, bands)
        return cls(**points._asdict(), table=object_table(table, len(points.offsets) - 1)).check()

    @classmethod
    def from_rows(
        cls,
        owner: NDArray[np.int64],
        time: NDArray[np.float64],
        flux: NDArray[np.float64],
        flux_err: NDArray[np.float64],
        band: Any,
        table: Columns,
        *,
        bands: Sequence[str] | None = None,
        source: str = "",
    ) -> Self:
        """Build light curves from points in any order.

        Points are sorted by time, and by band where times are equal. Points without a finite time or flux, points without a
        positive error, exact repetitions of a point, and objects without any usable point are left out and counted in
        ``dropped``. Different points of one time and band are all kept.

        Parameters
        ----------
        owner : int64 (S,)
            Row of `table` that each point belongs to.
        time : float64 (S,)
            Times [day].
        flux, flux_err : float64 (S,)
            Flux and its error.
        band : str (S,)
            Names of the bands of the points.
        table : pyarrow.Table or mapping of column name to N values
            Per-object columns; ``object_id`` is added as "0", "1", ... if it is missing.
        bands : sequence of str, optional
            All possible bands, in order; default those that occur, sorted.
        source : str
            File or table, for errors and the log.

        Returns
        -------
        Series
            The objects that have usable points.

        Raises
        ------
        InputError
            A band is unknown, there are more than 64 bands, or no point can be used.

        Examples
        --------
        >>> from clrseries import Series
        >>> import numpy as np
        >>> owner, time = np.array([1, 0, 0]), np.array([5.0, 2.0, 1.0])
        >>> stars = Series.from_rows(owner, time, time, np.ones(3), ["g", "g", "g"], {"object_id": ["a", "b"]})
        >>> stars.row(0)[0].tolist()
        [1.0, 2.0]
        """
        objects = table.num_rows if isinstance(table, pa.Table) else len(next(iter(table.values()), ()))
        points, kept, dropped = points_in_any_order(
            owner, time, flux, flux_err, band, objects=objects, bands=bands, source=source
        )
        whole = object_table(table, objects).filter(pa.array(kept))
        series = cls(**points._asdict(), table=whole, dropped=dropped).check(source)
        if dropped:
            logger.warning("%s%s", f"{source}: " if source else "", in_words(dropped))
        return series


def _joined(rows: Sequence[ArrayLike], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.asarray(r, dtype).ravel() for r in rows] or [np.empty(0, dtype)])
