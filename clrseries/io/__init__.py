"""Files in and out; a reader only reads."""

from .parquet import read_parquet, write_parquet

__all__ = ["read_parquet", "write_parquet"]
