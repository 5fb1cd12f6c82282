"""Dilated convolutions along the points of a light curve."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from .light_curve_head import LightCurveHead
from .pool import Pool
from .residual import Residual
from .sizes import size_of
from .standardize_points import StandardizePoints


class CurveTCN(nn.Module):
    """Encoder of light curves that applies dilated convolutions along the sequence of points.

    A convolution reads neighboring points, whatever the time between them; it is not causal. Each point has as channels its
    flux, its error, the time since the point before, and its band (one-hot). Each block doubles the dilation.

    Parameters
    ----------
    bands : int
        Number of bands, at least 1.
    size : {"tiny", "small", "base"}
        About 0.3, 0.8 or 3 million parameters.
    embedding_dim : int
        D, size of the embedding.

    Raises
    ------
    InputError
        There is no such size.

    References
    ----------
    Bai et al. 2018, arXiv:1803.01271.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import CurveTCN
    >>> time, band = torch.arange(10.0).expand(2, 10), torch.zeros(2, 10, dtype=torch.int8)
    >>> CurveTCN(bands=1, embedding_dim=16)(time, torch.ones(2, 10), torch.ones(2, 10), band).shape
    torch.Size([2, 16])
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 5},
        "small": {"width": 128, "blocks": 6},
        "base": {"width": 256, "blocks": 7},
    }

    def __init__(self, bands: int, size: str = "tiny", embedding_dim: int = 256) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        self.settings: dict[str, Any] = {"bands": bands, "size": size, "embedding_dim": embedding_dim}
        self.embedding_dim, self.bands = embedding_dim, bands
        width = shape["width"]
        self.standardize = StandardizePoints(bands)
        self.stem = nn.Conv1d(3 + bands, width, 1)
        self.blocks = nn.ModuleList(Residual(width, 2**k, "zeros") for k in range(shape["blocks"]))
        self.pool = Pool(width, "attention")
        self.head = LightCurveHead(width, bands, embedding_dim)

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Return the embeddings of light curves.

        Parameters
        ----------
        time : float32 (B, L)
            Times in increasing order [day], or phases in [0, 1).
        flux, ivar : float32 (B, L)
            Points; ``ivar == 0`` where there is none.
        band : int (B, L)
            Number of the band of each point, from 0.

        Returns
        -------
        float32 (B, D)
            One embedding for each light curve.
        """
        good = (ivar > 0).unsqueeze(1)
        points, levels = self.standardize(flux, ivar, band.long())
        since = nn.functional.pad(time[:, 1:] - time[:, :-1], (1, 0)).clamp(min=0.0)
        kinds = nn.functional.one_hot(band.long(), self.bands).transpose(1, 2).to(points.dtype)
        maps = self.stem(torch.cat([points.transpose(1, 2), torch.log1p(since).unsqueeze(1), kinds], dim=1)) * good
        for block in self.blocks:
            maps = block(maps, good) * good
        return self.head(self.pool(maps.transpose(1, 2), good.squeeze(1)), levels)
