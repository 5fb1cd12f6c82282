"""The logarithm of a sum of exponentials over pairs of vectors, without the matrix of all pairs in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

ROWS, COLUMNS = 1024, 2048  # size of a tile, which takes 8 MiB in float32


def log_sum_exp(anchors: Tensor, keys: Tensor, anchor_id: Tensor, key_id: Tensor) -> Tensor:
    """Return ln sum exp(anchor . key) of each anchor, over all keys whose id differs from that of the anchor.

    A contrastive loss needs one number for each row of the N x M matrix of similarities. Here one tile of the matrix at a time
    is computed, summed and discarded, and computed again in the backward pass. So memory grows with N + M, and gradients are
    exact.

    Parameters
    ----------
    anchors : float (N, D)
        Vectors, already multiplied by 1 / temperature where there is one.
    keys : float (M, D)
        Vectors.
    anchor_id : int (N,)
        Number of each anchor.
    key_id : int (M,)
        Number of each key; a pair with equal numbers is left out, for instance an anchor with itself.

    Returns
    -------
    float (N,)
        It is -inf, with gradient NaN, for an anchor without any key.

    References
    ----------
    The idea is that of FlashAttention (Dao et al. 2022, arXiv:2205.14135) and Inf-CL (Cheng et al. 2024, arXiv:2410.17243).

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods.log_sum_exp import log_sum_exp
    >>> vectors, number = torch.eye(3), torch.arange(3)
    >>> log_sum_exp(vectors, vectors, number, number)  # ln(exp(0) + exp(0))
    tensor([0.6931, 0.6931, 0.6931])
    """
    return _LogSumExp.apply(anchors, keys, anchor_id, key_id)


def _tiles(anchors: Tensor, keys: Tensor) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and the columns of each tile."""
    for row in range(0, len(anchors), ROWS):
        for column in range(0, len(keys), COLUMNS):
            yield slice(row, row + ROWS), slice(column, column + COLUMNS)


def _tile(anchors: Tensor, keys: Tensor, anchor_id: Tensor, key_id: Tensor) -> Tensor:
    """Return the similarities of one tile, with -inf for pairs that are left out."""
    return (anchors @ keys.T).masked_fill_(anchor_id[:, None] == key_id, -torch.inf)


class _LogSumExp(torch.autograd.Function):
    """Sum of exponentials whose backward pass computes the tiles again."""

    @staticmethod
    def forward(ctx: Any, anchors: Tensor, keys: Tensor, anchor_id: Tensor, key_id: Tensor) -> Tensor:
        total = anchors.new_full((len(anchors),), -torch.inf)
        for r, c in _tiles(anchors, keys):
            tile = _tile(anchors[r], keys[c], anchor_id[r], key_id[c])
            total[r] = torch.logaddexp(total[r], tile.logsumexp(1))
        ctx.save_for_backward(anchors, keys, anchor_id, key_id, total)
        return total

    @staticmethod
    def backward(ctx: Any, *grad_output: Tensor) -> tuple[Tensor | None, ...]:
        anchors, keys, anchor_id, key_id, total = ctx.saved_tensors
        to_anchors, to_keys = torch.zeros_like(anchors), torch.zeros_like(keys)
        for r, c in _tiles(anchors, keys):
            share = _tile(anchors[r], keys[c], anchor_id[r], key_id[c])
            share.sub_(total[r, None]).exp_().mul_(grad_output[0][r, None])
            to_anchors[r].addmm_(share, keys[c])
            to_keys[c].addmm_(share.T, anchors[r])
        return to_anchors, to_keys, None, None
