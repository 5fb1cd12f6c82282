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
from .augment import Observe
from .augment.config import observe_from_config, observe_to_config
from .encoders import ENCODERS
from .errors import InputError
from .io.parquet import refuse_existing
from .methods import Projector
from .monitor import Monitor
from .series import Series
from .views import CurveViews, Views

FORMAT = 1
LAYERS = ("embedding", "projection")
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
    """

    encoder: Any
    projector: Any
    observe: Observe | Monitor
    notes: dict[str, Any] = field(default_factory=dict)
    bands: tuple[str, ...] = ()

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
            An object has no data on the model's grid (or no point at all): nothing could be said of it; or
            bands that the model does not know.
        """
        if layer not in LAYERS:
            raise InputError(f"layer is one of {', '.join(LAYERS)}; got {layer!r}")
        if not len(series):
            raise InputError("there is nothing to embed: the series has no objects")
        self.encoder.eval()
        self.projector.eval()
        if self.bands:
            series = series.with_bands(self.bands)
        prepare, parts = self.observe.prepared(), []
        for first in range(0, len(series), BATCH):
            batch = series.take(np.arange(first, min(first + BATCH, len(series))))
            views: Views | CurveViews = prepare(batch, threads=threads)
            empty = ~(views.ivar[:, 0] > 0).any(-1)
            if empty.any():
                name = batch.object_ids[int(np.argmax(empty))]
                raise InputError(f"object {name!r}, {self._missing()}; drop the object")
            views = views.trimmed() if isinstance(views, CurveViews) else views
            features = self.encoder(*(torch.from_numpy(array[:, 0]) for array in views.inputs))
            features = self.projector(features) if layer == "projection" else features
            parts.append(features.float().numpy())
        return np.concatenate(parts)

    def _missing(self) -> str:
        if isinstance(self.observe, Monitor):
            return "column 'flux': no usable point"
        lo, hi = self.observe.grid.edges[[0, -1]]
        return f"column 'wavelength': no data within the model's {lo:.0f}-{hi:.0f} Angstrom"

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
                "bands": list(self.bands),
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
    observe = observe_from_config(config["augment"])
    return Model(encoder.eval(), projector.eval(), observe, config["notes"], tuple(config.get("bands", ())))
