"""The data of the weights ``supernova-spectra``: templates and spectra to learn from, and objects to calibrate and to test on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from supernova_hosts import in_galaxies
from torch import Tensor

from clrseries import datasets
from clrseries.config import Observe, composition
from clrseries.datasets.supernovae import held_out_objects
from clrseries.series import Series

SPLIT = 0  # seed of the draw of the test objects


@dataclass
class Part:
    """One of the two sources that the batches are drawn from, and what is known of its N spectra."""

    series: Series
    observe: Observe
    allowed: NDArray[np.bool_]  # (N, C)
    phase: NDArray[np.float64]  # (N,)
    z: NDArray[np.float64]  # (N,)
    chance: NDArray[np.float64]  # (N,)
    size: int  # of a batch

    def draw(self, rng: np.random.Generator, seed: int, step: int) -> tuple[Tensor, ...]:
        """Return flux and ivar (B, P), which classes are allowed (B, C), redshift and phase (B,) of new views."""
        rows = np.unique(rng.choice(len(self.series), self.size, p=self.chance))
        views = self.observe(self.series.take(rows), 1, seed, epoch=step, threads=1)
        flux, ivar = (array[:, 0] for array in views.torch())
        z = (1.0 + self.z[rows]) * views.param("stretch")[:, 0] - 1.0
        known = torch.from_numpy(self.allowed[rows])
        return flux, ivar, known, torch.from_numpy(z).float(), torch.from_numpy(self.phase[rows]).float()


class Supernovae:
    """The data: templates and spectra to learn from, spectra to calibrate on, and spectra of the test."""

    def __init__(self, config: dict[str, Any], only_templates: bool = False) -> None:
        """Read the data and split them by object."""
        self.config = config
        catalog, templates = datasets.supernova_spectra(), datasets.supernova_templates()
        self.kinds, self.ids = np.array(catalog.table["class"].to_pylist()), np.array(catalog.object_ids)
        test = held_out_objects(catalog, SPLIT)
        rest = np.flatnonzero(~test)
        calibrate = rest[held_out_objects(catalog.take(rest), SPLIT + 1, config["held_out"])]
        self.catalog, self.test, self.calibrate = catalog, np.flatnonzero(test), calibrate
        self.train = np.setdiff1d(rest, calibrate)
        seen = set(self.ids[test]) | set(self.ids[calibrate])
        kept = np.flatnonzero([name not in seen for name in templates.object_ids])
        templates = templates.take(kept)
        whole = replace(templates, flux=(templates.flux + 1.0).astype(np.float32))
        self.templates = in_galaxies(whole, config["hosts"], np.random.default_rng(config["seed"]))
        self.parts = [self._templates()] if only_templates else [self._templates(), self._spectra()]

    def observe(self, own: list[Any]) -> Observe:
        """Return the composition of one source."""
        return composition([*own, *self.config["common"]])

    def _templates(self) -> Part:
        table = self.templates.table
        types = table["type"].to_pylist()
        allowed = self._allowed([self.config["template_types"][kind] for kind in types])
        chance = chances(np.array([row.argmax() for row in allowed]), self.templates.object_ids, self.config["balance"])
        observe, size = self.observe(self.config["of_templates"]), self.config["templates"]
        phase = np.array(table["phase_days"].to_pylist(), float)
        return Part(self.templates, observe, allowed, phase, np.zeros(len(types)), chance, size)

    def _spectra(self) -> Part:
        series = self.catalog.take(self.train)
        table, exact = series.table, self.config["catalog_subclasses"]
        pairs = zip(table["class"].to_pylist(), table["subclass"].to_pylist(), strict=True)
        allowed = self._allowed([exact.get(sub, self.config["catalog_classes"][kind]) for kind, sub in pairs])
        chance = chances(self.kinds[self.train], self.ids[self.train], self.config["balance"])
        z, phase = (np.array(table[name].to_pylist(), float) for name in ("z", "phase_days"))
        return Part(series, self.observe(self.config["of_spectra"]), allowed, phase, z, chance, self.config["spectra"])

    def _allowed(self, names: list[list[str]]) -> NDArray[np.bool_]:
        return np.array([[kind in some for kind in self.config["classes"]] for some in names])


def chances(kinds: NDArray[Any], objects: Any, balance: float) -> NDArray[np.float64]:
    """Return how often each spectrum is drawn: rare kinds more often, many spectra of one object less often each."""
    _, number = np.unique(kinds, return_inverse=True)
    _, group, count = np.unique(np.asarray(objects), return_inverse=True, return_counts=True)
    each = count[group] ** -0.5
    chance = each / np.bincount(number, each)[number] ** balance
    return chance / chance.sum()
