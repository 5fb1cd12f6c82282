"""Labeled sets have the numbers that their papers tell."""

from collections import Counter

import numpy as np
import pytest

from clrseries import InputError, datasets


def test_supernova_templates(shared_data):
    series = datasets.supernova_templates(shared_data / "sn_templates" / "spectra.parquet")
    assert len(series) == 5147 and len(set(series.object_ids)) == 446
    names = {(row["name"], row["split"], row["twin_of_test"]) for row in series.table.to_pylist()}
    assert len({name for name, split, _ in names if split == "test"}) == 247
    assert any(twin for _, split, twin in names if split == "train")
    for row in (0, 1000, 5000):
        _, flux, ivar = series.row(row)
        known = np.flatnonzero(flux)
        assert (np.flatnonzero(ivar) == np.arange(known[0], known[-1] + 1)).all()


def test_asas(shared_data):
    series = datasets.asas(shared_data / "asas_variables" / "lightcurves.parquet")
    assert len(series) == 577 and series.bands == ("V",)
    count = Counter(series.table["class"].to_pylist())
    assert len(count) == 28 and sum(number >= 9 for number in count.values()) == 20


POINTS = "object_id,mjd,passband,flux,flux_err,detected_bool\n615,59750.5,2,-50.0,5.0,1\n615,59751.5,5,100.0,10.0,1\n713,59750.5,0,1.0,1.0,0\n"
OBJECTS = "object_id,ra,decl,ddf_bool,hostgal_specz,hostgal_photoz,hostgal_photoz_err,mwebv,target,true_z\n"
OBJECTS += "  615,1,-60,1,0.0,0.0,0.0,0.017,92,0.1\n  713,1,1,1,1.8,1.6,0.2,0.007,90,1.8\n"


def test_plasticc(tmp_path):
    (tmp_path / "plasticc_train_lightcurves.csv").write_text(POINTS)
    with pytest.raises(InputError, match=r"plasticc_train_metadata\.csv: no such file"):
        datasets.plasticc(tmp_path)
    (tmp_path / "plasticc_train_metadata.csv").write_text(OBJECTS)
    series = datasets.plasticc(tmp_path)
    assert series.object_ids == ["615", "713"] and series.bands == ("u", "g", "r", "i", "z", "y")
    assert series.table["class"].to_pylist() == ["RRL", "SNIa"] and "true_z" not in series.table.column_names
    assert series.table["ra"].to_pylist() == [1, 1] and series.table["dec"].to_pylist() == [-60, 1]
    assert series.flux.tolist() == pytest.approx([-5, 10, 0.1]) and series.ivar[0] == pytest.approx(4)


def test_plasticc_of_the_wheel():
    try:
        series = datasets.plasticc()
    except InputError as error:
        pytest.skip(str(error))
    assert len(series) == 7848 and len(set(series.table["class"].to_pylist())) == 14
