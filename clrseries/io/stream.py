"""Reader of Parquet files that are larger than the memory, a few row groups at a time and in shuffled order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series
from ..series.joined_tables import joined_tables
from .any_table import series_of_table
from .sample_columns import holds_curves, needed_columns, sample_column, unnested, with_lists
from .tables import from_whole_parquet, is_list, plain_column

BUFFER = 8192  # number of objects


@dataclass(frozen=True)
class RowGroup:
    """One row group of one file.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        Number of the row group in the file, from 0.
    rows : int
        Number of its rows.
    """

    path: Path
    number: int
    rows: int


class Stream:
    """Objects of Parquet files, read a few row groups at a time.

    The order of the row groups is shuffled, and depends on the seed and the epoch. Row groups are read together until they have
    `buffer` objects. With W processes, each reads every W-th of the shuffled row groups.

    Parameters
    ----------
    paths : sequence of paths
        Files of spectra or of light curves with one row per object, as for :func:`clrseries.read_spectra` and
        :func:`clrseries.read_light_curves`; samples may be in a nested column, as in HATS catalogs.
    buffer : int
        Number of objects that are read together.

    Raises
    ------
    InputError
        A file is missing or incomplete, or has one row per point; or there are no objects.
    """

    def __init__(self, paths: Sequence[str | Path], buffer: int = BUFFER) -> None:
        self.paths = [Path(path) for path in paths]
        self.buffer = buffer
        self.groups: list[RowGroup] = []
        for path in self.paths:
            about = from_whole_parquet(path, pq.read_metadata)
            rows = [about.row_group(k).num_rows for k in range(about.num_row_groups)]
            self.groups += [RowGroup(path, k, count) for k, count in enumerate(rows) if count]
        if not self.groups:
            raise InputError(f"{', '.join(map(str, self.paths))}: there are no objects")
        schema = pq.read_schema(self.paths[0])
        self.curves = holds_curves(schema)
        x = "time" if self.curves else "wavelength"
        if x in schema.names and not is_list(schema.field(x).type):
            raise located("must hold lists, one row per object, to be streamed", source=str(self.paths[0]), column=x)
        self.bands = self._bands() if self.curves else ()

    def __len__(self) -> int:
        return sum(group.rows for group in self.groups)

    def column(self, name: str) -> pa.ChunkedArray:
        """Read one column of all files that is not a list.

        Parameters
        ----------
        name : str
            Name of the column.

        Returns
        -------
        pyarrow.ChunkedArray
            One value for each object, in the order of the files.

        Raises
        ------
        InputError
            A file does not have the column.
        """
        parts: list[Any] = []
        for path in self.paths:
            if name not in pq.read_schema(path).names:
                raise located(
                    f"is missing; there are {', '.join(pq.read_schema(path).names)}", source=str(path), column=name
                )
            parts.append(pq.read_table(path, columns=[name]))
        return joined_tables(parts, str(self.paths[0]))[name]

    def first(self) -> Series:
        """Read the first row groups of the files.

        Returns
        -------
        Series
            At least `buffer` objects, if there are so many.
        """
        return self._read(self._enough(list(range(len(self.groups))))[0])

    def take(self, rows: NDArray[np.int64]) -> Series:
        """Read some objects.

        Parameters
        ----------
        rows : int64 (N,)
            Their numbers in the order of the files, ascending. Every row group that has one of them is read.

        Returns
        -------
        Series
        """
        ends = np.cumsum([group.rows for group in self.groups])
        owner = np.searchsorted(ends, rows, "right")
        tables = []
        for number in np.unique(owner).tolist():
            group = self.groups[number]
            own = rows[owner == number] - (ends[number] - group.rows)
            tables.append(_table(group).take(pa.array(own)))
        return self._series(tables)

    def chunks(
        self, seed: int, epoch: int, process_rank: int = 0, processes: int = 1, *, neighbors: bool = False
    ) -> Iterator[Series]:
        """Read the row groups of one process in shuffled order, `buffer` objects at a time.

        After the last row group it begins again with the first, so that every process can take the same number of batches.

        Parameters
        ----------
        seed, epoch : int
            They determine the order of the row groups; not negative.
        process_rank : int
            Number of this process, from 0.
        processes : int
            Number of processes.
        neighbors : bool
            Whether row groups that are read together follow each other in the files; where they begin is then shuffled, too.

        Yields
        ------
        Series
            At least `buffer` objects, or the rest; they are not shuffled within a row group.

        Raises
        ------
        InputError
            There are fewer row groups than processes; with `neighbors`, fewer than `buffer` objects for each process.
        """
        rng = np.random.default_rng((seed, epoch))
        if neighbors:
            turned = np.roll(np.arange(len(self.groups)), rng.integers(len(self.groups)))
            parts = self._enough(turned.tolist())
            own = [parts[k] for k in rng.permutation(len(parts))[process_rank::processes]]
            wanted = f"{len(parts)} times `buffer` objects: give a smaller buffer"
        else:
            own = self._enough(rng.permutation(len(self.groups))[process_rank::processes].tolist())
            wanted = f"{len(self.groups)} row groups: write smaller row groups"
        if not own[0]:
            raise InputError(f"{processes} processes share {wanted}, or use fewer processes")
        while True:
            for some in own:
                yield self._read(some)

    def _enough(self, numbers: list[int]) -> list[list[int]]:
        taken: list[list[int]] = [[]]
        rows = 0
        for number in numbers:
            if rows >= self.buffer:
                taken.append([])
                rows = 0
            taken[-1].append(number)
            rows += self.groups[number].rows
        return taken

    def _read(self, numbers: list[int]) -> Series:
        chosen = [self.groups[k] for k in numbers]
        return self._series([_table(group) for group in chosen])

    def _series(self, tables: list[pa.Table]) -> Series:
        source = str(self.paths[0]) if len(self.paths) == 1 else f"{len(self.paths)} files"
        bands = self.bands if self.curves else None
        return series_of_table(joined_tables(tables, source), bands=bands, source=source)

    def _bands(self) -> tuple[str, ...]:
        found: set[str] = set()
        for group in self.groups:
            column = _band_column(group)
            values = pc.list_flatten(column) if column is not None and is_list(column.type) else column
            found |= (
                {""} if values is None else {band or "" for band in pc.unique(values.cast(pa.string())).to_pylist()}
            )
        return tuple(sorted(found))


def _table(group: RowGroup) -> pa.Table:
    """Return a row group with its samples in lists."""
    file = pq.ParquetFile(group.path)
    table = file.read_row_group(group.number, columns=needed_columns(file.schema_arrow))
    return with_lists(table, str(group.path))


def _band_column(group: RowGroup) -> pa.Array | None:
    """Return the column ``band`` of a row group, alone, also where it is within a nested column."""
    file = pq.ParquetFile(group.path)
    nested = sample_column(file.schema_arrow)
    if "band" in file.schema_arrow.names or nested is None:
        names = ["band"] if "band" in file.schema_arrow.names else []
        table = file.read_row_group(group.number, columns=names)
    else:
        paths = [file.schema.column(k).path for k in range(len(file.schema))]
        within = [path for path in paths if path.startswith(f"{nested}.") and "band" in path.split(".")]
        table = file.read_row_group(group.number, columns=within)
        table = unnested(table, nested, str(group.path)) if within else table
    return plain_column(table["band"]) if "band" in table.column_names else None
