"""The command ``augment``: show views of some objects, to check an augmentation."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import InputError
from ..files import refuse_existing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..config import Augmentation, Observe
    from ..datasets.open import Data
    from ..series import Series

SHOWN = 3  # default number of objects


def show_views(
    data: Data,
    output: str | Path,
    *,
    augment: Augmentation | None = None,
    objects: Sequence[str] | None = None,
    views: int = 4,
    seed: int = 0,
    medium: Literal["vacuum", "air"] | None = None,
    overwrite: bool = False,
    trust_code: bool = False,
) -> Path:
    """Plot some objects and several views of each, with the parameters of every view, on an HTML page.

    Parameters
    ----------
    data : path, name, Series, table, or several of them
        Spectra or light curves, as for ``pretrain``.
    output : path
        The page, a single HTML file.
    augment : Observe, list of steps, or path, optional
        The augmentation, as for ``pretrain``; a YAML file has a list of steps at the top level or under ``augment``. Default:
        that of the kind of data.
    objects : list of str, optional
        Names of the objects; default three objects that have data on the grid.
    views : int
        Number of views of each object, at least 1.
    seed : int
        Seed of the views; not negative.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    overwrite : bool
        Whether `output` is replaced if it exists.
    trust_code : bool
        Whether the function of a step Custom, which the file of the augmentation names, may be imported and run.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, `augment` or `data` cannot be used, or there is no such object.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, show_views
    >>> page = tempfile.mkdtemp() + "/views.html"
    >>> show_views(datasets.simulated_light_curves(4, nights=20), page, views=2).name
    'views.html'
    """
    refuse_existing(output, overwrite)
    from ..config import composition, default_augmentation
    from ..datasets.open import names_of, open_series
    from ..report.page import write_file
    from ..report.views import plot_views

    series = open_series(data, medium=medium)
    observe = default_augmentation(series) if augment is None else composition(augment, trust_code=trust_code)
    chosen = series.take(_chosen(series, observe, objects))
    made = observe(chosen, views, seed)
    command = ["clrseries", "augment", *names_of(data), "--output", output, "--views", views, "--seed", seed]
    command += ["--augment", augment] if isinstance(augment, str | Path) else []
    command += [] if medium is None else ["--medium", medium]
    command += ["--objects", *objects] if objects else []
    return write_file(
        output,
        "One source, observed again",
        [(chosen.object_ids[row], plot_views(chosen, made, row)) for row in range(len(chosen))],
        command=shlex.join(map(str, command)),
        lead=f"<p>{' &rarr; '.join(type(step).__name__ for step in observe.steps)}</p>",
    )


def _chosen(series: Series, observe: Observe, objects: Sequence[str] | None) -> NDArray[np.int64]:
    import numpy as np

    from .. import spectra

    names = series.object_ids
    objects = [objects] if isinstance(objects, str) else objects
    if objects:
        missing = set(objects) - set(names)
        if missing:
            raise InputError(f"there is no object {sorted(missing)[0]!r}; the first are {', '.join(names[:5])}")
        return np.array([names.index(name) for name in objects])
    rows: Any = np.arange(len(series))
    if isinstance(observe, spectra.Observe):
        lo, hi = observe.grid.edges[[0, -1]]
        inside = (series.ivar > 0) & (series.x > lo) & (series.x < hi)
        rows = np.flatnonzero(np.add.reduceat(inside, series.offsets[:-1]) > 0)
        if not len(rows):
            raise InputError(f"no object has data with ivar above 0 within the grid's {lo:.0f}-{hi:.0f} Angstrom")
    return rows[np.linspace(0, len(rows) - 1, min(SHOWN, len(rows))).astype(int)]
