"""The arrays of a batch of spectra or of light curves, and operations on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError, located
from .bands import renumbered_bands
from .checks import check_samples
from .table import REPETITION, column_of, object_table, without_column

if TYPE_CHECKING:
    from typing import Self


FAILED = pa.schema([("file", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """Sample arrays and per-object columns of N objects, in the layout of Arrow's lists.

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
    """

    x: NDArray[np.float64]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    offsets: NDArray[np.int64]
    table: pa.Table
    band: NDArray[np.int8] | None = None
    bands: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    failed: pa.Table = field(default_factory=lambda: FAILED.empty_table())

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.offsets) - 1

    def __repr__(self) -> str:
        """Return one line that says what the series holds."""
        kind = f"light curves in {', '.join(self.bands) or 'one band'}" if self.band is not None else "spectra"
        return f"Series({len(self):,} {kind}, {len(self.x):,} samples; columns {', '.join(self.table.column_names)})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first objects, drawn and as a table."""
        from .in_notebook import html_of

        return html_of(self)

    @property
    def object_ids(self) -> list[str]:
        """Names of the N objects."""
        return self.table["object_id"].to_pylist()

    def check(self, source: str = "") -> Self:
        """Check that every sample can be used.

        Parameters
        ----------
        source : str
            File or table, for the error.

        Returns
        -------
        Series
            The series itself.

        Raises
        ------
        InputError
            Flux is not finite where ivar is positive, ivar is negative or not finite, x is not finite or not ascending, or an
            object has no samples. The message names the first such sample.
        """
        names = self.table["object_id"]
        check_samples(
            self.x, self.flux, self.ivar, self.offsets, names, light_curves=self.band is not None, source=source
        )
        return self

    def row(self, i: int) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]:
        """Return the samples of one object, without a copy.

        Parameters
        ----------
        i : int
            Number of the object, from 0 to N - 1.

        Returns
        -------
        float64 (P,), float32 (P,), float32 (P,)
            The arrays x, flux and ivar of the object.

        Examples
        --------
        >>> import numpy as np
        >>> from clrseries import Series
        >>> wavelength, flux, ivar = Series.from_arrays([4000.0, 4001.0], np.ones((3, 2))).row(2)
        >>> wavelength.tolist()
        [4000.0, 4001.0]
        """
        own = slice(self.offsets[i], self.offsets[i + 1])
        return self.x[own], self.flux[own], self.ivar[own]

    def take(self, rows: ArrayLike) -> Self:
        """Return some of the objects as a new batch.

        Parameters
        ----------
        rows : int (M,) or bool (N,)
            Numbers of the objects, in the order wanted; or a mask.

        Returns
        -------
        Series
            M objects, copied; `dropped` is unchanged.

        Examples
        --------
        >>> from clrseries import datasets
        >>> datasets.simulated_light_curves(4).take([3, 0]).object_ids
        ['simulated 000003', 'simulated 000000']
        """
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.int64)
        lengths = np.diff(self.offsets)[index]
        offsets = offsets_of(lengths)
        samples = np.arange(offsets[-1]) + np.repeat(self.offsets[index] - offsets[:-1], lengths)
        return replace(
            self,
            x=self.x[samples],
            flux=self.flux[samples],
            ivar=self.ivar[samples],
            offsets=offsets,
            table=self.table.take(pa.array(index)),
            band=None if self.band is None else self.band[samples],
        )

    def between(self, first: int, last: int) -> Self:
        """Return the objects from `first` to ``last - 1``, without a copy.

        Parameters
        ----------
        first, last : int
            Numbers of objects.

        Returns
        -------
        Series
            Its arrays are parts of those of this series.

        Examples
        --------
        >>> from clrseries import datasets
        >>> datasets.simulated_light_curves(4).between(1, 3).object_ids
        ['simulated 000001', 'simulated 000002']
        """
        own = slice(int(self.offsets[first]), int(self.offsets[last]))
        return replace(
            self,
            x=self.x[own],
            flux=self.flux[own],
            ivar=self.ivar[own],
            offsets=self.offsets[first : last + 1] - self.offsets[first],
            table=self.table.slice(first, last - first),
            band=None if self.band is None else self.band[own],
        )

    def with_bands(self, bands: Sequence[str], rename: Mapping[str, str] | None = None, *, drop: bool = False) -> Self:
        """Return the light curves with another list of bands.

        Parameters
        ----------
        bands : sequence of str
            The new bands, in order.
        rename : mapping of str to str, optional
            New names of bands of the series, for instance ``{"g": "B", "r": "R"}``.
        drop : bool
            Whether points in other bands, and objects without any other point, are dropped; otherwise they are an error.

        Returns
        -------
        Series
            Dropped points and objects are counted in `dropped`.

        Raises
        ------
        InputError
            The series holds spectra, or points are in other bands and `drop` is false.

        Examples
        --------
        >>> from clrseries import datasets
        >>> stars = datasets.simulated_light_curves(4)
        >>> stars.bands, stars.with_bands(["r", "g"], {"B": "g", "R": "r"}).bands
        (('B', 'R'), ('r', 'g'))
        """
        if self.band is None:
            raise InputError("these are spectra, which have no bands")
        number = renumbered_bands(self.band, self.bands, bands, rename or {})
        keep = number >= 0
        if keep.all():
            return replace(self, band=number, bands=tuple(bands))
        if not drop:
            sample = int(np.argmin(keep))
            row = int(np.searchsorted(self.offsets, sample, side="right")) - 1
            raise located(
                f"holds {self.bands[self.band[sample]]!r}; the bands are {', '.join(bands)}: rename it, or drop it with "
                "series.with_bands(..., rename={...}, drop=True), or with --bands of predict and embed",
                object_id=self.object_ids[row], column="band",
            )  # fmt: skip
        lengths = np.add.reduceat(keep, self.offsets[:-1]).astype(np.int64)
        full = lengths > 0
        kept = replace(
            self,
            x=self.x[keep],
            flux=self.flux[keep],
            ivar=self.ivar[keep],
            offsets=offsets_of(lengths[full]),
            table=self.table.filter(pa.array(full)),
            band=number[keep],
            bands=tuple(bands),
        )
        return kept.with_dropped(
            {"point: in another band": int((~keep).sum()), "object: has no point in these bands": int((~full).sum())}
        )

    def with_columns(self, columns: Mapping[str, Any]) -> Self:
        """Return the series with per-object columns added or replaced.

        Parameters
        ----------
        columns : mapping of str to N values
            The columns, by name: lists, or arrays of any library. Masked values become null, and the unit of a Quantity is kept
            in the metadata of the column.

        Returns
        -------
        Series
            The sample arrays are not copied.

        Raises
        ------
        InputError
            A column does not have one value for each object.

        Examples
        --------
        >>> from clrseries import datasets
        >>> datasets.simulated_light_curves(2).with_columns({"ra": [80.1, 81.5]}).table["ra"].to_pylist()
        [80.1, 81.5]
        """
        table = self.table
        for name, values in columns.items():
            field, column = column_of(values, name)
            if len(column) != len(self):
                raise located(f"has {len(column)} values for {len(self)} objects: give one for each", column=name)
            if name in table.column_names:
                table = table.set_column(table.column_names.index(name), field, column)
            else:
                table = table.append_column(field, column)
        if "object_id" in columns:
            table = object_table(without_column(table, REPETITION), len(self))
        return replace(self, table=table)

    def with_dropped(self, counts: Mapping[str, int]) -> Self:
        """Return the series with higher counts in `dropped`.

        Parameters
        ----------
        counts : mapping of str to int
            Number of points and objects that were left out, by reason; counts of 0 are ignored.

        Returns
        -------
        Series
        """
        return replace(self, dropped=added_counts(self.dropped, counts))


def added_counts(dropped: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Add two mappings of counts by reason.

    Parameters
    ----------
    dropped, more : mapping of str to int
        Counts by reason; those of 0 in `more` are ignored.

    Returns
    -------
    dict of str to int
    """
    return {**dropped, **{reason: dropped.get(reason, 0) + count for reason, count in more.items() if count}}


def offsets_of(lengths: ArrayLike) -> NDArray[np.int64]:
    """Return the offsets of objects with given numbers of samples.

    Parameters
    ----------
    lengths : int (N,)
        Number of samples of each object.

    Returns
    -------
    int64 (N + 1,)
        The cumulative sum, beginning with 0.
    """
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64))]).astype(np.int64)
