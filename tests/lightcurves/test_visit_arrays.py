"""Epochs and lists of numbers may be arrays of any library; what they carry is honored or refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from astropy import units as u

from clrseries import Choice, InputError
from clrseries import lightcurves as lc

visit_of: Any = lc.Visit
choice_of: Any = Choice
masked: Any = np.ma.masked_array


def test_epochs_of_a_visit_have_units_and_bands_any_type():
    visit = visit_of(times=[0.0, 12.0] * u.hour, bands=np.array(["g", "r"]), cycle=1.0)
    assert visit.times == (0.0, 0.5) and visit.bands == ("g", "r")
    for times in (pd.Series([0.0, 0.5]), torch.tensor([0.0, 0.5]), np.array([0.0, 0.5], ">f8")):
        assert visit_of(times=times, bands=pd.Series(["g", "r"]), cycle=1.0) == visit
    with pytest.raises(InputError, match="finite time and a band"):
        visit_of(times=masked([0.0, 0.5], [0, 1]), bands=["g", "r"], cycle=1.0)
    with pytest.raises(InputError, match="phase"):
        visit_of(times=[0.0, 0.5] * u.dimensionless_unscaled, bands=["g", "r"], cycle=1.0)


def test_lists_of_numbers_refuse_units_and_masks():
    assert choice_of(torch.tensor([1.0, 2.0])) == choice_of(pd.Series([1, 2])) == choice_of([1.0, 2.0])
    with pytest.raises(InputError, match="Choice: values has the unit km / s"):
        choice_of([1.0, 2.0] * u.km / u.s)
    with pytest.raises(InputError, match="missing values"):
        choice_of(masked([1.0, -999.0], [0, 1]))
