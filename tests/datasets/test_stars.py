import numpy as np
import pytest

from clrseries import InputError, datasets
from clrseries.datasets import stars as libraries


def test_libraries_have_the_numbers_published(stars):
    miles, stelib = stars
    assert len(miles) == 984 and len(stelib) == 249
    query, truth = libraries.matched(stelib, miles)
    assert len(query) == 117 and len(set(truth.tolist())) == 117
    names = [np.array(s.table["name"].to_pylist()) for s in stars]
    assert (names[1][query] == names[0][truth]).all()


def test_labels_are_those_of_the_parameter_file(stars):
    rows = {r["object_id"]: r for r in stars[0].table.to_pylist()}
    assert rows["MILES 0272"]["name"] == "BD+002058A"
    assert (rows["MILES 0272"]["teff"], rows["MILES 0272"]["logg"], rows["MILES 0272"]["feh"]) == (6024, 4.50, -1.44)
    assert rows["MILES 0838"]["feh"] is None and rows["MILES 0838"]["spectral_class"] == "M"
    sun_like = {r["object_id"]: r for r in stars[1].table.to_pylist()}["STELIB HD006268"]
    assert (sun_like["teff"], sun_like["logg"], sun_like["feh"]) == (4712, 1.13, -2.41)


def test_hydrogen_stands_where_vacuum_wavelengths_put_it(stars):
    """H-beta, 4862.68 A in vacuum (4861.33 in air), in the A stars of both libraries."""
    for library in stars:
        hot = [i for i, c in enumerate(library.table["spectral_class"].to_pylist()) if c == "A"]
        centers = []
        for i in hot:
            x, flux, ivar = library.row(i)
            near = (np.abs(x - 4862.7) < 12) & (ivar > 0)
            if near.sum() > 15:
                depth = np.clip(np.percentile(flux[near], 90) - flux[near], 0, None)
                centers.append((depth * x[near]).sum() / depth.sum())
        assert abs(np.median(centers) - 4862.68) < 0.65  # half of what air and vacuum differ by


def test_pixels_without_flux_carry_no_weight(stars):
    for library in stars:
        assert (library.ivar[library.flux <= 0] == 0).all() and (library.ivar > 0).mean() > 0.5


def test_the_missing_wheel_is_named(monkeypatch):
    monkeypatch.setattr(libraries, "WHEEL", "no-such-wheel")
    with pytest.raises(InputError, match="pip install --no-deps no-such-wheel"):
        datasets.miles()
