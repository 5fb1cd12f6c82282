"""Files of spectrographs are read whole: axis, errors, masks, units, names and redshifts."""

import gzip
import io
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import Table
from hypothesis import given

from clrseries import InputError, datasets, read_light_curves, read_spectra
from clrseries.io.formats import FORMATS, format_of
from clrseries.units import air_to_vacuum
from tests.io.fuzzing import QUICK, hostile, survives

LOGLAM = np.linspace(3.6, 3.7, 50)
WAVE = 10.0**LOGLAM


def sdss_file(path, names=("FLUX", "LOGLAM", "IVAR", "AND_MASK")):
    flux, ivar, mask = np.arange(50.0), np.full(50, 4.0), np.zeros(50, int)
    mask[3] = 1 << 20
    columns = [fits.Column(n, k, array=a) for n, k, a in zip(names, "EEEJ", (flux, LOGLAM, ivar, mask), strict=True)]
    about = [fits.Column("PLATE", "J", array=[266]), fits.Column("MJD", "J", array=[51602]), fits.Column("FIBERID", "J", array=[7]),
             fits.Column("Z", "E", array=[0.25]), fits.Column("CLASS", "6A", array=["GALAXY"])]  # fmt: skip
    units = [
        fits.PrimaryHDU(),
        fits.BinTableHDU.from_columns(columns, name="COADD"),
        fits.BinTableHDU.from_columns(about, name="SPECOBJ"),
    ]
    fits.HDUList(units).writeto(path)
    return path


@pytest.mark.parametrize("names", [("FLUX", "LOGLAM", "IVAR", "AND_MASK"), ("flux", "loglam", "ivar", "and_mask")])
def test_sdss(tmp_path, names):
    series = read_spectra(sdss_file(tmp_path / "spec-0266-51602-0007.fits", names))
    np.testing.assert_allclose(series.x, 10.0 ** LOGLAM.astype("f4").astype(float), rtol=1e-7)
    assert np.flatnonzero(series.ivar == 0).tolist() == [3] and series.flux.tolist() == list(range(50))
    assert series.table.to_pylist()[0] == {
        "z": 0.25, "class": "GALAXY", "object_id": "266-51602-7", "flux_unit": "1e-17 erg / (Angstrom s cm2)"}  # fmt: skip
    assert read_spectra(tmp_path / "spec-0266-51602-0007.fits", medium="air").x[0] == pytest.approx(
        air_to_vacuum(series.x)[0]
    )


def test_sdss_equals_specutils(tmp_path):
    from specutils import Spectrum

    path = sdss_file(tmp_path / "spec-0266-51602-0007.fits", ("flux", "loglam", "ivar", "and_mask"))
    series, other = read_spectra(path), Spectrum.read(str(path), format="SDSS-III/IV spec")
    np.testing.assert_allclose(series.x, other.spectral_axis.to_value(u.AA), rtol=1e-7)
    np.testing.assert_allclose(series.flux, other.flux.value, rtol=1e-6)
    np.testing.assert_allclose(series.ivar, np.where(other.mask, 0, other.uncertainty.array), rtol=1e-6)
    assert u.Unit(series.table["flux_unit"][0].as_py()) == other.flux.unit


