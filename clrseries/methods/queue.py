"""A queue of the projections of earlier batches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Queue(nn.Module):
    """Queue of unit vectors; the newest replace the oldest.

    It starts with random vectors and is saved in checkpoints. All processes hold the same queue, since each adds the projections
    of all processes.

    Parameters
    ----------
    size : int
        M, number of vectors.
    projection_dim : int
        K, size of each vector.

    Attributes
    ----------
    vectors : float32 (M, K)
        The vectors, in no order of time.
    place : int64 ()
        Row that the next vector replaces.

    References
    ----------
    He et al. 2020, arXiv:1911.05722.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods.queue import Queue
    >>> queue = Queue(size=3, projection_dim=2)
    >>> queue.push(torch.tensor([[3.0, 0.0], [0.0, 2.0]]))
    >>> queue.vectors[:2]
    tensor([[1., 0.],
            [0., 1.]])
    """

    vectors: Tensor
    place: Tensor

    def __init__(self, size: int, projection_dim: int) -> None:
        super().__init__()
        self.register_buffer("vectors", functional.normalize(torch.randn(size, projection_dim), dim=-1))
        self.register_buffer("place", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def push(self, vectors: Tensor) -> None:
        """Replace the oldest vectors of the queue by new ones, scaled to unit length.

        Parameters
        ----------
        vectors : float (N, K)
            New vectors; of more than M, only the last M are kept.
        """
        newest = functional.normalize(vectors[-len(self.vectors) :].detach().float(), dim=-1)
        places = (self.place + torch.arange(len(newest), device=newest.device)) % len(self.vectors)
        self.vectors[places] = newest
        self.place.copy_((self.place + len(newest)) % len(self.vectors))
