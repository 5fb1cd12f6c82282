"""An encoder whose embeddings no longer tell a column, such as the instrument."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .with_columns import columns_of


class Erased(nn.Module):
    """Encoder that takes the directions of a column out of the unit embeddings of another encoder.

    Parameters
    ----------
    encoder : torch.nn.Module
        The other encoder, with the attribute ``embedding_dim``.
    embedding_dim : int
        D, size of its embedding.

    References
    ----------
    LEACE: Belrose et al. 2023, arXiv:2306.03819.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import Erased, ResNet1d
    >>> encoder = Erased(ResNet1d(64, width=8, embedding_dim=16), embedding_dim=16)
    >>> encoder.set_erasure(torch.zeros(16), torch.zeros(16, 16))  # nothing
    >>> encoder(torch.ones(2, 64), torch.ones(2, 64)).shape
    torch.Size([2, 16])
    """

    center: Tensor
    matrix: Tensor

    def __init__(self, encoder: Any, embedding_dim: int) -> None:
        super().__init__()
        self.encoder, self.embedding_dim = encoder, embedding_dim
        self.columns = columns_of(encoder)
        self.register_buffer("center", torch.zeros(embedding_dim))
        self.register_buffer("matrix", torch.zeros(embedding_dim, embedding_dim))

    @property
    def own_settings(self) -> dict[str, Any]:
        """What the class takes beside the other encoder."""
        return {"embedding_dim": self.embedding_dim}

    @property
    def standardize(self) -> Any:
        """First layer of the other encoder, which is fitted to the data; None if there is none."""
        return getattr(self.encoder, "standardize", None)

    def fit_columns(self, values: Tensor) -> None:
        """Fit the ranks of the columns that the other encoder reads.

        Parameters
        ----------
        values : float (N, K)
            Columns of N objects.
        """
        self.encoder.fit_columns(values)

    @torch.no_grad()
    def set_erasure(self, center: Tensor, matrix: Tensor) -> None:
        """Set what is taken out, as :func:`clrseries.evaluation.erasure` finds it.

        Parameters
        ----------
        center : float (D,)
            Mean of the unit embeddings.
        matrix : float (D, D)
            A projection.
        """
        self.center.copy_(center)
        self.matrix.copy_(matrix)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the embeddings.

        Parameters
        ----------
        *inputs : Tensor
            What the other encoder takes.

        Returns
        -------
        float32 (B, D)
            One embedding for each object.
        """
        points = functional.normalize(self.encoder(*inputs), dim=-1)
        return points - (points - self.center) @ self.matrix.T
