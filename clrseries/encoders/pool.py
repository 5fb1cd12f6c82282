"""Pooling of the vectors of all points or patches of an object into one vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Pool(nn.Module):
    """Layer that pools the tokens of each object into one vector.

    Parameters
    ----------
    width : int
        D, channels of a token.
    kind : {"mean", "moments", "attention"}
        The mean over the tokens, mean and scatter over the tokens, or a mean with learned weights.

    Attributes
    ----------
    width : int
        Q, size of the result: 2 D for ``"moments"``, otherwise D.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.pool import Pool
    >>> Pool(1, "mean")(torch.tensor([[[1.0], [3.0], [99.0]]]), torch.tensor([[True, True, False]]))
    tensor([[2.]])
    """

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.width = 2 * width if kind == "moments" else width
        self.weight = nn.Linear(width, 1) if kind == "attention" else None

    def forward(self, tokens: Tensor, good: Tensor) -> Tensor:
        """Return one vector for each object.

        Parameters
        ----------
        tokens : float (B, L, D)
            L tokens of each of B objects.
        good : bool (B, L)
            Which tokens count.

        Returns
        -------
        float (B, Q)
            Mean and learned mean are 0 for an object without good tokens.
        """
        inside = good.unsqueeze(-1)
        if self.weight is not None:
            score = self.weight(tokens).float().masked_fill(~inside, -1e9)
            return (score.softmax(1).to(tokens.dtype) * tokens * inside).sum(1)
        count = inside.to(tokens.dtype).sum(1).clamp(min=1.0)
        mean = (tokens * inside).sum(1) / count
        if self.kind == "mean":
            return mean
        scatter = ((tokens - mean.unsqueeze(1)).square() * inside).sum(1) / count
        return torch.cat([mean, (scatter + 1e-4).sqrt()], dim=-1)
