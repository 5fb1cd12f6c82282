"""Numbers about embeddings: retrieval, nearest neighbors, linear probes, and features without learning to compare with."""

from .across import retrieve_across
from .anomalies import Anomalies, anomalies, anomaly_scores, injected_auc
from .cross_correlation import flattened, redshifts_by_template, template_correlations
from .early import early_scores
from .erasure import Erasure, erasure
from .few_labels import balanced_scores, few_label_scores, scores_of_splits
from .geometry import alignment, collapse, geometry, iso_score, mean_cosine, rank_me, uniformity
from .invariance import Sweep, invariance_curves
from .leaks import Duplicates, duplicates, leaks
from .light_curve_baselines import feature_classifiers, light_curve_features
from .mislabels import Suspects, suspected_mislabels
from .neighborhoods import hubness, neighborhood_overlap
from .next_labels import NextLabels, next_labels
from .nuisance import predictability, variance_explained
from .occlusion import Occlusion, occlusion
from .probe import probe_classes, probe_values
from .retrieval import Retrieval, centered, retrieve, unit
from .scores import calibration_error, class_scores, redshift_scores, residual_scores, value_scores
from .search import Index
from .separation import separation
from .spectrum_baselines import continuum_pixels, median_pixels, pca, shifted_retrieval
from .splits import Split, few_label_splits, groups_of, label_budgets, labeled_rows, row_splits
from .umap_points import umap_points

__all__ = [
    "Anomalies",
    "Duplicates",
    "Erasure",
    "Index",
    "NextLabels",
    "Occlusion",
    "Retrieval",
    "Split",
    "Suspects",
    "Sweep",
    "alignment",
    "anomalies",
    "anomaly_scores",
    "balanced_scores",
    "calibration_error",
    "centered",
    "class_scores",
    "collapse",
    "continuum_pixels",
    "duplicates",
    "early_scores",
    "erasure",
    "feature_classifiers",
    "few_label_scores",
    "few_label_splits",
    "flattened",
    "geometry",
    "groups_of",
    "hubness",
    "injected_auc",
    "invariance_curves",
    "iso_score",
    "label_budgets",
    "labeled_rows",
    "leaks",
    "light_curve_features",
    "mean_cosine",
    "median_pixels",
    "neighborhood_overlap",
    "next_labels",
    "occlusion",
    "pca",
    "predictability",
    "probe_classes",
    "probe_values",
    "rank_me",
    "redshift_scores",
    "redshifts_by_template",
    "residual_scores",
    "retrieve",
    "retrieve_across",
    "row_splits",
    "scores_of_splits",
    "separation",
    "shifted_retrieval",
    "suspected_mislabels",
    "template_correlations",
    "umap_points",
    "uniformity",
    "unit",
    "value_scores",
    "variance_explained",
]
