"""Errors name what is wrong: steps of the other kind, wrong types, missing packages; and what a reader left out stays counted."""

from typing import Any

import numpy as np
import pytest

from clrseries import Choice, Grid, InputError, LogUniform, Optimizer, Series, Stopping, Uniform, concatenate
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.config import composition, to_config
from clrseries.datasets import simulated_light_curves
from clrseries.errors import require
from clrseries.evaluation import probe_classes
from clrseries.io import write_spectra

GRID = Grid.log(4100, 6800, 300)


@pytest.mark.parametrize(
    ("make", "steps", "message"),
    [
        (lc.Observe, [sp.Resample(GRID), lc.Pack(8)], "Resample is a step for spectra"),
        (lc.Observe, [sp.Noise(10.0), lc.Pack(8)], "Noise is a step for spectra"),
        (sp.Observe, [sp.Resample(GRID), lc.Noise(21.0)], "Noise is a step for light curves"),
        (composition, [sp.Resample(GRID), lc.Noise(21.0)], "Resample are for spectra, and Noise for light curves"),
        (composition, [{"Pack": {}}, {"MaskRuns": {}}], "MaskRuns are for spectra, and Pack for light curves"),
        (sp.Observe, [GRID], "Grid"),
        (sp.Observe, sp.Resample(GRID), "list of steps"),
    ],
)
def test_steps_of_the_other_kind_are_refused_by_name(make, steps, message):
    with pytest.raises(InputError, match=message):
        make(steps)


WRONG = [
    (sp.Noise, {"snr": [1, 2]}, "Noise: snr must be a number, a distribution or the name of a column, got"),
    (sp.Velocity, {"v": None}, "Velocity: v must be a number"),
    (sp.Normalize, {"by": 3}, "Normalize: by must be one of 'mean'"),
    (sp.Resample, {"grid": "log"}, "Resample: grid must be a Grid"),
    (sp.DropArm, {"arms": 5900.0}, "DropArm: arms must be a list"),
    (sp.MaskRuns, {"count": 1, "probability": "half"}, "MaskRuns: probability must be a number"),
    (sp.Fringe, {"amplitude": 0.1, "start": "red"}, "Fringe: start must be a number, got 'red'"),
    (lc.Pack, {"length": "long"}, "Pack: length must be a whole number, got 'long'"),
    (lc.Pack, {"length": 8.5}, "Pack: length must be a whole number, got 8.5"),
    (lc.Moon, {"fraction": 0.5, "random_phase": "yes"}, "Moon: random_phase must be true or false"),
    (lc.Saturate, {"magnitude": [1]}, "Saturate: magnitude must be"),
    (Uniform, {"low": "a", "high": 2}, "Uniform: low must be a number, got 'a'"),
    (LogUniform, {"low": 1, "high": None}, "LogUniform: high must be a number"),
    (Choice, {"values": 3}, "Choice: values must be a list"),
    (Choice, {"values": [1.0, np.nan]}, "Choice: values must be finite"),
    (Uniform, {"low": 0, "high": np.inf}, "Uniform: high must be finite, got inf"),
    (Optimizer, {"learning_rate": -1}, "learning_rate must be above 0"),
    (Stopping, {"patience": -3}, "patience must be at least 1"),
]


@pytest.mark.parametrize(("kind", "arguments", "message"), WRONG)
def test_a_wrong_type_names_the_step_and_the_argument(kind, arguments, message):
    with pytest.raises(InputError, match=message):
        kind(**arguments)


def test_a_quantity_is_converted_or_refused():
    from astropy import units as u

    assert Grid.log(400 * u.nm, 680 * u.nm, 300).edges[0] == pytest.approx(4000)
    with pytest.raises(InputError, match="Velocity: v must be a number"):
        sp.Velocity(30 * u.km / u.s)


def test_data_of_the_other_kind_and_unknown_bands_are_refused(tmp_path):
    stars = simulated_light_curves(6, nights=20)
    with pytest.raises(InputError, match="these are light curves: use write_light_curves"):
        write_spectra(stars, tmp_path / "s.parquet")
    for step in (lc.Noise({"g": 20.0}), lc.Saturate({"g": 14.0})):
        with pytest.raises(InputError, match="none of the bands g is in the series, which has B, R"):
            lc.Observe([lc.Pack(32), step])(stars)
    with pytest.raises(InputError, match="two classes with at least 5 objects each"):
        probe_classes(np.eye(6), list("abcdef"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda observe, stars: observe("stars.parquet"), "takes a Series, got str: read files with read_spectra"),
        (lambda observe, stars: observe(np.ones(3)), "takes a Series, got ndarray"),
        (lambda observe, stars: observe(stars, views="2"), "views must be a whole number of at least 1, got '2'"),
        (lambda observe, stars: observe(stars, seed=-1), "seed must be a whole number of at least 0, got -1"),
        (lambda observe, stars: observe(stars, epoch=0.5), "epoch must be a whole number"),
        (lambda observe, stars: observe(stars, threads=0), "threads must be a whole number of at least 1"),
        (lambda observe, stars: observe.apply(stars, [1, 2]), "params must be an array"),
        (lambda observe, stars: observe(stars, out=5), "out must be views of an earlier call, got int"),
        (lambda observe, stars: concatenate([stars, "more.parquet"]), "concatenate takes a Series, got str"),  # type: ignore[list-item]
        (lambda observe, stars: write_spectra("s", "s.parquet"), "write_spectra takes a Series, got str"),  # type: ignore[arg-type]
        (lambda observe, stars: simulated_light_curves(4, classes=[]), "classes"),
        (lambda observe, stars: simulated_light_curves(4, nights=0), "nights must be a whole number of at least 1"),
    ],
)
def test_what_is_no_series_or_no_whole_number_is_named(make, message):
    observe, stars = lc.Observe([lc.Pack(16)]), simulated_light_curves(3, nights=10)
    with pytest.raises(InputError, match=message):
        make(observe, stars)


def test_one_word_is_a_list_of_one(tmp_path):
    assert set(simulated_light_curves(4, nights=10, classes="Mira").table["class"].to_pylist()) == {"Mira"}
    assert repr(simulated_light_curves(4, nights=10)).startswith("Series(4 light curves in B, R, ")


def test_epochs_may_be_an_array():
    times: Any = np.array([0.0, 0.3])
    bands: Any = np.array(["B", "R"])
    step = lc.Visit(times, bands, 2.0)
    assert repr(step).startswith("Visit(times=(0.0, 0.3), bands=('B', 'R')")
    assert to_config(lc.Observe([step, lc.Pack(8)]))[0]["Visit"]["times"] == [0.0, 0.3]


def test_a_package_that_is_missing_is_named_with_its_extra(monkeypatch):
    with pytest.raises(InputError, match=r"tune needs no_such_package.*pip install 'clrseries\[tune\]'"):
        require("no_such_package", extra="tune", purpose="tune")
    assert require("numpy", extra="tune", purpose="nothing") is np


def test_what_was_left_out_stays_counted():
    owner, time = np.array([0, 0, 1, 1]), np.array([1.0, np.nan, 1.0, 2.0])
    flux, error = np.ones(4), np.array([0.1, 0.1, 0.1, -1.0])
    one = Series.from_rows(owner, time, flux, error, np.full(4, "g"), {"object_id": ["a", "b"]})
    assert one.dropped == {"point: time is missing or infinite": 1, "point: error is not positive": 1}
    assert one.take([1]).dropped == one.dropped
    both = concatenate([one, one.take([0]).with_columns({"object_id": ["c"]})])
    assert both.dropped == {"point: time is missing or infinite": 2, "point: error is not positive": 2}
