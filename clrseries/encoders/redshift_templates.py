"""Refinement of a proposed redshift by cross-correlation with templates in their rest frame."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .template_correlation import correlations, tapered

FLOOR = 1e-3  # of the probability, spread over all redshifts: what no proposal says can still be found
FLAT = 0.003  # absolute value below which a pixel of a template counts as not covered
APART = 9  # pixels between two peaks


class RedshiftTemplates(nn.Module):
    """Templates that the redshift of a spectrum is measured with, where a network has proposed it.

    For every redshift of a grid, the best correlation coefficient with a template is taken, times the square root of the fraction of
    the spectrum that overlaps. A multiple of it is added to the logarithm of the proposed density. The highest peaks of this sum, each
    with a Gaussian about it, are the refined distribution.

    Parameters
    ----------
    templates : int
        M, number of templates.
    pixels : int
        P, number of pixels of a spectrum, on a grid of constant ln(wavelength).
    lags : int
        L, number of pixels of the largest redshift.

    References
    ----------
    Tonry & Davis 1979, AJ 84, 1511; Blondin & Tonry 2007, ApJ 666, 1024.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.redshift_templates import RedshiftTemplates
    >>> line = 1.0 - torch.exp(-0.5 * ((torch.arange(150) - 90.0) / 3) ** 2)  # of the template, from 50 pixels blueward on
    >>> measure = RedshiftTemplates(templates=1, pixels=100, lags=50)
    >>> measure.set_templates(line[None] - 1.0, step=0.002, strength=20.0)
    >>> proposed = torch.tensor([[[0.0], [0.03], [0.02]]])  # one Gaussian: ln(weight), mean, sigma
    >>> refined = measure(proposed, line[None, 30:130], torch.ones(1, 100))  # 20 pixels to the red
    >>> round(float(refined[0, 1, 0]), 3)
    0.041
    """

    templates: Tensor
    step: Tensor
    strength: Tensor
    sharpness: Tensor
    width: Tensor

    def __init__(self, templates: int, pixels: int, lags: int) -> None:
        super().__init__()
        self.pixels, self.lags = pixels, lags
        self.register_buffer("templates", torch.zeros(templates, pixels + lags, dtype=torch.float16))
        for name in ("step", "strength", "sharpness", "width"):
            self.register_buffer(name, torch.ones(()))

    @torch.no_grad()
    def set_templates(self, templates: Tensor, step: float, strength: float) -> None:
        """Set the templates.

        Parameters
        ----------
        templates : float (M, L + P)
            Flux over continuum, minus 1, in the rest frame; 0 where there is nothing. The last P pixels are those of the spectra.
        step : float
            Width of a pixel in ln(wavelength).
        strength : float
            What the correlation is multiplied by.
        """
        self.templates.copy_(torch.where(templates.abs() < FLAT, 0.0, templates))
        self.step.fill_(step)
        self.strength.fill_(strength)
        self.width.fill_(step)

    def forward(self, proposed: Tensor, flux: Tensor, ivar: Tensor) -> Tensor:
        """Return the refined redshifts.

        Parameters
        ----------
        proposed : float (B, 3, K)
            Mixtures of Gaussians, as :class:`~clrseries.encoders.heads.MixtureHead` returns them.
        flux, ivar : float32 (B, P)
            Spectra over their continuum; ``ivar == 0`` where there is no information.

        Returns
        -------
        float32 (B, 3, K)
            Mixtures of the K highest peaks; fewer, if there are fewer, and then the others have no weight.
        """
        return self.peaks(self.score(proposed, flux, ivar), proposed.shape[-1])

    def score(self, proposed: Tensor, flux: Tensor, ivar: Tensor) -> Tensor:
        """Return the logarithm of the proposed density plus the weighted correlation, for every redshift of the grid.

        Parameters
        ----------
        proposed : float (B, 3, K)
            Mixtures of Gaussians.
        flux, ivar : float32 (B, P)
            Spectra over their continuum.

        Returns
        -------
        float32 (B, L + 1)
            From redshift 0 up.
        """
        redshift = torch.expm1(self.step * torch.arange(self.lags + 1, device=flux.device))
        return _log_density(proposed, redshift) + self.strength * self.correlation(flux, ivar)

    def correlation(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """Return, for every redshift, the best correlation with a template.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Spectra over their continuum.

        Returns
        -------
        float32 (B, L + 1)
            From redshift 0 up; -1 where no template overlaps enough.
        """
        own = tapered(flux - 1.0, ivar > 0)
        best = [score.amax(1) for score in correlations(own, self.templates.float())]
        return torch.stack(best, dim=1).clamp(min=-1.0)

    def peaks(self, score: Tensor, count: int) -> Tensor:
        """Return the mixture of the highest peaks, each at the top of the parabola through it and its two neighbors.

        Parameters
        ----------
        score : float32 (B, L + 1)
            As :meth:`score` returns it.
        count : int
            K, number of peaks, from 1 to L + 1.

        Returns
        -------
        float32 (B, 3, K)
            Logarithms of the weights, by the softmax of the heights times ``sharpness``; redshifts; and ``width`` in ln(1 + z) as their sigma.
        """
        highest = functional.max_pool1d(score[:, None], APART, 1, APART // 2)[:, 0]
        high, place = torch.where(score == highest, score, -torch.inf).topk(count, dim=1)
        middle = place.clamp(1, self.lags - 1)
        left, top, right = (score.gather(1, middle + k) for k in (-1, 0, 1))
        curved = (left - 2 * top + right).clamp(max=-1e-6)
        offset = (0.5 * (left - right) / curved).clamp(-0.5, 0.5) * (middle == place)
        shift = self.step * (place + offset)
        weight = (self.sharpness * high).log_softmax(1).clamp(min=-60.0)
        return torch.stack([weight, torch.expm1(shift), self.width * shift.exp()], dim=1)


def _log_density(mixture: Tensor, at: Tensor) -> Tensor:
    """Return the logarithm of the density of mixtures (B, 3, K) at some values (L,), with a floor."""
    weight, mean, sigma = (part[:, None] for part in mixture.unbind(1))
    apart = (at[None, :, None] - mean) / sigma.clamp(min=1e-4)
    density = (weight.exp() * torch.exp(-0.5 * apart.square()) / (sigma.clamp(min=1e-4) * 2.5066)).sum(-1)
    return torch.log(density * (1.0 - FLOOR) + FLOOR / float(at[-1]))
