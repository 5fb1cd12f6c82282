"""The parts that an archive is processed in: each is written as one file, and is done or not done."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from ..errors import InputError
from ..io.formats import LIGHT_CURVES, SPECTRA, format_of
from ..io.hats_catalogs import pixel_of
from ..io.sample_columns import holds_curves, needed_columns, row_per_object
from ..io.tables import from_whole_parquet
from .catalog import Catalog
from .decoded_size import decoded_bytes
from .fingerprint import Stamp, hash_of, stamp

SLAB_BYTES = 1 << 26  # that are read, processed and written together
PART_BYTES = 1 << 30  # of columns in memory, at most, unless one slab has more
PART_ROWS = 1 << 16  # objects of a part, at most
PART_FILES = 256  # files of a part that are read whole
MOST_OBJECT_BYTES = 1 << 28  # of one object; a file that claims more is not read
MOST_ROWS = 1 << 40  # of one file
READERS = 16  # threads that look into files
WAITING = 1024  # files that wait for one of them


class Span(NamedTuple):
    """Neighboring rows of one row group of a Parquet file.

    Parameters
    ----------
    group : int
        Number of the row group.
    first, last : int
        The rows from `first` to ``last - 1`` of the row group.
    slab_rows : int
        Number of rows that are read together.
    """

    group: int
    first: int
    last: int
    slab_rows: int


class Part(NamedTuple):
    """One part of an archive.

    Parameters
    ----------
    name : str
        Path of its file, relative to the output folder.
    files : tuple of str
        The files that it is read from, named as in the archive.
    paths : tuple of Path
        The same files.
    kind : {"spectra", "light curves"}
        What they hold.
    spans : tuple of Span
        Rows of a Parquet file; empty for files that are read whole.
    rows : int
        Number of objects; 0 if it is not known before reading.
    bytes : int
        Bytes of the columns that are read, in memory, or of the files.
    first_row : int
        Number of objects of the file before this part; they are the names of objects without one.
    made_of : str
        Hash of the files, as they are now, and of the rows.
    """

    name: str
    files: tuple[str, ...]
    paths: tuple[Path, ...]
    kind: str
    spans: tuple[Span, ...]
    rows: int
    bytes: int
    first_row: int
    made_of: str = ""


class Source(NamedTuple):
    """What one file of an archive holds, as far as its beginning and end tell.

    Parameters
    ----------
    stamp : Stamp
        Its size and hash.
    kind : str
        ``"spectra"`` or ``"light curves"``; empty for a file that cannot be read.
    spans : tuple of Span
        The row groups of a Parquet file with one row per object; empty for any other file.
    bytes : tuple of int
        Bytes of each, in memory.
    problem : str
        Why the file cannot be read.
    """

    stamp: Stamp
    kind: str
    spans: tuple[Span, ...]
    bytes: tuple[int, ...]
    problem: str = ""


def sources_of(catalog: Catalog) -> list[Source]:
    """Look into every file of an archive, without reading the samples.

    Parameters
    ----------
    catalog : Catalog
        The files.

    Returns
    -------
    list of Source
        One for each file.
    """
    found: list[Source] = []
    with ThreadPoolExecutor(READERS) as pool:
        for first in range(0, len(catalog.files), WAITING):  # a file that waits for its turn takes memory, too
            found += pool.map(_source, catalog.files[first : first + WAITING])
    return found


def parts_of(catalog: Catalog, sources: list[Source]) -> list[Part]:
    """Divide an archive into parts, always in the same way.

    Large Parquet files with one row per object are divided by their row groups, and long row groups into slices of rows. Other files
    are read whole, several small ones together.

    Parameters
    ----------
    catalog : Catalog
        The files.
    sources : list of Source
        What they hold; files that cannot be read have no part.

    Returns
    -------
    list of Part
        In the order of the files.
    """
    parts: list[Part] = []
    numbers = [number for number, source in enumerate(sources) if not source.problem]
    for streamed, some in groupby(numbers, lambda number: bool(sources[number].spans)):
        for files in [[number] for number in some] if streamed else _grouped(list(some), sources):
            parts += _parts_of_file(catalog, files[0], sources) if streamed else [_whole(catalog, files, sources)]
    counts: Counter[str] = Counter()  # of the files of a partition, which may itself be a folder of several files
    stamps = {catalog.name_of(number): source.stamp for number, source in enumerate(sources)}
    for number, part in enumerate(parts):
        made_of = hash_of([[[name, *stamps[name]] for name in part.files], part.spans, part.first_row])
        name = part.name.format(number=number, count=counts[part.name])
        parts[number] = part._replace(name=name, made_of=made_of)
        counts[part.name] += 1
    return parts


def _source(path: Path) -> Source:
    """Look into one file; whatever is wrong with it is told, and stops nothing."""
    try:
        size = stamp(path)
    except OSError as error:
        return Source(Stamp(0, ""), "", (), (), f"{path}: {error.strerror or error}")
    try:
        with path.open("rb") as file:
            is_parquet = file.read(4) == b"PAR1"
        found = _parquet(path, size) if is_parquet else None
        return found or Source(size, format_of(path).kind, (), (size.bytes,))
    except InputError as error:
        return Source(size, "", (), (), str(error))
    except Exception as error:  # damaged in a way that its reader does not know; the other files go on
        return Source(size, "", (), (), f"{path}: cannot be read ({type(error).__name__}: {error})")


def _parquet(path: Path, size: Stamp) -> Source | None:
    """Look into a Parquet file; None if it does not have one row per object."""
    about = from_whole_parquet(path, pq.read_metadata)
    schema = about.schema.to_arrow_schema()
    if not row_per_object(schema):
        return None
    wanted = set(needed_columns(schema))
    columns = [k for k in range(len(about.schema)) if about.schema.column(k).path.split(".")[0] in wanted]
    spans, counts, total = [], [], 0
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        rows = group.num_rows
        claimed = sum(decoded_bytes(group, k, about.schema) for k in columns)
        total += max(rows, 0)
        if rows < 0 or total > MOST_ROWS or claimed > max(rows, 1) * MOST_OBJECT_BYTES:
            raise InputError(f"{path}: row group {number} claims {rows} objects of {claimed} bytes; it is damaged")
        if rows:
            slab = int(min(max(SLAB_BYTES * rows // max(claimed, 1), 1), PART_ROWS))
            spans.append(Span(number, 0, rows, slab))
            counts.append(claimed)
    if not spans:
        raise InputError(f"{path}: there are no objects")
    return Source(size, LIGHT_CURVES if holds_curves(schema) else SPECTRA, tuple(spans), tuple(counts))


def _parts_of_file(catalog: Catalog, number: int, sources: list[Source]) -> list[Part]:
    """Divide a Parquet file with one row per object."""
    name, source = catalog.name_of(number), sources[number]
    pieces: list[tuple[list[Span], int, int, int]] = []  # spans, rows, bytes, first row
    spans: list[Span] = []
    rows, size, done = 0, 0.0, 0
    for whole, claimed in zip(source.spans, source.bytes, strict=True):
        mean = claimed / whole.last
        at = 0
        while at < whole.last:
            room = min(PART_ROWS - rows, int((PART_BYTES - size) / mean) if mean else PART_ROWS)
            if spans and room < min(whole.last - at, whole.slab_rows):
                pieces.append((spans, rows, int(size), done))
                done, spans, rows, size = done + rows, [], 0, 0.0
                continue
            room = max(room // whole.slab_rows, 1) * whole.slab_rows
            end = min(at + room, whole.last)
            spans.append(Span(whole.group, at, end, whole.slab_rows))
            rows, size, at = rows + end - at, size + (end - at) * mean, end
    pieces.append((spans, rows, int(size), done))
    path = catalog.files[number]
    return [
        Part(_folder(name) + "part-{count:05d}.parquet" if pixel_of(name) else "dataset/part-{number:06d}.parquet",
             (name,), (path,), source.kind, tuple(some), count, total, first)
        for some, count, total, first in pieces
    ]  # fmt: skip


def _folder(name: str) -> str:
    """Return the folder of the parts of one partition of a HATS catalog."""
    order, pixel = pixel_of(name) or (0, 0)
    return f"dataset/Norder={order}/Dir={pixel // 10000 * 10000}/Npix={pixel}/"


def _grouped(numbers: list[int], sources: list[Source]) -> list[list[int]]:
    """Divide files that are read whole; those of a group hold the same kind of data."""
    groups: list[list[int]] = []
    size, kind = 0, ""
    for number in numbers:
        source = sources[number]
        if (
            not groups
            or len(groups[-1]) == PART_FILES
            or size + source.bytes[0] > SLAB_BYTES
            or source.kind != kind
            or number != groups[-1][-1] + 1
        ):
            groups.append([])
            size, kind = 0, source.kind
        groups[-1].append(number)
        size += source.bytes[0]
    return groups


def _whole(catalog: Catalog, numbers: list[int], sources: list[Source]) -> Part:
    names = tuple(catalog.name_of(number) for number in numbers)
    paths = tuple(catalog.files[number] for number in numbers)
    size = sum(sources[number].bytes[0] for number in numbers)
    return Part("dataset/part-{number:06d}.parquet", names, paths, sources[numbers[0]].kind, (), 0, size, 0)
