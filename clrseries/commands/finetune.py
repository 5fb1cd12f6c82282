"""The command ``finetune``: train a head, and part of the encoder, with labeled objects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..files import refuse_existing

if TYPE_CHECKING:
    from ..datasets.open import Data
    from ..model import Model


def finetune(
    model: str | Path | Model,
    data: Data,
    output: str | Path,
    *,
    target: str,
    kind: Literal["auto", "classes", "values"] = "auto",
    mode: Literal["frozen", "partial", "lora", "full", "scratch"] = "full",
    group: str = "object_id",
    held_out: float = 0.2,
    labels: int = 0,
    balance: bool = True,
    guess: bool = False,
    without: Sequence[str] = (),
    epochs: int = 40,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    weight_decay: float = 1e-3,
    lora_rank: int = 8,
    components: int = 5,
    bands: dict[str, str | None] | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
    trust_code: bool = False,
) -> dict[str, Any]:
    """Train a head, and a chosen part of the encoder, to predict a column of the data.

    For values, the head predicts a mixture of Gaussians; for classes, a probability of each class. Classes with fewer than five
    objects are left out, and ``metrics.json`` counts them. The objects are divided into three parts: the test set, whose size is
    `held_out`; a fifth of the others, on which the probabilities are calibrated; and the training set.

    Parameters
    ----------
    model : path or Model
        Folder written by ``pretrain`` or ``finetune``, or ``owner/model`` on the Hugging Face Hub.
    data : path, name, Series, table, or several of them
        Labeled data, as for ``pretrain``; objects without a value of `target` are left out, unless `guess` is given.
    output : path
        Folder for ``model/``, which ``predict`` takes, and ``metrics.json``.
    target : str
        Column to predict; null, NaN and empty text are no label.
    kind : {"auto", "classes", "values"}
        Whether the labels are classes or values. With ``"auto"``, text, booleans and categories are classes, and numbers are
        values; whole numbers are classes if there are at most 20 different ones and twice as many labeled objects. The rule is
        that of ``evaluate``.
    mode : {"frozen", "partial", "lora", "full", "scratch"}
        Part of the encoder that is trained with the head. ``"frozen"``: nothing; ``"partial"``: its last block and its own
        head; ``"lora"``: low-rank terms that are added to all weights; ``"full"``: all weights; ``"scratch"``: all weights,
        from new random values, for comparison.
    group : str
        Column whose equal values mark rows that belong together; they are never divided between the parts.
    held_out : float
        Fraction of the groups in the test set, between 0 and 1.
    labels : int
        Number of rows of each class (for values: of all rows) in the training; 0 for all.
    balance : bool
        Whether all classes have equal weights in the training and in the probabilities; otherwise they have their frequencies.
    guess : bool
        Whether classes of the objects without one are guessed by the network that the labels have trained, and another network learns
        from labels and guesses (self-training; Lee 2013). Rows of the training that `labels` leaves out are guessed too.
    without : list of str
        Steps of the augmentation that are left out because they change the target. For instance, a redshift cannot be learned
        from views at another velocity, which is an error.
    epochs : int
        Number of epochs over the labeled objects, at least 1.
    batch_size : int
        Number of objects of a batch, at least 1.
    learning_rate : float
        Highest learning rate of the encoder; that of the head of a trained encoder is ten times higher.
    weight_decay : float
        Weight decay of AdamW.
    lora_rank : int
        Rank of the terms of ``"lora"``, at least 1.
    components : int
        Number of Gaussians of the mixture, at least 1.
    bands : dict of str to str or None, optional
        For bands of the data, the band of the model that is taken instead; with None (``null`` on the command line) their points are left
        out: ``--bands '{p48g: g, "*": null}'``, where ``"*"`` stands for all others that the model does not know. Other bands keep their names.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    seed : int
        Seed of splits, weights and views; not negative.
    overwrite : bool
        Whether `output` is replaced if it exists.
    progress : bool
        Whether a progress bar is shown.
    trust_code : bool
        Whether the function of a step Custom, which the model names, may be imported and run.

    Returns
    -------
    dict
        Content of ``metrics.json``: scores on the test set under ``test``, the number of objects of each part under ``objects``,
        and of those that were not used under ``left_out``.

    Raises
    ------
    InputError
        `output` exists, or the model, the data or an argument cannot be used.

    References
    ----------
    Bishop 1994, NCRG/94/004 (mixtures of Gaussians); Guo et al. 2017, arXiv:1706.04599 (calibration); Hu et al. 2022,
    arXiv:2106.09685 (low-rank terms).

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, finetune, pretrain
    >>> stars, folder = datasets.simulated_light_curves(32, nights=20), tempfile.mkdtemp()
    >>> encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 16}}
    >>> model = pretrain(stars, folder + "/run", encoder=encoder, epochs=1, batch_size=16, progress=False)
    >>> metrics = finetune(model, stars, folder + "/classifier", target="class", epochs=1, progress=False)
    >>> sorted(metrics["objects"])
    ['calibrate', 'test', 'train']
    """
    from ..finetuning.arguments import Arguments

    arguments = Arguments(
        model=model,
        data=data,
        output=Path(output),
        target=target,
        kind=kind,
        mode=mode,
        group=group,
        held_out=held_out,
        labels=labels,
        balance=balance,
        guess=guess,
        without=[without] if isinstance(without, str) else without,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        lora_rank=lora_rank,
        components=components,
        bands=bands,
        medium=medium,
        seed=seed,
        overwrite=overwrite,
        progress=progress,
        trust_code=trust_code,
    )
    refuse_existing(arguments.output, overwrite, folder=True)
    from ..finetuning.finetuning import train_head

    return train_head(arguments)
