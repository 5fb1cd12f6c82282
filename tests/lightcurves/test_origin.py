"""Time 0 of a view lies among the points that are left, so that times tell nothing of what was cut off."""

from typing import Literal, get_args

import numpy as np
import pytest

from clrseries import Series, Uniform
from clrseries import lightcurves as lc

POINTS = 120
Origin = Literal["first", "middle", "detection", "peak"]


def pulses(later: float = 0.0) -> Series:
    """Twenty curves that rise and fall after a time without detections; `later` is added to the flux after day 60."""
    rng = np.random.default_rng(5)
    time = np.sort(rng.uniform(0, 200, (20, POINTS)), axis=1)
    time[:, 0] = 0.0
    flux = 3.0 + 40 * np.exp(-0.5 * ((time - rng.uniform(70, 160, (20, 1))) / 25) ** 2) + rng.uniform(-1, 1, time.shape)
    flux += later * (time > 60) + 1e-3 * np.arange(POINTS)
    return Series.from_points(time, flux, np.ones_like(flux), rng.choice(["g", "r"], time.shape))


def place(time: np.ndarray, flux: np.ndarray, origin: Origin) -> float:
    """Time of the origin among points in order of time."""
    detected = np.flatnonzero(flux > 5)
    if origin == "middle":
        return (time[0] + time[-1]) / 2
    if origin == "first" or not len(detected):
        return time[0]
    return time[detected[0] if origin == "detection" else detected[flux[detected].argmax()]]


@pytest.mark.parametrize("origin", get_args(Origin))
@pytest.mark.parametrize(
    "cuts",
    [
        [],
        [lc.Truncate(Uniform(-20, 60))],
        [lc.Window(Uniform(20, 90))],
        [lc.Seasons(40.0), lc.DropPoints(0.5)],
        [lc.ReverseTime(), lc.Truncate(Uniform(20, 90), "first")],
    ],
    ids=["whole", "Truncate", "Window", "Seasons", "reversed"],
)
def test_the_origin_is_found_among_the_points_that_are_left(cuts, origin):
    series = pulses()
    views = lc.Observe([*cuts, lc.Pack(POINTS, origin=origin, jitter=7.0)])(series, views=2, seed=3)
    sign = -1 if any(isinstance(step, lc.ReverseTime) for step in cuts) else 1
    compared = 0
    for i in range(len(series)):
        x, flux, _ = series.row(i)
        number = {value: j for j, value in enumerate(flux)}
        for view in range(2):
            good = views.ivar[i, view] > 0
            own = views.flux[i, view][good]
            time = sign * x[[number[value] for value in own]]
            wanted = time - place(time, own, origin) - 7.0 if good.any() else time
            np.testing.assert_allclose(views.time[i, view][good], wanted, atol=1e-4)
            compared += good.sum() > 3
    assert compared >= 20


@pytest.mark.parametrize("origin", get_args(Origin))
def test_a_cut_curve_does_not_tell_what_came_later(origin):
    steps = [lc.Truncate(60.0, "first"), lc.Pack(POINTS, origin=origin)]
    one, other = (lc.Observe(steps)(pulses(later), seed=1) for later in (0.0, 30.0))
    for a, b in zip(one.inputs, other.inputs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_curve_of_which_nothing_is_left_gives_an_empty_view():
    steps = [lc.Truncate(-1.0, "first"), lc.Pack(POINTS, origin="middle")]
    views = lc.Observe(steps)(pulses())
    assert not any(array.any() for array in views.inputs)
