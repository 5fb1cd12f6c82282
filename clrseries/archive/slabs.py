"""Reading of the parts of an archive, a few thousand objects at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..augment.threads import available_cores
from ..datasets.open import read_file
from ..errors import InputError
from ..io.any_table import series_of_table
from ..io.long_tables import id_column
from ..io.many_files import MANY, read_many, with_all_bands
from ..io.sample_columns import flat, needed_columns, sample_column
from ..series import Series
from ..series.concatenate import joined
from ..series.table import REPETITION, without_column
from .decoded_size import rows_within, text_columns
from .isolate import isolated
from .parts import MOST_OBJECT_BYTES, SLAB_BYTES, Part, Span

BUFFER = 1 << 20  # bytes of a column that are read from the disk together
PROCESSES = 4  # that read many files, at most
ROW = "clrseries row"  # column with the numbers of the rows, while a table becomes a Series


class Lost(NamedTuple):
    """Something of an archive that is not in the output, and why.

    Parameters
    ----------
    part : str
        Name of the part; empty for a file that belongs to none.
    file : str
        Name of the file in the archive.
    object_id : str or None
        Name of the object; None for a whole file or row group.
    reason : str
        What is wrong.
    """

    part: str
    file: str
    object_id: str | None
    reason: str


class Slab(NamedTuple):
    """Objects of one part that are read together.

    Parameters
    ----------
    part : Part
        The part.
    series : Series or None
        The objects that can be used; None if there are none.
    lost : list of Lost
        The others, and what could not be read.
    rows, bytes : int
        Number of objects, and of bytes, of the archive that are done with it.
    last : bool
        Whether it is the last one of its part.
    """

    part: Part
    series: Series | None
    lost: list[Lost]
    rows: int
    bytes: int
    last: bool


def slabs(parts: Iterable[Part], medium: str | None = None) -> Iterator[Slab]:
    """Read parts one after the other.

    Parameters
    ----------
    parts : iterable of Part
        The parts.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in; default what a file says.

    Yields
    ------
    Slab
        At least one for each part; whatever cannot be read is told in it.
    """
    rows = _Rows()
    for part in parts:
        yield from _of_rows(part, rows, medium) if part.spans else [_of_files(part, medium)]


class _Rows:
    """Reader of spans of Parquet files that goes on where the last one ended."""

    def __init__(self) -> None:
        self.at: tuple[Path, int, int] | None = None
        self.batches: Iterator[pa.RecordBatch] = iter(())
        self.rest: pa.Table | None = None
        self.nested: str | None = None
        self.schema = pa.schema([])

    def tables(self, path: Path, span: Span) -> Iterator[pa.Table]:
        """Yield the rows of a span, `slab_rows` at a time."""
        if self.at != (path, span.group, span.first):
            about = pq.read_metadata(path)
            whole = about.schema.to_arrow_schema()
            names, self.nested = needed_columns(whole), sample_column(whole)
            self.schema = pa.schema([whole.field(name) for name in names])
            file = pq.ParquetFile(
                path,
                metadata=about,
                buffer_size=BUFFER,
                pre_buffer=False,
                page_checksum_verification=True,
                read_dictionary=text_columns(about.schema),
            )
            self.batches = file.iter_batches(span.slab_rows, row_groups=[span.group], columns=names)
            self.rest = None
            self._skip(span.first)
        self.at = None  # unless all goes well
        at = span.first
        while at < span.last:
            table = self._next(min(span.slab_rows, span.last - at))
            table.validate(full=True)  # nothing else looks at text and offsets before they are used
            at += table.num_rows
            yield table.cast(self.schema)
        self.at = (path, span.group, span.last)

    def _skip(self, rows: int) -> None:
        while rows:
            rows -= self._next(rows).num_rows

    def _next(self, rows: int) -> pa.Table:
        """Return at most this number of rows."""
        table = self.rest
        if table is None or not table.num_rows:
            found = next(self.batches, None)
            if found is None:
                raise pa.ArrowInvalid("the row group has fewer rows than the file says")
            table = pa.Table.from_batches([found])
        rows = rows_within(table.slice(0, rows), SLAB_BYTES, MOST_OBJECT_BYTES)
        self.rest = table.slice(rows)
        return table.slice(0, rows)


def _of_rows(part: Part, reader: _Rows, medium: str | None) -> Iterator[Slab]:
    """Read a part of a Parquet file; small row groups are joined."""
    waiting: list[pa.Table] = []
    lost: list[Lost] = []
    mean = part.bytes / max(part.rows, 1)
    done, first, read = 0, part.first_row, 0
    for span in part.spans:
        began = read
        try:
            for table in reader.tables(part.paths[0], span):
                waiting.append(table)
                read += table.num_rows
                full = sum(one.nbytes for one in waiting) >= SLAB_BYTES / 2
                if full and read < part.rows:
                    yield _slab(part, waiting, reader.nested, first, lost, read - done, mean, medium)
                    waiting, lost, first, done = [], [], part.first_row + read, read
        except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
            at, end = span.first + read - began, span.last
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            lost.append(
                Lost(part.name, part.files[0], None, f"row group {span.group}, rows {at} to {end - 1}: {reason}")
            )
            read = began + span.last - span.first
            if waiting:  # the names of objects without one are the numbers of their rows
                yield _slab(part, waiting, reader.nested, first, lost, read - done, mean, medium)
            waiting, lost, first, done = [], [] if waiting else lost, part.first_row + read, read if waiting else done
    yield _slab(part, waiting, reader.nested, first, lost, read - done, mean, medium)._replace(last=True)


def _slab(
    part: Part,
    tables: list[pa.Table],
    nested: str | None,
    first: int,
    lost: list[Lost],
    rows: int,
    mean: float,
    medium: str | None,
) -> Slab:
    """Return the objects of tables as a slab."""
    if not tables:
        return Slab(part, None, lost, rows, int(rows * mean), False)
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables).combine_chunks()
    try:
        series, bad = read_rows(flat(table, nested, part.files[0]), first, medium, part.files[0])
    except InputError as error:
        return Slab(
            part, None, [*lost, Lost(part.name, part.files[0], None, str(error))], rows, int(rows * mean), False
        )
    named = [Lost(part.name, part.files[0], name, reason) for name, reason in bad]
    return Slab(part, series, [*lost, *named], rows, int(rows * mean), False)


def read_rows(
    table: pa.Table, first: int = 0, medium: str | None = None, source: str = "table"
) -> tuple[Series | None, list[tuple[str, str]]]:
    """Read the objects of a table with one row per object; those that cannot be used are named and stop nothing.

    Parameters
    ----------
    table : pyarrow.Table
        As :func:`clrseries.io.sample_columns.flat` returns it.
    first : int
        Number of the first row; objects without a name are called by the number of their row.
    medium : {"vacuum", "air"}, optional
        What wavelengths are measured in.
    source : str
        File, for errors.

    Returns
    -------
    Series or None, list of tuple of str
        The objects that can be used, and name and reason for the others.

    Raises
    ------
    InputError
        Two columns have the same name.
    """
    name = id_column(table.column_names, "object_id", source)
    if name is None:
        names = pa.array([str(first + row) for row in range(table.num_rows)], pa.string())
        name, table = "object_id", table.append_column("object_id", names)
    own_repetition = REPETITION in table.column_names
    table = table.append_column(ROW, pa.array(np.arange(table.num_rows)))

    def attempt(begin: int, end: int) -> Series:
        rows = table if (begin, end) == (0, table.num_rows) else table.slice(begin, end - begin)
        try:
            return series_of_table(rows, medium=medium or "vacuum", source=source)
        except InputError:
            raise
        except Exception as error:  # whatever damaged values do to the reader, the other objects go on
            raise InputError(f"{source}: cannot be read ({type(error).__name__}: {error})") from error

    pieces, reasons = isolated(table.num_rows, attempt)
    if pieces:
        found = [piece.found for piece in pieces]
        whole = found[0] if len(found) == 1 else joined(with_all_bands(found))
        lost_rows = np.setdiff1d(np.arange(table.num_rows), whole.table[ROW].to_numpy()).tolist()
        why = next((reason for reason in whole.dropped if reason.startswith("object:")), "object: has no usable sample")
        reasons = {row: reasons.get(row, why.removeprefix("object: ")) for row in lost_rows}
        clean = whole.table.drop_columns([ROW])
        clean = clean if own_repetition else without_column(clean, REPETITION)
        series: Series | None = replace(whole, table=clean)
    else:
        series = None
    ids = table[name]
    return series, [(str(ids[row].as_py()), reason) for row, reason in sorted(reasons.items())]


def _of_files(part: Part, medium: str | None) -> Slab:
    """Read files that are read whole."""
    read = partial(read_file, medium=medium)
    names = {str(path): name for path, name in zip(part.paths, part.files, strict=True)}
    processes = min(available_cores(), PROCESSES) if len(part.paths) >= MANY else 1
    try:
        series: Series | None = read_many(part.paths, read, processes=processes)
        failed = [] if series is None else series.failed.to_pylist()
    except Exception:  # one by one, to name each of them
        series, failed = _one_by_one(part, read)
    lost = [Lost(part.name, names.get(one["file"], one["file"]), None, one["reason"]) for one in failed]
    dropped = {} if series is None else series.dropped
    for reason, count in dropped.items():
        if reason.startswith("object:"):
            lost.append(Lost(part.name, part.files[0], None, f"{count} x {reason}"))
    return Slab(part, series, lost, 0 if series is None else len(series), part.bytes, True)


def _one_by_one(part: Part, read: partial[Series]) -> tuple[Series | None, list[dict[str, str]]]:
    found: list[Series] = []
    failed = []
    for path in part.paths:
        try:
            found.append(read(path))
        except Exception as error:  # whatever a damaged file does to its reader, the others go on
            told = str(error) if isinstance(error, InputError) else f"{path}: {type(error).__name__}: {error}"
            failed.append({"file": str(path), "reason": (told.splitlines() or [""])[0]})
    return (joined(with_all_bands(found)) if found else None), failed
