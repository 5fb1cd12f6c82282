"""Diagnostics of the embeddings during the training: detection of a collapse, and early stopping."""

from __future__ import annotations

import logging
from typing import Any

import lightning
import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Observe
from ..encoders.with_columns import column_inputs
from ..evaluation.geometry import collapse, geometry
from ..evaluation.probe import probe_classes, probe_values
from ..series import Series
from .column import Column

logger = logging.getLogger(__name__)
SAMPLE = 512  # number of objects that are embedded


class EmbeddingDiagnostics(lightning.Callback):
    """Callback that embeds two views of the same few objects every few epochs.

    It logs a warning if the embeddings collapse. With `stop_on`, it keeps the best weights and stops the training when the
    embeddings no longer improve.

    Parameters
    ----------
    series : Series
        Data from which the objects are drawn.
    observe : spectra.Observe or lightcurves.Observe
        Augmentation that makes the views.
    seed : int
        Seed of the objects and of their views, which do not change during the training.
    every : int
        Number of epochs between two evaluations.
    stop_on : {"uniformity", "rank", "probe"} or None
        Criterion of early stopping. ``"uniformity"`` (alignment + uniformity, Wang & Isola 2020) and ``"rank"`` (RankMe,
        Garrido et al. 2023) need no labels; ``"probe"`` is R2 or the balanced accuracy of a linear probe.
    patience : int
        Number of evaluations without a better value after which the training stops.
    probe : Column or None
        Column for the linear probe.
    columns : tuple of str
        Names of the columns that the encoder reads beside the views.
    """

    def __init__(
        self,
        series: Series,
        observe: Observe,
        seed: int,
        every: int,
        stop_on: str | None,
        patience: int,
        probe: Column | None,
        columns: tuple[str, ...] = (),
    ) -> None:
        self.every, self.stop_on, self.patience, self.probe = every, stop_on, patience, probe
        rows = np.random.default_rng(seed).permutation(len(series))[:SAMPLE]
        self.sample = series.take(np.sort(rows))
        views = observe(self.sample, 2, seed ^ 0x5EED)
        beside = (part[:, None].expand(-1, 2, -1) for part in column_inputs(columns, self.sample))
        self.inputs = (*views.torch(), *beside)
        self.target = probe.of(self.sample) if probe else None
        self.best, self.since, self.said = -np.inf, 0, ""
        self.weights: dict[str, torch.Tensor] = {}

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Evaluate the embeddings, if it is the turn of this epoch.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module; the results are added to its ``noted``.
        """
        if (trainer.current_epoch + 1) % self.every and trainer.current_epoch + 1 != trainer.max_epochs:
            return
        first, second = self._embed(module)
        words = collapse(first)
        finite = bool(np.isfinite(first).all() and np.isfinite(second).all())
        found = geometry(first, second) if finite else dict.fromkeys(("alignment", "uniformity", "rank"), float("nan"))
        if self.target is not None:
            found["probe"] = self._probe(first) if finite else float("nan")
        module.noted.update(found)
        if words and not self.said and trainer.is_global_zero:
            logger.warning("epoch %d: %s", trainer.current_epoch + 1, words)
        self.said = words
        if self.stop_on is not None:
            self._compare(trainer, module, found)

    def _embed(self, module: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        encoder = module.method.encoder
        was_training = encoder.training
        encoder.eval()
        with torch.no_grad():
            views = [
                torch.cat([encoder(*piece).float() for piece in zip(*parts, strict=True)]).cpu().numpy()
                for parts in ([part[:, v].to(module.device).split(256) for part in self.inputs] for v in (0, 1))
            ]
        encoder.train(was_training)
        return views[0], views[1]

    def _probe(self, features: NDArray[np.float32]) -> float:
        assert self.target is not None and self.probe is not None
        if self.probe.classes:
            names = [None if k < 0 else self.probe.classes[k] for k in self.target]
            return probe_classes(features, names, [None], splits=5)[0]["linear"]
        return probe_values(features, self.target, [None], splits=5)[0]["ridge_r2"]

    def _compare(self, trainer: Any, module: Any, found: dict[str, float]) -> None:
        score = -found["alignment"] - found["uniformity"] if self.stop_on == "uniformity" else found[str(self.stop_on)]
        self.since = 0 if score > self.best else self.since + 1
        if score > self.best:
            self.best = score
            self.weights = {name: w.detach().cpu().clone() for name, w in module.method.state_dict().items()}
        elif self.since >= self.patience:
            trainer.should_stop = True

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        """Load the best weights into the method.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module whose method is changed.
        """
        if self.weights:
            module.method.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """Return the state for the checkpoint, so that a resumed training stops at the same epoch.

        Returns
        -------
        dict
        """
        return {"best": float(self.best), "since": self.since, "weights": self.weights, "said": self.said}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state from a checkpoint.

        Parameters
        ----------
        state : dict
            As :meth:`state_dict` returns it.
        """
        self.best, self.since, self.weights, self.said = (state[k] for k in ("best", "since", "weights", "said"))
