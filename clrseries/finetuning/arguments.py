"""The arguments of ``finetune``, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..argument_types import check_whole, fits
from ..errors import InputError
from ..evaluation.labels import KINDS
from ..names import known_name

if TYPE_CHECKING:
    from ..datasets.open import Data
    from ..model import Model

LEAST = {"labels": 0, "epochs": 1, "batch_size": 1, "lora_rank": 1, "components": 1, "seed": 0}
MODES = ("frozen", "partial", "lora", "full", "scratch")


@dataclass(frozen=True, eq=False)
class Arguments:
    """Arguments of one fine-tuning, the same as those of :func:`clrseries.finetune`.

    Parameters
    ----------
    model, data, output, target, kind, mode, group, without : object
        Model and data, and what is trained on them; the names `kind` and `mode` are recognized whatever their case.
    held_out, learning_rate, weight_decay : float
        Numbers of the split and of the optimizer; `held_out` is between 0 and 1, `learning_rate` above 0, `weight_decay` at least 0.
    labels, epochs, batch_size, lora_rank, components, seed : int
        Whole numbers; `labels` and `seed` are at least 0, the others at least 1.
    balance, guess, overwrite, progress : bool
        Whether classes count alike, to guess the class of objects without one, to replace `output`, and to show a progress bar.
    bands : mapping of str to str or None, optional
        The bands of the model that stand for those of the data; None leaves points out.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of the data.
    trust_code : bool
        Whether the function of a step Custom that the model names may be imported.

    Raises
    ------
    InputError
        A value has the wrong type or is out of range.
    """

    model: str | Path | Model
    data: Data
    output: Path
    target: str
    kind: str
    mode: str
    group: str
    without: Sequence[str]
    held_out: float
    learning_rate: float
    weight_decay: float
    labels: int
    epochs: int
    batch_size: int
    lora_rank: int
    components: int
    seed: int
    balance: bool
    guess: bool
    overwrite: bool
    progress: bool
    bands: Mapping[str, str | None] | None = None
    medium: str | None = None
    trust_code: bool = False

    def __post_init__(self) -> None:
        """Check the values."""
        for name, known in (("mode", MODES), ("kind", KINDS)):
            object.__setattr__(self, name, known_name(name, getattr(self, name), known))
        for name in ("target", "group"):
            if not isinstance(getattr(self, name), str):
                raise InputError(f"{name} must be the name of a column, got {getattr(self, name)!r}")
        for name in ("held_out", "learning_rate", "weight_decay"):
            if not fits(getattr(self, name), float) or not math.isfinite(getattr(self, name)):
                raise InputError(f"{name} must be a finite number, got {getattr(self, name)!r}")
        if not 0 < self.held_out < 1:
            raise InputError(f"held_out must be between 0 and 1, got {self.held_out}")
        if not self.learning_rate > 0 or not self.weight_decay >= 0:
            rates = f"{self.learning_rate} and {self.weight_decay}"
            raise InputError(f"learning_rate must be above 0 and weight_decay at least 0, got {rates}")
        for name, least in LEAST.items():
            check_whole(name, getattr(self, name), least)
