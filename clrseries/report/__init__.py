"""Self-contained pages of figures and tables, and figures for papers."""

from .object_axes import plot_map, plot_occlusion
from .page import html_table, write_file, write_page
from .score_axes import plot_early, plot_few_labels, plot_invariance, plot_nuisance
from .views import plot_views

__all__ = [
    "html_table",
    "plot_early",
    "plot_few_labels",
    "plot_invariance",
    "plot_map",
    "plot_nuisance",
    "plot_occlusion",
    "plot_views",
    "write_file",
    "write_page",
]
