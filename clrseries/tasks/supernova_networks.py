"""The networks of the tasks on supernovae: from scratch, pretrained, and both with labels that are carried and guessed."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ..encoders.standardize import fitted_encoder
from ..finetuning.classifier import Classifier, train_classifier
from ..finetuning.encoder_with_head import EncoderWithHead, outputs_of
from ..finetuning.guessed_labels import carried, guessed
from ..series import Series
from ..spectra import Observe
from .contest import Rows
from .pretrained import pretrained

DECAY = 1e-2  # of weights
VIEWS = 8  # of each test spectrum; their probabilities are averaged
Labels = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Recipe:
    """Settings of the networks of a task.

    Parameters
    ----------
    observe : spectra.Observe
        The views that they learn from.
    encoder : dict
        The encoder, as the command ``pretrain`` takes it.
    steps : int
        Steps of training from scratch.
    rate : float
        Peak learning rate of training from scratch.
    fewer : int
        Steps of fine-tuning.
    rates : tuple of float
        Peak learning rates of fine-tuning: of the encoder and of the linear layer.
    epochs : int
        Epochs of SimCLR; one sees every supernova once, by two of its spectra.
    """

    observe: Observe
    encoder: dict[str, Any]
    steps: int
    rate: float
    fewer: int
    rates: tuple[float, float]
    epochs: int


@dataclass(frozen=True, eq=False)
class Networks:
    """Classifiers of the test spectra that are trained with labels of some spectra.

    Parameters
    ----------
    spectra : Series
        N spectra.
    target, groups : str (N,)
        Their classes, and the supernovae that they show.
    pool, more, test : int64
        Rows that may be labeled, rows that only the pretraining sees, and rows that are scored.
    recipe : Recipe
        Settings.
    always : int64
        Rows that the pretraining sees and that `guessing` learns from with their labels, whichever rows are labeled beside them.
    pretrained : dict of int to torch.nn.Module
        Pretrained encoders by seed, filled as they are needed.
    """

    spectra: Series
    target: Labels
    groups: Labels
    pool: Rows
    more: Rows
    test: Rows
    recipe: Recipe
    always: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    pretrained: dict[int, Any] = field(default_factory=dict)

    def from_scratch(self, rows: Rows, seed: int) -> Labels:
        """Return the classes of the test spectra, from a new network and the labels of some rows.

        Parameters
        ----------
        rows : int64
            Rows with a label.
        seed : int
            Seed of weights, batches and views.

        Returns
        -------
        str (M,)
        """
        own = self.target[rows]
        return np.unique(own)[self._new(rows, own, np.ones(len(rows)), self.recipe.steps, seed)(self._scored).argmax(1)]

    def probed(self, rows: Rows, seed: int) -> Labels:
        """Return the classes of the test spectra, from a support vector machine on the embeddings of a pretrained network.

        Parameters
        ----------
        rows : int64
            Rows with a label.
        seed : int
            Seed of weights, batches and views.

        Returns
        -------
        str (M,)
        """
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC

        network = EncoderWithHead(copy.deepcopy(self._pretrained(seed)), nn.Identity())
        known, asked = (
            outputs_of(network, self.recipe.observe, self.spectra.take(part)).numpy() for part in (rows, self.test)
        )
        model = make_pipeline(StandardScaler(), SVC(C=10.0, class_weight="balanced")).fit(known, self.target[rows])
        return model.predict(asked)

    def fine_tuned(self, rows: Rows, seed: int) -> Labels:
        """Return the classes of the test spectra, from a network that was pretrained with SimCLR, and the labels of some rows.

        Parameters
        ----------
        rows : int64
            Rows with a label.
        seed : int
            Seed of weights, batches and views.

        Returns
        -------
        str (M,)
        """
        own = self.target[rows]
        return np.unique(own)[self._tuned(rows, own, np.ones(len(rows)), seed)(self._scored).argmax(1)]

    def guessing(self, rows: Rows, seed: int) -> Labels:
        """Return the classes of the test spectra, from the labels of some rows and all spectra that may be labeled.

        All spectra of a labeled supernova get its label, and the rows `always` have theirs. A new and a pretrained network that learn
        from these guess the class of each other supernova, from all its spectra; a second new and a second pretrained network learn
        from both.

        Parameters
        ----------
        rows : int64
            Rows with a label.
        seed : int
            Seed of weights, batches and views.

        Returns
        -------
        str (M,)
        """
        known = np.concatenate([carried(self.groups, self.pool, rows), self.always])
        names = np.unique(self.target[known])
        rest = np.setdiff1d(self.pool, known)
        labels, trust = self.target[known], np.ones(len(known))
        if len(rest):
            probability = self._both(known, labels, trust, self.recipe.fewer, seed)(self.spectra.take(rest))
            guess, sure = guessed(probability, self.groups[rest])
            labels, trust = np.concatenate([labels, names[guess]]), np.concatenate([trust, sure])
        classify = self._both(np.concatenate([known, rest]), labels, trust, self.recipe.steps, seed)
        return names[classify(self._scored).argmax(1)]

    @property
    def _scored(self) -> Series:
        return self.spectra.take(self.test)

    def _both(self, rows: Rows, labels: Labels, trust: NDArray[np.float64], steps: int, seed: int) -> Classifier:
        pair = (self._new(rows, labels, trust, steps, seed), self._tuned(rows, labels, trust, seed))
        return lambda series: 0.5 * (pair[0](series) + pair[1](series))

    def _new(self, rows: Rows, labels: Labels, trust: NDArray[np.float64], steps: int, seed: int) -> Classifier:
        made, series = self.recipe.observe, self.spectra.take(rows)
        return train_classifier(
            lambda: fitted_encoder(self.recipe.encoder, made, series, seed), made, series, labels, steps=steps, rates=(self.recipe.rate,) * 2, weight_decay=DECAY,
            chance=chance(labels, trust), views=VIEWS, seed=seed,
        )  # fmt: skip

    def _tuned(self, rows: Rows, labels: Labels, trust: NDArray[np.float64], seed: int) -> Classifier:
        encoder = self._pretrained(seed)
        return train_classifier(
            lambda: copy.deepcopy(encoder), self.recipe.observe, self.spectra.take(rows), labels, steps=self.recipe.fewer, rates=self.recipe.rates,
            weight_decay=DECAY, chance=chance(labels, trust), views=VIEWS, seed=seed,
        )  # fmt: skip

    def _pretrained(self, seed: int) -> Any:
        """Return an encoder that learned from spectra without labels; trained once for each seed."""
        if seed not in self.pretrained:
            self.pretrained[seed] = pretrained(
                self.spectra.take(np.concatenate([self.pool, self.more, self.always])), augment=self.recipe.observe, encoder=self.recipe.encoder,
                method="simclr", source="object_id", epochs=self.recipe.epochs, seed=seed,
            ).encoder  # fmt: skip
        return self.pretrained[seed]


def chance(labels: Labels, trust: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how often to draw each spectrum: a class as often as the square root of its size.

    Parameters
    ----------
    labels : str (N,)
        Classes.
    trust : float64 (N,)
        How much each spectrum counts, in any unit.

    Returns
    -------
    float64 (N,)
        In any unit.
    """
    _, number = np.unique(labels, return_inverse=True)
    return trust / np.sqrt(np.bincount(number, trust))[number]
