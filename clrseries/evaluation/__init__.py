"""How good is a representation: retrieval, nearest neighbours, linear probes, and honest baselines."""

from .baselines import continuum_pixels, median_pixels, pca
from .probe import probe_classes, probe_values
from .retrieval import Retrieval, retrieve

__all__ = [
    "Retrieval",
    "continuum_pixels",
    "median_pixels",
    "pca",
    "probe_classes",
    "probe_values",
    "retrieve",
]
