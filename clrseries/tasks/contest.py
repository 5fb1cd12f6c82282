"""What a task compares: ways to answer a question about objects that are kept apart, with few labels of others or without any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evaluation.splits import of_each_class

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Entrant:
    """One way to answer for the test objects.

    Parameters
    ----------
    name : str
        As it stands in the table.
    answer : function
        Takes a seed, in a contest after the rows of the labeled objects, and returns what the measures score, for the M test rows: classes,
        str (M,); values, float (M,); or similarities to all candidates, float (M, G).
    ours : bool
        Whether it is of this package.
    """

    name: str
    answer: Callable[..., NDArray[Any]]
    ours: bool = False


@dataclass(frozen=True)
class Quoted:
    """Published scores of what is not run here.

    Parameters
    ----------
    name : str
        As it stands in the table.
    scores : dict of str to float
        By measure, with all labels.
    source : str
        Where they are published.
    """

    name: str
    scores: dict[str, float]
    source: str


@dataclass(frozen=True, eq=False)
class Contest:
    """Classification from few labels: labeled objects, the test objects among them, and the entrants.

    Parameters
    ----------
    title : str
        One line.
    about : str
        A paragraph: data, split, and how settings were chosen.
    target : str (N,)
        Classes of all objects.
    groups : str (N,)
        The object that each row shows; rows of one object are on one side of the split, and are drawn together for the bootstrap.
    pool, test : int64
        Rows that may be labeled, and rows that are scored.
    budgets : tuple of int
        Labeled rows of each class; 0 is all.
    measures : tuple of str
        Names of scores.
    entrants : tuple of Entrant
        What is compared.
    quoted : tuple of Quoted
        What is quoted beside them.
    """

    title: str
    about: str
    target: NDArray[np.str_]
    groups: NDArray[np.str_]
    pool: Rows
    test: Rows
    budgets: tuple[int, ...]
    measures: tuple[str, ...]
    entrants: tuple[Entrant, ...]
    quoted: tuple[Quoted, ...] = ()

    @property
    def truth(self) -> NDArray[np.str_]:
        """The classes of the test objects."""
        return self.target[self.test]

    @property
    def scored(self) -> NDArray[np.str_]:
        """The object that each row of the test shows."""
        return self.groups[self.test]


@dataclass(frozen=True, eq=False)
class Trial:
    """Any other question with one answer for each test row, without numbers of labels.

    Parameters
    ----------
    title : str
        One line.
    about : str
        A paragraph: data, split, and how settings were chosen.
    truth : (M,)
        The true answers: values, or the places of the true counterparts among the candidates.
    scored : str (M,)
        The object that each row shows; rows of one object are drawn together for the bootstrap.
    measures : tuple of str
        Names of scores.
    entrants : tuple of Entrant
        What is compared.
    quoted : tuple of Quoted
        What is quoted beside them.
    """

    title: str
    about: str
    truth: NDArray[Any]
    scored: NDArray[np.str_]
    measures: tuple[str, ...]
    entrants: tuple[Entrant, ...]
    quoted: tuple[Quoted, ...] = ()


def held_out(target: NDArray[np.str_], groups: NDArray[np.str_], fraction: float, seed: int) -> Rows:
    """Draw the test objects: the same fraction of the objects of each class.

    Parameters
    ----------
    target, groups : str (N,)
        Classes of the rows, and the objects that they show; an object counts for the class of its first row.
    fraction : float
        Fraction of the objects, between 0 and 1.
    seed : int
        Seed of the draw.

    Returns
    -------
    int64
        Rows of the test objects, ascending.
    """
    return of_each_class(groups, target, np.arange(len(groups)), fraction, np.random.default_rng(seed))
