"""Code shared by the forward models of spectra and of light curves: distributions, steps, compositions and backends."""

from .composition import Composition
from .distributions import Choice, Empirical, Joint, LogUniform, Normal, TruncatedNormal, Uniform, Value
from .step import Step

__all__ = [
    "Choice",
    "Composition",
    "Empirical",
    "Joint",
    "LogUniform",
    "Normal",
    "Step",
    "TruncatedNormal",
    "Uniform",
    "Value",
]
