"""The library of templates: which it holds, where they are moved to, and that it teaches."""

import numpy as np
import pytest

from clrseries.datasets.supernovae import CLASSES, supernova_spectra
from clrseries.grids import Grid
from clrseries.tasks import template_library as own


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("SN1999dq", 1999), ("SN2011fe", 2011), ("PTF12dam", 2012), ("iPTF13bvn", 2013), ("LSQ14efd", 2014), ("PS1-10awh", 2010),
        ("ASASSN-15lh", 2015), ("DES14X3taz", 2014), ("SSS120810-23", 2012), ("SCP06F6", 2006), ("snls03D3bb", 2003), ("nameless", None),
    ],
)  # fmt: skip
def test_names_tell_the_year(name, year):
    assert own.year_of(name) == year


def test_the_library_has_all_classes_and_no_supernova_of_the_catalog(shared_data, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    library, kinds, often = own.template_library()
    assert set(kinds) == set(CLASSES) and len(library) == len(kinds) == len(often) > 4000
    names = library.table["object_id"].to_pylist()
    assert not {name.lower() for name in names} & {name.lower() for name in supernova_spectra().object_ids}
    assert not any(own.year_of(name) in own.CATALOG for name in names)
    # a class is drawn as often as the square root of its weight, of which each supernova has the root of its number of spectra
    first, second = (np.unique(np.array(names)[kinds == kind], return_counts=True)[1] ** 0.5 for kind in ("Ia", "IIn"))
    drawn = [often[kinds == kind].sum() for kind in ("Ia", "IIn")]
    assert drawn[0] / drawn[1] == pytest.approx(np.sqrt(first.sum() / second.sum()))
    # lines move with the redshift, each copy by its own
    some = library.take(np.arange(5))
    moved = own.at_redshifts(some, seed=1)
    ratio = [moved.x[moved.offsets[i]] / some.x[some.offsets[i % 5]] for i in range(15)]
    assert len(moved) == 15 and len(set(np.round(ratio, 9))) == 15
    assert 1 + own.LOWEST <= min(ratio) and max(ratio) <= 1 + own.HIGHEST
    assert len(set(moved.object_ids)) == 15 and (moved.flux.reshape(3, -1) == some.flux).all()


@pytest.mark.slow
def test_the_library_teaches_classes_without_a_label(shared_data, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    spectra, library = supernova_spectra(), own.template_library()
    kinds = np.array(spectra.table["class"].to_pylist())
    grid, encoder = Grid.log(3600, 9000, velocity=1500), {"resnet1d": {"width": 16, "embedding_dim": 32}}
    asked = np.concatenate([np.flatnonzero(kinds == kind)[:40] for kind in ("Ia", "II")])
    for steps, rows in ((250, np.array([], int)), (2, np.flatnonzero(kinds == "Ia")[-5:])):
        monkeypatch.setattr(own, "STEPS", steps)
        probability = own.taught_by_library(library, spectra.take(rows), kinds[rows], grid, encoder, 0)(
            spectra.take(asked)
        )
        assert probability.shape == (80, len(CLASSES)) and probability.sum(1) == pytest.approx(1)
        if steps > 2:
            of_ia = [k for k, name in enumerate(sorted(CLASSES)) if name.startswith("Ia")]
            thermonuclear = probability[:, of_ia].sum(1)
            assert thermonuclear[:40].mean() > thermonuclear[40:].mean() + 0.1
