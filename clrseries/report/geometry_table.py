"""The table of what embeddings look like without any label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .page import html_table

MEANINGS = {
    "rank": ("effective rank", "RankMe: dimensions in use, from 1 to the number of dimensions (Garrido et al. 2023)"),
    "iso_score": (
        "isotropy",
        "IsoScore: 1 if all dimensions have the same variance, 0 if one has all (Rudman et al. 2022)",
    ),
    "mean_cosine": (
        "mean cosine",
        "of two different objects: 0 if directions are spread evenly, 1 if all are the same",
    ),
    "uniformity": (
        "uniformity",
        "ln of the mean of exp(-2 d^2): 0 if all are the same, toward -4 if they fill the sphere (Wang & Isola 2020)",
    ),
    "alignment": (
        "alignment",
        "mean squared distance of two observations of the same object: 0 if they agree, 2 for directions that have nothing in common (Wang & Isola 2020)",
    ),
    "hubness": (
        "hubness",
        "skewness of how often an object is among the 10 nearest of others: about 0 without hubs (Radovanovic et al. 2010)",
    ),
    "variance": (
        "variance explained by the target",
        "fraction of the variance of the embeddings, corrected for the number of classes",
    ),
    "silhouette": (
        "silhouette of the target",
        "1 if its classes are far from each other, 0 if they overlap (Rousseeuw 1987)",
    ),
}


def geometry_table(summary: Mapping[str, Any]) -> str:
    """Return the geometry of embeddings, and the neighbors that other features share with them, as tables.

    Parameters
    ----------
    summary : mapping
        With ``geometry``, ``separation``, ``collapse`` and ``overlap``.

    Returns
    -------
    str
        HTML.
    """
    found = summary["geometry"] | (summary.get("separation") or {})
    rows = [
        {"measure": f"{name}, {meaning}", "value": f"{found[key]:.3g}"}
        for key, (name, meaning) in MEANINGS.items()
        if found.get(key) is not None
    ]
    shared = [
        {"other features": name, "ten nearest neighbors shared": f"{one['overlap']:.1%}", "by chance": f"{one['chance']:.1%}", "objects": one["objects"]}
        for name, one in summary["overlap"].items()
    ]  # fmt: skip
    told = "They have collapsed, see above." if summary["collapse"] else "They have not collapsed."
    return f'<p>{told}</p><div class="scroll">{html_table(rows)}{html_table(shared)}</div>'
