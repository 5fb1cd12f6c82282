"""Spectra of the catalog in the form of templates, against the published templates of the same supernovae."""

import numpy as np
import pytest

from clrseries.datasets import supernova_templates
from clrseries.tasks.catalog_as_templates import PIXELS, catalog_as_templates, over_spline
from clrseries.tasks.supernova_templates import PHASES, _with_catalog


@pytest.fixture
def catalog(shared_data, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    return catalog_as_templates(PHASES)


def rows_of(series, name):
    wave = np.linspace(4500, 7000, 600)
    rows = np.flatnonzero(np.array(series.table["object_id"].to_pylist()) == name)
    return [np.interp(wave, *series.row(row)[:2]) for row in rows]


@pytest.mark.parametrize(("name", "spectra"), [("PTF10qts", 4), ("PTF10vgv", 1), ("SN2011bm", 3), ("SN2013dk", 1)])
def test_published_templates_are_found_again(catalog, name, spectra):
    published = rows_of(supernova_templates(), name)
    best = []
    for own in rows_of(catalog, name):
        alike = [np.corrcoef(own, one)[0, 1] for one in published]
        best.append((max(alike), np.std(own) / np.std(published[int(np.argmax(alike))])))
    best = [height for alike, height in best if alike > 0.995]
    assert len(best) >= spectra and best == pytest.approx([1.0] * len(best), abs=0.02)


def test_no_supernova_is_there_twice(catalog):
    both, more = _with_catalog(supernova_templates())
    ids, types = (np.array(both.table[name].to_pylist()) for name in ("object_id", "type"))
    rest = np.setdiff1d(np.arange(len(both)), more)
    assert not set(ids[more]) & set(ids[rest]) and set(types[more]) < set(types[rest])
    assert 150 < len(more) < len(catalog)
    assert np.median(both.take(more).flux) == pytest.approx(1.0, abs=0.05)


def test_a_power_law_is_flat():
    good = (PIXELS.centers > 3600) & (PIXELS.centers < 8400)
    flat = over_spline(1e-17 * PIXELS.centers**-3.0, good)
    assert flat == pytest.approx(np.ones(good.sum()), abs=5e-3)  # the mean of a bin is a little above its middle
