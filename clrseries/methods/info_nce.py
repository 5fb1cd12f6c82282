"""InfoNCE (van den Oord et al. 2018, arXiv:1807.03748): each query's own key, told from other keys."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .log_sum_exp import log_sum_exp
from .method import check_pairs


def info_nce(query: Tensor, key: Tensor, others: Tensor | None = None, temperature: float = 0.1) -> Tensor:
    """-s(q, k+) / tau + ln sum over keys of exp(s / tau) (van den Oord et al. 2018, arXiv:1807.03748).

    Parameters
    ----------
    query, key : float (N, K)
        Key i is the positive of query i; scaled to unit length here.
    others : float (M, K), optional
        The negatives; else the keys of the other queries are.
    temperature : float

    Returns
    -------
    float ()
        Mean over queries.
    """
    check_pairs("info_nce", query, key, least=1 if others is not None else 2)
    query, key = (functional.normalize(vectors.float(), dim=-1) for vectors in (query, key))
    alike = (query * key).sum(-1) / temperature
    keys = key if others is None else functional.normalize(others.float(), dim=-1)
    none = torch.full((len(keys),), -1, device=keys.device)
    numbers = torch.arange(len(query), device=query.device)
    total = log_sum_exp(query / temperature, keys, numbers, none)
    if others is not None:
        total = torch.logaddexp(total, alike)
    return (total - alike).mean()
