"""Readers of transients obey the sentinels, flags and identities of their formats."""

import gzip
import json

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import given

from clrseries import InputError, read_kepler, read_light_curves, read_osc, read_snana, read_ztf
from tests.io.fuzzing import QUICK, hostile, survives

HEADER = "SURVEY: X\nSNID: 001\nSNTYPE: 1\nREDSHIFT_FINAL: 0.1 +- 0.01\n"
LIST = "NVAR: 5\nVARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR\n"
OBS = "OBS: 55000 g NULL 10 1\n"


@pytest.fixture
def snana(tmp_path):
    def read(text, name="s.dat"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_snana(tmp_path / name, zero_point=27.5)

    return read


def test_what_snana_does_not_know_is_null(snana):
    text = HEADER.replace("0.1 +- 0.01", "-9.0 +- -9.0").replace("SNTYPE: 1", "SNTYPE: -9") + LIST + OBS
    assert snana(text).table.to_pylist() == [{"object_id": "001", "class": None, "z": None}]
    assert snana("REDSHIFT_HELIO: 0.086\nTYPE: 5\n" + text).table.to_pylist()[0] | {"object_id": ""} == {
        "object_id": "", "class": "5", "z": 0.086}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "NVAR: 5\nVARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR NITE\n" + OBS,
        HEADER + LIST + "OBS: 55000 g NULL 10 1 23.1\n",
        (HEADER + LIST + OBS).replace("\n", "\r\n"),
        HEADER
        + LIST.replace("VARLIST", "VARNAMES").replace("FLT", "BAND")
        + "# note\nOBS:\t55000\tg\tNULL\t10\t1 # x\nEND:\n",
        HEADER + LIST.replace("VARLIST:", "VARLIST") + OBS,
        HEADER + LIST.replace("VARLIST:", "VARLIST :") + OBS,
        HEADER + "VARLIST MJD FLT FIELD FLUXCAL FLUXCALERR\n" + OBS,
        "DOCUMENTATION:\n  SNID: 9\nDOCUMENTATION_END:\n" + HEADER + LIST + OBS,
        HEADER + LIST + OBS + "OBS: 55001 g NULL xx 1\nOBS: 55001 g\n",
        HEADER + LIST.lower().replace("nvar", "NVAR").replace("varlist", "VARLIST") + OBS,
        gzip.compress((HEADER + LIST + OBS).encode()),
        ("IAUC: \u00e9\n" + HEADER + LIST + OBS).encode("latin-1"),
    ],
)
def test_layouts_of_snana_text(snana, tmp_path, text):
    series = snana(text)
    assert read_light_curves(tmp_path / "s.dat").object_ids == ["001"]  # the format is recognized
    assert series.object_ids == ["001"] and series.x.tolist() == [55000] and series.flux.tolist() == [10]
    assert series.bands == ("g",)


def test_snana_text_without_a_column_or_points(snana):
    with pytest.raises(InputError, match="column 'FLUXCALERR': is missing"):
        snana(HEADER + "VARLIST: MJD FLT FLUXCAL\nOBS: 55000 g 10\n")
    with pytest.raises(InputError, match="no usable point .1 x point: row that does not fit"):
        snana(HEADER + LIST + "OBS: 55000 g NULL xx 1\n")
    with pytest.raises(InputError, match="object '001'.*has no points"):
        snana(HEADER + LIST)
    with pytest.raises(InputError, match="no such file|No such file"):
        read_snana("nowhere.dat")


@pytest.mark.parametrize("suffix", ["head.fits", "HEAD.FITS.gz"])
def test_snana_fits_in_lower_case_compressed_and_with_bad_pointers(tmp_path, suffix):
    head = tmp_path / f"x_{suffix}"
    phot = tmp_path / f"x_{suffix}".replace("head", "phot").replace("HEAD", "PHOT")
    Table({"snid": ["7 ", "8", "9"], "type": [1, -9, 1], "redshift_final": [-9.0, 0.5, 0.1], "redshift_helio": [0.2, -9.0, -9.0],
           "ptrobs_min": [1, 2, 3], "ptrobs_max": [1, 2, 99]}).write(head)  # fmt: skip
    Table(
        {"mjd": [1.0, 2.0, 3.0], "band": ["g ", "r", "g"], "fluxcal": [1.0, 2.0, 3.0], "fluxcalerr": [0.1] * 3}
    ).write(phot)
    series = read_snana(head, zero_point=27.5)
    assert series.table.to_pylist() == [
        {"object_id": "7", "class": "1", "z": 0.2},
        {"object_id": "8", "class": None, "z": 0.5},
    ]
    assert series.bands == ("g", "r") and "object: PTROBS_MIN and PTROBS_MAX are outside the file" in series.dropped
    with pytest.raises(InputError, match="holds points alone: give the HEAD file"):
        read_light_curves(phot)


