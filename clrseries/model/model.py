"""A trained encoder, with what is needed to embed new data."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..config import Observe
from ..encoders.heads import ClassHead, half_width, median
from ..encoders.joint_head import JointHead
from ..encoders.prediction_sets import prediction_sets
from ..errors import InputError
from ..files import refuse_existing, replacing
from ..lightcurves.features import ANY
from ..names import known_name
from ..series import Series, check_series
from . import folder, hub
from .all_outputs import mean_over_views, outputs_of_all
from .continuum import warn_without_continuum

LAYERS = ("embedding", "projection")


@dataclass(eq=False)
class Model:
    """Trained encoder and the composition it was trained with.

    :func:`clrseries.load` reads a model.

    Parameters
    ----------
    encoder : torch.nn.Module
        Takes flux and ivar (B, P), or time, flux, ivar and band (B, L), and returns the embeddings (B, D).
    projector : torch.nn.Module
        Takes the embeddings (B, D) and returns the projections (B, K), which the training compares.
    observe : spectra.Observe or lightcurves.Observe
        Augmentation of the training; its deterministic steps prepare data for embedding.
    notes : dict
        Information that is saved with the model, such as data, method and metrics.
    bands : tuple of str
        Bands of the light curves that the encoder was trained on; empty for spectra.
    head : torch.nn.Module, optional
        Head of a fine-tuned model, which takes the embeddings and returns classes or values.
    target : str
        Name of the column that the head predicts.
    flux_unit : str
        Unit that fluxes are brought to, as astropy reads it; empty if their scale does not matter, or is not known. Those without a unit are left as
        they are.

    Examples
    --------
    >>> from clrseries import Model, datasets, encoders, lightcurves as lc, methods
    >>> encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16)
    >>> model = Model(encoder, methods.Projector(16), lc.Observe([lc.Pack(64), lc.Normalize("band")]), bands=("B", "R"))
    >>> model.embed(datasets.simulated_light_curves(4)).shape
    (4, 16)
    """

    encoder: Any
    projector: Any
    observe: Observe
    notes: dict[str, Any] = field(default_factory=dict)
    bands: tuple[str, ...] = ()
    head: Any = None
    target: str = ""
    flux_unit: str = ""

    def __repr__(self) -> str:
        """Return one line with the encoder, its weights, and what it takes and predicts."""
        weights = sum(weight.numel() for weight in self.encoder.parameters())
        what = f"light curves in {', '.join(self.bands) or 'one band'}" if self.observe.kind != "spectra" else "spectra"
        head = f", predicts {self.target}" if self.head is not None else ""
        return (
            f"Model({type(self.encoder).__name__}, {weights:,} weights, {what} -> {self.encoder.embedding_dim}{head})"
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows: how the model was trained, and the steps that prepare data for it."""
        from ..notebook import page, table

        shown = [(name, value) for name, value in self.notes.items() if not isinstance(value, list | dict)]
        return page(
            repr(self), table(["trained", ""], shown) if shown else "", self.observe.deterministic()._repr_html_()
        )

    def embed(
        self,
        series: Series,
        layer: str = "embedding",
        threads: int | None = None,
        *,
        on_error: Literal["skip", "stop"] = "skip",
    ) -> NDArray[np.float32]:
        """Return the embedding of every object.

        Parameters
        ----------
        series : Series
            N objects.
        layer : {"embedding", "projection"}
            ``"embedding"`` (D numbers) is best for probes and maps, ``"projection"`` (K numbers) for finding the same source
            again.
        threads : int, optional
            Number of threads that prepare the data; default all cores that this process may use.
        on_error : {"skip", "stop"}
            What happens with an object that cannot be embedded: its row is NaN, and the log has a count with the reason; or an
            :class:`InputError` names it.

        Returns
        -------
        float32 (N, D) or (N, K)
            An embedding does not depend on the other objects.

        Raises
        ------
        InputError
            The series is empty, no object can be embedded (or one, if `on_error` is ``"stop"``), or a band is unknown to the model.
        """
        layer = known_name("layer", layer, LAYERS)
        network = self.projector.eval() if layer == "projection" else nn.Identity()
        return outputs_of_all(self, network, series, threads, on_error).numpy()

    def predict(
        self, series: Series, threads: int | None = None, *, on_error: Literal["skip", "stop"] = "skip"
    ) -> dict[str, NDArray[Any]]:
        """Predict the target of a fine-tuned model for every object.

        Where ``head.views`` is above 1, the probabilities of classes are the geometric mean over so many views: the object as it is, and
        random views as the training had them. It can be set for any classifier, and takes as many times longer; temperature and sets
        of classes are those of the number that they were calibrated with.

        Parameters
        ----------
        series : Series
            N objects.
        threads : int, optional
            Number of threads that prepare the data; default all cores that this process may use.
        on_error : {"skip", "stop"}
            What happens with an object that cannot be embedded: its numbers are NaN and its class is empty, and the log has a count
            with the reason; or an :class:`InputError` names it.

        Returns
        -------
        dict of str to array
            For classes: ``predicted``, str (N,), and ``probability``, float32 (N, C), in the order of ``head.classes``; from a
            calibrated head also ``set_90``, bool (N, C): which classes are in a set that holds the true one for nine objects in ten, and
            ``unlike``. For values: ``predicted`` (the median) and ``sigma``, float32 (N,), and ``mixture``, float32 (N, 3, K): the logarithms
            of the weights, the means and the standard deviations of K Gaussians. For a head of several answers: what belongs to
            classes, ``V`` and ``V_sigma``, float32 (N,), for each value V, and ``unlike``, float32 (N,): the fraction of known
            objects that are less unlike the known ones.

        Raises
        ------
        InputError
            The model has no head, or objects cannot be embedded; see :meth:`embed`.
        """
        if self.head is None:
            raise InputError("this model embeds and does not predict: give it a head with 'clrseries finetune'")
        self.head.eval()
        warn_without_continuum(check_series(series, "a model"), self.observe)
        network = self.head.answers if isinstance(self.head, ClassHead) else self.head
        outputs = outputs_of_all(self, network, series, threads, on_error)
        lost = torch.isnan(outputs).flatten(1).any(1).numpy()
        if isinstance(self.head, ClassHead):
            count = len(self.head.classes)
            found = self._classes(series, threads, outputs[:, :count], lost, self.head)
            return found | ({"unlike": outputs[:, count].numpy()} if self.head.known is not None else {})
        if not isinstance(self.head, JointHead):
            middle, sigma = _values(outputs, lost)
            return {"predicted": middle, "sigma": sigma, "mixture": outputs.numpy()}
        answers = self.head.split(outputs)
        found = self._classes(series, threads, answers["class"], lost, self.head.kind)
        for name in self.head.values:
            found[name], found[f"{name}_sigma"] = _values(answers[name], lost)
        return found | {"unlike": answers["unlike"].numpy()}

    def _classes(
        self, series: Series, threads: int | None, outputs: torch.Tensor, lost: NDArray[np.bool_], head: ClassHead
    ) -> dict[str, NDArray[Any]]:
        if head.views > 1:
            outputs = mean_over_views(self, head, series, threads, outputs, head.views)
        predicted = np.where(lost, "", np.array(head.classes)[outputs.argmax(1).numpy()])
        found: dict[str, NDArray[Any]] = {"predicted": predicted, "probability": outputs.exp().numpy()}
        if head.least_probability is not None:
            found["set_90"] = prediction_sets(found["probability"], head.least_probability)
        return found

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the model to a folder with the layout of the Hugging Face Hub.

        The folder has ``config.json``, ``model.safetensors`` (its hash is in ``config.json``) and the card ``README.md``. For the
        card, `notes` may have ``title``, ``description``, ``data`` and ``license``.

        Parameters
        ----------
        path : path
            The folder.
        overwrite : bool
            Whether `path` is replaced if it exists.

        Raises
        ------
        InputError
            `path` exists and `overwrite` is false.
        """
        refuse_existing(path, overwrite, folder=True)
        with replacing(path) as part:
            folder.write(vars(self), part)

    save_pretrained = save  # the usual name on the Hub

    @staticmethod
    def from_pretrained(name: str | Path, revision: str | None = None, *, trust_code: bool = False) -> Model:
        """Read a model; the same as :func:`clrseries.load`, under the usual name on the Hub.

        Parameters
        ----------
        name : path or str
            A folder, or ``"owner/model"`` on the Hub.
        revision : str, optional
            Branch, tag or commit on the Hub.
        trust_code : bool
            Whether the function of a step Custom may be imported.

        Returns
        -------
        Model
            The model.

        Raises
        ------
        InputError
            The folder cannot be used; see :func:`clrseries.load`.
        """
        return load(name, revision, trust_code=trust_code)

    def push_to_hub(self, name: str, *, private: bool = False) -> str:
        """Upload the model to the Hugging Face Hub.

        Parameters
        ----------
        name : str
            ``"owner/model"``.
        private : bool
            Whether a new repository is private.

        Returns
        -------
        str
            Address of the model.

        Raises
        ------
        InputError
            huggingface_hub is not installed, or the upload failed.
        """
        with tempfile.TemporaryDirectory() as there:
            self.save(Path(there) / "model")
            return hub.push(Path(there) / "model", name, private=private)

    def in_its_bands(self, series: Series) -> Series:
        """Return light curves with the bands of this model.

        Parameters
        ----------
        series : Series
            N objects.

        Returns
        -------
        Series
            `series` itself if it holds spectra, or if the model takes light curves in any bands.

        Raises
        ------
        InputError
            The model takes the other kind of data, or a point is in another band.
        """
        given = "light curves" if series.band is not None else "spectra"
        if given != self.observe.kind:
            raise InputError(f"this model takes {self.observe.kind}, and these are {given}")
        return series if self.bands in ((), (ANY,)) else series.with_bands(self.bands)


def _values(outputs: torch.Tensor, lost: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the median and half the width of the central 68 percent of mixtures (N, 3, K); NaN for rows that are lost."""
    known = outputs.masked_fill(torch.isnan(outputs), 0.0)
    numbers = median(known).numpy(), half_width(known).numpy()
    return np.where(lost, np.float32(np.nan), numbers[0]), np.where(lost, np.float32(np.nan), numbers[1])


