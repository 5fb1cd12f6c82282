"""A trained encoder with everything needed to use it: ``config.json``, ``model.safetensors`` and a card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from . import __version__, hub
from .augment import Observe
from .augment.config import observe_from_config, observe_to_config
from .card import model_card
from .encoders import ENCODERS
from .encoders.heads import HEADS, ClassHead, mean_and_scatter, median
from .errors import InputError
from .io.parquet import refuse_existing
from .methods import Projector
from .monitor import Monitor
from .series import Series
from .views import CurveViews, Views

FORMAT = 1
LAYERS = ("embedding", "projection")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
BATCH = 256  # objects held on the grid at once while embedding


@dataclass(eq=False)
class Model:
    """An encoder and the composition it was trained on.

    Attributes
    ----------
    encoder : torch.nn.Module
        (flux, ivar), each (B, P), or (time, flux, ivar, band), each (B, L), to the embedding (B, D).
    projector : torch.nn.Module
        Embedding (B, D) to projection (B, K), the space in which the training compared views.
    observe : Observe or Monitor
        The augmentation of the training; what is not random in it also prepares data for embedding.
    notes : dict
        Anything worth keeping with the model: data, method, metrics.
    bands : tuple of str
        Of the light curves it was trained on.
    head : torch.nn.Module, optional
        Of a fine-tuned model: embedding to classes or values.
    target : str
        The column that the head answers for.
    """

    encoder: Any
    projector: Any
    observe: Observe | Monitor
    notes: dict[str, Any] = field(default_factory=dict)
    bands: tuple[str, ...] = ()
    head: Any = None
    target: str = ""

    def embed(self, series: Series, layer: str = "embedding", threads: int | None = None) -> NDArray[np.float32]:
        """Embeddings, float32 (N, D), independent of the order of the objects.

        Parameters
        ----------
        series : Series
        layer : str
            ``"embedding"``, or ``"projection"``: what the training compared, of size K; best for
            finding the same source again, while the embedding is best for probes.
        threads : int, optional
            Of the resampling; default all cores.

        Raises
        ------
        InputError
            An object has no data on the model's grid (or no point at all): nothing could be said of it; or
            bands that the model does not know.
        """
        if layer not in LAYERS:
            raise InputError(f"layer is one of {', '.join(LAYERS)}; got {layer!r}")
        network = self.projector.eval() if layer == "projection" else nn.Identity()
        with torch.no_grad():
            return torch.cat([network(part).float() for part in self._embeddings(series, threads)]).numpy()

    def predict(self, series: Series, threads: int | None = None) -> dict[str, NDArray[Any]]:
        """What the head of a fine-tuned model says of every object.

        Parameters
        ----------
        series : Series
        threads : int, optional
            Of the resampling; default all cores.

        Returns
        -------
        dict
            Of classes: ``predicted`` str (N,) and ``probability`` float32 (N, C), in the order of ``head.classes``. Of values:
            ``predicted`` (the median) and ``sigma`` float32 (N,), and ``mixture`` float32 (N, 3, K): logarithms of the weights,
            means and standard deviations.

        Raises
        ------
        InputError
            The model has no head, or as for :meth:`embed`.
        """
        if self.head is None:
            raise InputError("this model embeds and does not answer: give it a head with 'clrseries finetune'")
        self.head.eval()
        with torch.no_grad():
            outputs = torch.cat([self.head(part) for part in self._embeddings(series, threads)])
        if isinstance(self.head, ClassHead):
            names = np.array(self.head.classes)
            return {"predicted": names[outputs.argmax(1).numpy()], "probability": outputs.exp().numpy()}
        sigma = mean_and_scatter(outputs)[1]
        return {"predicted": median(outputs).numpy(), "sigma": sigma.numpy(), "mixture": outputs.numpy()}

    @torch.no_grad()
    def _embeddings(self, series: Series, threads: int | None) -> Iterator[torch.Tensor]:
        if not len(series):
            raise InputError("there is nothing to embed: the series has no objects")
        self.encoder.eval()
        if self.bands:
            series = series.with_bands(self.bands)
        prepare = self.observe.prepared()
        for first in range(0, len(series), BATCH):
            batch = series.take(np.arange(first, min(first + BATCH, len(series))))
            views: Views | CurveViews = prepare(batch, threads=threads)
            empty = ~(views.ivar[:, 0] > 0).any(-1)
            if empty.any():
                name = batch.object_ids[int(np.argmax(empty))]
                raise InputError(f"object {name!r}, {self._missing()}; drop the object")
            views = views.trimmed() if isinstance(views, CurveViews) else views
            yield self.encoder(*(torch.from_numpy(array[:, 0]) for array in views.inputs))

    def _missing(self) -> str:
        if isinstance(self.observe, Monitor):
            return "column 'flux': no usable point"
        lo, hi = self.observe.grid.edges[[0, -1]]
        return f"column 'wavelength': no data within the model's {lo:.0f}-{hi:.0f} Angstrom"

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the folder `path`, all or nothing, as the Hugging Face Hub lays models out.

        ``config.json``, ``model.safetensors`` (whose hash the first holds) and ``README.md``, the card; `notes` may say more
        for it: ``title``, ``description``, ``data``, ``licence``.
        """
        target = Path(path)
        refuse_existing(target, overwrite)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        part.mkdir(parents=True)
        try:
            weights = part / "model.safetensors"
            save_file({k: v.contiguous() for k, v in self._whole().state_dict().items()}, weights)
            config = self._config() | {"sha256": _hash(weights)}
            (part / "config.json").write_text(json.dumps(config, indent=2) + "\n")
            (part / "README.md").write_text(model_card(config))
            if target.exists():
                shutil.rmtree(target)
            part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    save_pretrained = save  # the Hub's name for it

    @staticmethod
    def from_pretrained(name: str | Path, revision: str | None = None) -> Model:
        """The Hub's name for :func:`clrseries.load`."""
        return load(name, revision)

    def push_to_hub(self, name: str, *, private: bool = False) -> str:
        """Upload to the Hub as ``owner/model``; see :func:`clrseries.hub.push`."""
        with tempfile.TemporaryDirectory() as folder:
            self.save(Path(folder) / "model")
            return hub.push(Path(folder) / "model", name, private=private)

    def _whole(self) -> nn.ModuleDict:
        parts = {"encoder": self.encoder, "projector": self.projector}
        return nn.ModuleDict(parts | ({"head": self.head} if self.head is not None else {}))

    def _config(self) -> dict[str, Any]:
        config = {
            "format": FORMAT,
            "clrseries": __version__,
            "encoder": {"name": _name(ENCODERS, self.encoder), **self.encoder.settings},
            "projector": self.projector.settings,
            "augment": observe_to_config(self.observe),
            "bands": list(self.bands),
            "notes": self.notes,
        }
        if self.head is not None:
            config |= {"head": {"name": _name(HEADS, self.head), **self.head.settings}, "target": self.target}
        return config