def event(*points, **more):
    return {"name": "SNx", "photometry": list(points), **more}


def point(**changes):
    base = {"time": "55000.5", "u_time": "MJD", "band": "V", "magnitude": "20.0", "e_magnitude": "0.1"}
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


@pytest.fixture
def osc(tmp_path):
    def read(events):
        (tmp_path / "o.json.gz").write_bytes(gzip.compress(json.dumps(events).encode()))
        return read_osc(tmp_path / "o.json.gz")

    return read


def test_errors_limits_and_counts_of_the_open_supernova_catalog(osc):
    two_sided = point(e_magnitude=None, e_lower_magnitude="0.1", e_upper_magnitude="0.12")
    limit = point(time="55002", upperlimit=True, e_magnitude=None, upperlimitsigma="5.0")
    counts = point(
        time=["55003", "55005"], magnitude=None, e_magnitude=None, counts="100", e_counts="10", zeropoint="25"
    )
    julian = point(time="2455010.5", u_time="JD")
    series = osc({"SNx": event(two_sided, limit, counts, julian)})
    assert series.x.tolist() == [55000.5, 55002, 55004, 55010] and not series.dropped
    flux, sigma = series.flux, series.ivar**-0.5
    assert flux[0] == pytest.approx(100) and sigma[0] == pytest.approx(100 * 0.4 * np.log(10) * 0.11, rel=1e-5)
    assert (
        flux[1] == 0
        and sigma[1] == pytest.approx(20)
        and flux[2] == pytest.approx(100)
        and sigma[2] == pytest.approx(10)
    )


def test_what_no_telescope_took_is_left_out(osc):
    series = osc({"a": event(point(), point(host=True, time="1"), point(model=["1"], time="2"), point(kcorrected=True, time="3")),
                  "b": event(point(band=None), "no point", point(time="5"))})  # fmt: skip
    assert series.object_ids == ["a", "b"] and len(series.x) == 2
    assert series.dropped == {"point: of the host": 1, "point: of a model": 1, "point: K-corrected": 1,
                              "point: no band, error, magnitude or MJD": 2}  # fmt: skip
    with pytest.raises(InputError, match="not an event file"):
        osc([1])


@pytest.fixture
def ztf(tmp_path):
    def read(text, name="z.csv", **options):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        return read_ztf(tmp_path / name, **options)

    return read


@pytest.mark.parametrize("codes", ["t f", "1 0", "1 -1", "1.0 -1.0", "True False", "true false"])
def test_differences_below_the_reference_are_negative(ztf, codes):
    up, down = codes.split()
    series = ztf(
        f"oid,mjd,fid,magpsf,sigmapsf,isdiffpos\nZ,58000,1,20,.1,{up}\nZ,58001,1,20,.1,{down}\nZ,58002,1,20,.1,{up}\n"
    )
    assert series.flux.round(3).tolist() == [100, -100, 100]


@pytest.mark.parametrize("name", ["oid", "objectId", "object_id"])
def test_objects_of_ztf_are_told_apart(ztf, name):
    series = ztf(f"{name},mjd,fid,magpsf,sigmapsf\n007,58000,1,20,.1\n7,58001,2,20,.1\n")
    assert series.object_ids == ["007", "7"]


def test_files_without_names_are_named_after_their_folder(ztf, tmp_path):
    for folder in ("a", "b"):
        ztf("mjd,fid,magpsf,sigmapsf\n58000,1,20,.1\n", f"{folder}/detections.csv")
    both = read_ztf([tmp_path / "a/detections.csv", tmp_path / "b/detections.csv"])
    assert both.object_ids == ["a/detections", "b/detections"]


def test_sentinels_and_flags_of_ztf(ztf):
    irsa = "oid,mjd,mag,magerr,filtercode,catflags\n1,58000,20,.1,zg,\n1,58001,20,.1,zr,32768.0\n1,58002,20,.1,zi,0\n1,58003,99,.1,zi,0\n"
    series = ztf(irsa)
    assert series.bands == ("g", "i") and series.dropped["point: flagged in catflags"] == 1
    assert series.dropped["point: no magnitude, error or limit"] == 1
    alerce = "oid,mjd,fid,magpsf,sigmapsf,diffmaglim\nZ,58000,1,20,.1,20.5\nZ,58001,1,,,-999\nZ,58002,1,,,20.5\nZ,58003,1,-999,-999,20.5\n"
    series = ztf(alerce)
    assert series.flux.round(2).tolist() == [100, 0, 0] and series.dropped == {"point: no magnitude, error or limit": 1}
    corrected = "oid,mjd,fid,magpsf,sigmapsf,magpsf_corr,sigmapsf_corr_ext\nZ,58000,1,20,.1,18,.05\nZ,58001,1,20,.1,,\n"
    assert ztf(corrected, corrected=True).flux.tolist() == pytest.approx([10**2.8])


