"""Which objects are labeled and which are scored: the splits of the few-label protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

TEST_FRACTION = 0.3
MOST = 5000  # labeled objects, and scored rows, of one split


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to score on; no group is in both.

    Parameters
    ----------
    labels : int
        Labeled objects: groups, where rows belong to groups.
    seed : int
        Number of the draw.
    train, test : int64
        Rows.
    """

    labels: int
    seed: int
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def label_budgets(pool: int, classes: int = 0) -> list[int]:
    """Return numbers of labels on a log scale, two to a decade: 10, 30, 100, ... and all.

    Parameters
    ----------
    pool : int
        Objects that can be labeled.
    classes : int
        Number of classes; a budget has at least one label for each.

    Returns
    -------
    list of int
        Ascending; the last is `pool`.

    Examples
    --------
    >>> from clrseries.evaluation.splits import label_budgets
    >>> label_budgets(450, classes=3)
    [10, 30, 100, 300, 450]
    """
    steps = [10 ** (k // 2) * (1 if k % 2 == 0 else 3) for k in range(2, 2 * len(str(pool)) + 2)]
    return [n for n in steps if max(classes, 2) <= n and n + classes < pool and n < 0.9 * pool] + [pool]


def groups_of(names: Sequence[object] | NDArray[np.generic] | None, rows: int) -> NDArray[np.int64]:
    """Return the number of the group of each row.

    Parameters
    ----------
    names : sequence of N, optional
        Rows with equal names stay together; a row without a name (None, NaN) is a group of its own.
    rows : int
        N.

    Returns
    -------
    int64 (N,)
    """
    if names is None:
        return np.arange(rows)
    place: dict[object, int] = {}
    return np.array([place.setdefault(name, len(place)) for name in _apart(names)], np.int64)


def drawn_rows(count: int, most: int, seed: int = 0) -> NDArray[np.int64]:
    """Draw some of a number of rows by lot, or take all if they are not more than that.

    Parameters
    ----------
    count : int
        Number of rows.
    most : int
        How many are drawn at most.
    seed : int
        Seed of the draw.

    Returns
    -------
    int64
        Rows, ascending.

    Examples
    --------
    >>> from clrseries.evaluation.splits import drawn_rows
    >>> drawn_rows(3, 5).tolist(), len(drawn_rows(1000, 5))
    ([0, 1, 2], 5)
    """
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def repeated_rows(groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the second row of each object that has several.

    Parameters
    ----------
    groups : int64 (N,)
        Objects, from :func:`groups_of`.

    Returns
    -------
    int64 (M,), int64 (M,)

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation.splits import repeated_rows
    >>> [rows.tolist() for rows in repeated_rows(np.array([0, 1, 0, 2, 0, 2]))]
    [[0, 3], [2, 5]]
    """
    order = np.argsort(groups, kind="stable")
    start, counts = np.unique(groups[order], return_index=True, return_counts=True)[1:]
    start = start[counts > 1]
    return order[start], order[start + 1]


def few_label_splits(
    target: NDArray[np.generic],
    groups: NDArray[np.int64] | None = None,
    labels: Sequence[int | None] | None = None,
    seeds: int = 10,
    held_out: float = TEST_FRACTION,
) -> list[Split]:
    """Draw labeled and scored objects many times, by scikit-learn's splitters.

    Objects are drawn, and all rows of an object go with it. For every seed, a part is held out (``StratifiedShuffleSplit`` for classes,
    ``ShuffleSplit`` for values), and from the rest each number of labels is drawn by the same splitter. An object's class, for the
    stratification, is that of its first row.

    Parameters
    ----------
    target : str or float (N,)
        Classes or values, all known.
    groups : int64 (N,), optional
        Objects, from :func:`groups_of`; default every row is one.
    labels : sequence of int or None, optional
        Numbers of labeled objects; None is all that are not held out. Default :func:`label_budgets`.
    seeds : int
        How often everything is drawn.
    held_out : float
        Fraction of the objects that are scored.

    Returns
    -------
    list of Split
        For each number of labels, `seeds` of them. At most 5,000 objects are labeled, and 5,000 rows scored.

    Raises
    ------
    InputError
        There are too few objects.

    References
    ----------
    https://scikit-learn.org/stable/modules/cross_validation.html#shuffle-split

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation.splits import few_label_splits
    >>> found = few_label_splits(np.array(["a", "b"] * 50), seeds=2)
    >>> [(split.labels, len(split.train), len(split.test)) for split in found]
    [(10, 10, 30), (10, 10, 30), (30, 30, 30), (30, 30, 30), (70, 70, 30), (70, 70, 30)]
    """
    groups = np.arange(len(target)) if groups is None else groups
    names, first = np.unique(groups, return_index=True)
    kinds = None if np.issubdtype(target.dtype, np.floating) else target[first]
    if len(names) < 4:
        raise InputError(f"{len(names)} objects are too few to hold some out: at least 4 are needed")
    found = []
    for seed in range(seeds):
        pool, test = _drawn(names, kinds, len(names) - max(round(held_out * len(names)), 1), seed)
        order = np.random.default_rng(seed)
        scored = np.flatnonzero(np.isin(groups, names[test]))
        scored = np.sort(order.permutation(scored)[:MOST])
        own = None if kinds is None else kinds[pool]
        most = min(len(pool), MOST)
        wanted = labels or label_budgets(most, 0 if own is None else len(np.unique(own)))
        for count in wanted:
            size = most if count is None else min(count, most)
            some = pool[_drawn(pool, own, size, seed)[0]]
            found.append(Split(size, seed, np.flatnonzero(np.isin(groups, names[some])), scored))
    return sorted(found, key=lambda split: (split.labels, split.seed))


def within(splits: Sequence[Split], there: NDArray[np.bool_]) -> list[Split]:
    """Return splits without some rows.

    Parameters
    ----------
    splits : sequence of Split
        Splits of N rows.
    there : bool (N,)
        Rows that are kept.

    Returns
    -------
    list of Split
        Those that still have rows to learn from and to score.
    """
    kept = [Split(one.labels, one.seed, one.train[there[one.train]], one.test[there[one.test]]) for one in splits]
    return [one for one in kept if len(one.train) and len(one.test)]


def row_splits(rows: int, labels: int | None, seeds: int, held_out: float = TEST_FRACTION) -> list[Split]:
    """Draw rows without regard to classes and groups, for data where every row is another object.

    Parameters
    ----------
    rows : int
        How many there are.
    labels : int or None
        Labeled rows; None is all that are not held out.
    seeds : int
        How often they are drawn.
    held_out : float
        Fraction that is scored.

    Returns
    -------
    list of Split
        The labeled rows of a smaller number are among those of a larger.
    """
    scored = max(round(held_out * rows), 1)
    orders = [np.random.default_rng(seed).permutation(rows) for seed in range(seeds)]
    size = rows - scored if labels is None else min(labels, rows - scored)
    return [Split(size, seed, order[scored:][:size], order[:scored]) for seed, order in enumerate(orders)]


def of_each_class(
    groups: NDArray[Any], kinds: NDArray[Any], rows: NDArray[np.int64], fraction: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the same fraction of the objects of each class.

    Parameters
    ----------
    groups, kinds : (N,)
        Object and class of each row; an object counts for the class of its first row.
    rows : int64
        The rows to draw from, ascending.
    fraction : float
        Fraction of the objects, between 0 and 1.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    int64
        All rows of the objects drawn, ascending.
    """
    own, first = np.unique(groups[rows], return_index=True)
    kind = kinds[rows][first]
    drawn = [rng.permutation(own[kind == k])[: round(fraction * int((kind == k).sum()))] for k in np.unique(kind)]
    return rows[np.isin(groups[rows], np.concatenate(drawn))]


def labeled_rows(target: NDArray[np.str_], pool: NDArray[np.int64], labels: int, seed: int) -> NDArray[np.int64]:
    """Draw the same number of rows of each class.

    Parameters
    ----------
    target : str (N,)
        Classes of all objects.
    pool : int64
        Rows to draw from.
    labels : int
        Rows of each class; all that there are where there are fewer.
    seed : int
        Seed of the draw.

    Returns
    -------
    int64
    """
    order = np.random.default_rng(seed).permutation(pool)
    return np.concatenate([order[target[order] == name][:labels] for name in np.unique(target)])


def _apart(names: Sequence[object] | NDArray[np.generic]) -> list[object]:
    """Return names, with one of its own for each row that has none."""
    return [(row,) if name is None or name != name or name == "" else str(name) for row, name in enumerate(names)]


def _drawn(
    names: NDArray[np.int64], kinds: NDArray[np.generic] | None, size: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of `size` names, and of the others; each class has its share if it can."""
    from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit

    if size >= len(names):
        return np.arange(len(names)), np.empty(0, np.int64)
    numbers = {"train_size": size, "test_size": len(names) - size, "n_splits": 1, "random_state": seed}
    if kinds is not None:
        counts = np.unique(kinds, return_counts=True)[1]
        if counts.min() >= 2 and min(size, len(names) - size) >= len(counts):
            pool, rest = next(StratifiedShuffleSplit(**numbers).split(names, kinds))
            return np.sort(pool), np.sort(rest)
    pool, rest = next(ShuffleSplit(**numbers).split(names))
    return np.sort(pool), np.sort(rest)
