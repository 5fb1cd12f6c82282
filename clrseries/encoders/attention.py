"""A transformer's block with masked attention, for points and for patches alike."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """Attention and a two-layer network, each behind a normalisation (pre-norm; Xiong et al. 2020, arXiv:2002.04745).

    Parameters
    ----------
    width : int
        D.
    heads : int
    expansion : int
        Hidden units of the network, in D.
    """

    def __init__(self, width: int, heads: int, expansion: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.network = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, expansion * width), nn.GELU(), nn.Linear(expansion * width, width)
        )

    def forward(self, tokens: Tensor, bias: Tensor | None = None) -> Tensor:
        """(B, T, D) -> (B, T, D); `bias` (B, 1 or heads, T or 1, T) is added to the attention's logits."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.project(self.before(tokens)).chunk(3, dim=-1)
        )
        mask = None if bias is None else bias.to(query.dtype)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        # joined and not reshaped, since an exporter's attention leaves other strides than this one
        tokens = tokens + self.output(torch.cat(mixed.unbind(1), dim=-1))
        return tokens + self.network(tokens)
