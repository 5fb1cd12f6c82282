"""Convolutions over a light curve that is binned on a regular grid of time or phase."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from ..errors import InputError
from .light_curve_head import LightCurveHead
from .residual import Residual
from .sizes import size_of
from .standardize_points import StandardizePoints


class CurveConv(nn.Module):
    """Encoder of light curves that bins each band in time or phase and applies residual convolutions.

    Each band has two channels on `bins` bins between `start` and `stop`: the ivar-weighted mean of its points, and how well
    the bin is measured. On phases the convolutions are circular, so that phase 1 continues at phase 0.

    Parameters
    ----------
    bands : int
        Number of bands, at least 1.
    size : {"tiny", "small", "base"}
        About 0.3, 0.9 or 4 million parameters.
    embedding_dim : int
        D, size of the embedding.
    bins : int
        Number of bins, at least 4.
    start, stop : float
        Ends of the range that is binned [day], or 0 and 1 for phases; points outside count in the nearest bin.
    folded : bool
        Whether the times are phases in [0, 1).

    Raises
    ------
    InputError
        There is no such size, `bins` is below 4, or `start` is not below `stop`.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import CurveConv
    >>> phase, band = torch.rand(2, 10), torch.zeros(2, 10, dtype=torch.int8)
    >>> CurveConv(bands=1, embedding_dim=16)(phase, torch.ones(2, 10), torch.ones(2, 10), band).shape
    torch.Size([2, 16])
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 5},
        "small": {"width": 128, "blocks": 6},
        "base": {"width": 256, "blocks": 8},
    }

    def __init__(
        self,
        bands: int,
        size: str = "tiny",
        embedding_dim: int = 256,
        bins: int = 64,
        start: float = 0.0,
        stop: float = 1.0,
        folded: bool = True,
    ) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        if bins < 4 or not start < stop:
            raise InputError(f"CurveConv needs at least 4 bins and start < stop, got {bins}, {start} and {stop}")
        self.settings: dict[str, Any] = {
            "bands": bands, "size": size, "embedding_dim": embedding_dim,
            "bins": bins, "start": start, "stop": stop, "folded": folded,
        }  # fmt: skip
        self.embedding_dim, self.bands, self.bins = embedding_dim, bands, bins
        self.start, self.stop = start, stop
        width = shape["width"]
        mode: Literal["zeros", "circular"] = "circular" if folded else "zeros"
        self.standardize = StandardizePoints(bands)
        self.stem = nn.Conv1d(2 * bands, width, 5, padding=2, padding_mode=mode)
        self.blocks = nn.ModuleList(Residual(width, 1, mode) for _ in range(shape["blocks"]))
        self.head = LightCurveHead(2 * width, bands, embedding_dim)

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
        points, levels = self.standardize(flux, ivar, band.long())
        maps = nn.functional.gelu(self.stem(self.binned(time, points[..., 0], ivar, band.long())))
        for block in self.blocks:
            maps = block(maps)
        return self.head(torch.cat([maps.mean(-1), maps.amax(-1)], dim=-1), levels)

    def binned(self, time: Tensor, value: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Return the light curves on the bins, as the channels that the convolutions read.

        Parameters
        ----------
        time : float32 (B, L)
            Times [day], or phases in [0, 1).
        value : float32 (B, L)
            What is averaged in each bin: the flux, standardized by :class:`StandardizePoints`.
        ivar : float32 (B, L)
            Inverse variance of the flux before it was standardized; 0 where there is no point.
        band : int64 (B, L)
            Number of the band of each point, from 0.

        Returns
        -------
        float32 (B, 2 bands, bins)
            First the means of all bands; then ln(1 + S/N) / 3 of all bands, where S/N is that of one unit of `value` in the bin.
            Both are 0 in an empty bin.
        """
        weight = ivar * self.standardize.within[band].square()
        place = ((time - self.start) * (self.bins / (self.stop - self.start))).long().clamp(0, self.bins - 1)
        cell = band * self.bins + place
        empty = torch.zeros(time.shape[0], self.bands * self.bins, dtype=weight.dtype, device=time.device)
        total = empty.scatter_add(1, cell, weight)
        mean = empty.scatter_add(1, cell, weight * value) / total.clamp(min=1e-12)
        both = torch.stack([mean, torch.log1p(total.sqrt()) / 3.0], dim=1)
        return both.unflatten(-1, (self.bands, self.bins)).flatten(1, 2)
