"""What refines the redshifts of the weights ``supernova-spectra``: centers of clusters of the training spectra, as templates."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.cluster import MiniBatchKMeans
from supernova_data import Supernovae
from torch import Tensor

from clrseries import spectra as sp
from clrseries.encoders.heads import crps
from clrseries.encoders.joint_head import JointHead
from clrseries.encoders.redshift_templates import RedshiftTemplates
from clrseries.encoders.template_correlation import tapered
from clrseries.grids import Grid
from clrseries.series import Series

HIGHEST = 0.8  # redshift that templates are moved to


def refining(data: Supernovae, head: JointHead) -> JointHead:
    """Return a head that also refines the redshift, with the centers of clusters of the training spectra in their rest frames."""
    observe, count = data.parts[0].observe, data.config["redshift_templates"]
    assert isinstance(observe, sp.Observe)
    grid = observe.grid
    step = float(np.log(grid.centers[-1] / grid.centers[0]) / (len(grid) - 1))
    lags = int(np.ceil(np.log1p(HIGHEST) / step))
    rest = Grid.from_edges(grid.edges[0] * np.exp(step * np.arange(-lags, len(grid) + 1)))
    part = data.parts[-1]  # the spectra of the catalog, or templates alone
    still = Series(part.series.x / np.repeat(1 + part.z, np.diff(part.series.offsets)), *_others(part.series))
    normalize = next(step for step in part.observe.steps if isinstance(step, sp.Normalize))
    flux, ivar = (array[:, 0] for array in sp.Observe([sp.Resample(rest), normalize])(still).torch())
    clusters = MiniBatchKMeans(count, random_state=data.config["seed"], n_init=1, batch_size=512)
    centers = clusters.fit(tapered(flux - 1.0, ivar > 0).numpy()).cluster_centers_
    new = JointHead(**head.settings, templates=count, pixels=len(grid), lags=lags)
    new.load_state_dict(head.state_dict(), strict=False)
    assert new.templates is not None
    new.templates.set_templates(torch.from_numpy(centers), step, data.config["strength"])
    return new.eval()


def _others(series: Series) -> tuple[Any, ...]:
    return series.flux, series.ivar, series.offsets, series.table


@torch.no_grad()
def calibrate_templates(templates: RedshiftTemplates, proposed: Tensor, views: list[Tensor], z: Tensor) -> None:
    """Set how sure the refined redshifts are: the least score (CRPS) on held-out objects."""
    score, count = templates.score(proposed, *views), proposed.shape[-1]

    def mean(logs: NDArray[np.float64]) -> float:
        templates.sharpness.fill_(float(np.exp(logs[0])))
        templates.width.fill_(float(np.exp(logs[1])))
        return float(crps(templates.peaks(score, count), z).mean())

    best = minimize(mean, np.log([0.5, 0.003]), method="Nelder-Mead")
    mean(best.x)
