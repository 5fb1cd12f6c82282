"""What the numbers of an evaluation say, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .few_labels import CHANCE, CONSTANT, EMBEDDING, NETWORK
from .hierarchy import on_levels

HUBS = 2.0  # hubness from which it is told
LIKELY = 0.05  # p value above which a difference may be chance
HEADLINE = {"classes": ("linear", "balanced_accuracy", "balanced accuracy"), "values": ("ridge", "r2", "R2")}
TITLES = {score: title for _, score, title in HEADLINE.values()}


def in_words(summary: Mapping[str, Any]) -> list[str]:
    """Return an evaluation as sentences, the most important first.

    Parameters
    ----------
    summary : mapping
        With ``objects``, ``dimensions``, ``geometry``, ``collapse``, ``target``, ``kind``, ``scores``, ``nuisance``, ``retrieval``,
        ``leaks``, ``duplicates``, ``separation`` and ``beside``, as the command ``evaluate`` makes them; what is missing or None is left out.

    Returns
    -------
    list of str
    """
    lines = [f"Warning: {summary['collapse']}."] if summary.get("collapse") else []
    lines += target_in_words(summary) if summary.get("scores") else []
    beside = summary.get("beside") or {}
    lines += [_better(name, one["better"], one["missing"]) for name, one in beside.items() if one.get("better")]
    if (apart := summary.get("separation")) and apart.get("variance") is not None:
        lines.append(f"{summary['target']} explains {max(apart['variance'], 0):.1%} of the variance of the embeddings.")
    for name, found in (summary.get("nuisance") or {}).items():
        lines.append(
            f"{name}: {found['verdict']} ({TITLES[found['score_name']]} {found['score']:.2f}, chance {found['chance']:.2f}, "
            f"p = {found['p_value']:.3g}); it explains {max(found['variance'], 0):.1%} of the variance of the embeddings."
            + _with_target_fixed(summary, found.get("fixed"))
            + "".join(
                f" From {other}: {own['verdict']} ({own['score']:.2f})."
                for other, one in beside.items()
                if (own := one["nuisance"].get(name))
            )
        )
    for name, found in (summary.get("retrieval") or {}).items():
        lines.append(
            f"The same object through another {name}: first in {found['top1']:.0%} of {found['queries']} searches, by chance "
            f"{found['chance_top1']:.1%}; median rank {found['median_rank']:g} of {found['candidates']:.0f}."
        )
    lines += _early(summary.get("early") or [])
    lines += _movement(summary.get("invariance") or [])
    lines += _warnings(summary)
    lines += _shape(summary)
    return lines


def target_in_words(summary: Mapping[str, Any]) -> list[str]:
    """Return what the probes of a target say.

    Parameters
    ----------
    summary : mapping
        With ``target``, ``kind`` and ``scores``.

    Returns
    -------
    list of str
        With the fewest and with the most labels: the embedding beside the best baseline.
    """
    probe, score, name = HEADLINE[summary["kind"]]
    beside = summary.get("beside") or {}  # they are told apart from the baselines
    rows = [
        row for row in summary["scores"]
        if row["probe"] in (probe, CONSTANT, NETWORK) and row.get(score) is not None and row["features"] not in beside
    ]  # fmt: skip
    own = sorted((row for row in rows if row["features"] == EMBEDDING), key=lambda row: row["labels"])
    lines = []
    for row in [own[0], own[-1]] if len(own) > 1 else own:
        others = [o for o in rows if o["labels"] == row["labels"] and o["features"] not in (EMBEDDING, CHANCE)]
        chance = next((o for o in rows if o["labels"] == row["labels"] and o["features"] == CHANCE), None)
        text = f"{summary['target']} from {row['labels']} labels: {name} {_band(row, score)}"
        text += f", chance {chance[score]:.2f}" if chance else ""
        if others:
            best = max(others, key=lambda o: o[score])
            how = "better than" if row[f"{score}_low"] > best[f"{score}_high"] else (
                "worse than" if row[f"{score}_high"] < best[f"{score}_low"] else "within the scatter of"
            )  # fmt: skip
            text += f"; {how} {best['features']}, the best baseline, {_band(best, score)}"
        for key in on_levels(row, score):
            text += f"; of the coarser classes (level {key.split('_')[1]}) {row[key]:.2f}"
        lines.append(text + ".")
    return lines


def _better(name: str, found: Mapping[str, Any], missing: int) -> str:
    """Return whether the evaluated embedding is better than another, by their scores on the same splits."""
    told = f"{TITLES[found['score_name']]} {found['score']:.2f} against {found['other_score']:.2f} from {found['labels']} labels"
    told += " of the objects that both have" if missing else ""
    if found["p_value"] is None:
        return f"Beside {name}: {told}; one split does not tell which is better."
    how = "Better than" if found["difference"] > 0 else "Worse than"
    how = "No clear difference from" if found["p_value"] > LIKELY else how
    return (
        f"{how} {name}: {told}; the difference on the same split is {found['difference']:+.3f}, with a scatter of "
        f"{found['scatter']:.3f} over {found['splits']} splits (p = {found['p_value']:.2g})."
    )


def _shape(summary: Mapping[str, Any]) -> list[str]:
    """Return what the geometry says, and which neighbors other features share."""
    found, lines = summary.get("geometry") or {}, []
    if found.get("rank") is not None:
        lines.append(
            f"{summary['objects']} embeddings use about {found['rank']:.0f} of {summary['dimensions']} dimensions (RankMe)."
        )
    if (found.get("hubness") or 0.0) > HUBS and not summary.get("collapse"):
        lines.append(
            f"A few objects are among the nearest neighbors of many others (hubness {found['hubness']:.1f}): searches find them too often."
        )
    for name, one in (summary.get("overlap") or {}).items():
        lines.append(
            f"{one['overlap']:.0%} of the ten nearest neighbors are also nearest by {name}; by chance {one['chance']:.1%}."
        )
    return lines


def _early(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return how well the probe tells classes at the first and the last number of days."""
    own = [row for row in rows if row["by"] == "days" and row["answer"] == "linear probe"]
    if len(own) < 2:
        return []
    told = [f"{row['balanced_accuracy']:.2f} after {row['cut']:g} days" for row in (own[0], own[-1])]
    return [
        f"From the beginning of the light curves alone: balanced accuracy {told[0]} since the first detection, {told[1]}."
    ]


