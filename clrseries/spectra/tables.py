"""Tables of the kernel for a composition: the numbers that are equal for all views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..grids import Grid
from ..kernels.spectra import layout
from ..units import SPEED_OF_LIGHT
from .step import SpectrumStep

REST_RANGE = (900.0, 30000.0)  # [Angstrom]
REST_STEP = 5e-4  # in ln(wavelength); linear interpolation of a dust curve is then accurate to 1e-5 mag
PIVOT = 5000.0  # [Angstrom]


def build(grid: Grid, steps: Sequence[SpectrumStep]) -> tuple[layout.Tables, tuple[str, ...]]:
    """Build the tables of the kernel for a composition, and the names of all parameters of a view.

    Parameters
    ----------
    grid : Grid
        Pixels of the views.
    steps : sequence of SpectrumStep
        Steps of the composition.

    Returns
    -------
    Tables, tuple of str
        The names are those that every composition has, then those of the coefficients of curves, of rest-frame curves and of
        groups of masked ranges, then those of the step Custom.
    """
    pixels = len(grid)
    curves = {name: curve for step in steps for name, curve in step.curves(grid).items()}
    rest = {name: curve for step in steps for name, curve in step.rest_curves().items()}
    ranges = {name: parts for step in steps for name, parts in step.ranges(grid).items()}
    given: dict[str, Any] = {name: table for step in steps for name, table in step.tables(grid).items()}
    parameters = given.pop("parameters", ())
    widths = np.diff(grid.edges)
    velocities = widths / grid.centers * SPEED_OF_LIGHT
    lsf = np.stack([given.pop("lsf", np.zeros(pixels)), velocities**-2, widths**-2])
    axis = np.arange(np.log(REST_RANGE[0] / PIVOT), np.log(REST_RANGE[1] / PIVOT), REST_STEP)
    rest_wavelength = PIVOT * np.exp(axis)
    tables = {
        "edges": grid.edges.copy(),  # not read-only, as `log_edges`: they are one type to Numba
        "log_edges": np.log(grid.edges),
        "widths": widths,
        "velocities": velocities,
        "wavelength": grid.centers,
        "inverse_wavelength": 1.0 / grid.centers,
        "log_wavelength": np.log(grid.centers / PIVOT),
        "lsf": lsf,
        "lsf_bounds": np.stack([lsf.min(1), lsf.max(1)], axis=1),
        "curves": np.reshape(list(curves.values()), (len(curves), pixels)),
        "rest_curves": np.reshape([f(rest_wavelength) for f in rest.values()], (len(rest), len(axis))),
        "rest_axis": np.array([axis[0], REST_STEP]),
        "fringe_envelope": np.ones(pixels),
        "lines": np.empty((0, 2)),
        "photon": np.ones(pixels),
        "background": np.ones((1, pixels)),
        "groups": np.int64(len(ranges)),
        "ranges": _pixels(grid, list(ranges.values())),
        **given,
    }
    keep = {"edges": np.float64, "log_edges": np.float64, "ranges": np.int64}
    packed = {
        name: table if name == "groups" else np.ascontiguousarray(table, keep.get(name, np.float32))
        for name, table in tables.items()
    }
    return layout.Tables(**packed), (*layout.NAMES, *curves, *rest, *ranges, *parameters)


def _pixels(grid: Grid, groups: list[list[tuple[float, float]]]) -> np.ndarray:
    """Return (group, first pixel, last pixel + 1) of each range [Angstrom], int64 (Q, 3)."""
    rows = [
        (
            group,
            np.searchsorted(grid.edges[1:], lo, side="right"),
            np.searchsorted(grid.edges[:-1], hi, side="left"),
        )
        for group, parts in enumerate(groups)
        for lo, hi in parts
    ]
    return np.array(rows, np.int64).reshape(-1, 3)
