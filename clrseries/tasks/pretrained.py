"""A model that was pretrained for a task and is kept in memory alone."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any

from ..commands.pretrain import pretrain
from ..model import Model, load
from ..series import Series


def pretrained(series: Series, *columns: str, **settings: Any) -> Model:
    """Pretrain on objects of which only some columns are known.

    Parameters
    ----------
    series : Series
        N objects.
    *columns : str
        Columns that the training may see beside ``object_id``.
    **settings : object
        As for :func:`clrseries.pretrain`.

    Returns
    -------
    Model
    """
    blind = replace(series, table=series.table.select(["object_id", *columns]))
    with tempfile.TemporaryDirectory() as folder:
        return load(pretrain(blind, folder + "/run", progress=False, **settings))
