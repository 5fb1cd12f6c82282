"""The command ``forget``: take what embeddings tell of a column, such as the instrument, out of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..files import refuse_existing

if TYPE_CHECKING:
    from ..datasets.open import Data
    from ..model import Model


def forget(
    model: str | Path | Model,
    data: Data,
    output: str | Path,
    *,
    column: str,
    given: str | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    overwrite: bool = False,
) -> Path:
    """Take what the embeddings of a model tell linearly of a column out of them, and write the new model.

    The network stays as it is; a linear map after it is found from the data, in a moment. Whether the column is forgotten, and
    what is left of the physics, :func:`clrseries.evaluate` tells, on data with other objects.

    Parameters
    ----------
    model : path or Model
        Folder of a model, name of weights in this package, or ``owner/model`` on the Hugging Face Hub. A head is left out: train one
        again with ``finetune``.
    data : path, name, Series or table
        Spectra or light curves with the column, as for ``embed``; some hundred objects at least.
    output : path
        Folder of the new model.
    column : str
        Classes that the embeddings shall no longer tell, such as ``instrument``.
    given : str, optional
        Column with classes that they shall still tell, though the instruments observed different mixtures of them; default whatever the 30
        nearest neighbors of an embedding have in common.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, model or data cannot be used, or fewer than two classes of the column have eight objects.

    References
    ----------
    LEACE: Belrose et al. 2023, arXiv:2306.03819.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, forget, load, pretrain
    >>> stars, folder = datasets.simulated_light_curves(64, nights=20), tempfile.mkdtemp()
    >>> stars = stars.with_columns({"telescope": ["north", "south"] * 32})
    >>> encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 16}}
    >>> model = pretrain(stars, folder + "/run", encoder=encoder, epochs=1, batch_size=16, progress=False)
    >>> load(forget(model, stars, folder + "/model", column="telescope")).embed(stars).shape
    (64, 16)
    """
    refuse_existing(output, overwrite, folder=True)
    import numpy as np
    import torch

    from ..datasets.open import open_series
    from ..encoders import Erased
    from ..evaluation import erasure
    from ..model import Model as ModelOf
    from ..model import load
    from ..training.column import column_of

    known = load(model)
    series = open_series(data, medium=medium, kind=known.observe.kind)
    embeddings = known.embed(series)
    good = np.isfinite(embeddings).all(axis=1)
    found = []
    for name in (column, *([] if given is None else [given])):
        classes = column_of(name, series, classes=True)
        number = classes.of(series)
        good &= number >= 0
        found.append(np.array(["", *classes.classes])[number + 1])
    kept = erasure(embeddings[good], *(names[good] for names in found))
    encoder = Erased(known.encoder, embeddings.shape[1])
    encoder.set_erasure(torch.from_numpy(kept.center), torch.from_numpy(kept.matrix))
    notes = known.notes | {
        "forgotten": {"column": column, "given": given or "nearest neighbors", "objects": int(good.sum())}
    }
    made = ModelOf(encoder.eval(), known.projector, known.observe, notes, known.bands)
    made.save(output, overwrite=overwrite)
    return Path(output)
