"""The tables of embeddings beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..evaluation.verdict import TITLES
from .page import html_table

ABOUT = (
    "<p>Other embeddings of the same objects. Differences are those of the scores on the same split, the embedding of this page minus the other: "
    "their mean and scatter over the splits, and a p value that allows for the objects that splits share (Nadeau & Bengio 2003). Neighbors are the "
    "ten nearest by cosine.</p>"
)
TOLD = "nuisance column, or search"  # no short name of a file, which the other columns have


def beside_table(summary: Mapping[str, Any]) -> str:
    """Return how other embeddings compare with the one that is evaluated, as tables.

    Parameters
    ----------
    summary : mapping
        With ``beside``, ``overlap``, ``nuisance`` and ``retrieval``.

    Returns
    -------
    str
        HTML.
    """
    rows, scores = [], []
    for name, one in summary["beside"].items():
        shared, better = summary["overlap"].get(name), one.get("better")
        rows.append(
            {"other": name, "file": one["embeddings"], "dimensions": one["dimensions"], "objects": one["objects"], "missing": one["missing"],
             "neighbors shared": f"{shared['overlap']:.1%}" if shared else "too few objects", "by chance": f"{shared['chance']:.1%}" if shared else ""}
        )  # fmt: skip
        if better:
            scores.append(
                {"other": name, "probe": f"{better['probe']}, {better['labels']} labels", TITLES[better["score_name"]]: _told(better["score"]),
                 "of the other": _told(better["other_score"]), "difference": _told(better["difference"], "+.3f"), "scatter": _told(better["scatter"]),
                 "splits": better["splits"], "p": _told(better["p_value"], ".2g")}
            )  # fmt: skip
    tables = (scores, rows, _forgotten(summary))
    return ABOUT + f'<div class="scroll">{"".join(map(html_table, tables))}</div>'


def _forgotten(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what each embedding tells of the nuisance columns, and how often it finds the same object."""
    every = {"embedding": summary, **summary["beside"]}
    rows = [
        {TOLD: f"{column}, {TITLES[found['score_name']]} (chance {found['chance']:.2f})"}
        | {name: _told(one["nuisance"].get(column, {}).get("score")) for name, one in every.items()}
        for column, found in summary["nuisance"].items()
    ]  # fmt: skip
    return rows + [
        {TOLD: f"the same object through another {column}, first"}
        | {name: _told(one["retrieval"].get(column, {}).get("top1"), ".0%") for name, one in every.items()}
        for column in summary["retrieval"]
    ]


def _told(value: float | None, how: str = ".3f") -> str:
    return "none" if value is None else format(value, how)
