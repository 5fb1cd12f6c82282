"""log sum exp over all pairs of two sets of vectors, never holding the matrix of pairs.

What contrastive losses need of an N x M matrix of similarities is one number a row. Tiles of the matrix are made,
summed and forgotten; the backward pass makes them again. Memory grows with N + M, and gradients are exact
(the idea of FlashAttention, Dao et al. 2022, arXiv:2205.14135, and of Inf-CL, Cheng et al. 2024, arXiv:2410.17243).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

ROWS, COLUMNS = 1024, 2048  # of a tile: 8 MiB in float32


def log_sum_exp(anchors: Tensor, keys: Tensor, anchor_id: Tensor, key_id: Tensor) -> Tensor:
    """ln of the sum of exp(anchor . key) over all keys whose id is not that of the anchor.

    Parameters
    ----------
    anchors : float (N, D)
        Scaled already, for instance by 1 / temperature.
    keys : float (M, D)
    anchor_id, key_id : int (N,), (M,)
        A pair with equal ids is left out: an anchor and itself, say.

    Returns
    -------
    float (N,)
        -inf where every key is left out.
    """
    return _LogSumExp.apply(anchors, keys, anchor_id, key_id)


def _tiles(anchors: Tensor, keys: Tensor) -> Iterator[tuple[slice, slice]]:
    for row in range(0, len(anchors), ROWS):
        for column in range(0, len(keys), COLUMNS):
            yield slice(row, row + ROWS), slice(column, column + COLUMNS)


def _tile(anchors: Tensor, keys: Tensor, anchor_id: Tensor, key_id: Tensor) -> Tensor:
    return (anchors @ keys.T).masked_fill_(anchor_id[:, None] == key_id, -torch.inf)


class _LogSumExp(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, anchors: Tensor, keys: Tensor, anchor_id: Tensor, key_id: Tensor) -> Tensor:
        total = anchors.new_full((len(anchors),), -torch.inf)
        for r, c in _tiles(anchors, keys):
            tile = _tile(anchors[r], keys[c], anchor_id[r], key_id[c])
            total[r] = torch.logaddexp(total[r], tile.logsumexp(1))
        ctx.save_for_backward(anchors, keys, anchor_id, key_id, total)
        return total

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        anchors, keys, anchor_id, key_id, total = ctx.saved_tensors
        to_anchors, to_keys = torch.zeros_like(anchors), torch.zeros_like(keys)
        for r, c in _tiles(anchors, keys):
            share = _tile(anchors[r], keys[c], anchor_id[r], key_id[c])
            share.sub_(total[r, None]).exp_().mul_(slopes[0][r, None])
            to_anchors[r].addmm_(share, keys[c])
            to_keys[c].addmm_(share.T, anchors[r])
        return to_anchors, to_keys, None, None
