"""The first layer of encoders on a fixed grid: flux and ivar of spectra as numbers of order one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Limit of the first channel: a spectrum whose mean is nearly 0 is scaled to huge values, which would dominate batch statistics.
FARTHEST = 50.0


class StandardizePixels(nn.Module):
    """Layer that turns flux and ivar on a grid of P pixels into two channels of order one.

    The first channel is the flux. It is scaled so that its mean equals that of the mean spectrum over the same pixels, so the
    scale does not depend on which part of the range an instrument covers. Then the mean of each pixel is subtracted and the
    rest divided by the scatter of the pixel, both taken from training views by :meth:`fit`. It is 0 where there is no data.

    The second channel is ln(1 + S/N of a flux of 1) / 3 - 1: -1 where there is no data, about 0 elsewhere.

    Parameters
    ----------
    pixels : int
        P, pixels of the grid.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.standardize_pixels import StandardizePixels
    >>> layer = StandardizePixels(3)
    >>> layer.fit(torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]), torch.ones(2, 3))
    >>> layer.mean
    tensor([2., 2., 2.])
    >>> layer(torch.ones(5, 3), torch.ones(5, 3)).shape
    torch.Size([5, 2, 3])
    """

    mean: Tensor
    scatter: Tensor

    def __init__(self, pixels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.ones(pixels))
        self.register_buffer("scatter", torch.ones(pixels))

    @torch.no_grad()
    def fit(self, flux: Tensor, ivar: Tensor) -> None:
        """Set mean and scatter of each pixel to those of a sample of views.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Views; ``ivar == 0`` where there is no information.
        """
        good = (ivar > 0).to(flux.dtype)
        count = good.sum(0).clamp(min=1.0)
        self.mean.copy_((flux * good).sum(0) / count)
        residual = (self.scaled(flux, good) - self.mean) * good
        scatter = residual.square().sum(0).div(count).sqrt()
        self.scatter.copy_(scatter.clamp(min=1e-3 * float(scatter.max().clamp(min=1e-6))))

    def scaled(self, flux: Tensor, good: Tensor) -> Tensor:
        """Return flux scaled to the mean spectrum over its good pixels.

        Parameters
        ----------
        flux : float32 (B, P)
            Views.
        good : float32 (B, P)
            1 for pixels with information, 0 for others.

        Returns
        -------
        float32 (B, P)
            Flux divided by the ratio of its sum to that of the mean spectrum.
        """
        ratio = (flux * good).sum(-1, keepdim=True) / (self.mean * good).sum(-1, keepdim=True).clamp(min=1e-6)
        return flux / torch.where(ratio.abs() > 1e-6, ratio, torch.ones_like(ratio))

    def forward(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """Return the two channels.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Views; ``ivar == 0`` where there is no information.

        Returns
        -------
        float32 (B, 2, P)
            Standardized flux, and how well each pixel is measured.
        """
        good = (ivar > 0).to(flux.dtype)
        standard = ((self.scaled(flux, good) - self.mean) / self.scatter).clamp(-FARTHEST, FARTHEST) * good
        signal = torch.log1p(ivar.sqrt()) / 3.0 - 1.0
        return torch.stack([standard, signal], dim=1)
