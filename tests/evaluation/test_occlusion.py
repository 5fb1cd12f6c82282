"""Occlusion: an answer that hangs on one line or one point changes where it lies, and by what a mask by hand gives."""

import numpy as np
import pytest
import torch
from torch import nn

from clrseries import Grid, InputError, Model, Series, methods
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.encoders.heads import ClassHead, MixtureHead
from clrseries.evaluation import occlusion


class Depth(nn.Module):
    """Embed a spectrum as (1, depth of the line at 5500 Angstrom)."""

    embedding_dim = 2

    def __init__(self, grid):
        super().__init__()
        self.near = np.abs(grid.centers - 5500) < 30

    def forward(self, flux, ivar):
        depth = ((1 - flux) * (ivar > 0))[:, self.near].amax(1)
        return torch.stack([torch.ones_like(depth), depth], dim=1)


class Brightest(nn.Module):
    """Embed a curve as (1, highest flux)."""

    embedding_dim = 2

    def forward(self, time, flux, ivar, band):
        high = torch.where(ivar > 0, flux, -torch.inf).amax(1)
        return torch.stack([torch.ones_like(high), high], dim=1)


def spectrum():
    wave = np.linspace(5000, 6000, 1001)
    flux = 1 - 0.8 * np.exp(-0.5 * ((wave - 5500) / 8) ** 2)
    return Series.from_arrays(wave, np.tile(flux, (2, 1)), np.full((2, 1001), 1e4))


def model(head=None, target="class"):
    grid = Grid.linear(5050, 5950, 2) if hasattr(Grid, "linear") else Grid.log(5050, 5950, 100)
    return Model(Depth(grid), methods.Projector(2), sp.Observe([sp.Resample(grid)]), head=head, target=target)


def class_head():
    head = ClassHead(2, ["line", "none"])
    with torch.no_grad():
        head.linear.weight[:] = torch.tensor([[-2.0, 5.0], [2.0, -5.0]])
        head.linear.bias[:] = 0.0
    return head


def test_a_class_hangs_on_its_line():
    known, series = model(class_head()), spectrum()
    found = occlusion(known, series, 1, width=90)
    assert found.answer == "line" and found.whole == pytest.approx(known.predict(series)["probability"][1, 0])
    covers = (found.start < 5480) & (found.stop > 5520)
    apart = (found.stop < 5450) | (found.start > 5550)
    assert found.change[covers].min() > 0.5 and np.abs(found.change[apart]).max() < 1e-5
    assert 5480 < series.row(1)[0][np.nanargmax(found.importance)] < 5520
    by_hand = spectrum()
    k = int(np.argmax(found.change))
    for row in range(2):
        x, _, ivar = by_hand.row(row)
        ivar[(x >= found.start[k]) & (x <= found.stop[k])] = 0
    assert found.change[k] == pytest.approx(found.whole - known.predict(by_hand)["probability"][0, 0], abs=1e-6)
    other = occlusion(known, series, answer="none", width=90)
    np.testing.assert_allclose(other.change, -found.change, atol=1e-6)


def test_a_value_and_an_embedding():
    head = MixtureHead(2, components=1)
    with torch.no_grad():
        head.linear.weight[:] = torch.tensor([[0.0, 0], [0, 2], [0, 0]])
        head.linear.bias[:] = 0.0
    found = occlusion(model(head, "depth"), spectrum(), width=90)
    assert found.answer == "depth" and found.whole == pytest.approx(1.6, abs=0.05)
    assert found.change.max() == pytest.approx(found.whole, abs=0.05)  # without the line nothing is left of it
    moved = occlusion(model(), spectrum(), width=90)
    wanted = 1 - 1 / np.hypot(1, found.whole / 2)
    assert moved.answer == "embedding" and moved.change.max() == pytest.approx(wanted, abs=0.01)


def test_points_of_a_light_curve_one_by_one():
    time = np.arange(30.0)[None]
    flux = np.ones((1, 30))
    flux[0, 12] = 5.0
    curve = Series.from_points(time, flux, np.full((1, 30), 0.1), np.full((1, 30), "g"))
    curve.ivar[3] = 0
    bright = Model(Brightest(), methods.Projector(2), lc.Observe([lc.Pack(64)]), bands=("g",))
    found = occlusion(bright, curve)
    assert len(found.start) == 29 and (found.start == found.stop).all()
    assert np.flatnonzero(found.importance > 1e-6).tolist() == [12] and np.isnan(found.importance[3])
    assert found.importance[12] == pytest.approx(1 - (1 + 5) / np.sqrt(2 * 26))
    assert len(occlusion(bright, curve, width=10).start) < 10


def test_what_cannot_be_asked():
    known = model(class_head())
    with pytest.raises(InputError, match="no .Ia.; this model answers line, none, or"):
        occlusion(known, spectrum(), answer="Ia")
    with pytest.raises(InputError, match="from 0 to 1; got 2"):
        occlusion(known, spectrum(), 2)
    with pytest.raises(InputError, match="above 0"):
        occlusion(known, spectrum(), width=0)
