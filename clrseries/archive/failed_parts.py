"""Why parts have no file: kept until the end of a run, and beyond the first megabyte not in memory."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import SpooledTemporaryFile

from .slabs import Lost

IN_MEMORY = 1 << 20  # bytes


class FailedParts:
    """Why parts have no file, by the names of the parts.

    Parameters
    ----------
    folder : Path
        Where what is too long for the memory is kept, in a file without a name, which goes with the process.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries.archive.slabs import Lost
    >>> failed = FailedParts(Path(tempfile.mkdtemp()))
    >>> failed.add([Lost("part-000001.parquet", "stars.csv", None, "cannot be read")])
    >>> failed.of("part-000001.parquet")[0].reason, failed.of("part-000000.parquet")
    ('cannot be read', [])
    >>> failed.close()
    """

    def __init__(self, folder: Path) -> None:
        self._lines = SpooledTemporaryFile(IN_MEMORY, dir=str(folder))
        self._begins: dict[str, int] = {}

    def add(self, lost: list[Lost]) -> None:
        """Keep why a part has no file.

        Parameters
        ----------
        lost : list of Lost
            At least one, all of the same part.
        """
        self._begins[lost[0].part] = self._lines.seek(0, 2)
        self._lines.write(json.dumps(lost).encode() + b"\n")

    def of(self, name: str) -> list[Lost]:
        """Return why a part has no file.

        Parameters
        ----------
        name : str
            Name of the part.

        Returns
        -------
        list of Lost
            Empty for another part.
        """
        if name not in self._begins:
            return []
        self._lines.seek(self._begins[name])
        return [Lost(*one) for one in json.loads(self._lines.readline())]

    def close(self) -> None:
        """Forget all of it."""
        self._lines.close()
