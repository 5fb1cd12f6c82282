"""Spectra in event files of the Open Supernova Catalog."""

import json

import numpy as np
import pytest
from astropy import units as u

from clrseries import InputError, predict, read_osc, read_spectra
from clrseries.datasets import open_series

POINT = {"time": "54000", "u_time": "MJD", "magnitude": "17.5", "e_magnitude": "0.1", "band": "V"}


def spectrum(rows, **more):
    told = {"u_wavelengths": "Angstrom", "u_fluxes": "Uncalibrated", "time": "54001.5", "u_time": "MJD"}
    return told | {"data": [[str(value) for value in row] for row in rows]} | more


def rows(count=300, start=4000.0, error=None):
    wave = start + 10.0 * np.arange(count)
    return [[w, 1 + 0.1 * np.sin(w / 90), *([error] if error else [])] for w in wave]


@pytest.fixture
def event(tmp_path):
    spectra = [
        spectrum(rows(), instrument="Keck1 - LRIS"),
        spectrum([[w / 10, f, e] for w, f, e in reversed(rows(200, error=0.2))], u_wavelengths="nm"),
        spectrum(rows(), deredshifted=True),
        spectrum(rows(), u_wavelengths="pixel"),
        spectrum([["nothing", "1"], ["5000", "1"]]),
        spectrum(rows(250), u_fluxes="erg/s/cm^2/Angstrom", time="2454002.0", u_time="JD"),
    ]
    told = {"claimedtype": [{"value": "Ia"}], "redshift": [{"value": "0.01"}], "photometry": [POINT]}
    path = tmp_path / "SN2006X.json"
    path.write_text(json.dumps({"SN2006X": told | {"spectra": spectra}, "SN2007Y": {"spectra": [spectrum(rows(100))]}}))
    return path


def test_spectra_of_an_event_file(event):
    found = read_spectra(event)
    assert found.object_ids == ["SN2006X"] * 3 + ["SN2007Y"] and len(found) == 4
    assert found.table["repetition"].to_pylist() == [0, 1, 2, 0]
    assert found.table["mjd"].to_pylist() == [54001.5, 54001.5, 54001.5, 54001.5]
    assert found.table["instrument"].to_pylist() == ["Keck1 - LRIS", None, None, None]
    assert found.table["class"].to_pylist() == ["Ia"] * 3 + [None] and found.table["z"][0].as_py() == 0.01
    wave, flux, ivar = found.row(1)
    np.testing.assert_allclose(wave, 4000 + 10 * np.arange(200))
    np.testing.assert_allclose(flux, 1 + 0.1 * np.sin(wave / 90), rtol=1e-6)
    np.testing.assert_allclose(ivar, 25.0, rtol=1e-6)
    assert (found.row(0)[2] == 1).all()
    units = found.table["flux_unit"].to_pylist()
    assert u.Unit(units[2]) == u.Unit("erg/(s cm2 Angstrom)") and not units[0]
    assert {name: n for name, n in found.dropped.items() if name.startswith("spectrum")} == {
        "spectrum: in the rest frame": 1,
        "spectrum: no known unit of wavelength": 1,
        "spectrum: no wavelengths and fluxes": 1,
    }


def test_a_file_of_both_is_read_as_what_is_asked_for(event):
    assert open_series(event).band is not None and len(read_osc(event)) == 1
    assert open_series(event, kind="spectra").band is None
    lines = str(predict("supernova-spectra", event)).splitlines()
    assert len(lines) == 4 and lines[0].startswith("SN2006X")
    with pytest.raises(InputError, match="takes light curves"):
        predict("transients", read_spectra(event))


def test_a_file_without_spectra_is_told(tmp_path):
    path = tmp_path / "SN2006X.json"
    path.write_text(json.dumps({"SN2006X": {"spectra": [spectrum(rows(), deredshifted=True)], "photometry": [POINT]}}))
    with pytest.raises(InputError, match=r"no usable spectrum \(1 x spectrum: in the rest frame\)"):
        read_spectra(path, format="osc")
