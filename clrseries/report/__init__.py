"""Self-contained pages of figures and tables."""

from .page import html_table, write_file, write_page
from .views import plot_views

__all__ = ["html_table", "plot_views", "write_file", "write_page"]
