"""The default chain written as a careful torch user would: whole batches, vectorized, no Python loop over spectra.

All spectra share their wavelengths, which suits torch. Flux is resampled by interpolating its cumulative
integral, variance likewise (an approximation, where ours is exact).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


class TorchChain:
    """Redshift, extinction, resampling, line-spread function, calibration error, noise, masks and normalization of a batch."""

    def __init__(self, wavelength: np.ndarray, edges: np.ndarray, extinction: np.ndarray, radius: int) -> None:
        inner = 0.5 * (wavelength[1:] + wavelength[:-1])
        whole = np.concatenate([[2 * wavelength[0] - inner[0]], inner, [2 * wavelength[-1] - inner[-1]]])
        self.input_edges = torch.from_numpy(whole)
        self.edges = torch.from_numpy(edges.copy())
        self.extinction = torch.from_numpy(extinction.astype(np.float32))
        self.radius = radius

    def __call__(
        self, flux: Tensor, ivar: Tensor, params: dict[str, Tensor], generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Flux and ivar (N, P) of one view of each spectrum."""
        flux, variance = self.resample(flux, ivar, params["stretch"])
        flux, variance = self.broaden(flux, variance, params["sigma"])
        factor = torch.exp(params["ebv"] * self.extinction + self.calibration_error(params, flux.shape[1], generator))
        flux, variance = flux * factor, variance * factor.square()
        wanted = (flux.mean(1, keepdim=True) / params["snr"]).square()
        added = (wanted - variance).clamp(min=0)
        flux = flux + added.sqrt() * torch.randn(flux.shape, generator=generator)
        ivar = 1 / (variance + added)
        keep = (torch.rand(flux.shape, generator=generator) > params["fraction"]) & self.outside_runs(
            params, flux.shape[1]
        )
        flux, ivar = torch.where(keep, flux, 0.0), torch.where(keep, ivar, 0.0)
        scale = flux.sum(1, keepdim=True) / keep.sum(1, keepdim=True)
        return flux / scale, ivar * scale.square()

    def resample(self, flux: Tensor, ivar: Tensor, stretch: Tensor) -> tuple[Tensor, Tensor]:
        """Differences of the cumulative integrals at the output edges."""
        targets = self.edges[None] / stretch  # in the input's frame
        right = torch.searchsorted(self.input_edges, targets).clamp(1, len(self.input_edges) - 1)
        left = self.input_edges[right - 1]
        part = ((targets - left) / (self.input_edges[right] - left)).float()
        widths = self.input_edges.diff()
        out = []
        for density, power in ((flux, 1), (1 / ivar, 2)):
            total = torch.nn.functional.pad((density * widths**power).cumsum(1, dtype=torch.float64), (1, 0))
            lower, upper = total.gather(1, right - 1), total.gather(1, right)
            at_edge = lower + (upper - lower) * part
            out.append((at_edge.diff(dim=1) / targets.diff(dim=1) ** power).float())
        return out[0] / stretch.float(), out[1] / stretch.float().square()

    def broaden(self, flux: Tensor, variance: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        """Convolution with a kernel for each row, as a grouped convolution."""
        k = torch.arange(-self.radius, self.radius + 1)
        taps = torch.exp(-0.5 * (k / sigma.clamp(min=1e-3)).square())
        taps = (taps / taps.sum(1, keepdim=True)).float()
        rows = len(flux)

        def convolve(values: Tensor, weights: Tensor) -> Tensor:
            return torch.nn.functional.conv1d(values[None], weights[:, None], padding=self.radius, groups=rows)[0]

        return convolve(flux, taps), convolve(variance, taps.square())

    def calibration_error(self, params: dict[str, Tensor], pixels: int, generator: torch.Generator) -> Tensor:
        """A cubic B-spline through random knots."""
        position = params["phase"] + torch.arange(pixels) / params["length"]
        k = position.long()
        u = (position - k).float()
        knots = torch.randn((len(k), int(k.max()) + 5), generator=generator)
        v = 1 - u
        basis = (v**3, 4 - 6 * u**2 + 3 * u**3, 4 - 6 * v**2 + 3 * v**3, u**3)
        return params["amplitude"] / 6 * sum(b * knots.gather(1, k + i) for i, b in enumerate(basis))

    def outside_runs(self, params: dict[str, Tensor], pixels: int) -> Tensor:
        """True where no run of lost pixels lies."""
        j = torch.arange(pixels)
        inside = (j >= params["starts"][..., None]) & (j < params["starts"][..., None] + params["run"])
        return ~inside.any(1)


def draws(count: int, pixels: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Parameters of one view of each spectrum, as in the default chain."""

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand((count, 1), generator=generator)

    return {
        "stretch": 1 + uniform(0, 0.01).double(),
        "ebv": uniform(0, 0.3),
        "sigma": uniform(0, 2.1),
        "amplitude": torch.full((count, 1), 0.1),
        "length": uniform(60, 600),
        "phase": uniform(0, 1),
        "snr": uniform(10, 100),
        "fraction": torch.full((count, 1), 0.01),
        "starts": torch.randint(-30, pixels, (count, 2), generator=generator),
        "run": 32,  # type: ignore[dict-item]
    }
