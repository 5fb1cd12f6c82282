"""A transformer block with masked attention, for points of light curves and patches of spectra."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class TransformerBlock(nn.Module):
    """Transformer block: attention and a two-layer network, each after a layer normalization and with a shortcut.

    Parameters
    ----------
    width : int
        D, channels of a token.
    heads : int
        Attention heads; must divide `width`.
    expansion : int
        Hidden units of the two-layer network, in units of `width`.

    References
    ----------
    Normalization before each layer: Xiong et al. 2020, arXiv:2002.04745.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.transformer_block import TransformerBlock
    >>> TransformerBlock(width=8, heads=2)(torch.ones(2, 5, 8)).shape
    torch.Size([2, 5, 8])
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
        """Return the tokens after one block.

        Parameters
        ----------
        tokens : float (B, T, D)
            T tokens of each of B objects.
        bias : float (B, 1 or heads, 1 or T, T), optional
            Added to the logits of the attention; a large negative number masks a token.

        Returns
        -------
        float (B, T, D)
            Changed tokens.
        """
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.project(self.before(tokens)).chunk(3, dim=-1)
        )
        mask = None if bias is None else bias.to(query.dtype)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        # Heads are joined by cat and not by reshape, since attention in an exported graph returns other strides.
        tokens = tokens + self.output(torch.cat(mixed.unbind(1), dim=-1))
        return tokens + self.network(tokens)
