"""Archives larger than memory: Parquet files, a few row groups at a time, in shuffled order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import InputError, located
from ..series import Series
from .curves import read_curves
from .parquet import is_list, of_complete_file, read_parquet

BUFFER = 8192  # objects


@dataclass(frozen=True)
class RowGroup:
    """One row group of one file."""

    path: Path
    number: int
    rows: int


class Stream:
    """Objects of Parquet files, in an order that the seed and the epoch decide.

    Row groups are shuffled; as many as hold `buffer` objects are read together, and their objects shuffled. Each of
    several processes reads every so many-th row group, and no other.

    Parameters
    ----------
    paths : paths
        Files of spectra or of light curves, with one row per object, as :func:`clrseries.read_parquet` and
        :func:`clrseries.read_curves` take them.
    buffer : int
        Objects shuffled together, and held in memory at a time.

    Raises
    ------
    InputError
        A file is missing or cut short, holds no object, or has one row per point.
    """

    def __init__(self, paths: Sequence[str | Path], buffer: int = BUFFER) -> None:
        self.paths = [Path(path) for path in paths]
        self.buffer = buffer
        self.groups: list[RowGroup] = []
        for path in self.paths:
            about = of_complete_file(path, pq.read_metadata)
            rows = [about.row_group(k).num_rows for k in range(about.num_row_groups)]
            self.groups += [RowGroup(path, k, count) for k, count in enumerate(rows) if count]
        if not self.groups:
            raise InputError(f"{', '.join(map(str, self.paths))}: there are no objects")
        schema = pq.read_schema(self.paths[0])
        self.curves = "time" in schema.names
        if self.curves and not is_list(schema.field("time").type):
            raise located("must hold lists, one row per object, to be streamed", source=str(paths[0]), column="time")
        self.bands = self._bands() if self.curves else ()

    def __len__(self) -> int:
        return sum(group.rows for group in self.groups)

    def column(self, name: str) -> pa.ChunkedArray:
        """One column of all files that is not a list."""
        parts: list[Any] = []
        for path in self.paths:
            if name not in pq.read_schema(path).names:
                raise located(
                    f"is missing; there are {', '.join(pq.read_schema(path).names)}", source=str(path), column=name
                )
            parts += pq.read_table(path, columns=[name])[name].chunks
        return pa.chunked_array(parts)

    def first(self) -> Series:
        """The first objects, as many as the buffer holds."""
        return self._read(self._enough(list(range(len(self.groups))))[0])

    def chunks(self, seed: int, epoch: int, rank: int = 0, processes: int = 1) -> Iterator[Series]:
        """One process's share of an epoch, `buffer` objects at a time; it begins again when it is through.

        (So that every process can take as many batches as the others.)
        """
        order = np.random.default_rng((seed, epoch)).permutation(len(self.groups))
        own = [int(k) for k in order[rank::processes]]
        if not own:
            raise InputError(
                f"{len(self.groups)} row groups for {processes} processes: write smaller row groups, or use fewer processes"
            )
        while True:
            for some in self._enough(own):
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
        tables = [pq.ParquetFile(group.path).read_row_group(group.number) for group in chosen]
        table = pa.concat_tables(tables, promote_options="default")
        return read_curves(table, bands=self.bands) if self.curves else read_parquet(table, source=str(self.paths[0]))

    def _bands(self) -> tuple[str, ...]:
        found: set[str] = set()
        for group in self.groups:
            column = pq.ParquetFile(group.path).read_row_group(group.number, columns=["band"])["band"]
            found |= set(pc.unique(pc.list_flatten(column.combine_chunks())).to_pylist())
        return tuple(sorted(band for band in found if band is not None))