def load(path: str | Path, revision: str | None = None) -> Model:
    """Read what :meth:`Model.save` wrote. Nothing is unpickled.

    Parameters
    ----------
    path : path or str
        A folder, or ``"owner/model"`` on the Hugging Face Hub.
    revision : str, optional
        Branch, tag or commit on the Hub.

    Raises
    ------
    InputError
        The folder is missing or incomplete, was written by a newer format, does not match its hash, or holds a pickle
        instead of ``model.safetensors``.
    """
    folder = Path(path)
    if not folder.exists() and str(path).count("/") == 1 and not str(path).startswith((".", "~", "/")):
        folder = hub.download(str(path), revision)
    _refuse_pickles(folder)
    try:
        config = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
    except FileNotFoundError as error:
        raise InputError(f"{folder}: not a model, {Path(error.filename or '').name or 'a file'} is missing") from error
    except (json.JSONDecodeError, SafetensorError) as error:
        raise InputError(f"{folder}: not a complete model ({error}); copy or train it again") from error
    if config.get("format") != FORMAT:
        raise InputError(
            f"{folder}: written in format {config.get('format')}, this version reads {FORMAT}; update clrseries"
        )
    if config.get("sha256") not in (None, _hash(folder / "model.safetensors")):
        raise InputError(
            f"{folder}: model.safetensors is not the file that config.json was written with; copy both again"
        )
    parts = [_part(ENCODERS, config["encoder"]), Projector(**config["projector"])]
    head = _part(HEADS, config["head"]).eval() if "head" in config else None
    observe = observe_from_config(config["augment"])
    model = Model(
        parts[0], parts[1], observe, config["notes"], tuple(config.get("bands", ())), head, config.get("target", "")
    )
    model._whole().load_state_dict(weights)
    model.encoder.eval(), model.projector.eval()
    return model


def _refuse_pickles(folder: Path) -> None:
    pickles = [file.name for file in folder.glob("*") if file.suffix in PICKLES] if folder.is_dir() else []
    if folder.suffix in PICKLES:
        pickles = [folder.name]
    if pickles and not (folder / "model.safetensors").exists():
        raise InputError(
            f"{folder}: {pickles[0]} may be a pickle, which runs whatever code its author liked; only model.safetensors is read. "
            "Train or export the model again, or have its author do so"
        )


def _part(kinds: dict[str, Any], settings: dict[str, Any]) -> Any:
    arguments = dict(settings)
    return kinds[arguments.pop("name")](**arguments)


def _name(kinds: dict[str, Any], part: Any) -> str:
    return next(name for name, kind in kinds.items() if type(part) is kind)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
