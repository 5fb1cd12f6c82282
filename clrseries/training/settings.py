"""Groups of arguments of ``pretrain``, as frozen dataclasses.

A group may be given as an object, ``Optimizer(learning_rate=1e-3)``; as a mapping, ``{"learning_rate": 1e-3}``, as in YAML; or
as the value of its first field, ``"lars"``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from ..argument_types import check_arguments
from ..errors import InputError

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Optimizer:
    """Optimizer of a training and its learning rate.

    Parameters
    ----------
    name : {"adamw", "lars"}
        Name of the optimizer; ``"lars"`` is for batches of thousands of objects.
    learning_rate : float
        Highest learning rate. The rate rises linearly in the first tenth of the training, and then falls to 0 as a cosine.
    weight_decay : float
        Weight decay, at least 0.
    ema : float
        If above 0, the model is the exponential moving average of the weights with this decay, for instance 0.999; below 1. It is less in the
        first steps, so that short trainings forget their random weights too.

    Raises
    ------
    InputError
        A value has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Optimizer
    >>> Optimizer(learning_rate=1e-3).name
    'adamw'
    """

    name: Literal["adamw", "lars"] = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    ema: float = 0.0

    def __post_init__(self) -> None:
        """Check the values."""
        check_arguments(self)
        if not 0 < self.learning_rate < math.inf:
            raise InputError(f"learning_rate must be above 0 and finite, got {self.learning_rate}")
        if not 0 <= self.weight_decay < math.inf:
            raise InputError(f"weight_decay must be at least 0 and finite, got {self.weight_decay}")
        if not 0 <= self.ema < 1:
            raise InputError(f"ema must be at least 0 and below 1, got {self.ema}")


@dataclass(frozen=True)
class Stopping:
    """Evaluation of the embeddings during a training, and its early stopping.

    Parameters
    ----------
    criterion : {"uniformity", "rank", "probe"}, optional
        Criterion of early stopping; default none. The training stops after `patience` evaluations without a better value, and the
        best model is kept. ``"uniformity"`` (alignment + uniformity, lower is better) and ``"rank"`` (RankMe) need no labels;
        ``"probe"`` needs `probe`.
    patience : int
        Number of evaluations without a better value.
    every : int
        Number of epochs between two evaluations of alignment, uniformity and rank, which also detect a collapse; 0 for about
        twenty evaluations in all.
    probe : str, optional
        Column for a linear probe at every evaluation.

    Raises
    ------
    InputError
        A value has the wrong type, or ``criterion="probe"`` is given without a column to probe.

    Examples
    --------
    >>> from clrseries import Stopping
    >>> Stopping(criterion="rank", every=5).patience
    5
    """

    criterion: Literal["uniformity", "rank", "probe"] | None = None
    patience: int = 5
    every: int = 0
    probe: str | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        check_arguments(self)
        for name, least in (("patience", 1), ("every", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if self.criterion == "probe" and self.probe is None:
            raise InputError("stopping: criterion='probe' needs a column to probe: give probe")


@dataclass(frozen=True)
class Memory:
    """Settings that reduce the memory that a training needs.

    Parameters
    ----------
    chunk : int
        If above 0, the number of objects that are encoded together. A batch is then encoded in parts, and again in the backward
        pass (gradient caching, Gao et al. 2021, arXiv:2101.06983), so that the memory does not grow with the batch.
    accumulate : int
        Number of batches whose gradients are added before the weights are updated, at least 1. Objects are compared only within
        their own batch; use `chunk` for a larger batch.
    stream : bool
        Whether the data are read from Parquet files during the training, not all at the start. With `source`, the files must be
        sorted such that rows of a source are less than `buffer` rows apart. A partner is streamed, too: if the files of both are
        sorted by ``object_id``, few row groups are read for each batch.
    buffer : int
        Number of objects that are in memory and shuffled together if `stream` is true, at least 1.

    Raises
    ------
    InputError
        A value has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Memory
    >>> Memory(chunk=256).stream
    False
    """

    chunk: int = 0
    accumulate: int = 1
    stream: bool = False
    buffer: int = 8192

    def __post_init__(self) -> None:
        """Check the values."""
        check_arguments(self)
        for name, least in (("chunk", 0), ("accumulate", 1), ("buffer", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")


@dataclass(frozen=True)
class Run:
    """Devices and precision of a training.

    Parameters
    ----------
    devices : int
        Number of processes, each with its own GPU if there are GPUs, at least 1. The result is that of one process. Under ``torchrun`` it
        is left out: the processes that were started train together, on several machines too.
    precision : {"32", "bf16"}
        Precision of the numbers; with ``"bf16"``, the encoder uses bfloat16 and the loss float32.
    compile : bool
        Whether the encoder is compiled (``torch.compile``), which takes about a minute and makes the steps faster.
    profile : bool
        Whether the time of each part of the training is printed and written to ``profile.json``.

    Raises
    ------
    InputError
        A value has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Run
    >>> Run(precision="bf16").devices
    1
    """

    devices: int = 1
    precision: Literal["32", "bf16"] = "32"
    compile: bool = False
    profile: bool = False

    def __post_init__(self) -> None:
        """Check the values."""
        check_arguments(self)
        if self.devices < 1:
            raise InputError(f"devices must be at least 1, got {self.devices}")


@dataclass(frozen=True)
class Partner:
    """Data of the same objects in another modality, for methods that compare two modalities.

    Parameters
    ----------
    data : path, name, Series or table
        Data as for :func:`clrseries.pretrain`; objects are matched by ``object_id``, and those without a partner are left out.
    augment : Observe, list of steps or path, optional
        Augmentation of these data; default that of the kind of data.
    encoder : str, mapping or torch.nn.Module
        Encoder of these data, as for :func:`clrseries.pretrain`.

    Examples
    --------
    >>> from clrseries import Partner
    >>> Partner("light_curves.parquet").encoder
    'auto'
    """

    data: str | Any
    augment: str | Sequence[Any] | Any = None
    encoder: str | Mapping[str, Any] | Any = "auto"


GROUPS: dict[str, type] = {"optimizer": Optimizer, "stopping": Stopping, "memory": Memory, "run": Run}


def as_settings(kind: type[Kind], value: Any, what: str) -> Kind:
    """Return a group of settings that is given as an object, a mapping or the value of its first field.

    Parameters
    ----------
    kind : dataclass
        The group.
    value : object
        An instance of `kind`, a mapping of its fields, or the value of its first field.
    what : str
        Name of the argument, for errors.

    Returns
    -------
    instance of `kind`
        The settings.

    Raises
    ------
    InputError
        A mapping has an unknown key, or a value cannot be used.

    Examples
    --------
    >>> from clrseries.training.settings import Optimizer, as_settings
    >>> as_settings(Optimizer, {"learning_rate": 1e-3}, "optimizer").learning_rate
    0.001
    >>> as_settings(Optimizer, "lars", "optimizer").name
    'lars'
    """
    if isinstance(value, kind):
        return value
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    given = value if isinstance(value, Mapping) else {names[0]: value}
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InputError(f"{what}: takes {', '.join(names)}; got {', '.join(map(str, unknown))}")
    try:
        return kind(**given)
    except TypeError as error:
        raise InputError(f"{what}: {str(error).partition('__init__() ')[2] or error}") from error