def load(
    path: str | Path | Model, revision: str | None = None, *, encoder: nn.Module | None = None, trust_code: bool = False
) -> Model:
    """Read a model that :meth:`Model.save` or a training has written; nothing is unpickled.

    Parameters
    ----------
    path : path, str or Model
        Folder; or the name of weights that are part of this package, such as ``"supernova-spectra"``
        (:func:`clrseries.model.weights` lists them); or ``"owner/model"`` on the Hugging Face Hub. A Model is returned unchanged.
    revision : str, optional
        Branch, tag or commit on the Hub.
    encoder : torch.nn.Module, optional
        For a model whose encoder is a module of your own: a new module of the same class, into which the weights are read.
    trust_code : bool
        Whether the function of a step Custom, which ``config.json`` names, may be imported when it is needed.

    Returns
    -------
    Model
        The model; its networks are in evaluation mode.

    Raises
    ------
    InputError
        The folder is missing or incomplete, has another format, does not match its hash, has a pickle instead of
        ``model.safetensors``, or needs `encoder`.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import Model, encoders, lightcurves as lc, load, methods
    >>> encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16)
    >>> model = Model(encoder, methods.Projector(16), lc.Observe([lc.Pack(64)]), {"data": "none"}, ("B", "R"))
    >>> folder = tempfile.mkdtemp()
    >>> model.save(folder)
    >>> load(folder).notes
    {'data': 'none'}
    """
    return path if isinstance(path, Model) else Model(**folder.read(path, revision, encoder, trust_code=trust_code))
