"""The container of spectra and light curves, and the ways to build one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..units import in_vacuum
from .flux_units import unit_text
from .from_lightkurve import time_series_points
from .from_specutils import spectra_of
from .points import in_words, points_by_object, points_in_any_order
from .samples import Samples, offsets_of
from .spectrum_samples import SpectrumSamples, spectrum_samples, tidy_samples
from .table import Columns, object_table, with_flux_unit
from .wavelengths import refuse_unlikely

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
    failed : pyarrow.Table
        Files that a reader could not read: the text columns ``file`` and ``reason``.

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
        cls,
        x: Any,
        flux: Any,
        ivar: Any = None,
        table: Columns | None = None,
        *,
        flux_err: Any = None,
        medium: str = "vacuum",
    ) -> Self:
        """Build spectra from arrays of NumPy, astropy, pandas, polars, pyarrow or torch.

        Parameters
        ----------
        x : float (P,), (N, P) or sequence of N arrays
            Wavelength, ascending or descending: a Quantity of any spectral unit, or numbers in Angstrom; one (P,) array is used for
            all objects.
        flux : float (P,), (N, P) or sequence of N arrays
            Flux, in any linear unit; one (P,) array is one object. A masked pixel gets ivar 0.
        ivar : like `flux`, optional
            Inverse variance of the flux, 0 for pixels without information; default 1 where the flux is finite.
        table : pyarrow.Table or mapping of column name to N values, optional
            Per-object columns; ``object_id`` is added as "0", "1", ... if it is missing.
        flux_err : like `flux`, optional
            Error of the flux (1 sigma), instead of `ivar`; not positive or not finite for pixels without information.
        medium : {"vacuum", "air"}
            What `x` is measured in; wavelengths in air are converted to vacuum.

        Returns
        -------
        Series
            N spectra. Errors are converted to the unit of the flux, which the column ``flux_unit`` holds if it is known. Where
            float32 cannot hold ivar, the flux is divided by a power of ten that is a part of ``flux_unit``, for instance
            ``1e-18``. Pixels of ivar 0 without a wavelength are left out and counted in ``dropped``.

        Raises
        ------
        InputError
            Shapes or units do not match, a sample cannot be used (see :meth:`check`), or wavelengths without a unit are hardly in
            Angstrom: outside 100 to 1e6, within 250 to 1200 (nm?), or in steps finer than a part in 2e6.

        Examples
        --------
        >>> from clrseries import Series
        >>> spectra = Series.from_arrays([[4000.0, 4001.0], [5000.0]], [[1.0, 1.2], [0.9]], table={"z": [0.01, 0.02]})
        >>> spectra.offsets.tolist(), spectra.table["z"].to_pylist()
        ([0, 2, 3], [0.01, 0.02])
        """
        found = spectrum_samples(x, flux, ivar, flux_err, medium)
        series = cls._of_spectra(found, table)
        if found.bare:
            refuse_unlikely(series.x, series.offsets, series.table["object_id"])
        return series

    @classmethod
    def _of_spectra(cls, found: SpectrumSamples, table: Columns | None) -> Self:
        rows = len(found.offsets) - 1
        columns = object_table(with_flux_unit(table, rows, found.flux_unit), rows)
        series = cls(x=found.x, flux=found.flux, ivar=found.ivar, offsets=found.offsets, table=columns).check()
        return series.with_dropped({"pixel: without a wavelength": found.without_wavelength})

    @classmethod
    def from_spectra(cls, spectra: Any, *, medium: str = "vacuum") -> Self:
        """Build spectra from objects of specutils.

        Spectral axes are converted to Angstrom in ascending order, and uncertainties of any kind to ivar in the unit of the flux.
        Masked and non-finite pixels get ivar 0; a spectrum without uncertainty gets ivar 1. Of ``meta`` only the name is taken:
        add columns with :meth:`with_columns`.

        Parameters
        ----------
        spectra : specutils.Spectrum, SpectrumList, SpectrumCollection or iterable of them
            A flux with several dimensions, such as a cube, gives one object for each spectrum in it.
        medium : {"vacuum", "air"}
            What the spectral axes are measured in; wavelengths in air are converted to vacuum.

        Returns
        -------
        Series
            ``object_id`` is the name in the header (for instance TARGETID or OBJECT), or else "0", "1", ...; ``flux_unit`` is the
            unit of the first spectrum, to which the others are converted.

        Raises
        ------
        InputError
            A sample cannot be used (see :meth:`check`), an uncertainty is of no known kind, or units cannot be converted.

        Examples
        --------
        >>> from clrseries import Series
        >>> from specutils import Spectrum  # doctest: +SKIP
        >>> spectra = Series.from_spectra(Spectrum.read("star.fits"))  # doctest: +SKIP
        """
        rows = spectra_of(spectra)
        if not rows:
            raise InputError("from_spectra: there is no spectrum")
        offsets = offsets_of([len(row.flux) for row in rows])
        wave, flux, ivar = (np.concatenate([row[k] for row in rows]) for k in range(3))
        found = tidy_samples(in_vacuum(wave, medium), flux, ivar, offsets, unit_text(rows[0].unit))
        return cls._of_spectra(found, {"object_id": [row.name or str(i) for i, row in enumerate(rows)]})

    @classmethod
    def from_lightcurves(
        cls,
        lightcurves: Any,
        *,
        flux: str = "flux",
        error: str | None = None,
        band: str = "",
        quality: str | int = "default",
        zero_point: float = 25.0,
    ) -> Self:
        """Build light curves from objects of lightkurve or astropy.

        Parameters
        ----------
        lightcurves : LightCurve, LightCurveCollection, TimeSeries, BinnedTimeSeries or iterable of them
            N light curves.
        flux : str
            Name of the flux column; a column of magnitudes is converted.
        error : str, optional
            Name of the column with the errors of `flux`; default guessed from the name of `flux`.
        band : str
            Name of a column with the bands of the points, if there is such a column, or else of the band of all points.
        quality : str or int
            For curves with a column ``quality``: the name of a bit mask of lightkurve (``"none"``, ``"default"``, ``"hard"``,
            ``"hardest"``), or the bits that make a point unusable.
        zero_point : float
            Magnitude of flux 1, for magnitudes.

        Returns
        -------
        Series
            Times of any format are MJD in their own scale; BKJD and BTJD become BJD - 2400000.5 (TDB); of a bin, the center is
            taken. The column ``time_system`` names the system. Points that cannot be used are left out and counted in
            ``dropped``. ``object_id`` is the label of the curve; errors are converted to the unit of the flux.

        Raises
        ------
        InputError
            A column is missing, the times are phases (a folded curve), or the curves have different time systems or units.

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
        found = time_series_points(lightcurves, flux, error, quality, zero_point, band)
        count = len(found.object_ids)
        known: Columns = {"object_id": found.object_ids, "time_system": [found.time_system] * count}
        table = with_flux_unit(known, count, found.flux_unit) or known
        series = cls.from_rows(found.owner, found.time, found.flux, found.flux_err, found.band, table)
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
        zero_point: float = 25.0,
    ) -> Self:
        """Build light curves from one array per object.

        Parameters
        ----------
        time : float (P,), (N, P) or sequence of N arrays
            Times [day], ascending; or Quantity, dates, or astropy ``Time`` of any format, which become MJD in their own scale.
        flux, flux_err : like `time`
            Flux and its error, which is converted to the unit of the flux. Quantities in magnitudes are converted to flux. A point
            whose flux is not finite, or whose error is not finite and positive, gets ivar 0.
        band : str, like `time` or (P,), optional
            Names of the bands of the points; default one band named "".
        table : pyarrow.Table or mapping of column name to N values, optional
            Per-object columns; ``object_id`` is added as "0", "1", ... if it is missing.
        bands : sequence of str, optional
            All possible bands, in order; default those that occur, sorted.
        zero_point : float
            Magnitude of flux 1, for magnitudes.

        Returns
        -------
        Series
            N light curves. Points with a masked time are left out and counted in ``dropped``.

        Raises
        ------
        InputError
            Rows have different lengths, a time is not finite, times descend, a band is unknown, a curve has no points, or units
            cannot be converted.

        Examples
        --------
        >>> from clrseries import Series
        >>> star = Series.from_points([[1.0, 2.0, 2.0]], [[9.0, 8.0, 7.0]], [[0.1, 0.1, 0.1]], [["g", "g", "r"]])
        >>> star.bands, star.band.tolist()
        (('g', 'r'), [0, 0, 1])
        """
        found = points_by_object(time, flux, flux_err, band, bands, zero_point)
        rows = len(found.points.offsets) - 1
        columns = object_table(with_flux_unit(table, rows, found.flux_unit), rows)
        series = cls(**found.points._asdict(), table=columns).check()
        return series.with_dropped({"point: time is missing or infinite": found.without_time})

    @classmethod
    def from_rows(
        cls,
        owner: Any,
        time: Any,
        flux: Any,
        flux_err: Any,
        band: Any,
        table: Columns,
        *,
        bands: Sequence[str] | None = None,
        source: str = "",
        zero_point: float = 25.0,
    ) -> Self:
        """Build light curves from points in any order.

        Points are sorted by time, and by band where times are equal. Points without a finite time or flux, points without a
        positive error, exact repetitions of a point, and objects without any usable point are left out and counted in
        ``dropped``. Different points of one time and band are all kept.

        Parameters
        ----------
        owner : int (S,)
            Row of `table` that each point belongs to.
        time, flux, flux_err : float (S,)
            Times [day], flux and its error, as :meth:`from_points` takes them.
        band : str (S,)
            Names of the bands of the points.
        table : pyarrow.Table or mapping of column name to N values
            Per-object columns; ``object_id`` is added as "0", "1", ... if it is missing.
        bands : sequence of str, optional
            All possible bands, in order; default those that occur, sorted.
        source : str
            File or table, for errors and the log.
        zero_point : float
            Magnitude of flux 1, for magnitudes.

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
        found = points_in_any_order(
            owner, time, flux, flux_err, band, objects=objects, bands=bands, source=source, zero_point=zero_point
        )
        columns = object_table(with_flux_unit(table, objects, found.flux_unit), objects).filter(pa.array(found.kept))
        series = cls(**found.points._asdict(), table=columns, dropped=found.dropped).check(source)
        if found.dropped:
            logger.warning("%s%s", f"{source}: " if source else "", in_words(found.dropped))
        return series