def desi(tmp_path, redrock=True):
    waves = {"B": np.arange(3600.0, 3620, 0.8), "R": np.arange(3612.8, 3640, 0.8)}
    units = [fits.PrimaryHDU()]
    fibers = [fits.Column("TARGETID", "K", array=[2**60 + 1, 5]), fits.Column("TARGET_RA", "D", array=[1.0, 2.0])]
    units.append(fits.BinTableHDU.from_columns(fibers, name="FIBERMAP"))
    for arm, value, weight in (("B", 1.0, 1.0), ("R", 3.0, 3.0)):
        shape = (2, len(waves[arm]))
        mask = np.zeros(shape, np.int32)
        mask[1, :2] = 1
        for name, data in (
            ("WAVELENGTH", waves[arm]),
            ("FLUX", np.full(shape, value)),
            ("IVAR", np.full(shape, weight)),
            ("MASK", mask),
        ):
            units.append(fits.ImageHDU(data, name=f"{arm}_{name}"))
    fits.HDUList(units).writeto(tmp_path / "coadd-main.fits")
    if redrock:
        columns = [fits.Column("TARGETID", "K", array=[5, 2**60 + 1]), fits.Column("Z", "D", array=[0.5, 0.1]),
                   fits.Column("ZWARN", "K", array=[4, 0]), fits.Column("SPECTYPE", "6A", array=["QSO", "GALAXY"])]  # fmt: skip
        fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="REDSHIFTS")]).writeto(
            tmp_path / "redrock-main.fits"
        )
    return tmp_path / "coadd-main.fits"


def test_desi_arms_are_joined_with_ivar_as_weight(tmp_path):
    series = read_spectra(desi(tmp_path))
    assert series.object_ids == [str(2**60 + 1), "5"]
    assert series.table.select(["ra", "z", "zwarn", "class"]).to_pylist() == [
        {"ra": 1.0, "z": 0.1, "zwarn": 0, "class": "GALAXY"}, {"ra": 2.0, "z": 0.5, "zwarn": 4, "class": "QSO"}]  # fmt: skip
    wave, flux, ivar = series.row(0)
    np.testing.assert_allclose(np.diff(wave), 0.8, atol=1e-9)
    both = (wave > 3612.7) & (wave < 3619.3)
    assert np.allclose(flux[both], (1 + 9) / 4) and np.allclose(ivar[both], 4) and flux[0] == 1 and flux[-1] == 3
    assert np.flatnonzero(series.row(1)[2] == 0).tolist() == [0, 1]
    assert series.row(1)[1][16] == 1  # masked in R, so that B alone counts


def test_real_desi_files_equal_specutils_where_arms_do_not_overlap(shared_data):
    from specutils import SpectrumList

    for path in sorted((shared_data / "originals" / "desi").glob("*.fits")):
        series = read_spectra(path)
        for arm in SpectrumList.read(str(path)):
            own = arm.spectral_axis.to_value(u.AA)
            alone = (own < 5759) | ((own > 5801) & (own < 7519)) | (own > 7621)
            for row in range(len(series)):
                wave, flux, ivar = series.row(row)
                at = np.searchsorted(wave, own[alone] - 1e-3)
                weight = np.where(arm.mask[row], 0, arm.uncertainty.array[row])[alone]
                np.testing.assert_allclose(ivar[at], weight, rtol=1e-6)
                good = weight > 0
                np.testing.assert_allclose(flux[at][good], arm.flux.value[row][alone][good], rtol=1e-5, atol=1e-6)


def test_real_spectra_of_the_aat(shared_data):
    folder = shared_data / "originals" / "aat"
    whole = read_spectra(folder)
    assert len(whole) == 6 and len(whole.failed) == 0
    air, vacuum, many = (
        read_spectra(folder / f"eml{name}.fits")
        for name in ("LinearSkyAirHelioCMB", "LinearVacuumNoHelio", "LogVacuumHelioMultiple")
    )
    np.testing.assert_allclose(air.row(0)[0], vacuum.row(0)[0], atol=0.05)  # the same spectrum, in air and in vacuum
    np.testing.assert_allclose(many.row(0)[0], vacuum.row(0)[0], rtol=2e-5)
    with fits.open(folder / "emlLinearVacuumNoHelio.fits") as units:
        good = vacuum.ivar > 0
        np.testing.assert_allclose(vacuum.flux[good], units[0].data.ravel()[good], rtol=1e-6)
        np.testing.assert_allclose(vacuum.ivar[good], 1 / units["VARIANCE"].data.ravel()[good], rtol=1e-5)


