"""The command ``demo``: pretraining, embedding and evaluation on real data, with a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def demo(
    output: str | Path = "demo",
    *,
    lightcurves: bool = False,
    epochs: int | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, Any]:
    """Pretrain without labels, embed and evaluate, on two libraries of stellar spectra or on variable stars.

    Parameters
    ----------
    output : path
        Folder for ``run/`` (the model), the embeddings, and ``report/`` (``index.html``, ``summary.json``).
    lightcurves : bool
        Whether to use variable stars instead of spectra: EROS-1 if ``$CLRSERIES_DATA`` has it, otherwise simulated light
        curves; the report says which.
    epochs : int, optional
        Number of epochs of the training; default 700, for light curves 30.
    seed : int
        Seed of the training and of the test set; not negative.
    overwrite : bool
        Whether an earlier demo in `output` is replaced.
    progress : bool
        Whether progress bars are shown and the summary is printed.

    Returns
    -------
    dict
        Content of ``summary.json``.

    Raises
    ------
    InputError
        `output` exists, or the spectra are not installed.

    Examples
    --------
    >>> from clrseries import demo
    >>> summary = demo("demo-curves", lightcurves=True)  # doctest: +SKIP
    """
    if lightcurves:
        from ..demos.variable_stars import demo_variable_stars

        return demo_variable_stars(output, epochs=epochs, seed=seed, overwrite=overwrite, progress=progress)
    from ..demos.stars import demo_stars

    return demo_stars(output, epochs=epochs, seed=seed, overwrite=overwrite, progress=progress)
