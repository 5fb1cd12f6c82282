"""InfoNCE: find the key that belongs to each query among other keys."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .log_sum_exp import log_sum_exp
from .method import check_pairs


def info_nce(query: Tensor, key: Tensor, others: Tensor | None = None, temperature: float = 0.1) -> Tensor:
    """Return the InfoNCE loss: the cross entropy of finding each query's own key among all keys.

    For a query q with key k, the loss is -cos(q, k) / tau + ln sum over keys of exp(cos(q, key) / tau).

    Parameters
    ----------
    query, key : float (N, K)
        Key i is the positive of query i; both are scaled to unit length here.
    others : float (M, K), optional
        Negatives of all queries; by default, the negatives of a query are the keys of the other queries.
    temperature : float
        Divisor tau of the cosines, above 0.

    Returns
    -------
    float ()
        Mean over queries.

    Raises
    ------
    ValueError
        The shapes of `query` and `key` differ, or N is below 2 and there are no `others`.

    References
    ----------
    van den Oord et al. 2018, arXiv:1807.03748.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import info_nce
    >>> round(float(info_nce(torch.eye(3), torch.eye(3), temperature=1.0)), 3)
    0.551
    >>> round(float(info_nce(torch.eye(3), torch.eye(3), others=-torch.eye(3), temperature=1.0)), 3)
    0.627
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