@pytest.mark.parametrize("form", ["image", "table"])
def test_lamost(tmp_path, form):
    rows = np.array([np.arange(50.0), np.full(50, 4.0), WAVE, np.where(np.arange(50) == 5, 1, 0), np.zeros(50)])
    first = fits.PrimaryHDU(rows if form == "image" else None)
    first.header.update(OBSID=101, Z=-9999.0, CLASS="STAR", COEFF0=3.6, COEFF1=1e-4)
    units = [first]
    if form == "table":
        names = ("FLUX", "IVAR", "WAVELENGTH", "ANDMASK")
        units.append(
            fits.BinTableHDU.from_columns(
                [fits.Column(n, "50D", array=[row]) for n, row in zip(names, rows, strict=False)], name="COADD"
            )
        )
    fits.HDUList(units).writeto(tmp_path / "spec-1.fits.gz")
    series = read_spectra(tmp_path / "spec-1.fits.gz")
    assert series.table.to_pylist() == [{"z": None, "class": "STAR", "object_id": "101"}]
    np.testing.assert_allclose(series.x, WAVE) and np.flatnonzero(series.ivar == 0).tolist() == [5]


@pytest.mark.parametrize(
    ("header", "wave"),
    [
        ({"CRVAL1": 4000.0, "CDELT1": 2.0}, 4000 + 2 * np.arange(50)),
        ({"CRVAL1": 400.0, "CD1_1": 0.2, "CUNIT1": "nm", "CTYPE1": "WAVE"}, 4000 + 2 * np.arange(50)),
        ({"CRVAL1": 4100.0, "CDELT1": 2.0, "CRPIX1": 51, "CTYPE1": "AWAV"}, air_to_vacuum(4000 + 2.0 * np.arange(50))),
        ({"CRVAL1": 3.6, "CDELT1": 1e-4, "DC-FLAG": 1}, 10 ** (3.6 + 1e-4 * np.arange(50))),
        ({"CRVAL1": 5000.0, "CDELT1": -2.0}, (5000 - 2.0 * np.arange(50))[::-1]),
    ],
)
def test_axes_of_images(tmp_path, header, wave):
    first, second = fits.PrimaryHDU(np.arange(50.0)), fits.ImageHDU(np.full(50, 0.25), name="VARIANCE")
    first.header.update(header, OBJECT="NGC 1", BUNIT="mJy")
    fits.HDUList([first, second]).writeto(tmp_path / "x.fits")
    series = read_spectra(tmp_path / "x.fits")
    np.testing.assert_allclose(series.x, wave, rtol=1e-9)
    assert (
        (series.ivar == 4).all() and series.object_ids == ["NGC 1"] and series.table["flux_unit"].to_pylist() == ["mJy"]
    )


def test_tables_with_units(tmp_path):
    table = Table(
        {
            "WAVE": WAVE / 10 * u.nm,
            "FLUX": np.ones(50) * u.mJy,
            "ERR": np.full(50, 500.0) * u.uJy,
            "QUAL": np.arange(50) == 2,
        }
    )
    table.meta["OBJECT"] = "M 31"
    for name, form in (("x.fits", "fits"), ("x.ecsv", "ascii.ecsv")):
        table.write(tmp_path / name, format=form)
        series = read_spectra(tmp_path / name)
        np.testing.assert_allclose(series.x, WAVE)
        assert series.object_ids == ["M 31"] and np.allclose(np.delete(series.ivar, 2), 4) and series.ivar[2] == 0


@pytest.mark.parametrize(
    "text",
    ["# made by hand\n4000 1.0 0.5\n4001 2.0 0.0\n4003 3 .5\n", "wave,flux,err\n4003,3,0.5\n4000,1,0.5\n4001,2,-1\n"],
)
def test_columns_of_numbers(tmp_path, text):
    (tmp_path / "sn.ascii").write_text(text)
    series = read_spectra(tmp_path / "sn.ascii")
    assert (
        series.x.tolist() == [4000, 4001, 4003]
        and series.flux.tolist() == [1, 2, 3]
        and series.ivar.tolist() == [4, 0, 4]
    )
    assert series.object_ids == [f"{tmp_path.name}/sn"]
    (tmp_path / "log.dat").write_text("3.5 1\n3.6 2\n3.7 3\n")
    with pytest.raises(InputError, match="logarithm"):
        read_spectra(tmp_path / "log.dat")


