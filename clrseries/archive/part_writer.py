"""Writing of the file of one part, under a temporary name until it is complete."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import InputError
from ..series.joined_tables import is_list
from .manifest import Done
from .slabs import Lost

LOST = b"clrseries.lost"  # metadata of a part: what is not in it, and why
MADE_OF = b"clrseries.made_of"  # what it was made of
UNFINISHED = ".unfinished."  # how temporary names begin


class PartWriter:
    """Writer of the file of one part.

    Parameters
    ----------
    folder : Path
        The output folder.
    name : str
        Name of the part.
    own : bool
        Whether the temporary name is this writer's own, for a part that two processes may write at the same time.

    Raises
    ------
    OSError
        The file cannot be written; :meth:`abandon` removes what there is of it.
    """

    def __init__(self, folder: Path, name: str, own: bool = False) -> None:
        self.name = name
        self.path = folder / name
        self.temporary = self.path.with_name(UNFINISHED + (f"{uuid4().hex}." if own else "") + self.path.name)
        self.lost: list[Lost] = []
        self.made_of = ""
        self.rows = 0
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Append rows.

        Parameters
        ----------
        table : pyarrow.Table
            The rows; the first table sets the columns and their types.
        """
        if self._writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            floats = [field.name for field in table.schema if _holds_floats(field.type)]
            self._writer = pq.ParquetWriter(
                self.temporary,
                table.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[field.name for field in table.schema if field.name not in floats],
                write_statistics=[field.name for field in table.schema if field.name not in floats],
                write_page_checksum=True,
                store_schema=True,
            )
        self._writer.write_table(_as(table, self._writer.schema, self.name))
        self.rows += table.num_rows

    def finish(self) -> Done | None:
        """Complete the file and give it its name.

        Returns
        -------
        Done or None
            None if there were no rows; then there is no file.
        """
        if self._writer is None:
            return None
        told = {LOST.decode(): json.dumps([one[1:] for one in self.lost]), MADE_OF.decode(): self.made_of}
        self._writer.add_key_value_metadata(told)
        self._writer.close()
        with self.temporary.open("rb+") as file:
            os.fsync(file.fileno())  # complete on the disk before it has its name, whatever happens to the machine
        self.temporary.replace(self.path)
        _sync_folder(self.path.parent)
        return Done(self.name, self.rows, len(self.lost))

    def abandon(self) -> None:
        """Remove what there is of the file."""
        if self._writer is not None:
            with suppress(Exception):  # it may be unable to write its end; the file goes anyway
                self._writer.close()
        with suppress(OSError):
            self.temporary.unlink(missing_ok=True)


def finished_part(folder: Path, name: str) -> Done | None:
    """Return what an earlier run has written of a part.

    Parameters
    ----------
    folder : Path
        The output folder.
    name : str
        Name of the part.

    Returns
    -------
    Done or None
        None if the part is not complete.

    Raises
    ------
    InputError
        The file is damaged.
    """
    if not (folder / name).is_file():
        return None
    rows, lost, _ = read_footer(folder / name)
    return Done(name, rows, len(lost))


def lost_of(folder: Path, name: str) -> list[Lost]:
    """Return what is not in a part that is complete.

    Parameters
    ----------
    folder : Path
        The output folder.
    name : str
        Name of the part.

    Returns
    -------
    list of Lost
        From the end of its file.

    Raises
    ------
    InputError
        The file is damaged.
    """
    return [Lost(name, *one) for one in read_footer(folder / name)[1]]


def read_footer(path: Path) -> tuple[int, list[tuple[str, str | None, str]], str]:
    """Return what the end of the file of a part says.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    int, list of tuple of str, str
        Its number of rows, what is not in it (file, object and reason), and what it was made of.

    Raises
    ------
    InputError
        The file is damaged.
    """
    try:
        about = pq.read_metadata(path)
        told = about.metadata or {}
        rows = json.loads(told.get(LOST, b"[]"))
        lost = [(str(file), None if row is None else str(row), str(reason)) for file, row, reason in rows]
        return about.num_rows, lost, told.get(MADE_OF, b"").decode()
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: is damaged ({str(error).splitlines()[0]}); remove it, and run the command again"
        ) from error


def remove_unfinished(folder: Path) -> None:
    """Remove the files that a run which was killed has left unfinished.

    Parameters
    ----------
    folder : Path
        The output folder, whose lock this process holds.
    """
    for path in (folder / "dataset").rglob(f"{UNFINISHED}*.parquet"):
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every file system lets a folder be opened
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _holds_floats(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind.value_type if is_list(kind) else kind)


def _as(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """Return a table with the columns of the first one of its part."""
    if table.schema.equals(schema):
        return table
    try:
        columns = [
            table[field.name].cast(field.type)
            if field.name in table.column_names
            else pa.nulls(table.num_rows, field.type)
            for field in schema
        ]
    except pa.ArrowException as error:
        raise InputError(f"{name}: its columns change their types ({str(error).splitlines()[0]})") from error
    return pa.table(columns, schema=schema)
