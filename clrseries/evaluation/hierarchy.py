"""Classes of classes: labels such as ``Ia/91T``, scored on every level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .scores import class_scores

TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a hierarchy of C classes.

    Parameters
    ----------
    name : str
        ``level_1`` for the coarsest level.
    classes : tuple of str
        Names of its K classes, sorted: parents, and classes that have none.
    members : int64 (C,)
        Which of them each of the C classes belongs to.
    """

    name: str
    classes: tuple[str, ...]
    members: NDArray[np.int64]

    @property
    def parents(self) -> tuple[str, ...]:
        """Those of its classes that stand for several."""
        return tuple(one for one, n in zip(self.classes, np.bincount(self.members), strict=True) if n > 1)

    def sums(self, probability: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the probabilities of the classes of this level, each the sum of those that belong to it.

        Parameters
        ----------
        probability : float (N, C)
            Probabilities of the C classes.

        Returns
        -------
        float (N, K)
        """
        return np.stack([probability[:, self.members == k].sum(axis=1) for k in range(len(self.classes))], axis=1)


def levels_of(classes: Sequence[str]) -> tuple[Level, ...]:
    """Return the levels of classes that are written as ``parent/child``, the coarsest first, without that of the classes themselves.

    A parent has at least two children: ``Ib/c`` alone is a class like others. ``Ia`` belongs to the parent ``Ia`` of ``Ia/91T`` and ``Ia/91bg``.

    Parameters
    ----------
    classes : sequence of C str
        Names of the classes.

    Returns
    -------
    tuple of Level
        Empty if no class has a parent, or all have the same.

    Examples
    --------
    >>> from clrseries.evaluation.hierarchy import levels_of
    >>> [(level.name, level.classes) for level in levels_of(["Ia/91T", "Ia/norm", "Ib/c", "II"])]
    [('level_1', ('II', 'Ia', 'Ib/c'))]
    """
    paths = [name.split("/") for name in classes]
    children = Counter("/".join(path[:k]) for path in paths for k in range(1, len(path)))
    found: dict[tuple[str, ...], Level] = {}
    for depth in range(1, max(map(len, paths), default=1)):
        names = [_ancestor(path, depth, children) for path in paths]
        own = tuple(sorted(set(names)))
        if 1 < len(own) < len(paths) and own not in found:
            found[own] = Level(f"level_{len(found) + 1}", own, np.array([own.index(one) for one in names]))
    return tuple(found.values())


def _ancestor(path: Sequence[str], depth: int, children: Counter[str]) -> str:
    """Return the name that a class has on a level: that of its parent there, or else its own."""
    name = "/".join(path[:depth])
    return name if children[name] > 1 else "/".join(path)


def parent_sums(classes: Sequence[str], probability: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
    """Return the probability of every parent: the sum of those of its children.

    Parameters
    ----------
    classes : sequence of C str
        Names of the classes, such as ``Ia/91T``.
    probability : float (N, C)
        Their probabilities.

    Returns
    -------
    dict of str to float (N,)
        By the names of the parents, of every level; empty without a hierarchy.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation.hierarchy import parent_sums
    >>> parent_sums(["Ia/91T", "Ia/norm", "II"], np.array([[0.25, 0.5, 0.25]]))
    {'Ia': array([0.75])}
    """
    return {
        name: sums
        for level in levels_of(classes)
        for name, sums in zip(level.classes, level.sums(probability).T, strict=True)
        if name in level.parents
    }


def on_levels(scores: Iterable[str], name: str) -> list[str]:
    """Return the names under which few-label scores have one score on the coarser levels.

    Parameters
    ----------
    scores : iterable of str
        Names of scores.
    name : str
        Such as ``balanced_accuracy``.

    Returns
    -------
    list of str
        Such as ``level_1_balanced_accuracy``.
    """
    return [key for key in scores if key.startswith("level_") and key.endswith(f"_{name}")]


def level_scores(
    log_probability: NDArray[np.floating], target: NDArray[np.integer], classes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the scores of predicted classes on every coarser level, where probabilities are sums.

    Parameters
    ----------
    log_probability : float (N, C)
        Natural logarithms of the probabilities of the classes.
    target : int (N,)
        The true classes, from 0.
    classes : sequence of C str
        Their names, such as ``Ia/91T``.

    Returns
    -------
    dict of str to dict
        What :func:`clrseries.evaluation.scores.class_scores` returns, by the name of the level; empty without a hierarchy.
    """
    return {
        level.name: class_scores(
            np.log(np.maximum(level.sums(np.exp(log_probability)), TINY)), level.members[target], list(level.classes)
        )
        for level in levels_of(classes)
    }
