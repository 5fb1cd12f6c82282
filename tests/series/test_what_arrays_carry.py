"""Units, masks, axes and names that arrays carry are honored or refused."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from astropy import units as u
from astropy.nddata import InverseVariance, StdDevUncertainty, UnknownUncertainty, VarianceUncertainty
from astropy.time import Time
from astropy.timeseries import BinnedTimeSeries, TimeSeries, aggregate_downsample
from astropy.utils.masked import Masked
from specutils import Spectrum, SpectrumCollection

from clrseries import InputError, Series, concatenate
from clrseries.augment.keys import object_keys

WAVE = np.linspace(4000, 5000, 11)
CGS = u.Unit("erg / (s cm2 AA)")
LIBRARIES = [
    np.asarray,
    torch.as_tensor,
    pd.Series,
    pl.Series,
    pa.array,
    lambda a: np.asarray(a).astype(">f8"),
    np.ma.asarray,
]


@pytest.mark.parametrize("library", LIBRARIES)
def test_arrays_of_any_library(library):
    flux = np.arange(11.0)
    one = Series.from_arrays(library(WAVE), library(flux), library(np.full(11, 4.0)), {"z": library(np.array([0.1]))})
    assert len(one) == 1 and one.flux.tolist() == flux.tolist() and (one.ivar == 4).all()
    assert one.table["z"].to_pylist() == [0.1] and one.x.dtype.isnative
    star = Series.from_points(library(WAVE), library(flux), library(np.full(11, 0.5)), "g")
    assert len(star) == 1 and (star.ivar == 4).all() and star.bands == ("g",)


@pytest.mark.parametrize("error", [np.full(11, 500.0) * u.uJy, np.full(11, 0.5) * u.mJy, np.full(11, 0.5)])
def test_errors_are_in_the_unit_of_the_flux(error):
    flux = np.ones(11) * u.mJy
    assert np.allclose(Series.from_arrays(WAVE, flux, flux_err=error).ivar, 4)
    assert np.allclose(Series.from_points(WAVE, flux, error).ivar, 4)
    assert Series.from_points(WAVE, flux, error).table["flux_unit"].to_pylist() == ["mJy"]
    owner = np.zeros(11, int)
    assert np.allclose(Series.from_rows(owner, WAVE, flux, error, ["g"] * 11, {"object_id": ["a"]}).ivar, 4)


def test_ivar_in_another_unit_and_units_that_do_not_fit():
    flux = np.ones((1, 11)) * u.mJy
    assert np.allclose(Series.from_arrays(WAVE, flux, np.full((1, 11), 4e-6) * u.uJy**-2).ivar, 4)
    with pytest.raises(InputError, match="column 'flux_err': is in m, which cannot be converted to mJy"):
        Series.from_arrays(WAVE, flux, flux_err=np.ones((1, 11)) * u.m)
    with pytest.raises(InputError, match="no unit: give both one"):
        Series.from_arrays(WAVE, np.ones((1, 11)), flux_err=np.ones((1, 11)) * u.mJy)
    with pytest.raises(InputError, match="linear flux is needed"):
        Series.from_arrays(WAVE, np.ones((1, 11)) * u.ABmag)
    with pytest.raises(InputError, match="either ivar or flux_err"):
        Series.from_arrays(WAVE, np.ones(11), np.ones(11), flux_err=np.ones(11))


@pytest.mark.parametrize("mask", [lambda a, m: np.ma.masked_array(a, m), lambda a, m: Masked(a, mask=m)])
def test_masked_pixels_and_points_have_no_information(mask):
    hidden = np.arange(11) == 2
    flux = np.where(hidden, -999.0, 1.0)
    for series in (
        Series.from_arrays(WAVE, mask(flux, hidden)[None]),
        Series.from_arrays(WAVE, np.ones((1, 11)), mask(np.ones(11), hidden)[None]),
        Series.from_points(WAVE, mask(flux, hidden), np.ones(11)),
        Series.from_points(WAVE, np.ones(11), mask(np.ones(11), hidden)),
    ):
        assert (series.ivar == 0).tolist() == hidden.tolist()
    star = Series.from_points(mask(WAVE, hidden), np.ones(11), np.ones(11))
    assert len(star.x) == 10 and star.dropped == {"point: time is missing or infinite": 1}
    assert series.with_columns({"z": mask(np.array([0.5]), [True])}).table["z"].to_pylist() == [None]


def test_unit_of_a_column_is_kept():
    series = Series.from_arrays(WAVE, np.ones(11), table={"ra": [10.0] * u.deg})
    assert series.table.schema.field("ra").metadata == {b"unit": b"deg"}
    with pytest.raises(InputError, match="has 2 values for 1 objects"):
        series.with_columns({"z": [1, 2]})


def test_magnitudes_are_recognized_by_their_unit():
    for unit in (u.mag, u.ABmag):
        star = Series.from_points([1.0, 2.0], [20.0, 21.0] * unit, [0.1, 0.1] * u.mag)
        assert np.allclose(star.flux, [100.0, 39.8107]) and np.allclose(star.ivar[0], (9.2103) ** -2, rtol=1e-4)
    with pytest.raises(InputError, match="give both as magnitudes"):
        Series.from_points([1.0], [20.0] * u.mag, [0.1] * u.Jy)


def test_descending_axes_are_reversed_with_all_that_belongs_to_them():
    flux = np.arange(1.0, 12)
    series = Series.from_arrays(WAVE[::-1] / 10 * u.nm, [flux, flux], [flux, flux])
    np.testing.assert_allclose(series.row(1)[0], WAVE)
    assert series.row(1)[1].tolist() == flux[::-1].tolist() == series.row(1)[2].tolist()
    mixed = Series.from_arrays([WAVE, WAVE[::-1]], [flux, flux])
    assert mixed.row(0)[1].tolist() == flux.tolist() and mixed.row(1)[1].tolist() == flux[::-1].tolist()


def test_pixels_without_wavelength_are_left_out_where_ivar_is_zero():
    wave, ivar = WAVE.copy(), np.ones(11)
    wave[[0, 1, 10]], ivar[[0, 1, 10]] = 0, 0
    series = Series.from_arrays([wave, WAVE], np.ones((2, 11)), [ivar, np.ones(11)])
    assert np.diff(series.offsets).tolist() == [8, 11] and series.dropped == {"pixel: without a wavelength": 3}
    with pytest.raises(InputError, match="not sorted|hardly in"):
        Series.from_arrays(wave, np.ones(11), np.ones(11))


@pytest.mark.parametrize(
    ("wave", "reason"),
    [
        (np.linspace(3.6, 3.96, 100), "logarithm"),
        (np.linspace(0.36, 0.98, 100), "microns"),
        (np.linspace(360, 980, 100), "nanometers"),
        (np.arange(100), "numbers of pixels"),
        (np.linspace(3e14, 8e14, 100), "frequency"),
        (59000 + np.arange(100) * 0.001, "times"),
    ],
)
def test_numbers_that_are_hardly_in_angstrom_are_refused(wave, reason):
    with pytest.raises(InputError, match=reason):
        Series.from_arrays(wave, np.ones(100))


def test_small_units_are_changed_so_that_float32_holds_ivar():
    flux = np.full(11, 3e-30)
    series = Series.from_arrays(WAVE, flux * CGS, flux_err=flux / 100 * CGS)
    assert np.allclose(series.flux, 3) and np.allclose(series.ivar, (3 / 100) ** -2)
    assert u.Unit(series.table["flux_unit"][0].as_py()) == 1e-30 * CGS
    star = Series.from_points(WAVE, flux, flux / 100)
    assert np.allclose(star.flux, 3) and star.table["flux_unit"].to_pylist() == ["1e-30"]
    rows = Series.from_rows(np.zeros(11, int), WAVE, flux, flux / 100, ["g"] * 11, {"object_id": ["a"]})
    assert np.allclose(rows.flux, 3) and not rows.dropped and rows.table["flux_unit"].to_pylist() == ["1e-30"]


@pytest.mark.parametrize("kind", ["std", "var", "ivar"])
def test_uncertainties_of_specutils(kind):
    sigma = np.full(11, 500.0) * u.uJy
    made = {"std": StdDevUncertainty(sigma), "var": VarianceUncertainty(sigma**2), "ivar": InverseVariance(sigma**-2)}
    series = Series.from_spectra(Spectrum(np.ones(11) * u.mJy, WAVE * u.AA, uncertainty=made[kind]))
    assert np.allclose(series.ivar, 4)


def test_unknown_uncertainty_and_magnitudes_are_refused():
    with pytest.raises(InputError, match="StdDevUncertainty"):
        Series.from_spectra(Spectrum(np.ones(11) * u.mJy, WAVE * u.AA, uncertainty=UnknownUncertainty(np.ones(11))))
    with pytest.raises(InputError, match="linear flux"):
        Series.from_spectra(Spectrum(np.ones(11) * u.mag, WAVE * u.AA))
    with pytest.raises(InputError, match="not a spectrum of specutils"):
        Series.from_spectra([np.ones(11)])


def test_axes_of_cubes_and_of_transposed_spectra():
    flux = np.arange(25.0).reshape(5, 5)
    wave = np.linspace(4000, 5000, 5) * u.AA
    series = Series.from_spectra(Spectrum(flux * u.mJy, wave, spectral_axis_index=0))
    np.testing.assert_array_equal(series.row(1)[1], flux[:, 1])
    cube = np.arange(66.0).reshape(2, 3, 11)
    mask = np.zeros(cube.shape, bool)
    mask[1, 2, 4] = True
    series = Series.from_spectra(Spectrum(cube * u.mJy, WAVE * u.AA, mask=mask))
    assert len(series) == 6 and (np.flatnonzero(series.ivar == 0) == [5 * 11 + 4]).all()
    np.testing.assert_array_equal(series.row(5)[1], cube[1, 2])
    assert len(Series.from_arrays(WAVE, cube)) == 6
    collection = SpectrumCollection(flux * u.mJy, u.Quantity([wave] * 5))
    assert len(Series.from_spectra(collection)) == 5


def test_spectra_of_different_units_are_converted_to_the_first():
    density = np.ones(11) * 1e-17 * CGS
    per_frequency = density.to(u.mJy, u.spectral_density(WAVE * u.AA))
    series = Series.from_spectra([Spectrum(density, WAVE * u.AA), Spectrum(per_frequency, WAVE * u.AA)])
    assert np.allclose(series.row(0)[1], series.row(1)[1])
    with pytest.raises(InputError, match="cannot be converted"):
        Series.from_spectra([Spectrum(density, WAVE * u.AA), Spectrum(np.ones(11) * u.electron, WAVE * u.AA)])


def test_names_come_from_the_header_and_batches_are_told_apart():
    named = Series.from_spectra(Spectrum(np.ones(11) * u.mJy, WAVE * u.AA, meta={"header": {"OBJECT": "HD 1"}}))
    assert named.object_ids == ["HD 1"]
    bare = Series.from_spectra(Spectrum(np.ones((2, 11)) * u.mJy, WAVE * u.AA))
    both = concatenate([bare, bare])
    assert both.object_ids == ["0", "1", "2", "3"] and len(set(object_keys(both, 0).tolist())) == 4
    assert concatenate([named, named, named]).object_ids == ["HD 1", "HD 1 (2)", "HD 1 (3)"]
    twice = Series.from_arrays(WAVE, np.ones((2, 11)), table={"object_id": ["a", "a"]})
    assert twice.table["repetition"].to_pylist() == [0, 1] and len(set(object_keys(twice, 0).tolist())) == 2


def test_batches_of_other_units_are_converted_or_refused():
    jansky, milli = (
        Series.from_arrays(WAVE, np.ones(11) * unit, table={"object_id": [str(unit)]}) for unit in (u.Jy, u.mJy)
    )
    whole = concatenate([jansky, milli])
    assert np.allclose(whole.row(1)[1], 1e-3) and np.allclose(whole.row(1)[2], 1e6)
    assert whole.table["flux_unit"].to_pylist() == ["Jy", "Jy"]
    counts = Series.from_arrays(WAVE, np.ones(11) * u.electron, table={"object_id": ["x"]})
    with pytest.raises(InputError, match="cannot join fluxes in 'electron' and in 'Jy'"):
        concatenate([jansky, counts])
    bare = Series.from_arrays(WAVE, np.ones(11), table={"object_id": ["y"]})
    assert concatenate([jansky, bare]).table["flux_unit"].to_pylist() == ["Jy", None]


def test_folded_binned_and_masked_time_series():
    time = Time(59000 + np.arange(6.0), format="mjd", scale="tdb")
    curve = TimeSeries(time=time, data={"flux": np.arange(6.0) * u.Jy, "flux_err": np.full(6, 100.0) * u.mJy})
    whole = Series.from_lightcurves(curve)
    assert np.allclose(whole.ivar, 100) and whole.table["time_system"].to_pylist() == ["MJD (TDB)"]
    curve["band"] = ["g", "r"] * 3
    assert Series.from_lightcurves(curve, band="band").bands == ("g", "r")
    assert Series.from_lightcurves(curve, band="V").bands == ("V",)
    del curve["band"]
    with pytest.raises(InputError, match="phase"):
        Series.from_lightcurves(curve.fold(period=2.5 * u.day))
    binned = aggregate_downsample(curve, time_bin_size=2 * u.day)
    assert isinstance(binned, BinnedTimeSeries)
    assert np.allclose(Series.from_lightcurves(binned).x, [59001.0, 59003.0, 59005.0])
    with pytest.raises(InputError, match="not a light curve"):
        Series.from_lightcurves([np.ones(3)])


def test_times_that_are_no_days_are_refused_or_converted():
    ones = np.ones(3)
    assert Series.from_points(Time([2020.0, 2020.5, 2021.0], format="jyear"), ones, ones).x[0] == pytest.approx(
        58849.5, abs=1
    )
    assert Series.from_points(np.array(["2020-01-01"] * 3, "M8[D]"), ones, ones).x.tolist() == [58849.0] * 3
    with pytest.raises(InputError, match="format='unix'"):
        Series.from_points([1.6e9, 1.6e9, 1.6e9], ones, ones)


def test_bands_are_text_as_written():
    points = np.ones((2, 2))
    for band in (
        [["1", "2"]] * 2,
        [np.array([1, 2])] * 2,
        pa.array([["1", "2"]] * 2),
        ["1", "2"],
        pd.Categorical([1, 2]),
    ):
        assert np.array_equal(np.asarray(Series.from_points(points, points, points, band).band), [0, 1, 0, 1])
    assert Series.from_points(points, points, points, [["g", None]] * 2).bands == ("", "g")
