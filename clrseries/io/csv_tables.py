"""Reading of text tables with a header: CSV, TSV, and columns separated by semicolons, bars or blanks."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".tbl")
COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}
HEAD = 1 << 16  # bytes that tell encoding and delimiter
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "none", "-", "--", "#N/A", "<NA>", "NaT"]
WHOLE = r"^[+-]?(0|[1-9][0-9]*)$"  # no leading zeros: 007 is a name
REAL = (
    r"^\s*[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$|^\s*[+-]?(inf|Inf|INF|infinity|Infinity)\s*$"
)
INVALID_ROWS = b"invalid_rows"  # in the metadata of the table: rows with another number of values than the header


class _Form(NamedTuple):
    compression: str | None
    encoding: str
    delimiter: str  # " " stands for any number of blanks
    names: list[str]
    skip: int  # lines before the first row


def is_text_table(path: str | Path) -> bool:
    """Return whether the name of a file is that of a text table, which may be compressed.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    bool
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    if suffixes and suffixes[-1] in (".gz", ".bz2", ".zst", ".lz4"):
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in SUFFIXES


def read_csv(path: str | Path, text: Collection[str] = ()) -> pa.Table:
    """Read a text table with a header.

    The delimiter (comma, tab, semicolon, bar or blanks), the encoding (UTF-8, UTF-16 or Latin-1) and the compression (gzip, bz2,
    zstd) are recognized. A column is one of numbers if all its values are numbers as one writes them; "007", and integers beyond
    64 bits, stay text exactly as written. Lines that begin with ``#`` are comments; the last one before the first row may hold the
    header.

    Parameters
    ----------
    path : path
        The file.
    text : collection of str
        Names of columns that are text, whatever they hold and whatever their case.

    Returns
    -------
    pyarrow.Table
        The metadata count, as ``invalid_rows``, the rows with another number of values than the header, which are left out.

    Raises
    ------
    InputError
        The file is missing, or is not a table.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "stars.csv"
    >>> size = path.write_text(chr(10).join(["star,z", "007,0.1", "7,"]))
    >>> read_csv(path).to_pydict()
    {'star': ['007', '7'], 'z': [0.1, None]}
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        form = _form_of(Path(path))
        table, invalid = _read_text(Path(path), form)
    except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
        raise InputError(
            f"{path}: not a CSV table ({str(error).splitlines()[0] if str(error) else error!r})"
        ) from error
    twice = sorted({name for name in form.names if form.names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: has two columns named {twice[0]!r}: rename one")
    written = {name.lower() for name in text}
    columns = [
        pc.utf8_trim_whitespace(column) if name.lower() in written else _typed(column)
        for name, column in zip(form.names, table.columns, strict=True)
    ]
    return pa.table(columns, names=form.names, metadata={INVALID_ROWS: str(invalid)} if invalid else None)


def csv_names(path: str | Path) -> list[str]:
    """Read the header of a text table.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    list of str
        Names of the columns.

    Raises
    ------
    InputError
        The file is missing, or has no header.
    """
    try:
        return _form_of(Path(path)).names
    except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
        raise InputError(f"{path}: not a CSV table ({error})") from error


def _form_of(path: Path) -> _Form:
    with path.open("rb") as file:
        magic = file.read(4)
    compression = next((name for start, name in COMPRESSED.items() if magic.startswith(start)), None)
    with pa.input_stream(str(path), compression=compression) as stream:
        head = stream.read(HEAD)
    encoding = _encoding_of(head)
    lines = head.decode(encoding, "replace").lstrip("\ufeff").splitlines()
    if b"\0" in head and "16" not in encoding:
        raise InputError(f"{path}: not a CSV table: it holds binary data")
    first = next((k for k, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if first is None:
        raise InputError(f"{path}: not a CSV table: it is empty")
    header, skip = lines[first], first + 1
    comments = [line for line in lines[:first] if line.startswith("#")]
    delimiter = _delimiter_of(header)
    if comments and all(re.match(REAL, word) for word in _split(header, delimiter)):
        header, skip = comments[-1].lstrip("#").strip(), first
        delimiter = _delimiter_of(header) if _delimiter_of(header) == delimiter else delimiter
    values = next((line for line in lines[skip:] if line.strip() and not line.startswith("#")), "")
    joined = re.sub(r"\s+(?=[\[(])", "", header)  # a unit in brackets belongs to the name before it
    if delimiter == " " and len(joined.split()) == len(values.split()):
        header = joined
    names = [name.strip() for name in _split(header, delimiter)]
    return _Form(compression, encoding, delimiter, names, skip)


def _encoding_of(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _delimiter_of(header: str) -> str:
    return next((mark for mark in (",", "\t", ";", "|") if mark in header), " ")


def _split(line: str, delimiter: str) -> list[str]:
    import csv

    if delimiter == " ":
        return line.split()
    return next(csv.reader([line], delimiter=delimiter), [])


def _read_text(path: Path, form: _Form) -> tuple[pa.Table, int]:
    """Read all columns as text, and count the rows that do not fit the header."""
    from pyarrow import csv

    invalid: list[Any] = []

    def leave_out(row: Any) -> str:
        invalid.append(row)
        return "skip"

    width = len(form.names)
    own = [str(number) for number in range(width)]
    with pa.input_stream(str(path), compression=form.compression) as stream:
        source: Any = stream
        if form.delimiter == " " or form.encoding == "utf-16" or form.skip > 1:
            # Arrow separates by one character, and does not skip comments: rewrite the text first.
            text = _decoded(stream.read(), form.encoding).lstrip("\ufeff")
            lines = [line for line in text.splitlines()[form.skip :] if line.strip() and not line.startswith("#")]
            lines = ["\t".join(line.split()) for line in lines] if form.delimiter == " " else lines
            source, skip, encoding = pa.BufferReader("\n".join(lines).encode()), 0, "utf-8"
            if not lines:
                return pa.table({name: pa.array([], pa.string()) for name in own}), 0
        else:
            skip, encoding = form.skip, form.encoding
        try:
            table = csv.read_csv(
                source,
                csv.ReadOptions(column_names=own, skip_rows=skip, encoding=encoding),
                csv.ParseOptions(
                    delimiter="\t" if form.delimiter == " " else form.delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=leave_out,
                ),
                csv.ConvertOptions(column_types=dict.fromkeys(own, pa.string()), strings_can_be_null=False),
            )
        except pa.ArrowInvalid as error:
            if "invalid UTF8" in str(error) and form.encoding == "utf-8":  # beyond the first bytes
                return _read_text(path, form._replace(encoding="latin-1"))
            if "Empty CSV" in str(error) or "Could not skip" in str(error):  # a header without rows
                return pa.table({name: pa.array([], pa.string()) for name in own}), 0
            raise
    return table, len(invalid)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:  # a byte of another encoding, beyond the first ones
        return data.decode("latin-1")


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert a column of text to whole numbers, numbers or truth values, if all its values are such."""
    missing = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(MISSING))
    known = pc.filter(column, pc.invert(missing))
    if len(known) == 0:
        return column
    bare = pc.if_else(missing, pa.scalar(None, pa.string()), pc.utf8_trim_whitespace(column))
    try:
        if pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(known), WHOLE)).as_py():
            return pc.cast(pc.utf8_ltrim(bare, "+"), pa.int64())
        if pc.all(pc.match_substring_regex(known, REAL)).as_py():
            return pc.cast(pc.utf8_ltrim(bare, "+"), pa.float64())
        if pc.all(pc.is_in(pc.utf8_lower(known), pa.array(["true", "false"]))).as_py():
            return pc.cast(pc.utf8_lower(bare), pa.bool_())
    except pa.ArrowInvalid:
        return column  # whole numbers beyond 64 bits are names
    return column
