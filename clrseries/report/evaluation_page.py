"""The page of an evaluation: verdict, curves, tables, the map, and strange objects."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from ..evaluation.hierarchy import on_levels
from ..evaluation.verdict import TITLES
from .beside_table import beside_table
from .curves import early_panels, few_label_panels, invariance_panels
from .explorer import colored_by, explorer_html, explorer_style, object_button
from .geometry_table import geometry_table
from .page import html_table, versions

COLUMNS = {
    "classes": ("balanced_accuracy", "macro_f1", "log_loss", "calibration_error"),
    "values": ("r2", "sigma_nmad", "bias", "outlier_rate", "mae"),
}

EARLY = (
    "<p>Light curves are cut before anything is computed from them. The linear probe learns from curves that are cut in the same way; bands are "
    "the 16th to 84th percentile over draws of the scored objects. The head of the model answers for all curves, also for those it may have "
    "learned from.</p>"
)

OCCLUSION = (
    "<p>Each window of an object (or each point) is taken away in turn, and the model is asked again; the colors show how its answer changes. Red speaks "
    "for the answer, blue against it. With a target, the objects are the most typical ones of the largest classes.</p>"
)


def evaluation_page(
    summary: Mapping[str, Any], chart: Mapping[str, Any], command: str, occlusion: str = "", card: str = ""
) -> str:
    """Return the page of an evaluation as one self-contained HTML text.

    Parameters
    ----------
    summary : mapping
        What ``summary.json`` holds.
    chart : mapping
        ``points``, ``ids``, ``columns``, ``neighbors`` and ``thumbs`` of the map, as :func:`explorer_html` takes them, ``how`` it was made,
        and ``rows``, the point of each row of the embeddings (-1 if it is not on the map).
    command : str
        What to type to make the page again.
    occlusion : str
        HTML of what answers hang on; empty leaves the section out.
    card : str
        The card of the model, as Markdown; empty leaves the section out.

    Returns
    -------
    str
    """
    target = summary.get("target")
    title = f"Embeddings and {target}" if target else "Embeddings"
    parts = [(f"{target} from few labels", _probes(summary))] if summary.get("scores") else []
    parts += [("Other embeddings", beside_table(summary))] if summary.get("beside") else []
    parts.append(("Map", _map(chart)))
    parts.append(("Instrument and other nuisance", _nuisance(summary)))
    parts.append(("Geometry", geometry_table(summary)))
    if summary.get("invariance"):
        parts.append(("What a change of the data does", _invariance(summary["invariance"])))
    if summary.get("early"):
        parts.append(("Early classification", EARLY + early_panels(summary["early"])))
    if occlusion:
        parts.append(("What answers hang on", OCCLUSION + occlusion))
    parts.append(("Searches", _searches(summary["searches"], chart)))
    parts.append(("Strange objects", _anomalies(summary["anomalies"], chart) + _injected(summary.get("injected"))))
    if summary.get("suspects"):
        parts.append(("Labels that are probably wrong", _suspects(summary["suspects"], chart)))
    if summary.get("next_labels"):
        parts.append(("What to label next", _next_labels(summary, chart)))
    parts.append(("One source under two names?", _duplicates(summary["duplicates"], chart)))
    parts += [("Model card", f"<pre>{html.escape(_without_front(card))}</pre>")] if card else []
    verdict = "".join(f"<li>{html.escape(line)}</li>" for line in summary["verdict"])
    notes = "".join(f'<p class="note">{html.escape(line)}</p>' for line in summary["notes"])
    sections = "".join(f"<section><h2>{html.escape(name)}</h2>{content}</section>" for name, content in parts)
    listed = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{explorer_style()}</style></head><body>"
        f'<div class="bar" style="float:right"><button type="button" id="theme">Light or dark</button></div><h1>{html.escape(title)}</h1>'
        f'<p class="note">{html.escape(str(summary["embeddings"]))}: {summary["objects"]} embeddings of {summary["dimensions"]} numbers</p>'
        f'<div class="verdict"><ul>{verdict}</ul></div>{notes}{sections}'
        f"<section><h2>How this page was made</h2><pre>{html.escape(command)}</pre>"
        f'<p class="note">{html.escape(listed)}</p></section></body></html>\n'
    )


def _map(chart: Mapping[str, Any]) -> str:
    drawn = explorer_html(chart["points"], chart["ids"], chart["columns"], chart["neighbors"], chart["thumbs"])
    left = list(chart["columns"])[len(colored_by(chart["columns"], len(chart["points"]))) :]
    told = chart["how"] + (
        f" Not among the colors, to keep the page small: {', '.join(left)}; map.parquet has them." if left else ""
    )
    return f'<p class="note">{html.escape(told)}</p>{drawn}'


def _probes(summary: Mapping[str, Any]) -> str:
    score, *others = COLUMNS[summary["kind"]]
    names = [score, *on_levels(summary["scores"][0], score), *others]
    rows = [
        {"features": row["features"], "probe": row["probe"], "labels": row["labels"]}
        | {name.replace("_", " "): _with_scatter(row, name) for name in names}
        for row in summary["scores"]
    ]
    found = few_label_panels(summary["scores"], score, TITLES[score])
    about = f"<p>{html.escape(summary['protocol'])}</p>"
    table = f'<details><summary>All scores</summary><div class="scroll">{html_table(rows)}</div></details>'
    return about + found + _confusion(summary) + table


def _with_scatter(row: Mapping[str, Any], name: str) -> str:
    return "none" if row.get(name) is None else f"{row[name]:.3g} +- {row[f'{name}_sd']:.2g}"


def _confusion(summary: Mapping[str, Any]) -> str:
    rows = [row for row in summary["scores"] if row["probe"] == "linear" and row.get("confusion")]
    if not rows or len(summary["classes"]) > 30:
        return ""
    counts, names = (
        rows[0]
        if len(rows) == 1
        else max((r for r in rows if r["features"] == "embedding"), key=lambda r: r["labels"]),
        summary["classes"],
    )
    table = []
    for name, line in zip(names, counts["confusion"], strict=True):
        total = max(sum(line), 1)
        table.append(
            {"true class": name}
            | {one: f"{value / total:.2f}" for one, value in zip(names, line, strict=True)}
            | {"scored": sum(line)}
        )
    told = f"Confusion of the linear probe with {counts['labels']} labels: fraction of each true class (row) that is called each class (column)."
    return f"<h3>Confusion</h3><p class='note'>{told}</p><div class='scroll'>{html_table(table)}</div>"


def _nuisance(summary: Mapping[str, Any]) -> str:
    if not summary["nuisance"]:
        return "<p>No nuisance column is known: name some with --nuisance (instrument, survey, S/N, airmass, fiber ...).</p>"
    table = [
        {
            "column": name, "score": f"{found['score']:.3f} ({TITLES[found['score_name']]})",
            "chance": f"{found['chance']:.3f}", "95 % of chance below": f"{found['chance_high']:.3f}", "p": f"{found['p_value']:.3g}",
            "variance explained": f"{found['variance']:.1%}", "": found["verdict"],
        }
        for name, found in summary["nuisance"].items()
    ]  # fmt: skip
    fixed = [
        {"with the target held fixed": name, "score": f"{one['score']:.3f}", "from the target alone": f"{one['chance']:.3f}",
         "95 % of that below": f"{one['chance_high']:.3f}", "p": f"{one['p_value']:.3g}", "rows": one["rows"], "": one["verdict"]}
        for name, found in summary["nuisance"].items() if (one := found.get("fixed"))
    ]  # fmt: skip
    across = [
        {"the same object, other": name, "searches": r["queries"], "top 1": f"{r['top1']:.2f}", "top 5": f"{r['top5']:.2f}", "top 10": f"{r['top10']:.2f}",
         "median rank": f"{r['median_rank']:g} of {r['candidates']:.0f}", "MRR": f"{r['mrr']:.3f}", "chance: top 1": f"{r['chance_top1']:.3f}", "MRR by chance": f"{r['chance_mrr']:.3f}"}
        for name, r in summary["retrieval"].items()
    ]  # fmt: skip
    about = (
        "<p>How well each column is predicted from the embeddings, beside the same with the column permuted. A score at chance, and "
        "a large p, mean that nothing of it was found. With the target held fixed, the column is permuted among objects with the same target only.</p>"
    )
    return about + f'<div class="scroll">{html_table(table)}{html_table(fixed)}{html_table(across)}</div>'


def _invariance(rows: Sequence[Mapping[str, Any]]) -> str:
    table = [
        {
            "change": row["sweep"] + (f" [{row['unit']}]" if row["unit"] else ""), "value": f"{row['value']:g}", "objects": row["objects"],
            "distance": "none" if row["distance"] is None else f"{row['distance']:.3f} ({row['distance_low']:.3f} to {row['distance_high']:.3f})",
            "still nearest to itself": "none" if row["own_first"] is None else f"{row['own_first']:.0%}",
        }
        for row in rows
    ]  # fmt: skip
    about = (
        "<p>How far the embedding of an object moves when one parameter is changed, in units of the median distance between two different "
        "objects: median and 16th to 84th percentile of the objects. Dotted: the median distance to the nearest other object. Changes grow to the right.</p>"
    )
    all_rows = f'<details><summary>All numbers</summary><div class="scroll">{html_table(table)}</div></details>'
    return about + invariance_panels(rows) + all_rows


def _buttons(names: Sequence[str], rows: Sequence[int], chart: Mapping[str, Any]) -> str:
    places = [int(chart["rows"][row]) for row in rows]
    return ", ".join(object_button(name, at if at >= 0 else None) for name, at in zip(names, places, strict=True))


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _anomalies(rows: Sequence[Mapping[str, Any]], chart: Mapping[str, Any]) -> str:
    methods = list(rows[0]["ranks"]) if rows else []
    lines = [
        [_buttons([r["object"]], [r["row"]], chart), f"{r['score']:.3f}", *(f"{r['ranks'][m]:.3f}" for m in methods),
         _buttons(r["neighbors"], r["neighbor_rows"], chart)]
        for r in rows
    ]  # fmt: skip
    about = "<p>Mean rank (0 to 1) by distance to the nearest others, isolation forest and Mahalanobis distance, and the nearest normal objects.</p>"
    return about + _table(["object", "score", *methods, "nearest normal objects"], lines)


def _searches(rows: Sequence[Mapping[str, Any]], chart: Mapping[str, Any]) -> str:
    lines = [
        [_buttons([r["object"]], [r["row"]], chart), _buttons(r["neighbors"], r["neighbor_rows"], chart), ", ".join(f"{c:.3f}" for c in r["cosines"])]
        for r in rows
    ]  # fmt: skip
    about = "<p>Ten objects drawn by lot, and their nearest neighbors among all rows; others by a click on the map, or with clrseries search.</p>"
    return about + _table(["object", "nearest neighbors", "cosine"], lines)


def _injected(rows: Sequence[Mapping[str, Any]] | None) -> str:
    if not rows:
        return ""
    table = [{k: f"{v:.2f}" if isinstance(v, float) else v for k, v in row.items() if k != "among"} for row in rows]
    about = (
        f"<p>Would objects of another class be found? A few were put among those of the largest class, {html.escape(rows[0]['among'])}: area under the "
        "ROC curve of each ranking, mean of three draws; 1 if all are stranger than the others, 0.5 by chance.</p>"
    )
    return f'{about}<div class="scroll">{html_table(table)}</div>'


def _without_front(card: str) -> str:
    """Return a card without the lines that are for the Hugging Face Hub."""
    return card.split("---\n", 2)[-1].strip() if card.startswith("---\n") else card


def _suspects(rows: Sequence[Mapping[str, Any]], chart: Mapping[str, Any]) -> str:
    lines = [
        [
            _buttons([r["object"]], [r["row"]], chart),
            html.escape(r["given"]),
            html.escape(r["suggested"]),
            f"{r['margin']:.2f}",
        ]
        for r in rows
    ]
    about = "<p>Probabilities were predicted without the object's own label (confident learning).</p>"
    return about + _table(["object", "label", "suggested", "margin of probability"], lines)


def _next_labels(summary: Mapping[str, Any], chart: Mapping[str, Any]) -> str:
    classes = summary["kind"] == "classes"
    lines = [
        [_buttons([r["object"]], [r["row"]], chart), str(place)]
        + ([html.escape(r["predicted"])] if classes else [])
        + [f"{r['uncertainty']:.2f}"]
        for place, r in enumerate(summary["next_labels"], start=1)
    ]
    if classes:
        about = (
            "Objects without a label whose label would teach a linear probe most: those that it is unsure about and that differ from each other "
            "(BADGE). The uncertainty is the entropy of the predicted probabilities, from 0 to 1."
        )
        return f"<p>{about}</p>" + _table(["object", "place", "predicted", "uncertainty"], lines)
    about = "Objects without a label, each the farthest from all that are labeled or stand before it in this list."
    return f"<p>{about}</p>" + _table(["object", "place", "distance"], lines)


def _duplicates(found: Mapping[str, Any], chart: Mapping[str, Any]) -> str:
    if not found["telling"]:
        return f"<p>Embeddings of different objects are usually as near as {found['usual']:.4f} (cosine): near-duplicates do not stand out.</p>"
    if not found["pairs"]:
        return f"<p>No two objects have a cosine above {found['threshold']}.</p>"
    lines = [
        [
            _buttons([p["first"]], [p["rows"][0]], chart),
            _buttons([p["second"]], [p["rows"][1]], chart),
            f"{p['cosine']:.5f}",
        ]
        for p in found["pairs"]
    ]
    return f"<p>{found['count']} pairs have a cosine above {found['threshold']}; the nearest:</p>" + _table(
        ["object", "object", "cosine"], lines
    )
