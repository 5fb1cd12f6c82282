"""How good is a representation: retrieval, nearest neighbours, linear probes, and honest baselines."""

from .baselines import continuum_pixels, median_pixels, pca
from .cross_correlation import flattened, redshifts_by_template
from .geometry import alignment, collapse, geometry, rank_me, uniformity
from .probe import probe_classes, probe_values
from .retrieval import Retrieval, retrieve
from .scores import calibration_error, class_scores, redshift_scores, value_scores

__all__ = [
    "Retrieval",
    "alignment",
    "calibration_error",
    "class_scores",
    "collapse",
    "continuum_pixels",
    "flattened",
    "geometry",
    "median_pixels",
    "pca",
    "probe_classes",
    "probe_values",
    "rank_me",
    "redshift_scores",
    "redshifts_by_template",
    "retrieve",
    "uniformity",
    "value_scores",
]
