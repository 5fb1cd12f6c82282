import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries.spectra import Normalize, Observe, Redshift, survey
from clrseries.spectra.surveys import SURVEYS

FWHM = np.sqrt(8 * np.log(2))


@pytest.mark.parametrize("name", SURVEYS)
def test_a_line_is_as_wide_as_the_survey_records_it(name):
    preset = survey(name)
    assert preset.source and preset.arms[0][0] < preset.arms[-1][1]
    where = 0.5 * (preset.arms[0][0] + preset.arms[0][1]) if name != "Gaia-XP" else 5000.0
    resolution = float(preset.resolution.at(np.array([where]))[0])
    sigma = where / resolution / FWHM
    pixel = np.interp(where, preset.grid.centers, np.diff(preset.grid.edges))
    reach = 8 * np.hypot(sigma, pixel)
    x = np.linspace(where - 2 * reach, where + 2 * reach, 6000)
    line = np.exp(
        -0.5 * ((x - where) / pixel) ** 2
    )  # a line as wide as a pixel, so that where it falls does not matter
    views = Observe(preset.steps(snr=1e9)[:-1])(Series.from_arrays([x], [line], [np.ones(6000)]))
    flux, wave = views.flux[0, 0].astype(float), preset.grid.centers
    mean = (flux * wave).sum() / flux.sum()
    width = np.sqrt((flux * (wave - mean) ** 2).sum() / flux.sum())
    wanted = np.sqrt(sigma**2 + pixel**2 + pixel**2 / 12)
    assert width == pytest.approx(wanted, rel=0.1 if name == "Gaia-XP" else 0.01)  # whose R changes across the line


def test_real_supernovae_as_desi_would_see_them(shared_data):
    from clrseries import read_spectra

    spectra = read_spectra(shared_data / "osc_spectra" / "spectra.parquet")
    spectra = spectra.take(np.flatnonzero(np.add.reduceat(spectra.ivar > 0, spectra.offsets[:-1]) > 100)[:20])
    desi = survey("DESI")
    views = Observe([Redshift(to=0.05, z=0.0), *desi.steps(native_fwhm=10.0, join=0.05), Normalize("median")])(spectra)
    assert views.flux.shape == (20, 1, 7781) and np.isfinite(views.flux).all()
    assert (views.ivar > 0).any(-1).all()


def test_an_unknown_survey():
    with pytest.raises(InputError, match="no survey preset 'sds'"):
        survey("sds")
