"""The base class of all methods: an encoder, a projector and a loss of views."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ..distributed import gather
from ..encoders.batch_norm import frozen_statistics
from ..errors import InputError
from .projector import Projector


@dataclass
class Batch:
    """Views of N objects, and what else is known about these objects.

    Parameters
    ----------
    inputs : tuple of Tensor
        Arrays that an encoder takes, (N, V, P or L) each.
    label : int64 or float32 (N,), optional
        Class, -1 if unknown; or a value, NaN if unknown.
    domain : int64 (N,) or (N, V), optional
        Number of the instrument or survey of each object or view, from 0; -1 if unknown.
    partner : tuple of Tensor, optional
        Arrays of the same objects in another modality, (N, 1, P or L) each.
    number : int
        Different for every batch of a training; seed of the random draws in a loss.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import Batch
    >>> Batch((torch.ones(6, 2, 40), torch.ones(6, 2, 40)), number=3).number
    3
    """

    inputs: tuple[Tensor, ...]
    label: Tensor | None = None
    domain: Tensor | None = None
    partner: tuple[Tensor, ...] | None = None
    number: int = 0


class Method(nn.Module):
    """Encoder and projector with a loss; each subclass defines :meth:`loss`.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``, the size D of the embeddings that it returns.
    projection_dim : int
        K, size of the projections, in which views are compared; at least 1.

    Attributes
    ----------
    summary, paper : str
        What the method does in one line, and where it was published.
    label : str
        What it learns from besides views: ``"none"``, ``"class"``, ``"value"`` or ``"partner"``.
    views : int
        Number of views of each object that it compares.
    terms : torch.nn.ModuleList
        Auxiliary terms, added to the loss with their weights.
    chunk : int
        Objects encoded together in :meth:`embed`; 0 for the whole batch.

    Raises
    ------
    InputError
        `projection_dim` is below 1.

    Examples
    --------
    A method that brings the two views of each object together needs only a loss:

    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, Method
    >>> class Nearer(Method):
    ...     def loss(self, embeddings, batch):
    ...         first, second = self.projected(embeddings)
    ...         return (first - second).square().mean()
    >>> method = Nearer(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['nearer'])
    """

    summary: ClassVar[str] = ""
    paper: ClassVar[str] = ""
    label: ClassVar[str] = "none"
    views: ClassVar[int] = 2

    def __init__(self, encoder: Any, projection_dim: int = 128) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = Projector(encoder.embedding_dim, at_least("projection_dim", projection_dim, 1))
        self.terms = nn.ModuleList()
        self.chunk = 0

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch, and its parts by name.

        The encoder may run in lower precision; the loss is computed in float32, since it depends on small differences of large
        numbers.

        Parameters
        ----------
        batch : Batch
            Views of N objects.

        Returns
        -------
        loss : float32 ()
            The method's own loss plus weight times loss of each auxiliary term.
        parts : dict of str to float32 ()
            Each of these losses, without its weight and without gradient; names are those of the classes, in lower case.
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
        """Return the method's own loss of one batch.

        Parameters
        ----------
        embeddings : float32 (N, V, D)
            Embeddings of V views of N objects.
        batch : Batch
            The views, and what else is known about the objects.

        Returns
        -------
        float32 ()
            Loss with gradient.
        """
        raise NotImplementedError

    def after_step(self, progress: float) -> None:
        """Update what does not follow from gradients, such as a momentum encoder, after a step of the optimizer.

        Parameters
        ----------
        progress : float
            Fraction of the training that is done, from 0 to 1.
        """

    def embed(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """Return the embeddings of views, computed for `chunk` objects at a time if that is set.

        With `chunk`, only embeddings are kept, and each chunk is encoded again in the backward pass. So memory grows with the
        chunk and not with the batch. The gradient is that of the whole batch, but batch normalization takes its statistics from
        each chunk.

        Parameters
        ----------
        inputs : tuple of Tensor
            Arrays that the encoder takes, (N, V, P or L) each.

        Returns
        -------
        float (N, V, D)
            Embeddings.

        References
        ----------
        Gradient caching: Gao et al. 2021, arXiv:2101.06983.
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
        """Return the contexts of the first and of the second encoding; the second must not change running statistics again."""
        return nullcontext(), frozen_statistics(self.encoder)

    def projected(self, embeddings: Tensor) -> list[Tensor]:
        """Return the projections of each view, for the objects of all processes.

        Parameters
        ----------
        embeddings : float (N, V, D)
            Embeddings of the objects of this process.

        Returns
        -------
        list of float (N, K)
            One tensor for each of the V views; with W processes, it has W N rows.
        """
        return [gather(view) for view in by_view(self.projector, embeddings)]

    def predicted(self, embeddings: Tensor, predictor: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
        """Return the projections of each view and the predictions from them, for the objects of all processes.

        Parameters
        ----------
        embeddings : float (N, V, D)
            Embeddings of the objects of this process.
        predictor : torch.nn.Module
            Network from projections (B, K) to predictions (B, K).

        Returns
        -------
        tuple of list of float (N, K)
            Projections and predictions, as :meth:`projected` returns them.
        """
        projections = by_view(self.projector, embeddings)
        predictions = by_view(predictor, torch.stack(projections, dim=1))
        return [gather(view) for view in projections], [gather(view) for view in predictions]


def by_view(network: Callable[[Tensor], Tensor], embeddings: Tensor) -> list[Tensor]:
    """Apply a network to all views in one call, and return its output for each view.

    Parameters
    ----------
    network : function
        Maps (B, D) to (B, K).
    embeddings : float (N, V, D)
        Embeddings of V views of N objects.

    Returns
    -------
    list of float (N, K)
        One tensor for each of the V views.
    """
    objects, views, _ = embeddings.shape
    flat = network(embeddings.transpose(0, 1).flatten(0, 1))
    return list(flat.unflatten(0, (views, objects)))


def at_least(name: str, value: Any, least: float) -> Any:
    """Check that a setting is not too small, and return it.

    Parameters
    ----------
    name : str
        Name of the setting, for the error message.
    value : int or float
        Its value.
    least : float
        Smallest value that is allowed.

    Returns
    -------
    int or float
        The value.

    Raises
    ------
    InputError
        The value is below `least`.
    """
    if not (value >= least and math.isfinite(value)):
        raise InputError(f"{name} must be at least {least}, got {value}")
    return value


def positive(name: str, value: float) -> float:
    """Check that a setting is above 0, and return it.

    Parameters
    ----------
    name : str
        Name of the setting, for the error message.
    value : float
        Its value.

    Returns
    -------
    float
        The value.

    Raises
    ------
    InputError
        The value is not above 0.
    """
    if not (value > 0 and math.isfinite(value)):
        raise InputError(f"{name} must be positive, got {value}")
    return value


def check_pairs(name: str, first: Tensor, second: Tensor, least: int = 2) -> None:
    """Check that two arrays of vectors can be compared row by row.

    Parameters
    ----------
    name : str
        Name of the loss, for the error message.
    first, second : float (N, K)
        Vectors of two views of the same objects.
    least : int
        Smallest N that is allowed.

    Raises
    ------
    ValueError
        The shapes differ, are not (N, K), or N is below `least`.
    """
    if first.shape != second.shape or first.ndim != 2 or len(first) < least:
        raise ValueError(
            f"{name} needs two (N, K) tensors of the same shape with N >= {least}, "
            f"got {tuple(first.shape)} and {tuple(second.shape)}"
        )
