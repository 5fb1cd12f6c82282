"""Pictures of what answers hang on, for a page."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import InputError, require
from ..series import Series
from .object_axes import plot_occlusion

if TYPE_CHECKING:
    from ..evaluation.occlusion import Occlusion

SIZE = (6.0, 3.2)  # [inch]
DPI = 110


def occlusion_pictures(series: Series, found: Sequence[tuple[int, Occlusion]]) -> str:
    """Draw what the answers for a few objects hang on, as pictures within the page.

    Parameters
    ----------
    series : Series
        The objects.
    found : sequence of (int, Occlusion)
        Rows of `series`, and what was found for them.

    Returns
    -------
    str
        HTML; a line of text if matplotlib is not installed.
    """
    try:
        figures = require("matplotlib.figure", extra="report", purpose="a figure")
    except InputError as error:
        return f"<p>{html.escape(str(error))}</p>"
    pictures = []
    for row, one in found:
        figure = figures.Figure(figsize=SIZE, layout="constrained")
        plot_occlusion(series, one, row, figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=DPI)
        data = base64.b64encode(file.getvalue()).decode()
        about = html.escape(f"{one.object_id}, each sample colored by how {one.answer} changes without it", quote=True)
        pictures.append(f'<img src="data:image/png;base64,{data}" alt="{about}">')
    return f'<div class="pictures">{"".join(pictures)}</div>'