def test_one_spectrum_in_a_csv_file(tmp_path):
    (tmp_path / "x.csv").write_text("wavelength,flux,flux_err\n4000,1,0.5\n4001,2,0.5\n")
    assert read_spectra(tmp_path / "x.csv").ivar.tolist() == [4, 4]
    assert datasets.open_series(tmp_path / "x.csv").band is None


LNW = "    2    3   2500.00  10000.00      1     sn99dq   1.20  Ia-91T  1 3\n  2 1.0 2 2.0\n 1 4000.0 0.1 4100.0 0.2\n  0   -5.000   10.500\n"
LNW += " 4000.00    0.000    0.100\n 4010.00    0.200    0.300\n 4020.00   -0.100    0.000\n"


def test_templates_of_snid(tmp_path):
    (tmp_path / "sn99dq.lnw").write_text(LNW)
    series = read_spectra(tmp_path / "sn99dq.lnw")
    assert series.table.to_pylist() == [
        {"object_id": "sn99dq", "type": "Ia-91T", "phase_days": -5.0, "repetition": 0},
        {"object_id": "sn99dq", "type": "Ia-91T", "phase_days": 10.5, "repetition": 1}]  # fmt: skip
    assert series.ivar.tolist() == [0, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("form", ["csv", "fits"])
def test_sampled_spectra_of_gaia(tmp_path, form):
    flux, error = np.arange(343.0) * 1e-16, np.full(343, 1e-17)
    if form == "csv":
        text = (
            "source_id,ra,flux,flux_error\n"
            + f'4611686018427387905,1.5,"[{",".join(map(str, flux))}]","[{",".join(map(str, error))}]"\n'
        )
        (tmp_path / "x.csv").write_text(text)
    else:
        Table({"source_id": [2**62 + 1], "ra": [1.5], "flux": [flux], "flux_error": [error]}).write(tmp_path / "x.fits")
    series = read_spectra(tmp_path / f"x.{form}")
    assert series.object_ids == ["4611686018427387905"] and series.x[[0, -1]].tolist() == [3360, 10200]
    scale = u.Unit(series.table["flux_unit"][0].as_py()).to("W / (nm m2)")
    np.testing.assert_allclose(series.flux * scale, flux, rtol=1e-6)


def test_folders_globs_and_lists_and_what_fails(tmp_path):
    for k in range(3):
        sdss_file(tmp_path / f"spec-{k}.fits")
    (tmp_path / "broken.fits").write_bytes((tmp_path / "spec-0.fits").read_bytes()[:6000])
    (tmp_path / ".hidden.fits").write_bytes(b"")
    series = read_spectra(tmp_path)
    assert len(series) == 3 and series.table["repetition"].to_pylist() == [0, 1, 2]
    assert series.failed["file"].to_pylist() == [str(tmp_path / "broken.fits")]
    assert "HDU" in series.failed["reason"][0].as_py() or "FITS" in series.failed["reason"][0].as_py()
    assert len(read_spectra(str(tmp_path / "spec-*.fits"))) == len(datasets.open_series(tmp_path)) == 3
    with pytest.raises(InputError, match=r"broken\.fits"):
        read_spectra(tmp_path, on_error="stop")
    with pytest.raises(InputError, match="none of 2 files can be read"):
        read_spectra([tmp_path / "broken.fits"] * 2)
    with pytest.raises(InputError, match="format is one of auto, gaia, table"):
        read_spectra(tmp_path, format="sdsss")
    with pytest.raises(InputError, match="holds spectra .format sdss., not light curves"):
        read_light_curves(tmp_path / "spec-0.fits")
    twice = read_spectra([tmp_path / "spec-0.fits"] * 70, processes=2)
    assert len(twice) == 70


def test_every_format_has_a_reader():
    from importlib import import_module

    for one in FORMATS:
        module, function = one.where.split(":")
        assert callable(getattr(import_module(f"clrseries.io.{module}"), function))


def bytes_of(write):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(out)
    return out.getvalue()


IMAGE = fits.PrimaryHDU(np.arange(50.0), fits.Header({"CRVAL1": 4000.0, "CDELT1": 2.0}))


def bytes_in_folder(write):
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder)).read_bytes()


