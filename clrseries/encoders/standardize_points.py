"""The first layer of every encoder of light curves: points as numbers of order one."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class StandardizePoints(nn.Module):
    """Layer that separates the flux level of each band from the variation about it, and scales both to order one.

    Objects often differ more in level than they vary; on one common scale, the variation would be too small to be learned.
    A point has two channels, both 0 where there is no point: asinh((flux - level) / w) and ln(error / w) / 2, where w is the
    typical scatter of a band within one object. A band has two numbers, both 0 if it has no points: (level - mean) / scatter
    over the objects, and 1. :meth:`fit` takes w, mean and scatter from training views.

    Parameters
    ----------
    bands : int
        Number of bands.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.standardize_points import StandardizePoints
    >>> flux, ivar, band = torch.tensor([[4.0, 6.0]]), torch.ones(1, 2), torch.zeros(1, 2, dtype=torch.int8)
    >>> points, levels = StandardizePoints(bands=1)(flux, ivar, band)
    >>> points[0, :, 0], levels[0]
    (tensor([-0.8814,  0.8814]), tensor([5., 1.]))
    """

    mean: Tensor
    scatter: Tensor
    within: Tensor

    def __init__(self, bands: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(bands))
        self.register_buffer("scatter", torch.ones(bands))
        self.register_buffer("within", torch.ones(bands))

    @torch.no_grad()
    def fit(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> None:
        """Set level, scatter of levels and typical variation of each band to those of a sample of views.

        Parameters
        ----------
        time : float32 (B, L)
            Not used; taken because the arrays of a view come in this order.
        flux, ivar : float32 (B, L)
            Points; ``ivar == 0`` where there is none.
        band : int (B, L)
            Number of the band of each point, from 0.
        """
        level, present = self.levels(flux, ivar, band)
        for b in range(len(self.mean)):
            own, inside = level[present[:, b], b], (ivar > 0) & (band == b)
            if len(own) > 1:
                self.mean[b] = own.mean()
                self.scatter[b] = own.std().clamp(min=1e-6)
                self.within[b] = 1.48 * (flux - level[:, b : b + 1])[inside].abs().median().clamp(min=1e-6)

    def levels(self, flux: Tensor, ivar: Tensor, band: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean flux of each band of each light curve.

        Parameters
        ----------
        flux, ivar : float32 (B, L)
            Points; ``ivar == 0`` where there is none.
        band : int (B, L)
            Number of the band of each point, from 0.

        Returns
        -------
        tuple of float32 (B, bands) and bool (B, bands)
            Mean flux, 0 for a band without points; and whether the band has points.
        """
        inside = (ivar > 0).unsqueeze(1) & (
            band.unsqueeze(1) == torch.arange(len(self.mean), device=flux.device)[:, None]
        )
        count = inside.to(flux.dtype).sum(-1)
        return (flux.unsqueeze(1) * inside).sum(-1) / count.clamp(min=1.0), count > 0

    def forward(self, flux: Tensor, ivar: Tensor, band: Tensor) -> tuple[Tensor, Tensor]:
        """Return the channels of the points and the levels of the bands.

        Parameters
        ----------
        flux, ivar : float32 (B, L)
            Points; ``ivar == 0`` where there is none.
        band : int (B, L)
            Number of the band of each point, from 0.

        Returns
        -------
        tuple of float32 (B, L, 2) and float32 (B, 2 bands)
            Channels of the points; then the levels of all bands, followed by which bands have points.
        """
        good, band = ivar > 0, band.long()
        level, present = self.levels(flux, ivar, band)
        within = self.within[band]
        varies = torch.asinh((flux - level.gather(1, band)) / within)
        error = -0.25 * torch.log(torch.where(good, ivar, 1.0) * within.square())
        points = torch.stack([varies, error.clamp(-4.0, 4.0)], dim=-1) * good.unsqueeze(-1)
        standard = (level - self.mean) / self.scatter * present
        return points, torch.cat([standard, present.to(standard.dtype)], dim=-1)
