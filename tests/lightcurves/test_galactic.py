"""Galactic latitudes come from positions, and only where they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries import lightcurves as lc
from clrseries.lightcurves.measured import with_measured

POLE, CENTER = (192.8595, 27.1283), (266.4051, -28.9362)  # J2000: IAU definition of the galactic coordinates


def stars(**columns) -> Series:
    return Series.from_points([np.arange(5.0)] * 3, [np.ones(5)] * 3, [np.ones(5)] * 3, table=columns)


def test_latitude_of_the_pole_the_center_and_of_no_position():
    there = stars(RA=[POLE[0], CENTER[0], None], DEC=[POLE[1], CENTER[1], None])
    latitude = lc.with_galactic_latitude(there).table["galactic_latitude"].to_pylist()
    assert latitude[:2] == pytest.approx([90.0, 0.0], abs=0.01) and latitude[2] is None


def test_found_where_a_model_asks_and_nowhere_else():
    there = stars(ra=[1.0, 2.0, 3.0], dec=[0.0, 0.0, 0.0])
    assert "galactic_latitude" in with_measured(there, ["galactic_latitude"]).table.column_names
    assert with_measured(there, ["photoz"]).table.column_names == there.table.column_names
    known = there.with_columns({"galactic_latitude": [5.0, 6.0, 7.0]})
    assert with_measured(known, ["galactic_latitude"]).table["galactic_latitude"].to_pylist() == [5.0, 6.0, 7.0]


def test_spectra_have_latitudes_too():
    spectra = Series.from_arrays(
        np.linspace(4000, 7000, 50), np.ones((1, 50)), table={"ra": [POLE[0]], "dec": [POLE[1]]}
    )
    assert with_measured(spectra, ["galactic_latitude"]).table["galactic_latitude"][0].as_py() == pytest.approx(
        90, abs=0.01
    )


def test_without_positions_it_says_what_is_missing():
    with pytest.raises(InputError, match="needs columns with right ascension and declination"):
        lc.with_galactic_latitude(stars(redshift=[0.1, 0.2, 0.3]))
