"""Several residual networks side by side, trained one by one, whose predictions are averaged."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .resnet import ResNet1d


class ResNetEnsemble(nn.Module):
    """Encoder that joins the embeddings of several :class:`ResNet1d`, which differ by their initial weights and their batches.

    The mean of what they say scatters less than each of them does, and its probabilities are better. Each is trained alone; a
    linear layer on the joined embeddings whose weights are theirs, divided by their number, averages their logits.

    Parameters
    ----------
    pixels : int
        P, pixels of the grid, at least 16.
    members : int
        M, number of networks, at least 1.
    width : int
        Channels of the first stage of each.
    embedding_dim : int
        Size of the embedding of each; together they have M times as many numbers.

    References
    ----------
    Lakshminarayanan et al. 2017, arXiv:1612.01474.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.resnet_ensemble import ResNetEnsemble
    >>> ResNetEnsemble(64, members=3, width=8, embedding_dim=16)(torch.ones(2, 64), torch.ones(2, 64)).shape
    torch.Size([2, 48])
    """

    def __init__(self, pixels: int, members: int = 3, width: int = 32, embedding_dim: int = 80) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "pixels": pixels,
            "members": members,
            "width": width,
            "embedding_dim": embedding_dim,
        }
        self.members = nn.ModuleList(ResNet1d(pixels, width, embedding_dim) for _ in range(members))
        self.embedding_dim = members * embedding_dim

    @property
    def standardize(self) -> _AllMembers:
        """First layers of all members, which are fitted to the data together."""
        return _AllMembers(self.members)

    def forward(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """Return the embeddings of spectra.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Spectra; ``ivar == 0`` where there is no information.

        Returns
        -------
        float32 (B, D)
            The embeddings of all members, one after another.
        """
        return torch.cat([member(flux, ivar) for member in self.members], dim=-1)


class _AllMembers:
    """The first layers of the members, as one."""

    def __init__(self, members: nn.ModuleList) -> None:
        self.members = members

    def fit(self, flux: Tensor, ivar: Tensor) -> None:
        """Fit the first layer of each member; see :class:`StandardizePixels`."""
        for member in self.members:
            member.standardize.fit(flux, ivar)  # type: ignore[union-attr, operator]
