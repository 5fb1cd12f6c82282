"""A transformer that knows when each point was taken."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ..errors import InputError
from .attention import Block
from .points import CurveHead, Pool, StandardPoints, TimeWaves
from .sizes import size_of

POOLS = ("cls", "mean", "moments", "attention")
FAR = -1e4  # a logit that no point survives, in bfloat16 too


class CurveTransformer(nn.Module):
    """Attention over the points of a light curve, at their own times.

    A point's token is a sum of its flux and error, its band's vector, its time's waves, and the waves multiplied by the
    flux: so that attention can also sum flux against a wave, which is what a periodogram does. Each head's logits
    lose a learnable multiple of ln(1 + |time difference| / day), after Press et al. 2022 (ALiBi, arXiv:2108.12409).

    Parameters
    ----------
    bands : int
    size : str
        ``"tiny"``, ``"small"`` or ``"base"``: about 0.2, 0.8 and 5 million parameters.
    embedding : int
        D, size of the embedding.
    pool : str
        ``"cls"``, ``"mean"``, ``"moments"`` or ``"attention"``.
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 3, "heads": 4},
        "small": {"width": 128, "blocks": 5, "heads": 4},
        "base": {"width": 256, "blocks": 8, "heads": 8},
    }

    def __init__(self, bands: int, size: str = "tiny", embedding: int = 128, pool: str = "moments") -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        if pool not in POOLS:
            raise InputError(f"pool is one of {', '.join(POOLS)}; got {pool!r}")
        self.settings: dict[str, Any] = {"bands": bands, "size": size, "embedding": embedding, "pool": pool}
        self.embedding = embedding
        width = shape["width"]
        self.standard = StandardPoints(bands)
        self.waves = TimeWaves(width // 2)
        self.of_flux = nn.Linear(2, width)
        self.of_band = nn.Embedding(bands, width)
        self.of_time = nn.Linear(width, width, bias=False)
        self.of_product = nn.Linear(width, width, bias=False)
        for layer in (self.of_time, self.of_product):  # begins as a network of a set, and learns what time is good for
            nn.init.normal_(layer.weight, std=0.02)
        self.cls = nn.Parameter(0.02 * torch.randn(width)) if pool == "cls" else None
        self.nearness = nn.Parameter(torch.linspace(0.0, 1.0, shape["heads"]))
        self.blocks = nn.ModuleList(Block(width, shape["heads"]) for _ in range(shape["blocks"]))
        self.pool = Pool(width, "mean" if pool == "cls" else pool)
        self.head = CurveHead(self.pool.width, bands, embedding)

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Embed light curves.

        Parameters
        ----------
        time, flux, ivar : float32 (B, L)
            ``ivar == 0`` where there is no point.
        band : int (B, L)

        Returns
        -------
        float32 (B, D)
        """
        band, good = band.int(), ivar > 0
        (points, levels), waves = self.standard(flux, ivar, band), self.waves(time)
        tokens = self.of_flux(points) + self.of_band(band) + self.of_time(waves)
        tokens = tokens + self.of_product(waves * points[..., :1])
        apart = torch.log1p((time.unsqueeze(-1) - time.unsqueeze(-2)).abs().float())
        bias = -self.nearness.float()[:, None, None] * apart.unsqueeze(1)
        bias = bias.masked_fill(~good[:, None, None, :], FAR)
        if self.cls is not None:
            tokens = torch.cat([self.cls.expand(tokens.shape[0], 1, -1).to(tokens.dtype), tokens], dim=1)
            bias = nn.functional.pad(bias, (1, 0, 1, 0))
            bias[:, :, 0, 1:] = torch.where(good[:, None, :], 0.0, FAR)
        for block in self.blocks:
            tokens = block(tokens, bias)
        pooled = tokens[:, 0] if self.cls is not None else self.pool(tokens, good)
        return self.head(pooled, levels)
