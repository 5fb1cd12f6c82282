"""Data by name or by path, as the command line gives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..io.parquet import read_parquet
from ..series import Series, concatenate
from .stellar import miles, stelib

NAMED = {"miles": miles, "stelib": stelib}


def open_series(data: str | Path | Series | Sequence[str | Path | Series]) -> Series:
    """One batch from Parquet files, the names ``"miles"`` and ``"stelib"``, or Series; several are joined."""
    parts = [_open(part) for part in ([data] if isinstance(data, str | Path | Series) else data)]
    return parts[0] if len(parts) == 1 else concatenate(parts)


def _open(part: str | Path | Series) -> Series:
    if isinstance(part, Series):
        return part
    return NAMED[str(part)]() if str(part) in NAMED else read_parquet(part)