def _movement(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the mildest value of each sweep at which half of the objects move farther than to the nearest other object."""
    lines = []
    for name in dict.fromkeys(row["sweep"] for row in rows):
        own = [row for row in rows if row["sweep"] == name and row["distance"] is not None]
        far = next((row for row in own if row["distance"] > row["nearest"]), None)
        if far is not None:
            unit = f" {far['unit']}" if far["unit"] else ""
            lines.append(f"{name} {far['value']:g}{unit}")
    if not rows:
        return []
    if not lines:
        return ["No change of the data that was tried moves the embeddings farther than to the nearest other object."]
    return [
        f"A change moves the embedding farther than to the nearest other object, in the median, from: {'; '.join(lines)}."
    ]


def _band(row: Mapping[str, Any], score: str) -> str:
    return f"{row[score]:.2f} ({row[f'{score}_low']:.2f} to {row[f'{score}_high']:.2f})"


def _with_target_fixed(summary: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    return (
        f" With {summary['target']} held fixed: {found['verdict']} ({found['score']:.2f}, from {summary['target']} alone {found['chance']:.2f}, "
        f"p = {found['p_value']:.3g})."
    )


def _warnings(summary: Mapping[str, Any]) -> list[str]:
    lines, leaks, twice = [], summary.get("leaks"), summary.get("duplicates")
    if leaks and leaks["shared_objects"] > 0:
        lines.append(
            f"Warning, leakage: up to {leaks['shared_objects']:.0%} of the scored rows are of objects that are labeled too; group by the "
            "column that names the object."
        )
    if twice and twice["telling"] and leaks and leaks["near_duplicates"] > 0:
        lines.append(
            f"Warning, leakage: up to {leaks['near_duplicates']:.1%} of the scored rows have a near-duplicate among the labeled ones, "
            "under another name."
        )
    if twice and twice["telling"] and twice["count"]:
        lines.append(
            f"{twice['count']} pairs of objects have nearly the same embedding: perhaps one source under two names."
        )
    return lines
