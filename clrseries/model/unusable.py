"""Why an object of a series has no view that a model can use."""

from __future__ import annotations

from typing import Any

from .. import lightcurves, spectra
from ..config import Observe
from ..errors import NoUsableNumber
from ..lightcurves.features import ANY
from ..series import Series


def why_unusable(observe: Observe, one: Series) -> str:
    """Return why the view of one object has no information.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        Deterministic steps that prepare data for embedding.
    one : Series
        One object.

    Returns
    -------
    str
        One of: no usable sample, a column without a number, no data on the grid, or a flux that cannot be normalized.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Grid, Series, spectra as sp
    >>> from clrseries.model.unusable import why_unusable
    >>> observe = sp.Observe([sp.Resample(Grid.linear(4100, 4900, 5)), sp.Normalize()])
    >>> why_unusable(observe, Series.from_arrays(np.arange(7000.0, 7100), [np.ones(100)]))
    "column 'wavelength': no data within the model's 4100-4900 Angstrom"
    """
    curves = isinstance(observe, lightcurves.Observe)
    if not (one.ivar > 0).any():
        joined = one.bands == (ANY,)  # of which in_one_band has left nothing
        told = "no band has five usable points" if joined else "no usable point"
        return f"column 'flux': {told}" if curves else "column 'ivar': all pixels are masked"
    kept: Any = [step for step in observe.steps if not isinstance(step, (spectra.Normalize, lightcurves.Normalize))]
    try:
        views = type(observe)(kept, observe.backend)(one)
    except NoUsableNumber as error:
        return error.reason
    if (views.ivar > 0).any():
        return "column 'flux': its mean or median is not positive, so that it cannot be normalized"
    if isinstance(observe, spectra.Observe):
        lo, hi = observe.grid.edges[[0, -1]]
        return f"column 'wavelength': no data within the model's {lo:.0f}-{hi:.0f} Angstrom"
    return "column 'flux': no usable point"