def tess(path, quality, origin="NASA/Ames", telescope="TESS", sector=1, columns=None):
    n = len(quality)
    flux = columns or {"SAP_FLUX": np.arange(n) + 100.0, "SAP_FLUX_ERR": np.full(n, 2.0), "PDCSAP_FLUX": np.arange(n) + 50.0,
                       "PDCSAP_FLUX_ERR": np.full(n, 1.0)}  # fmt: skip
    made = [fits.Column("TIME", "D", unit="BJD - 2457000, days", array=1000 + np.arange(n) * 0.02)]
    made += [fits.Column(name, "E", unit="e-/s", array=values) for name, values in flux.items()]
    made += [fits.Column("QUALITY", "J", array=quality), fits.Column("CADENCENO", "J", array=np.arange(n))]
    first = fits.PrimaryHDU()
    first.header.update(
        TELESCOP=telescope,
        ORIGIN=origin,
        OBJECT="TIC 1",
        SECTOR=sector,
        TICID=1,
        CREATOR="22 LightCurveExporterPipelineModule",
    )
    second = fits.BinTableHDU.from_columns(made, name="LIGHTCURVE")
    second.header.update(
        BJDREFI=2457000, BJDREFF=0.0, TIMESYS="TDB", TELESCOP=telescope, CREATOR="22 LightCurveExporterPipelineModule"
    )
    fits.HDUList([first, second]).writeto(path)
    return path


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mask", ["none", "default", "hard", "hardest", 4096])
def test_quality_bits_are_those_of_lightkurve_for_each_product(tmp_path, mask):
    import lightkurve as lk

    quality = np.zeros(20, int)
    quality[5:10] = [128, 4096, 2048, 1, 1 << 30]
    spoc = tess(tmp_path / "tess2018206045859-s0001-0000000000000001-0120-s_lc.fits", quality)
    columns = {"SAP_FLUX": np.arange(20) + 1.0, "DET_FLUX": np.ones(20), "DET_FLUX_ERR": np.full(20, 0.1)}
    qlp = tess(
        tmp_path / "hlsp_qlp_tess_ffi_s0060-0000000000000001_tess_v01_llc.fits",
        quality,
        "MIT/QLP",
        sector=60,
        columns=columns,
    )
    for path, flux in ((spoc, "pdcsap_flux"), (qlp, "sap_flux")):
        wanted = lk.read(str(path), quality_bitmask=mask)
        found = read_kepler(path, flux=flux, quality=mask)
        np.testing.assert_allclose(found.x, wanted.time.jd - 2400000.5, rtol=0, atol=1e-9)
        assert found.dropped.get("point: flagged in the quality bit mask", 0) == 20 - len(wanted)


def test_a_table_of_fits_that_tells_its_epoch(tmp_path):
    made = [fits.Column("TIME", "D", unit="d", array=np.arange(6.0)), fits.Column("FLUX", "E", array=np.arange(1.0, 7)),
            fits.Column("FLUX_ERR", "E", array=np.full(6, 0.1))]  # fmt: skip
    table = fits.BinTableHDU.from_columns(made)
    table.header.update(JDREFI=2459000, JDREFF=0.5, TIMESYS="TDB")
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "g.fits")
    assert read_kepler(tmp_path / "g.fits", flux="flux").x[0] == pytest.approx(59000)


TEXT = (HEADER + LIST + OBS * 2).encode()
ZTF = b"oid,mjd,fid,magpsf,sigmapsf,isdiffpos,diffmaglim\nZ,58000,1,20,.1,t,20\nZ,58001,1,,,,20\n"
OSC = json.dumps({"SNx": event(point(), point(upperlimit=True, time="3"))}).encode()


@QUICK
@given(data=hostile(TEXT))
def test_hostile_snana_text(tmp_path, data):
    survives(read_snana, tmp_path / "x.dat", data)


@QUICK
@given(data=hostile(ZTF))
def test_hostile_ztf(tmp_path, data):
    survives(read_ztf, tmp_path / "x.csv", data)


@QUICK
@given(data=hostile(OSC))
def test_hostile_osc(tmp_path, data):
    survives(read_osc, tmp_path / "x.json", data)
