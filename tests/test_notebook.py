"""What a notebook shows of the objects of this package."""

from html.parser import HTMLParser

import numpy as np
import pytest

from clrseries import Grid, Model, Series, Uniform, datasets, encoders, methods
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.notebook import Curve, panel


class Read(HTMLParser):
    """Reads a page, in which every tag that opens must close."""

    def __init__(self, page):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.points: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.points += [value for name, value in attrs if name == "points"]
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.points += [value for name, value in attrs if name == "points"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def spectra(names=("a", "<script>alert(1)</script>")):
    x = np.linspace(4000, 7000, 3000)
    return Series.from_arrays(
        x, 1 + 0.1 * np.sin(x / 50) + np.zeros((len(names), 1)), table={"object_id": names, "z": [0.1, None]}
    )


def observe():
    return sp.Observe([sp.Redshift(to=Uniform(0, 0.1)), sp.Resample(Grid.log(4200, 6800, 300)), sp.Noise(20.0)])


def test_spectra_are_drawn_and_their_names_are_no_html():
    read = Read(spectra()._repr_html_())
    assert read.tags.count("svg") == 2 and "script" not in read.tags
    assert "<script>alert(1)</script>" in read.words
    assert all(300 < len(line.split()) <= 1000 for line in read.points)


def test_what_is_masked_is_not_drawn():
    x = np.arange(4000.0, 4010.0)
    series = Series.from_arrays(x, np.ones(10), np.where(np.arange(10) < 4, 0, 1.0))
    (line,) = Read(series._repr_html_()).points
    assert len(line.split()) == 6


def test_light_curves_views_steps_and_models():
    stars = datasets.simulated_light_curves(5)
    assert Read(stars._repr_html_()).tags.count("circle") == sum(np.diff(stars.offsets)[:3].clip(max=2000))
    packed = lc.Observe([lc.DropPoints(Uniform(0, 0.5)), lc.Pack(32)])
    read = Read(packed(stars, views=2)._repr_html_())
    assert read.tags.count("svg") == 2 and any("view 1" in word for word in read.words)
    assert {"DropPoints", "Pack"} <= set(Read(packed._repr_html_()).words)
    encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16)
    model = Model(encoder, methods.Projector(16), packed, {"data": "EROS", "objects": 5}, bands=("B", "R"))
    words = Read(model._repr_html_()).words
    assert words[0] == repr(model) and "light curves in B, R -> 16" in words[0] and "EROS" in words
    assert "DropPoints" not in words  # it prepares no data


def test_views_of_spectra_show_what_was_drawn():
    words = Read(observe()(spectra(("a", "b")), views=3)._repr_html_()).words
    assert "stretch" in words and sum("view 2" in word for word in words) == 2
    assert "Redshift" in Read(observe()._repr_html_()).words


@pytest.mark.parametrize("y", [[], [np.nan, np.nan], [1.0, 1.0], [1e-17, 2e-17]])
def test_odd_values(y):
    drawn = panel([Curve(np.arange(len(y)), np.array(y))], "x")
    assert (drawn == "") == (not np.isfinite(y).any())
    assert "nan" not in drawn and "inf" not in drawn
