"""The arguments of a training, in one object that checks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..argument_types import check_whole
from ..errors import InputError
from .launched import launched
from .settings import Memory, Optimizer, Partner, Run, Stopping

if TYPE_CHECKING:
    from torch import nn

    from ..choice import Choice
    from ..config import Augmentation
    from ..datasets.open import Data
    from ..encoders.build import Encoder
    from ..methods import Method


@dataclass(frozen=True, eq=False)
class Arguments:
    """Arguments of one training, as those of :func:`clrseries.pretrain`.

    Parameters
    ----------
    data, output, method, auxiliary, augment, encoder, source, label, domain, partner : object
        Data, and what is trained on them.
    epochs, batch_size : int
        Number of epochs, at least 1, and of objects of a batch, at least 2.
    optimizer, stopping, memory, run : Optimizer, Stopping, Memory and Run
        Groups of settings.
    seed : int
        Seed of weights, order and views.
    resume, overwrite, progress : bool
        Whether to resume a run, to replace an earlier one, and to show a progress bar.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of the data.
    trust_code : bool
        Whether the function of a step Custom that a configuration names may be imported.

    Raises
    ------
    InputError
        `epochs` or `batch_size` is too small, or `seed` is too large, or `batch_size` is not a multiple of the number of devices.
    """

    data: Data
    output: Path
    method: Choice | Method
    auxiliary: Sequence[Choice]
    augment: Augmentation | None
    encoder: Encoder | nn.Module
    source: str | None
    label: str | None
    domain: str | None
    partner: Partner | None
    epochs: int
    batch_size: int
    optimizer: Optimizer
    stopping: Stopping
    memory: Memory
    run: Run
    seed: int
    resume: bool
    overwrite: bool
    progress: bool
    medium: str | None = None
    trust_code: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name, least in (("epochs", 1), ("batch_size", 2), ("seed", 0)):
            check_whole(name, getattr(self, name), least)
        if self.seed >= 1 << 31:
            raise InputError(f"seed must be below 2^31, got {self.seed}")
        count = launched(self.run.devices).processes
        if self.batch_size % count:
            raise InputError(f"batch_size {self.batch_size} must be a multiple of devices, {count}")
