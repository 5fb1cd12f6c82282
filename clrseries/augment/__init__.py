"""Code shared by the forward models of spectra and of light curves: distributions, steps, compositions and backends."""

from .composition import Composition
from .distributions import Choice, Empirical, LogUniform, Normal, TruncatedNormal, Uniform, Value
from .step import Step

__all__ = [
    "Choice",
    "Composition",
    "Empirical",
    "LogUniform",
    "Normal",
    "Step",
    "TruncatedNormal",
    "Uniform",
    "Value",
]
