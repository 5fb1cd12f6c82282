"""Numbers about embeddings: retrieval, nearest neighbors, linear probes, and features without learning to compare with."""

from .cross_correlation import flattened, redshifts_by_template
from .few_labels import balanced_scores, labeled_rows
from .geometry import alignment, collapse, geometry, rank_me, uniformity
from .light_curve_baselines import feature_classifiers, light_curve_features
from .probe import probe_classes, probe_values
from .retrieval import Retrieval, centered, retrieve, unit
from .scores import calibration_error, class_scores, redshift_scores, value_scores
from .spectrum_baselines import continuum_pixels, median_pixels, pca, shifted_retrieval
from .umap_points import umap_points

__all__ = [
    "Retrieval",
    "alignment",
    "balanced_scores",
    "calibration_error",
    "centered",
    "class_scores",
    "collapse",
    "continuum_pixels",
    "feature_classifiers",
    "flattened",
    "geometry",
    "labeled_rows",
    "light_curve_features",
    "median_pixels",
    "pca",
    "probe_classes",
    "probe_values",
    "rank_me",
    "redshift_scores",
    "redshifts_by_template",
    "retrieve",
    "shifted_retrieval",
    "umap_points",
    "uniformity",
    "unit",
    "value_scores",
]
