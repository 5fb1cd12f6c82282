"""Reading and writing; a reader only reads."""

from .curves import read_curves, write_curves
from .missions import read_kepler
from .parquet import read_parquet, write_parquet
from .supernovae import read_osc, read_snana, read_ztf

__all__ = [
    "read_curves",
    "read_kepler",
    "read_osc",
    "read_parquet",
    "read_snana",
    "read_ztf",
    "write_curves",
    "write_parquet",
]
