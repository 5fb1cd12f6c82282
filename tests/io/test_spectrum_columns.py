"""Headers of text spectra: other names, and units."""

import numpy as np
import pyarrow as pa
import pytest

from clrseries import InputError, read_spectra
from clrseries.datasets.open import open_series
from clrseries.io.csv_tables import csv_names

WAVE = np.linspace(4000.0, 8000.0, 300)
FLUX = 2.0 - np.exp(-0.5 * ((WAVE - 6100) / 80) ** 2)


def written(path, header, wave, separator, error=True):
    last = [f"{separator}0.1"] * len(wave) if error else [""] * len(wave)
    rows = [f"{a:.9g}{separator}{b:.7g}{c}" for a, b, c in zip(wave, FLUX, last, strict=True)]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("name", "header", "factor"),
    [
        ("a.txt", "# wavelength [AA]  flux  err", 1),
        ("b.dat", "# wavelength [um]  flux  err", 1e-4),
        ("c.ascii", "# wavelength [um]  flux  err", 1e-4),
        ("d.ascii", "# wavelength (vacuum)  flux  err", 1),  # no unit
        ("e.csv", "wavelength_nm,flux,flux_err", 0.1),
        ("f.csv", "lambda (micron),Flux,error", 1e-4),
        ("g.dat", "Wave flux err", 1),
        ("h.txt", "#Wave(nm) flux err", 0.1),
        ("i.csv", "Wavelength,Flux [Jy],flux_err", 1),
    ],
)
def test_the_wavelengths_are_those_of_the_header(tmp_path, name, header, factor):
    spectrum = read_spectra(written(tmp_path / name, header, factor * WAVE, "," if "," in header else " "))
    np.testing.assert_allclose(spectrum.x, WAVE, rtol=1e-6)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-5)
    np.testing.assert_allclose(spectrum.ivar, 100.0, rtol=1e-4)
    assert (name != "i.csv") or spectrum.table["flux_unit"].to_pylist() == ["Jy"]


def test_logarithms_of_wavelengths_are_taken_to_the_power_of_ten(tmp_path):
    spectrum = read_spectra(written(tmp_path / "a.csv", "loglam,flux", np.log10(WAVE), ",", error=False))
    np.testing.assert_allclose(spectrum.x, WAVE, rtol=1e-6)
    table = pa.table({"loglam": [np.log10(WAVE), None, np.log10(WAVE[:200])], "flux": [FLUX, FLUX, FLUX[:200]]})
    several = open_series(table)
    np.testing.assert_allclose(several.x, np.concatenate([WAVE, WAVE[:200]]), rtol=1e-9)
    assert several.dropped == {"object: wavelength or flux is null": 1}


def test_words_in_brackets_are_names_of_their_own_where_there_are_as_many_columns(tmp_path):
    path = written(tmp_path / "a.dat", "# wave flux [err]", WAVE, " ")
    assert csv_names(path) == ["wave", "flux", "[err]"]
    assert csv_names(written(path, "# wave [nm] flux err", WAVE, " ")) == ["wave[nm]", "flux", "err"]


def test_what_cannot_be_a_wavelength_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'wavelength \[Jy\]'.*none of a wavelength, 'Jy': write Angstrom, nm or um"):
        read_spectra(written(tmp_path / "a.csv", "wavelength [Jy],flux,flux_err", WAVE, ","))
    with pytest.raises(InputError, match=r"name the column 'wavelength \[nm\]'"):
        read_spectra(written(tmp_path / "b.csv", "wavelength,flux,flux_err", WAVE / 10, ","))
    (tmp_path / "c.csv").write_text("wavelength,flux\n")
    with pytest.raises(InputError, match=r"c\.csv: has no rows"):
        read_spectra(tmp_path / "c.csv")