def lamost_file(out):
    first = fits.PrimaryHDU(np.array([np.ones(50), np.ones(50), WAVE, np.zeros(50), np.zeros(50)]))
    first.header.update(OBSID=101, COEFF0=3.6, COEFF1=1e-4)
    first.writeto(out)


def gaia_file(out):
    Table({"source_id": [1, 2], "flux": np.ones((2, 343)), "flux_error": np.ones((2, 343))}).write(out, format="fits")


FILES = {
    "desi.fits": bytes_in_folder(lambda folder: desi(folder, redrock=False)),
    "lamost.fits": bytes_of(lamost_file),
    "gaia.fits": bytes_of(gaia_file),
    "table.fits": bytes_of(lambda out: Table({"WAVE": WAVE, "FLUX": np.ones(50)}).write(out, format="fits")),
    "image.fits": bytes_of(IMAGE.writeto),
    "sdss.fits": bytes_of(sdss_file),
    "sn.lnw": LNW.encode(),
    "sn.dat": b"4000 1 0.5\n4001 2 0.5\n4003 3 0.5\n",
    "sn.fits.gz": gzip.compress(bytes_of(IMAGE.writeto)),
    "x.ecsv": bytes_of(lambda out: out.write(b"# %ECSV 1.0\n# ---\n# datatype:\n# - {name: wavelength, datatype: float64}\n"
                                             b"# - {name: flux, datatype: float64}\nwavelength flux\n4000.0 1.0\n4001.0 2.0\n")),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_hostile_files(tmp_path, name):
    assert len(read_spectra(_written(tmp_path / name, FILES[name]))) >= 1

    @QUICK
    @given(data=hostile(FILES[name]))
    def check(data):
        survives(read_spectra, tmp_path / name, data)

    check()


def _written(path, data):
    path.write_bytes(data)
    return path


def test_light_curves_of_every_format_are_recognized(tmp_path, shared_data):
    (tmp_path / "a").mkdir()
    (tmp_path / "z.csv").write_text("oid,mjd,fid,magpsf,sigmapsf\nZ,58000,1,20,.1\n")
    (tmp_path / "a" / "s.dat").write_text("SNID: 7\nVARLIST: MJD FLT FLUXCAL FLUXCALERR\nOBS: 54000.5 i 10.0 1.0\n")
    (tmp_path / "p.csv").write_text(
        "objID,filterID,obsTime,psfFlux,psfFluxErr\n007,1,55000,1e-4,1e-6\n007,2,55001,-999,-999\n"
    )
    names = {path.name: format_of(path).name for path in tmp_path.rglob("*.*")}
    assert names == {"z.csv": "ztf", "s.dat": "snana", "p.csv": "panstarrs"}
    whole = read_light_curves([tmp_path / "z.csv", tmp_path / "a" / "s.dat"])
    assert whole.bands == ("g", "i") and sorted(whole.object_ids) == ["7", "Z"]
    stars = read_light_curves(tmp_path / "p.csv")
    assert stars.object_ids == ["007"] and len(stars.x) == 1 and stars.table["flux_unit"].to_pylist() == ["Jy"]
    event = next((shared_data / "originals" / "osc").glob("*.json"))
    assert read_light_curves(event).object_ids == ["SN2010jp"] == datasets.open_series(event.parent).object_ids
