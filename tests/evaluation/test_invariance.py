"""How far embeddings move when the data change: an encoder whose answer is known, and both kinds of data."""

import numpy as np
import pytest
import torch
from torch import nn

from clrseries import Grid, InputError, Model, Series, datasets, embed, evaluate, methods
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.encoders import CurveConv
from clrseries.evaluation.invariance import LIGHT_CURVE_SWEEPS, SPECTRUM_SWEEPS, Sweep, invariance_curves


class Angle(nn.Module):
    """Embed a spectrum as the direction whose angle [radian] is the wavelength of its line, in units of 1000 Angstrom."""

    embedding_dim = 2

    def __init__(self, grid):
        super().__init__()
        self.register_buffer("wave", torch.tensor(grid.centers, dtype=torch.float32))

    def forward(self, flux, ivar):
        depth = (1 - flux / flux.amax(1, keepdim=True) - 1e-4).clamp(min=0) * (ivar > 0)
        angle = (depth * self.wave).sum(1) / depth.sum(1) / 1000
        return torch.stack([angle.cos(), angle.sin()], dim=1)


def with_lines(places):
    wave = np.linspace(4000, 7000, 3001)
    flux = 1 - 0.8 * np.exp(-0.5 * ((wave - np.array(places)[:, None]) / 20) ** 2)
    return Series.from_arrays(wave, flux, np.full(flux.shape, 1e6))


def angle_model(*steps):
    grid = Grid.log(4100, 6900, 60)
    return Model(Angle(grid), methods.Projector(2), sp.Observe([*steps, sp.Resample(grid)]))


def test_a_line_moves_as_the_doppler_effect_says():
    series = with_lines([5000, 5300, 5600, 6000])
    sweep = Sweep("velocity", "km/s", lambda v: sp.Velocity(v), (300.0, 3000.0))
    rows = invariance_curves(angle_model(), series, [sweep])
    chord = lambda angle: 2 * np.sin(np.abs(angle) / 2)  # noqa: E731
    places = np.array([5.0, 5.3, 5.6, 6.0])
    apart = chord(places[:, None] - places)
    unit = np.median(apart[apart > 0])
    for row in rows:
        beta = row["value"] / 299792.458
        moved = chord(places * (np.sqrt((1 + beta) / (1 - beta)) - 1)) / unit
        assert row["distance"] == pytest.approx(np.median(moved), rel=0.01)
        assert row["distance_high"] == pytest.approx(np.percentile(moved, 84), rel=0.01)
        assert row["nearest"] == pytest.approx(chord(0.3) / unit, rel=0.01) and row["objects"] == 4
    assert [row["own_first"] for row in rows] == [1.0, 1.0]
    redshift = next(sweep for sweep in SPECTRUM_SWEEPS if sweep.name == "redshift")
    for row in invariance_curves(angle_model(), series, [redshift])[:2]:
        assert row["distance"] == pytest.approx(np.median(chord(places * row["value"])) / unit, rel=0.02)
    far = invariance_curves(angle_model(), series, [Sweep("v", "", lambda v: sp.Velocity(v), (16000.0,))])
    assert far[0]["own_first"] == 0.25  # the lines move by about 290 Angstrom: next to those that stand there


def test_what_the_model_applies_itself_is_left_out_and_what_does_nothing_moves_nothing():
    series = with_lines([5000, 5300, 5600])
    rows = invariance_curves(angle_model(sp.LSF(resolution=500)), series)
    assert {row["sweep"] for row in rows} == {s.name for s in SPECTRUM_SWEEPS} - {"resolution"}
    none = invariance_curves(angle_model(), series, [Sweep("v", "", lambda v: sp.Velocity(0 * v), (1.0,))])
    assert none[0]["distance"] < 1e-3


def test_light_curves_have_the_same_and_noise_has_the_ratio_that_is_asked():
    stars = datasets.simulated_light_curves(12, nights=60)
    encoder = CurveConv(size="tiny", bands=2, embedding_dim=16)
    model = Model(encoder, methods.Projector(16), lc.Observe([lc.Pack(64), lc.Normalize("band")]), bands=("B", "R"))
    rows = invariance_curves(model, stars)
    assert {row["sweep"] for row in rows} == {sweep.name for sweep in LIGHT_CURVE_SWEEPS}
    brighter = [row["distance"] for row in rows if row["sweep"] == "flux multiplied by"]
    assert max(brighter) < 0.01  # each band is normalized
    noisy = [row["distance"] for row in rows if row["sweep"] == "S/N of bright points"]
    assert noisy[-1] > noisy[0] and noisy[-1] > 0.05

    from clrseries.evaluation.invariance import BRIGHT, _light_curve_noise, _sample

    exact = stars.take(range(12))
    exact.ivar[:] = 1e12
    some = _sample(exact, 12, 0)
    views = lc.Observe([lc.Pack(64), _light_curve_noise(5.0)])(some)
    bright = np.percentile(np.abs(some.row(3)[1]), BRIGHT)
    error = views.ivar[3, 0][views.ivar[3, 0] > 0] ** -0.5
    assert bright / np.median(error) == pytest.approx(5.0, rel=1e-3)


def test_what_cannot_be_measured_is_told():
    with pytest.raises(InputError, match="at least 3 objects"):
        invariance_curves(angle_model(), with_lines([5000, 5300]))
    with pytest.raises(InputError, match="the same embedding"):
        invariance_curves(angle_model(), with_lines([5000] * 4))


def test_the_report_shows_it(tmp_path):
    stars = datasets.simulated_light_curves(12, nights=20)
    encoder = CurveConv(size="tiny", bands=2, embedding_dim=16)
    model = Model(encoder, methods.Projector(16), lc.Observe([lc.Pack(64), lc.Normalize("band")]), bands=("B", "R"))
    embed(model, stars, tmp_path / "e.parquet")
    summary = evaluate(tmp_path / "e.parquet", None, tmp_path / "r", data=stars, model=model, placed="pca")
    assert len(summary["invariance"]) == sum(len(sweep.values) for sweep in LIGHT_CURVE_SWEEPS)
    assert any("nearest other object" in line for line in summary["verdict"])
    page = (tmp_path / "r" / "index.html").read_text()
    assert page.count("Distance of the embedding against") == len(LIGHT_CURVE_SWEEPS) and "S/N of bright points" in page
    assert "Model card" in page and "# An encoder of light curves" in page and "library_name" not in page
    lines = (tmp_path / "r" / "invariance.csv").read_text().splitlines()
    assert len(lines) == 1 + len(summary["invariance"]) and lines[0].startswith(
        "sweep,unit,value,nearest,objects,distance"
    )
    with pytest.raises(InputError, match="needs the data"):
        evaluate(tmp_path / "e.parquet", None, tmp_path / "none", model=model)
    assert not any("other embeddings" in note for note in summary["notes"])
    with torch.no_grad():
        model.encoder.head.layers[-1].bias.add_(5.0)
    summary = evaluate(tmp_path / "e.parquet", None, tmp_path / "r2", data=stars, model=model, placed="pca")
    assert any("The model makes other embeddings" in note for note in summary["notes"])
    small = Model(
        CurveConv(size="tiny", bands=2, embedding_dim=8), methods.Projector(8), model.observe, bands=("B", "R")
    )
    with pytest.raises(InputError, match="embeddings of 8 numbers, and .* has 16"):
        evaluate(tmp_path / "e.parquet", None, tmp_path / "r3", data=stars, model=small, placed="pca")
