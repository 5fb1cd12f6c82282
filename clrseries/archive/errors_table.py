"""The table ``errors.parquet`` of an output folder: what could not be processed, and why."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import InputError
from ..files import replacing
from .slabs import Lost

NAME = "errors.parquet"
SCHEMA = pa.schema([(name, pa.string()) for name in Lost._fields])


def write_errors(folder: Path, lost: Iterable[list[Lost]]) -> int:
    """Write what could not be processed.

    Parameters
    ----------
    folder : Path
        The output folder.
    lost : iterable of list of Lost
        Part by part.

    Returns
    -------
    int
        Number of rows; if there are none, there is no file.
    """
    path, count = folder / NAME, 0
    with replacing(path) as temporary:
        with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
            for some in lost:
                if some:
                    writer.write_table(pa.Table.from_pylist([one._asdict() for one in some], schema=SCHEMA))
                    count += len(some)
    if not count:
        path.unlink(missing_ok=True)
    return count


def files_named(folder: Path) -> set[str]:
    """Return the files of an archive that the table of errors names.

    Parameters
    ----------
    folder : Path
        The output folder.

    Returns
    -------
    set of str
        Names of files; empty if there is no table.

    Raises
    ------
    InputError
        The table cannot be read.
    """
    if not (folder / NAME).is_file():
        return set()
    names: set[str] = set()
    try:
        with pq.ParquetFile(folder / NAME) as table:
            for batch in table.iter_batches(columns=["file"]):
                names.update(batch.column(0).unique().to_pylist())
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{folder / NAME}: is damaged ({str(error).splitlines()[0]}); remove it") from error
    return names - {"", None}
