"""The small networks after an encoder: projector and predictor."""

from __future__ import annotations

from torch import Tensor, nn

from ..encoders.batch_norm import BatchNorm


class Projector(nn.Module):
    """Two-layer network that turns embeddings into projections, in which views are compared.

    Embeddings, before it, keep more properties of an object and suit probes; projections keep what views have in common and
    suit a search for the same source.

    Parameters
    ----------
    embedding_dim : int
        D, size of the embeddings.
    projection_dim : int
        K, size of the projections.

    References
    ----------
    Chen et al. 2020, section 4.2.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import Projector
    >>> Projector(8, 4)(torch.ones(2, 8)).shape
    torch.Size([2, 4])
    """

    def __init__(self, embedding_dim: int, projection_dim: int = 128) -> None:
        super().__init__()
        self.settings = {"embedding_dim": embedding_dim, "projection_dim": projection_dim}
        self.layers = nn.Sequential(
            nn.GELU(),
            nn.Linear(embedding_dim, embedding_dim, bias=False),
            BatchNorm(embedding_dim),
            nn.GELU(),
            nn.Linear(embedding_dim, projection_dim),
        )

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return the projections of embeddings.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B views.

        Returns
        -------
        float (B, K)
            Projections, of any length.
        """
        return self.layers(embeddings)


class Predictor(nn.Module):
    """Two-layer network that predicts the projection of one view from that of the other.

    Parameters
    ----------
    projection_dim : int
        K, size of the projections.
    hidden : int
        Hidden units.

    References
    ----------
    Grill et al. 2020, section 3.3.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import Predictor
    >>> Predictor(4)(torch.ones(2, 4)).shape
    torch.Size([2, 4])
    """

    def __init__(self, projection_dim: int, hidden: int = 256) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(projection_dim, hidden, bias=False),
            BatchNorm(hidden),
            nn.ReLU(),
            nn.Linear(hidden, projection_dim),
        )

    def forward(self, projections: Tensor) -> Tensor:
        """Return the predictions from projections.

        Parameters
        ----------
        projections : float (B, K)
            Projections of B views.

        Returns
        -------
        float (B, K)
            Predictions, of any length.
        """
        return self.layers(projections)
