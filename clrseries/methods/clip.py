"""CLIP and SigLIP: match the two modalities of each object, or its data from two instruments."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..distributed import gather
from ..errors import InputError
from .log_sum_exp import log_sum_exp
from .method import Batch, Method, check_pairs, positive
from .projector import Projector

STEEPEST = math.log(100.0)  # largest ln(scale), as in CLIP: larger scales make the training unstable


def clip_loss(first: Tensor, second: Tensor, scale: Tensor | float = 10.0) -> Tensor:
    """Return the loss of CLIP: the cross entropy of finding each object's counterpart, averaged over both directions.

    For object i, the loss is -s_ii + (ln sum_j exp(s_ij) + ln sum_j exp(s_ji)) / 2 with s_ij = scale * cos(first_i, second_j).
    Memory grows with N, not N^2.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of the same N >= 2 objects in two modalities; scaled to unit length here.
    scale : float or float ()
        Inverse of the temperature, above 0.

    Returns
    -------
    float ()
        Mean over the objects.

    Raises
    ------
    ValueError
        The shapes differ, or N is below 2.

    References
    ----------
    Radford et al. 2021, arXiv:2103.00020, figure 3.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import clip_loss
    >>> round(float(clip_loss(torch.eye(3), torch.eye(3), scale=1.0)), 3)
    0.551
    >>> round(float(clip_loss(torch.eye(3), torch.eye(3).roll(1, 0), scale=1.0)), 3)
    1.551
    """
    check_pairs("clip_loss", first, second)
    first, second = (functional.normalize(side.float(), dim=-1) for side in (first, second))
    numbers = torch.arange(len(first), device=first.device)
    none = torch.full_like(numbers, -1)
    total = log_sum_exp(first * scale, second, numbers, none) + log_sum_exp(second * scale, first, numbers, none)
    return 0.5 * total.mean() - ((first * second).sum(-1) * scale).mean()


def siglip_loss(first: Tensor, second: Tensor, scale: Tensor | float = 10.0, bias: Tensor | float = -10.0) -> Tensor:
    """Return the loss of SigLIP: the cross entropy of deciding for each pair whether it is one object.

    The loss is -(1 / N) sum_ij ln sigmoid(z_ij (scale * cos(first_i, second_j) + bias)), where z_ij is 1 for i = j, otherwise
    -1.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of the same N >= 2 objects in two modalities; scaled to unit length here.
    scale : float or float ()
        Inverse of the temperature, above 0.
    bias : float or float ()
        Added to the logits; negative, since most pairs are two objects.

    Returns
    -------
    float ()
        Sum over pairs divided by the number of objects.

    Raises
    ------
    ValueError
        The shapes differ, or N is below 2.

    References
    ----------
    Zhai et al. 2023, arXiv:2303.15343, section 3.2.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import siglip_loss
    >>> round(float(siglip_loss(torch.eye(3), torch.eye(3))), 3)
    0.693
    >>> round(float(siglip_loss(torch.eye(3), torch.eye(3).roll(1, 0))), 3)
    10.693
    """
    check_pairs("siglip_loss", first, second)
    first, second = (functional.normalize(side.float(), dim=-1) for side in (first, second))
    logits = first @ second.T * scale + bias
    sign = 2.0 * torch.eye(len(first), device=first.device) - 1.0
    return -functional.logsigmoid(sign * logits).sum() / len(first)


class CLIP(Method):
    """Method that trains two encoders, one for each modality, to give matching projections of the same object.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    partner : torch.nn.Module
        Network for the other modality, with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0; this is its first value, from which it is learned.

    Raises
    ------
    InputError
        There is no `partner`, or a value is out of range.

    References
    ----------
    Radford et al. 2021, arXiv:2103.00020.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import CLIP, Batch
    >>> encoder, partner = (ResidualDense(pixels, width=16, embedding_dim=8) for pixels in (40, 60))
    >>> method = CLIP(encoder, partner, projection_dim=4)
    >>> one, other = ((torch.randn(6, 1, pixels), torch.ones(6, 1, pixels)) for pixels in (40, 60))
    >>> loss, parts = method(Batch(one, partner=other))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['clip'])
    """

    summary = "two encoders agree on one object in two modalities, told from all others of the batch"
    paper = "Radford et al. 2021, arXiv:2103.00020"
    label: ClassVar[str] = "partner"
    views: ClassVar[int] = 1

    def __init__(self, encoder: Any, partner: Any = None, projection_dim: int = 128, temperature: float = 0.1) -> None:
        super().__init__(encoder, projection_dim)
        if partner is None:
            raise InputError(f"{type(self).__name__.lower()} compares two modalities: give partner")
        self.partner = partner
        self.partner_projector = Projector(partner.embedding_dim, projection_dim)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(positive("temperature", temperature))))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of CLIP for objects in two modalities."""
        return clip_loss(*self.sides(embeddings, batch), self.scale())

    def scale(self) -> Tensor:
        """Return the inverse of the temperature.

        Returns
        -------
        float ()
            At most 100.
        """
        return self.log_scale.clamp(max=STEEPEST).exp()

    def sides(self, embeddings: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the projections of the objects of all processes in both modalities.

        Parameters
        ----------
        embeddings : float (N, 1, D)
            Embeddings in the first modality.
        batch : Batch
            Its `partner` holds the same objects in the other modality.

        Returns
        -------
        tuple of float (N, K)
            Projections in the first and in the other modality.

        Raises
        ------
        InputError
            The batch has no `partner`.
        """
        if batch.partner is None:
            raise InputError("the batch holds no partner")
        other = self.partner(*(part.flatten(0, 1) for part in batch.partner)).float()
        return self.projected(embeddings)[0], gather(self.partner_projector(other))


class SigLIP(CLIP):
    """Method as CLIP, with one yes-or-no decision for each pair instead of one choice among all objects.

    The decision on one pair does not depend on other objects, so that similar objects in a batch matter less.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    partner : torch.nn.Module
        Network for the other modality, with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0; this is its first value, from which it is learned.

    Raises
    ------
    InputError
        There is no `partner`, or a value is out of range.

    References
    ----------
    Zhai et al. 2023, arXiv:2303.15343.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, SigLIP
    >>> encoder, partner = (ResidualDense(pixels, width=16, embedding_dim=8) for pixels in (40, 60))
    >>> method = SigLIP(encoder, partner, projection_dim=4)
    >>> one, other = ((torch.randn(6, 1, pixels), torch.ones(6, 1, pixels)) for pixels in (40, 60))
    >>> loss, parts = method(Batch(one, partner=other))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['siglip'])
    """

    summary = "CLIP with a yes or no for each pair instead of one choice among all"
    paper = "Zhai et al. 2023, arXiv:2303.15343"

    def __init__(self, encoder: Any, partner: Any = None, projection_dim: int = 128, temperature: float = 0.1) -> None:
        super().__init__(encoder, partner, projection_dim, temperature)
        self.bias = nn.Parameter(torch.tensor(-10.0))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of SigLIP for objects in two modalities."""
        return siglip_loss(*self.sides(embeddings, batch), self.scale(), self.bias)
