"""An interactive map of embeddings: its data as compact arrays, and its place in a page."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_CLASSES = 200
COLUMN_BYTES = 4_000_000  # of the numbers of all columns: ten of 100,000 objects
HERE = Path(__file__).parent


def explorer_style() -> str:
    """Return the style sheet of a page with a map.

    Returns
    -------
    str
    """
    return (HERE / "explorer.css").read_text(encoding="utf-8")


def explorer_html(
    points: NDArray[np.floating],
    ids: Sequence[str],
    columns: Mapping[str, Any],
    neighbors: NDArray[np.integer] | None = None,
    thumbs: Mapping[str, Any] | None = None,
) -> str:
    """Return a map with its controls, data and script, that needs nothing else.

    Parameters
    ----------
    points : float (N, 2)
        Places of the objects.
    ids : sequence of N str
        Their names.
    columns : mapping of str to N floats or N names
        What the map can be colored by, and what is shown of an object; None is no name. The first colors it at first; see :func:`colored_by`.
    neighbors : int (N, K), optional
        Nearest objects of each, the nearest first; -1 is none.
    thumbs : mapping, optional
        From :func:`clrseries.evaluation.thumbnails`.

    Returns
    -------
    str
    """
    low, high = points.min(axis=0), points.max(axis=0)
    size = float(max((high - low).max(), 1e-12))
    placed = (points - (low + high) / 2) / size + 0.5
    colored = colored_by(columns, len(points))
    told: dict[str, Any] = {
        "count": len(points),
        "ids": list(map(str, ids)),
        "points": packed(np.clip(placed * 65535, 0, 65535), "<u2"),
        "columns": [_column(name, values) for name, values in columns.items() if name in colored],
    }
    if neighbors is not None and neighbors.size:
        told["neighbors"] = {"count": neighbors.shape[1], "data": packed(neighbors, "<i4")}
    if thumbs is not None:
        told["thumbs"] = _thumbs(thumbs)
    data = json.dumps(told, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    script = (HERE / "explorer.js").read_text(encoding="utf-8")
    return f'{CONTROLS}<script type="application/json" id="explorer-data">{data}</script><script>{script}</script>'


def colored_by(columns: Mapping[str, Any], count: int) -> list[str]:
    """Return the columns that a map can be colored by: the first ones, as many as keep the page small.

    Parameters
    ----------
    columns : mapping
        All columns.
    count : int
        Number of objects.

    Returns
    -------
    list of str
        Ten for 100,000 objects, more for fewer.
    """
    return list(columns)[: COLUMN_BYTES // (4 * max(count, 1))]


def packed(values: NDArray[Any], kind: str) -> str:
    """Return numbers as base64 of their bytes.

    Parameters
    ----------
    values : array
        The numbers.
    kind : str
        Type of the bytes, as ``"<f4"``.

    Returns
    -------
    str
    """
    return base64.b64encode(np.ascontiguousarray(np.asarray(values).astype(kind)).tobytes()).decode("ascii")


def object_button(name: str, row: int | None) -> str:
    """Return the name of an object, as a button that shows it on the map.

    Parameters
    ----------
    name : str
        The name.
    row : int or None
        Its place among the points of the map; None if it is not there.

    Returns
    -------
    str
    """
    safe = html.escape(name)
    return safe if row is None else f'<button type="button" class="link" data-row="{row}">{safe}</button>'


def _column(name: str, values: Any) -> dict[str, Any]:
    if isinstance(values, np.ndarray) and np.issubdtype(values.dtype, np.number):
        values = np.asarray(values, np.float32)
        known = values[np.isfinite(values)]
        low, high = np.percentile(known, [1, 99]).tolist() if len(known) else (0.0, 1.0)
        return {"name": name, "low": low, "high": high, "data": packed(values, "<f4")}
    given = [None if v is None else str(v) for v in values]
    counts: dict[str, int] = {}
    for one in given:
        if one is not None:
            counts[one] = counts.get(one, 0) + 1
    names = sorted(counts, key=lambda one: (-counts[one], one))[:MOST_CLASSES]
    place = {one: k for k, one in enumerate(names)}
    codes = np.array([255 if one is None else place.get(one, 255) for one in given])
    return {"name": name, "names": names, "data": packed(codes, "u1")}


def _thumbs(thumbs: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {"flux": "u1", "low": "<f4", "high": "<f4", "time": "<u2", "band": "u1", "offsets": "<u4"}
    if thumbs["kind"] == "curve":
        kinds |= {"start": "<f4", "stop": "<f4"}
    return {key: packed(value, kinds[key]) if key in kinds else value for key, value in thumbs.items()}


CONTROLS = """
<div class="bar">
<label>Color by <select id="color"></select></label>
<label>Find <input id="find" placeholder="name of an object" size="18"></label> <span id="found" role="status"></span>
<button type="button" id="reset">Whole map</button>
<label><input type="checkbox" id="overlay"> nearest neighbor beside it</label>
</div>
<div id="legend"></div>
<div class="explorer"><div>
<canvas id="map" tabindex="0" role="img" aria-label="Map of the embeddings: arrows move, plus and minus zoom, Enter chooses the object in the middle, n goes to its nearest neighbor"></canvas>
<p class="note help">Click an object. Drag or arrows move, wheel or + and - zoom, 0 shows all, Enter chooses in the middle, n goes to the nearest neighbor.</p>
</div><div class="none" aria-live="polite">
<h3 id="name">No object chosen</h3>
<canvas id="thumb" role="img" aria-label="Spectrum or light curve of the chosen object"></canvas>
<dl class="values" id="values"></dl>
<h3>Nearest neighbors</h3><ol id="neighbors"></ol>
</div></div>
"""
