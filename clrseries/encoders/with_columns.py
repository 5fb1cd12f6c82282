"""An encoder that reads columns of the table beside the light curve or spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..config import Observe
from ..errors import InputError
from ..lightcurves import Fold
from ..series import Series

QUANTILES = 65


class WithColumns(nn.Module):
    """Encoder that joins the embedding of another encoder with columns of numbers, any of which may be missing.

    A column is replaced by its rank among the objects that the module was fitted to, from -1 to 1, so that units, outliers and
    long tails do not matter. A missing value is 0 and has a flag. In training, every value is taken for missing with a chance
    of `dropout`, so that no column is relied on alone.

    What is the same in both views of an object tells it from all others, so that a method that compares views without labels learns
    to read the columns and nothing else. Give such an encoder to a training with labels, or to the method ``clip`` as that of the
    partner, which is the same object as its columns tell it.

    Parameters
    ----------
    encoder : torch.nn.Module or None
        Any encoder with the attribute ``embedding_dim``; None reads the columns alone.
    columns : sequence of str
        Names of the K columns of the table. In the settings of a training, ``features`` and ``any_features`` stand for all columns
        of :func:`clrseries.lightcurves.with_features`, of each band and of the band with the most points,
        and ``periodogram`` for those of :func:`clrseries.lightcurves.with_periodogram`. What these measure is measured where the table does not have it,
        and ``galactic_latitude`` found from a position (:func:`clrseries.lightcurves.with_galactic_latitude`).
    embedding_dim : int
        D, size of the two layers on the columns, and of the embedding.
    dropout : float
        Chance of a value to be taken for missing in training, from 0 to below 1.

    Raises
    ------
    InputError
        There is no column, or `dropout` is out of range.

    References
    ----------
    Rizhko & Bloom 2025, AJ 170, 28 (AstroM3: light curves, spectra and metadata as partners).

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResNet1d, WithColumns
    >>> encoder = WithColumns(ResNet1d(64, width=8, embedding_dim=16), ["photoz", "ebv"], embedding_dim=32)
    >>> flux, columns = torch.ones(2, 64), torch.tensor([[0.1, 0.02], [0.3, float("nan")]])
    >>> encoder(flux, flux, columns).shape
    torch.Size([2, 32])
    """

    places: Tensor

    def __init__(self, encoder: Any, columns: Sequence[str], embedding_dim: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        if not columns or not 0 <= dropout < 1:
            raise InputError(
                f"WithColumns needs at least one column and dropout in [0, 1), got {list(columns)} and {dropout}"
            )
        self.encoder, self.columns, self.dropout = encoder, tuple(columns), dropout
        self.embedding_dim = embedding_dim
        self.register_buffer("places", torch.linspace(-1.0, 1.0, QUANTILES).repeat(len(columns), 1))
        self.branch = nn.Sequential(
            nn.Linear(2 * len(columns), embedding_dim), nn.LayerNorm(embedding_dim), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(embedding_dim, embedding_dim), nn.LayerNorm(embedding_dim), nn.GELU(), nn.Dropout(dropout),
        )  # fmt: skip
        self.of_encoder = None
        if encoder is not None:
            size = encoder.embedding_dim
            self.of_encoder = nn.Sequential(nn.LayerNorm(size), nn.Linear(size, embedding_dim))

    @property
    def own_settings(self) -> dict[str, Any]:
        """What the class takes beside the other encoder."""
        return {"columns": list(self.columns), "embedding_dim": self.embedding_dim, "dropout": self.dropout}

    @property
    def standardize(self) -> Any:
        """First layer of the other encoder, which is fitted to the data; None if there is none."""
        return getattr(self.encoder, "standardize", None)

    @torch.no_grad()
    def fit_columns(self, values: Tensor) -> None:
        """Fit the ranks of the columns to some objects.

        Parameters
        ----------
        values : float (N, K)
            Columns of N objects; NaN where there is no value. A column without any value stays as it is.
        """
        for k, column in enumerate(values.T):
            known = column[torch.isfinite(column)]
            if len(known):
                self.places[k] = torch.quantile(known.double(), torch.linspace(0, 1, QUANTILES).double()).float()

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the embeddings.

        Parameters
        ----------
        *inputs : Tensor
            What the other encoder takes, and the columns, float32 (B, K), NaN where there is no value.

        Returns
        -------
        float32 (B, embedding_dim)
            One embedding for each object.
        """
        *own, values = inputs
        known = torch.isfinite(values)
        if self.training and self.dropout:
            known = known & (torch.rand_like(values) >= self.dropout)
        ranks = torch.where(known, self._ranks(torch.nan_to_num(values)), 0.0)
        columns = self.branch(torch.cat([ranks, known.to(ranks.dtype)], dim=-1))
        return columns if self.of_encoder is None else columns + self.of_encoder(self.encoder(*own))

    def _ranks(self, values: Tensor) -> Tensor:
        """Return the rank of each value, from -1 to 1, interpolated between the quantiles; the middle of equal ones."""
        column = values.T.contiguous()
        beside = column[..., None], self.places[:, None]  # compared with all: ONNX has no binary search
        first, last = torch.gt(*beside).sum(-1), torch.ge(*beside).sum(-1)
        lower = (last - 1).clamp(0, QUANTILES - 2)
        low, high = self.places.gather(1, lower), self.places.gather(1, lower + 1)
        between = lower + ((column - low) / (high - low).clamp(min=1e-30)).clamp(0.0, 1.0)
        rank = torch.where(last > first, 0.5 * (first + last - 1).to(between.dtype), between)
        return (2.0 * rank / (QUANTILES - 1) - 1.0).T


