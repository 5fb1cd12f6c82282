"""A trained encoder with everything needed to use it: ``config.json`` and ``model.safetensors``."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from . import __version__
from .augment import Normalize, Observe, Resample
from .augment.config import observe_from_config, observe_to_config
from .encoders import ENCODERS
from .errors import InputError
from .io.parquet import refuse_existing
from .methods import Projector
from .series import Series

FORMAT = 1
LAYERS = ("embedding", "projection")
BATCH = 256  # objects held on the grid at once while embedding


@dataclass(eq=False)
class Model:
    """An encoder and the composition it was trained on.

    Attributes
    ----------
    encoder : torch.nn.Module
        (flux, ivar), each (B, P), to the embedding (B, D).
    projector : torch.nn.Module
        Embedding (B, D) to projection (B, K), the space in which the training compared views.
    observe : Observe
        The augmentation of the training; its Resample and Normalize also prepare
        data for embedding.
    notes : dict
        Anything worth keeping with the model: data, method, metrics.
    """

    encoder: Any
    projector: Any
    observe: Observe
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def prepare(self) -> Observe:
        """What embedding does to data: the grid and the normalisation of the training, nothing random."""
        return Observe([s for s in self.observe.steps if isinstance(s, Resample | Normalize)])

    @torch.no_grad()
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
            An object has no data on the model's grid: nothing could be said of it.
        """
        if layer not in LAYERS:
            raise InputError(f"layer is one of {', '.join(LAYERS)}; got {layer!r}")
        if not len(series):
            raise InputError("there is nothing to embed: the series has no objects")
        self.encoder.eval()
        self.projector.eval()
        parts = []
        for first in range(0, len(series), BATCH):
            batch = series.take(np.arange(first, min(first + BATCH, len(series))))
            views = self.prepare(batch, threads=threads)
            empty = ~(views.ivar[:, 0] > 0).any(-1)
            if empty.any():
                lo, hi = views.grid.edges[[0, -1]]
                raise InputError(
                    f"object {batch.object_ids[int(np.argmax(empty))]!r}, column 'wavelength': no data "
                    f"within the model's {lo:.0f}-{hi:.0f} Angstrom; drop the object"
                )
            flux, ivar = (torch.from_numpy(a[:, 0]) for a in (views.flux, views.ivar))
            features = self.encoder(flux, ivar)
            features = self.projector(features) if layer == "projection" else features
            parts.append(features.float().numpy())
        return np.concatenate(parts)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the folder `path` with ``config.json`` and ``model.safetensors``, all or nothing."""
        target = Path(path)
        refuse_existing(target, overwrite)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        part.mkdir(parents=True)
        try:
            name = next(k for k, v in ENCODERS.items() if type(self.encoder) is v)
            config = {
                "format": FORMAT,
                "clrseries": __version__,
                "encoder": {"name": name, **self.encoder.settings},
                "projector": self.projector.settings,
                "augment": observe_to_config(self.observe),
                "notes": self.notes,
            }
            (part / "config.json").write_text(json.dumps(config, indent=2) + "\n")
            whole = nn.ModuleDict({"encoder": self.encoder, "projector": self.projector})
            save_file({k: v.contiguous() for k, v in whole.state_dict().items()}, part / "model.safetensors")
            if target.exists():
                shutil.rmtree(target)
            part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def load(path: str | Path) -> Model:
    """Read what :meth:`Model.save` wrote. Nothing is unpickled.

    Raises
    ------
    InputError
        The folder is missing or incomplete, or was written by a newer format.
    """
    folder = Path(path)
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
    settings = dict(config["encoder"])
    encoder = ENCODERS[settings.pop("name")](**settings)
    projector = Projector(**config["projector"])
    nn.ModuleDict({"encoder": encoder, "projector": projector}).load_state_dict(weights)
    return Model(encoder.eval(), projector.eval(), observe_from_config(config["augment"]), config["notes"])
