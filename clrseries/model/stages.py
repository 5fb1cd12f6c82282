"""The two stages of embedding: the views of a batch, and what the encoder makes of them."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ..augment.resident import host_series
from ..config import Observe
from ..encoders.with_columns import column_inputs, columns_of, columns_read
from ..errors import NoUsableNumber
from ..lightcurves.any_band import in_one_band
from ..lightcurves.features import ANY
from ..lightcurves.measured import with_measured
from ..series import Series
from ..series.one_flux_unit import flux_units, in_flux_unit
from ..views import LightCurveViews
from .unusable import why_unusable

BATCH = 256  # number of objects that are embedded together


class Reader(Protocol):
    """What a batch is prepared for: a Model."""

    encoder: Any
    observe: Observe
    bands: tuple[str, ...]
    flux_unit: str

    def in_its_bands(self, series: Series) -> Series:
        """Return light curves with the bands of this model."""


class Prepared(NamedTuple):
    """The views of one batch, as an encoder takes them.

    Parameters
    ----------
    inputs : tuple of torch.Tensor
        Arrays of the M objects that can be embedded: flux and ivar (M, P), or time, flux, ivar and band (M, L); then columns (M, K),
        if the encoder reads some.
    good : bool (N,)
        Which of the N objects of the batch these are.
    reasons : dict of int to str
        Why each of the others cannot be embedded, by its row in the batch.
    """

    inputs: tuple[torch.Tensor, ...]
    good: NDArray[np.bool_]
    reasons: dict[int, str]


def with_what_is_read(model: Reader, series: Series) -> Series:
    """Return objects with the periods, features and periodograms that a model reads, in its unit, and in one band if it takes curves in any.

    Parameters
    ----------
    model : Model
        The model.
    series : Series
        N objects; what the table does not have is measured.

    Returns
    -------
    Series
    """
    if model.flux_unit and set(flux_units(series)) - {model.flux_unit}:
        series = in_flux_unit(host_series(series), model.flux_unit)
    series = with_measured(series, columns_read(model.observe, model.encoder))
    return in_one_band(host_series(series)) if model.bands == (ANY,) else series


def prepared(
    observe: Observe,
    batch: Series,
    model: Reader,
    threads: int | None = None,
    *,
    epoch: int = 0,
    stay: bool = False,
) -> Prepared:
    """Make the views of a batch that an encoder takes.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        Deterministic steps; or random ones, for views as the training had them.
    batch : Series
        N objects; periods, features and periodograms that are read, and that the table does not have, are measured.
    model : Model
        Its encoder may read columns of the table; a model of curves in any band gets all bands joined to one.
    threads : int, optional
        Number of threads; default all cores that this process may use.
    epoch : int
        Which of the random views.
    stay : bool
        Whether views that are made on a device stay there; default they come to the memory of the host.

    Returns
    -------
    Prepared
        Objects whose view has no information are left out.
    """
    batch = with_what_is_read(model, batch)
    try:
        views = observe(batch, epoch=epoch, threads=threads)
    except NoUsableNumber as error:  # not for one object of this batch
        return Prepared((), np.zeros(len(batch), bool), dict.fromkeys(range(len(batch)), error.reason))
    good = torch.as_tensor((views.ivar[:, 0] > 0).any(-1)).cpu().numpy()
    reasons = {row: why_unusable(observe, batch.take([row])) for row in np.flatnonzero(~good).tolist()}
    views = views.trimmed() if isinstance(views, LightCurveViews) else views
    inputs = tuple(part[:, 0] if stay else part[:, 0].cpu() for part in views.torch())  # where the network is
    inputs += tuple(part.to(inputs[0].device) for part in column_inputs(columns_of(model.encoder), batch))
    kept = torch.from_numpy(good)
    return Prepared(inputs if good.all() else tuple(part[kept] for part in inputs), good, reasons)


@torch.no_grad()
def encoded(encoder: Any, network: Any, views: Prepared) -> torch.Tensor:
    """Return what a network makes of the embeddings of a batch.

    Parameters
    ----------
    encoder : torch.nn.Module
        The encoder.
    network : torch.nn.Module
        Takes the embeddings, and the views too if it has the attribute ``reads_views`` and that is true.
    views : Prepared
        At least one object.

    Returns
    -------
    float32 (M, D) torch.Tensor
        One row for each object that can be embedded.
    """
    beside = views.inputs if getattr(network, "reads_views", False) else ()
    return network(encoder(*views.inputs), *beside).float()
