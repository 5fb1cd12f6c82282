"""How unlike the known objects an object is: the distance of its embedding to the nearest mean of a class."""

from __future__ import annotations

import torch
from torch import Tensor, nn

QUANTILES = 101  # points of the distribution of the distances of known objects
LEAST_VARIANCE = 1e-12  # where all objects of each class are alike, the covariance is 0
SHRINKAGE = 0.05  # of the covariance toward a multiple of the identity


class KnownObjects(nn.Module):
    """Means and covariance of the embeddings of known objects, and how unlike them known objects usually are.

    Parameters
    ----------
    embedding_dim : int
        D, size of the embedding.
    classes : int
        C, number of classes.

    References
    ----------
    Lee et al. 2018, arXiv:1807.03888.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.known_objects import KnownObjects
    >>> known = KnownObjects(2, 1)
    >>> rows = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    >>> known.fit_known(rows[:100], torch.zeros(100, dtype=int), rows[100:])
    >>> float(known.fraction_less_unlike(torch.tensor([[9.0, 9.0]])))
    1.0
    """

    centers: Tensor
    whiten: Tensor
    quantiles: Tensor

    def __init__(self, embedding_dim: int, classes: int) -> None:
        super().__init__()
        self.register_buffer("centers", torch.zeros(classes, embedding_dim))
        self.register_buffer("whiten", torch.eye(embedding_dim))
        self.register_buffer("quantiles", torch.zeros(QUANTILES))

    def unlikeness(self, embeddings: Tensor) -> Tensor:
        """Return how unlike the known objects each is: the distance.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float32 (B,)
            Larger for what is less like the known objects.
        """
        return self.distance(embeddings)

    def fraction_less_unlike(self, embeddings: Tensor) -> Tensor:
        """Return which fraction of known objects are less unlike the known ones.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float (B,)
            From 0 to 1.
        """
        below = (self.unlikeness(embeddings)[:, None] > self.quantiles).sum(1)
        return (below - 1).clamp(min=0) / (QUANTILES - 1)

    def distance(self, embeddings: Tensor) -> Tensor:
        """Return the distance of each embedding to the nearest mean of a class, in standard deviations.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float32 (B,)
            At least 0.
        """
        apart = embeddings.float() @ self.whiten
        return (apart[:, None] - (self.centers @ self.whiten)[None]).square().sum(-1).amin(1).sqrt()

    @torch.no_grad()
    def fit_known(self, embeddings: Tensor, number: Tensor, held_out: Tensor) -> None:
        """Set means and covariance of the known objects, and how unlike they are.

        Parameters
        ----------
        embeddings : float (N, D)
            Embeddings of the objects of the training.
        number : int64 (N,)
            Their classes, from 0; each class has one object at least.
        held_out : float (M, D)
            Embeddings of known objects that the training has not seen.
        """
        rows = embeddings.double()
        for k in range(len(self.centers)):
            self.centers[k] = rows[number == k].mean(0).float()
        apart = rows - self.centers.double()[number]
        covariance = apart.T @ apart / len(rows)
        size = len(covariance)
        level = (covariance.trace() / size).clamp(min=LEAST_VARIANCE)
        covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * level * torch.eye(size, dtype=torch.float64)
        self.whiten.copy_(torch.linalg.inv(torch.linalg.cholesky(covariance)).T.float())
        levels = torch.linspace(0, 1, QUANTILES)
        self.quantiles.copy_(torch.quantile(self.unlikeness(held_out), levels))
