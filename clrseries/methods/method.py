"""What every method is: an encoder, a projector, and a loss of views."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ..encoders.batch_norm import frozen_statistics
from ..errors import InputError
from ..ranks import gather
from .projector import Projector


@dataclass
class Batch:
    """Views of N objects, and what else is known of them.

    Attributes
    ----------
    inputs : tuple of tensors
        What an encoder takes, each (N, V, P or L).
    label : int64 or float32 (N,), optional
        Class, -1 where unknown; or a value, NaN where unknown.
    domain : int64 (N,), optional
        Instrument or survey.
    partner : tuple of tensors, optional
        The same objects in another modality, each (N, 1, P or L).
    number : int
        Different for every batch of a run: seeds what a loss draws.
    """

    inputs: tuple[Tensor, ...]
    label: Tensor | None = None
    domain: Tensor | None = None
    partner: tuple[Tensor, ...] | None = None
    number: int = 0


class Method(nn.Module):
    """Encoder and projector; a subclass adds :meth:`loss`.

    Parameters
    ----------
    encoder : torch.nn.Module
        With an attribute ``embedding``, the size D of what it returns.
    projection : int
        K, the size in which views are compared.

    Attributes
    ----------
    summary, paper : str
        One line on what it does, and where it was published.
    label : str
        What it learns from besides views: ``"none"``, ``"class"``, ``"value"`` or ``"partner"``.
    views : int
        Views of each object that it compares.
    """

    summary: ClassVar[str] = ""
    paper: ClassVar[str] = ""
    label: ClassVar[str] = "none"
    views: ClassVar[int] = 2

    def __init__(self, encoder: Any, projection: int = 128) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = Projector(encoder.embedding, at_least("projection", projection, 1))
        self.terms = nn.ModuleList()
        self.chunk = 0

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch, and its parts by name.

        The encoder may run in lower precision; the loss, where small differences of large numbers matter, is float32.
        """
        embeddings = self.embed(batch.inputs)
        with torch.autocast(embeddings.device.type, enabled=False):
            loss = self.loss(embeddings.float(), batch)
            parts = {type(self).__name__.lower(): loss}
            for term in self.terms:
                parts[type(term).__name__.lower()] = part = term(self, embeddings.float(), batch)
                loss = loss + term.weight * part
        return loss, {name: part.detach() for name, part in parts.items()}

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """The loss of embeddings (N, V, D)."""
        raise NotImplementedError

    def after_step(self, progress: float) -> None:
        """What follows a step of the optimiser; `progress` goes from 0 to 1 over the training."""

    def embed(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """Embeddings (N, V, D) of views, in pieces of `chunk` objects if that is set.

        In pieces, only embeddings are kept, and each piece is encoded again in the backward pass: memory grows with the
        piece and not with the batch, and the gradient is that of the whole batch (gradient caching, Gao et al. 2021,
        arXiv:2101.06983). Batch normalisation then takes its statistics from each piece.
        """
        objects, views = inputs[0].shape[:2]
        if not self.chunk or self.chunk >= objects or not torch.is_grad_enabled():
            flat = self.encoder(*(part.flatten(0, 1) for part in inputs))
            return flat.unflatten(0, (objects, views))
        pieces = [
            checkpoint(self.encoder, *(p.flatten(0, 1) for p in piece), use_reentrant=False, context_fn=self._again)
            for piece in zip(*(part.split(self.chunk) for part in inputs), strict=True)
        ]
        return torch.cat(pieces).unflatten(0, (objects, views))

    def _again(self) -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
        return nullcontext(), frozen_statistics(self.encoder)

    def projected(self, embeddings: Tensor) -> list[Tensor]:
        """The projections of each view, of the objects of all processes: V tensors (N, K)."""
        return [gather(view) for view in by_view(self.projector, embeddings)]

    def predicted(self, embeddings: Tensor, predictor: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
        """As :meth:`projected`, and with them what `predictor` makes of the projections."""
        projections = by_view(self.projector, embeddings)
        predictions = by_view(predictor, torch.stack(projections, dim=1))
        return [gather(view) for view in projections], [gather(view) for view in predictions]


def by_view(network: Callable[[Tensor], Tensor], embeddings: Tensor) -> list[Tensor]:
    """`network` of all views together, (N, V, D) -> V tensors (N, K)."""
    objects, views, _ = embeddings.shape
    flat = network(embeddings.transpose(0, 1).flatten(0, 1))
    return list(flat.unflatten(0, (views, objects)))


def at_least(name: str, value: Any, least: float) -> Any:
    """`value` itself; an :class:`InputError` where it is smaller than `least`."""
    if not value >= least:
        raise InputError(f"{name} must be at least {least}, got {value}")
    return value


def positive(name: str, value: float) -> float:
    """`value` itself; an :class:`InputError` where it is not positive."""
    if not value > 0:
        raise InputError(f"{name} must be positive, got {value}")
    return value


def check_pairs(name: str, first: Tensor, second: Tensor, least: int = 2) -> None:
    """Two views (N, K) of the same objects, N >= `least`; else a :class:`ValueError`."""
    if first.shape != second.shape or first.ndim != 2 or len(first) < least:
        raise ValueError(
            f"{name} needs two (N, K) tensors of the same shape with N >= {least}, "
            f"got {tuple(first.shape)} and {tuple(second.shape)}"
        )
