"""The default chain for light curves as others would write it: object by object in numpy and pandas, and padded in torch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

YEAR, MONTH = 365.2422, 29.530588853
MAD = 1.4826


def pandas_view(curve: pd.DataFrame, length: int, limit: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One view of one curve: what a careful user of pandas writes."""
    t = curve.time - curve.time.iloc[0]

    def within(period: float, center: float, half: float) -> pd.Series:
        return ((t - center + period / 2) % period - period / 2).abs() <= half

    night = np.floor(t - (center := rng.random()) + 0.5).astype(int)
    nights = np.arange(night.min(), night.max() + 1)
    spells = np.interp(nights / 3.0, np.arange(len(nights) // 3 + 3), rng.normal(size=len(nights) // 3 + 3))
    lit = 0.5 * (1 + np.cos(2 * np.pi * (nights - rng.random() * MONTH) / MONTH))
    clear = pd.Series((spells < 0.84) & (rng.random(len(nights)) > 0.2 * lit), index=nights)
    kept = rng.permutation(curve.band.unique())
    kept = kept[(rng.random(len(kept)) > 0.1) | (np.arange(len(kept)) == 0)]
    seen = within(YEAR, rng.random() * YEAR, 110.0) & within(1.0, center, 0.25) & curve.band.isin(kept)
    seen &= clear.reindex(night).to_numpy() & (rng.random(len(curve)) > 0.2)
    view = curve[seen]
    if len(view) > length:
        share = max(length // view.band.nunique(), 1)
        view = pd.concat([g.sample(min(len(g), share), random_state=rng) for _, g in view.groupby("band")]).sort_values(
            "time"
        )
    flux, variance, band = view.flux.to_numpy(), view.error.to_numpy() ** 2, view.band.to_numpy()
    factor = np.exp(0.0092 * rng.normal(size=len(limit)))[band]
    flux, variance = flux * factor, variance * factor**2
    scatter = pd.Series(np.exp(0.092 * rng.normal(size=len(nights))), index=nights).reindex(night[seen].loc[view.index])
    f5 = limit[band] * scatter.to_numpy()
    wanted = 0.04 * f5 * (0.98 * f5 + 0.02 * np.maximum(flux, 0)) + (0.005 * flux) ** 2
    added = np.maximum(wanted - variance, 0)
    flux = flux + np.sqrt(added) * rng.normal(size=len(flux))
    variance = variance + added
    hit = rng.random(len(flux)) < 0.01
    flux = flux + hit * rng.choice([-1, 1], len(flux)) * rng.exponential(5.0, len(flux)) * np.sqrt(variance)
    view = view.assign(flux=flux, error=np.sqrt(variance))
    groups = view.groupby("band").flux
    middle = groups.transform("median")
    scale = MAD * groups.transform(lambda f: (f - f.median()).abs().median()).replace(0, 1)
    return view.assign(flux=(view.flux - middle) / scale, error=view.error / scale)


class TorchCurves:
    """The same for a padded batch, vectorized; the only loop is over bands."""

    def __init__(self, bands: int, length: int, limit: np.ndarray) -> None:
        self.bands, self.length = bands, length
        self.limit = torch.from_numpy(limit.astype(np.float32))

    def __call__(
        self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, ...]:
        """(N, M) each to time, flux, ivar and band (N, L)."""
        objects, points = flux.shape
        t = (time - time[:, :1]).float()

        def uniform(*shape: int) -> Tensor:
            return torch.rand(shape, generator=generator)

        def within(period: float, center: Tensor, half: float) -> Tensor:
            u = (t - center) / period
            return (u - torch.floor(u + 0.5)).abs() * period <= half

        center = uniform(objects, 1)
        night = torch.floor(t - center + 0.5).long().clamp(0, 1999)
        spells = torch.randn(objects, 700, generator=generator)
        u = night / 3.0
        part = u - u.floor()
        sky = (1 - part) * spells.gather(1, u.long()) + part * spells.gather(1, u.long() + 1)
        lit = 0.5 * (1 + torch.cos(2 * torch.pi * (night - uniform(objects, 1) * MONTH) / MONTH))
        seen = (ivar > 0) & within(YEAR, uniform(objects, 1) * YEAR, 110.0) & within(1.0, center, 0.25)
        seen &= (sky <= 0.84 * ((1 - part) ** 2 + part**2).sqrt()) & (
            uniform(objects, 2000).gather(1, night) > 0.2 * lit
        )
        lost = uniform(objects, self.bands) < 0.1
        lost[:, 0] = False
        seen &= ~lost.gather(1, band.long()) & (uniform(objects, points) > 0.2)
        # equal shares of the bands: a point's rank among its band's, in random order, decides
        order = torch.where(seen, uniform(objects, points), 2.0)
        rank = torch.empty_like(order)
        for b in range(self.bands):
            own = torch.where(band == b, order, 2.0)
            rank = torch.where(band == b, own.argsort(1).argsort(1).float() + 0.1 * b, rank)
        chosen = torch.where(seen, rank, 1e9).topk(self.length, largest=False).indices.sort(1).values
        t, flux, ivar, band, seen, night = (a.gather(1, chosen) for a in (t, flux, ivar, band, seen, night))
        factor = torch.exp(0.0092 * torch.randn(objects, self.bands, generator=generator)).gather(1, band.long())
        flux, variance = flux * factor, factor.square() / ivar.clamp(min=1e-9)
        f5 = self.limit[band.long()] * torch.exp(0.092 * torch.randn(objects, 2000, generator=generator)).gather(
            1, night
        )
        wanted = 0.04 * f5 * (0.98 * f5 + 0.02 * flux.clamp(min=0)) + (0.005 * flux).square()
        added = (wanted - variance).clamp(min=0)
        flux = flux + added.sqrt() * torch.randn(flux.shape, generator=generator)
        variance = variance + added
        hit = uniform(*flux.shape) < 0.01
        size = torch.empty_like(flux).exponential_(0.2, generator=generator) * (uniform(*flux.shape) - 0.5).sign()
        flux = flux + hit * size * variance.sqrt()
        for b in range(self.bands):
            own = seen & (band == b)
            middle = torch.where(own, flux, torch.nan).nanmedian(1, keepdim=True).values
            scale = MAD * torch.where(own, (flux - middle).abs(), torch.nan).nanmedian(1, keepdim=True).values
            flux = torch.where(own, (flux - middle) / scale.clamp(min=1e-9), flux)
            variance = torch.where(own, variance / scale.clamp(min=1e-9).square(), variance)
        return t * seen, flux * seen, seen / variance, band * seen
