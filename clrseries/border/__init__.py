"""Reading of arrays of any library: their values, their unit and which of them are missing."""

from .plain import Plain, floating, numbers, plain, texts
from .rows import Rows, holds_rows, in_unit, rows_of
from .unit import unit_of

__all__ = ["Plain", "Rows", "floating", "holds_rows", "in_unit", "numbers", "plain", "rows_of", "texts", "unit_of"]