def column_values(series: Series, columns: Sequence[str]) -> NDArray[np.float32]:
    """Return columns of the table as one matrix.

    Parameters
    ----------
    series : Series
        N objects.
    columns : sequence of str
        Names of K columns of numbers.

    Returns
    -------
    float32 (N, K)
        NaN where there is no finite value.

    Raises
    ------
    InputError
        The series has no such column, or it holds no numbers.
    """
    import pyarrow as pa

    rows = np.empty((len(series), len(columns)), np.float32)
    for k, name in enumerate(columns):
        if name not in series.table.column_names:
            raise InputError(f"column {name!r}: the encoder reads it, and the data do not have it")
        try:
            rows[:, k] = series.table[name].cast(pa.float64()).to_numpy()
        except pa.ArrowException as error:
            raise InputError(f"column {name!r}: holds {series.table[name].type}, no numbers") from error
    rows[~np.isfinite(rows)] = np.nan
    return rows


def columns_read(observe: Observe, encoder: Any) -> tuple[str, ...]:
    """Return the names of the columns with periods, and of those that an encoder reads.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        The augmentation; a step Fold may read the period from a column.
    encoder : torch.nn.Module
        The encoder.

    Returns
    -------
    tuple of str
        Each once.
    """
    periods = [step.period for step in observe.steps if isinstance(step, Fold) and isinstance(step.period, str)]
    return tuple(dict.fromkeys([*periods, *columns_of(encoder)]))


def columns_of(encoder: Any) -> tuple[str, ...]:
    """Return the names of the columns that an encoder reads.

    Parameters
    ----------
    encoder : torch.nn.Module
        The encoder.

    Returns
    -------
    tuple of str
        Empty if it reads the views alone.
    """
    return tuple(getattr(encoder, "columns", ()))


def column_inputs(columns: tuple[str, ...], series: Series) -> tuple[Tensor, ...]:
    """Return what an encoder takes besides the views.

    Parameters
    ----------
    columns : tuple of str
        Names of the K columns, as :func:`columns_of` returns them.
    series : Series
        N objects.

    Returns
    -------
    tuple of float32 (N, K) torch.Tensor
        One, or none if the encoder reads no columns.

    Raises
    ------
    InputError
        The series has no such column, or it holds no numbers.
    """
    return (torch.from_numpy(column_values(series, columns)),) if columns else ()
