"""Reading of arrays of any library: their values, their unit and which of them are missing."""

from .plain import Plain, numbers, plain, texts
from .rows import in_unit, rows_of
from .unit import unit_of

__all__ = ["Plain", "in_unit", "numbers", "plain", "rows_of", "texts", "unit_of"]
