"""A transformer over the points of a light curve that uses the time of each point."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ..errors import InputError
from .light_curve_head import LightCurveHead
from .pool import Pool
from .sizes import size_of
from .standardize_points import StandardizePoints
from .time2vec import Time2Vec
from .transformer_block import TransformerBlock

POOLS = ("cls", "mean", "moments", "attention")
FAR = -1e4  # logit of a masked point: finite, since -inf for all points of a curve would give NaN


class CurveTransformer(nn.Module):
    """Encoder of light curves that applies attention to the points, at any times.

    The token of a point is the sum of four terms: its flux and error, a vector of its band, the sines and cosines of its
    time, and these waves multiplied by its flux. With the product, attention can sum flux times a wave over the points, as a
    periodogram does. From the logits of each attention head, a learned multiple of ln(1 + time difference / day) is
    subtracted, so that a head can prefer points that are near in time.

    Parameters
    ----------
    bands : int
        Number of bands, at least 1.
    size : {"tiny", "small", "base"}
        About 0.3, 1 or 5 million parameters.
    embedding_dim : int
        D, size of the embedding.
    pool : {"moments", "cls", "mean", "attention"}
        How points become one vector: mean and scatter, an additional token, the mean, or a mean with learned weights.

    Raises
    ------
    InputError
        There is no such size or pool.

    References
    ----------
    The bias by distance follows ALiBi: Press et al. 2022, arXiv:2108.12409.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import CurveTransformer
    >>> time, band = torch.arange(10.0).expand(2, 10), torch.zeros(2, 10, dtype=torch.int8)
    >>> CurveTransformer(bands=1, embedding_dim=16)(time, torch.ones(2, 10), torch.ones(2, 10), band).shape
    torch.Size([2, 16])
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 3, "heads": 4},
        "small": {"width": 128, "blocks": 5, "heads": 4},
        "base": {"width": 256, "blocks": 8, "heads": 8},
    }

    def __init__(self, bands: int, size: str = "tiny", embedding_dim: int = 256, pool: str = "moments") -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        if pool not in POOLS:
            raise InputError(f"pool is one of {', '.join(POOLS)}; got {pool!r}")
        self.settings: dict[str, Any] = {"bands": bands, "size": size, "embedding_dim": embedding_dim, "pool": pool}
        self.embedding_dim = embedding_dim
        width = shape["width"]
        self.standardize = StandardizePoints(bands)
        self.waves = Time2Vec(width // 2)
        self.of_flux = nn.Linear(2, width)
        self.of_band = nn.Embedding(bands, width)
        self.of_time = nn.Linear(width, width, bias=False)
        self.of_product = nn.Linear(width, width, bias=False)
        # With small weights, tokens hardly depend on time at first, and the network learns how to use it.
        for layer in (self.of_time, self.of_product):
            nn.init.normal_(layer.weight, std=0.02)
        self.cls = nn.Parameter(0.02 * torch.randn(width)) if pool == "cls" else None
        self.nearness = nn.Parameter(torch.linspace(0.0, 1.0, shape["heads"]))
        self.blocks = nn.ModuleList(TransformerBlock(width, shape["heads"]) for _ in range(shape["blocks"]))
        self.pool = Pool(width, "mean" if pool == "cls" else pool)
        self.head = LightCurveHead(self.pool.width, bands, embedding_dim)

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Return the embeddings of light curves.

        Parameters
        ----------
        time : float32 (B, L)
            Times [day], or phases in [0, 1).
        flux, ivar : float32 (B, L)
            Points; ``ivar == 0`` where there is none.
        band : int (B, L)
            Number of the band of each point, from 0.

        Returns
        -------
        float32 (B, D)
            One embedding for each light curve.
        """
        band, good = band.int(), ivar > 0
        (points, levels), waves = self.standardize(flux, ivar, band), self.waves(time)
        tokens = self.of_flux(points) + self.of_band(band) + self.of_time(waves)
        tokens = tokens + self.of_product(waves * points[..., :1])
        apart = torch.log1p((time.unsqueeze(-1) - time.unsqueeze(-2)).abs().float())
        bias = -self.nearness.float()[:, None, None] * apart.unsqueeze(1)
        bias = bias.masked_fill(~good[:, None, None, :], FAR)
        if self.cls is not None:
            tokens = torch.cat([self.cls.expand(tokens.shape[0], 1, -1).to(tokens.dtype), tokens], dim=1)
            bias = nn.functional.pad(bias, (1, 0, 1, 0))  # no bias for the cls token, which has no time
            bias[:, :, 0, 1:] = torch.where(good[:, None, :], 0.0, FAR)
        for block in self.blocks:
            tokens = block(tokens, bias)
        pooled = tokens[:, 0] if self.cls is not None else self.pool(tokens, good)
        return self.head(pooled, levels)
