"""Occlusion of a few typical objects of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..model import Model
from .embedded_objects import EmbeddedObjects
from .labels import class_names
from .occlusion import Occlusion, occlusion

SHOWN = 4


def typical_occlusions(objects: EmbeddedObjects, model: Model, target: str | None) -> list[tuple[int, Occlusion]]:
    """Return what the answers for a few objects hang on: the most typical object of each of the four largest classes, or four drawn by lot.

    Parameters
    ----------
    objects : EmbeddedObjects
        N rows, with what was observed of them.
    model : Model
        What made the embeddings.
    target : str, optional
        Column with the classes; None for four objects drawn by lot.

    Returns
    -------
    list of (int, Occlusion)
        For each object its row in ``objects.series``; the most typical is nearest to the mean direction of its class.
    """
    if objects.series is None or objects.matched is None:
        return []
    there = np.flatnonzero(objects.matched >= 0)
    if target is None:
        rows = np.sort(np.random.default_rng(0).permutation(there)[:SHOWN])
    else:
        names = np.array([one or "" for one in class_names(objects.table[target])])[there]
        kinds, counts = np.unique(names[names != ""], return_counts=True)
        rows = np.array([], np.int64)
        for kind in kinds[np.argsort(-counts, kind="stable")][:SHOWN]:
            own = there[names == kind]
            nearest = (objects.points[own] @ objects.points[own].mean(axis=0)).argmax()
            rows = np.append(rows, own[nearest])
    return [(row, occlusion(model, objects.series, row)) for row in objects.matched[rows].tolist()]


def occlusion_rows(found: Sequence[tuple[int, Occlusion]]) -> list[dict[str, Any]]:
    """Return the windows of all objects as rows of a table.

    Parameters
    ----------
    found : sequence of (int, Occlusion)
        From :func:`typical_occlusions`.

    Returns
    -------
    list of dict
        ``object``, ``answer``, ``whole``, ``start``, ``stop`` [Angstrom or day] and ``change`` of each window.
    """
    return [
        {
            "object": one.object_id,
            "answer": one.answer,
            "whole": one.whole,
            "start": start,
            "stop": stop,
            "change": change,
        }
        for _, one in found
        for start, stop, change in zip(one.start.tolist(), one.stop.tolist(), one.change.tolist(), strict=True)
    ]
