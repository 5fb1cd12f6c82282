"""Light curves from files and from other packages' objects."""

import json
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy import units as u
from astropy.table import Table
from astropy.time import Time
from astropy.timeseries import TimeSeries

from clrseries import (
    InputError,
    Series,
    read_kepler,
    read_light_curves,
    read_osc,
    read_snana,
    read_ztf,
    write_light_curves,
)
from clrseries.lightcurves import Observe, Pack


def same(a, b):
    assert a.bands == b.bands and a.object_ids == b.object_ids
    for name in ("x", "flux", "ivar", "offsets", "band"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-6, err_msg=name)


@pytest.fixture(scope="module")
def stars():
    rng = np.random.default_rng(0)
    time = [np.sort(rng.uniform(0, 90, n)) for n in (3, 50)]
    band = [rng.choice(["g", "r"], n) for n in (3, 50)]
    table = {"object_id": ["a", "b"], "class": ["RR", None]}
    return Series.from_points(time, [t + 1 for t in time], [np.full(len(t), 0.1) for t in time], band, table)


def long_table(stars):
    owner = np.repeat(np.arange(2), np.diff(stars.offsets))
    return pd.DataFrame(
        {
            "object_id": np.array(stars.object_ids)[owner],
            "class": np.array(["RR", None], object)[owner],
            "time": stars.x,
            "flux": stars.flux,
            "flux_err": stars.ivar**-0.5,
            "band": np.array(stars.bands)[stars.band],
            "airmass": np.arange(len(stars.x)),
        }
    )


def test_parquet_there_and_back(stars, tmp_path):
    write_light_curves(stars, tmp_path / "c.parquet")
    back = read_light_curves(tmp_path / "c.parquet")
    same(back, stars)
    assert back.table["class"].to_pylist() == ["RR", None] and not back.dropped
    with pytest.raises(InputError, match="exists already"):
        write_light_curves(stars, tmp_path / "c.parquet")
    with pytest.raises(InputError, match="use write_spectra"):
        write_light_curves(Series.from_arrays([4000.0, 4001.0], [[1, 1]]), tmp_path / "d.parquet")


def test_one_row_a_point_in_any_order_from_pandas_arrow_and_csv(stars, tmp_path):
    frame = long_table(stars)
    shuffled = frame.sample(frac=1, random_state=1)
    for data in (shuffled, pa.Table.from_pandas(shuffled)):
        back = read_light_curves(data)
        order = [back.object_ids.index(name) for name in "ab"]
        same(back.take(order), stars)
        assert set(back.table.column_names) == {"object_id", "class"}  # airmass is not the object's own
    frame.to_csv(tmp_path / "points.csv", index=False)
    same(read_light_curves(tmp_path / "points.csv"), stars)


@pytest.mark.parametrize("kind", ["struct of lists", "list of structs"])
def test_nested_columns_as_nested_pandas_and_hats_have_them(stars, kind):
    frame = long_table(stars)
    points = ["time", "flux", "flux_err", "band"]
    rows = [frame[frame.object_id == name][points] for name in "ab"]
    nested = (
        [{k: r[k].tolist() for k in points} for r in rows]
        if kind == "struct of lists"
        else [r.to_dict("records") for r in rows]
    )
    table = pa.table({"object_id": ["a", "b"], "lightcurve": pa.array(nested)})
    same(read_light_curves(table, nested="lightcurve"), stars)
    with pytest.raises(InputError, match="column 'object_id': must be a struct of lists"):
        read_light_curves(table, nested="object_id")


def test_magnitudes_become_fluxes_and_bands_get_new_names(stars):
    frame = long_table(stars).assign(mag=lambda f: 24 - 2.5 * np.log10(f.flux), mag_err=0.02)
    back = read_light_curves(
        frame, flux="mag", error="mag_err", magnitudes=True, zero_point=24.0, rename={"g": "B"}, bands=("r", "B")
    )
    np.testing.assert_allclose(back.flux, stars.flux, rtol=1e-5)
    np.testing.assert_allclose(back.ivar**-0.5, stars.flux * 0.02 * np.log(10) / 2.5, rtol=1e-5)
    assert back.bands == ("r", "B") and back.band is not None
    assert back.band.tolist() == (1 - stars.band).tolist()


def test_files_given_by_name_are_told_apart(stars, tmp_path):
    from clrseries.datasets.open import open_series

    write_light_curves(stars, tmp_path / "c.parquet")
    same(open_series(tmp_path / "c.parquet"), stars)
    frame = long_table(stars).assign(mag=lambda f: 25 - 2.5 * np.log10(f.flux), mag_err=0.02)
    frame.drop(columns=["flux", "flux_err"]).to_csv(tmp_path / "m.csv", index=False)
    np.testing.assert_allclose(open_series(str(tmp_path / "m.csv")).flux, stars.flux, rtol=1e-5)
    frame.to_csv(tmp_path / "f.csv", index=False)
    same(open_series([tmp_path / "f.csv"]), stars)
    with pytest.raises(InputError, match=r"nothing\.csv: no such file"):
        open_series(tmp_path / "nothing.csv")


def test_what_is_wrong_with_a_table_is_said(stars, tmp_path):
    frame = long_table(stars)
    with pytest.raises(InputError, match="column 'mag': is missing; there are object_id"):
        read_light_curves(frame, flux="mag")
    with pytest.raises(InputError, match="column 'star': is missing"):
        read_light_curves(frame, object_id="star")
    with pytest.raises(InputError, match="column 'band': holds 'r'; the bands are g"):
        read_light_curves(frame, bands=["g"])
    with pytest.raises(InputError, match="column 'flux': must hold numbers"):
        read_light_curves(frame.assign(flux="bright"))
    with pytest.raises(InputError, match=r"nowhere\.csv: no such file"):
        read_light_curves(tmp_path / "nowhere.csv")
    lists = pa.table({"object_id": ["a"], "time": [[1.0, 2.0]], "flux": [[1.0]], "flux_err": [[1.0]], "band": [["g"]]})
    with pytest.raises(InputError, match="object 'a', column 'flux': has 1 points and time 2"):
        read_light_curves(lists)
    with pytest.raises(InputError, match="column 'flux': must be a list"):
        read_light_curves(lists.set_column(2, "flux", pa.array([1.0])))


@pytest.mark.parametrize("name", ["eros_variables", "s82_rrlyrae", "ztf_snia", "osc_lightcurves"])
def test_real_sets_are_read_whole(shared_data, name):
    path = shared_data / name / "lightcurves.parquet"
    magnitudes = (
        {"flux": "mag", "error": "mag_err", "magnitudes": True} if name != "eros_variables" else {"magnitudes": True}
    )
    series = read_light_curves(path, **magnitudes)
    table = pa.parquet.read_table(path)
    points = sum(len(t) for t in table["time"].to_pylist())
    assert len(series.x) + sum(n for reason, n in series.dropped.items() if reason.startswith("point")) == points
    assert (series.ivar > 0).all() and len(series) == table.num_rows - series.dropped.get(
        "object: has no usable point", 0
    )
    if name != "eros_variables":
        native = read_light_curves(path)
        assert len(native) == len(series)
        if not native.dropped and not series.dropped:
            np.testing.assert_allclose(series.flux, native.flux, rtol=1e-4)
    views = Observe([Pack(64, "stratified")])(series, views=2)
    assert ((views.ivar > 0).sum(-1) == np.minimum(np.diff(series.offsets), 64)[:, None]).all()


@pytest.fixture
def lightkurve():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lightkurve
    return lightkurve


def test_lightkurve_objects(lightkurve):
    time = np.array([3.0, 1.0, 2.0, 4.0, 5.0])
    curve = lightkurve.LightCurve(time=time, flux=[3.0, 1.0, np.nan, 4.0, 5.0], flux_err=[0.5, 0.5, 0.5, 0.0, 0.5])
    curve.meta["LABEL"] = "KIC 1"
    curve["quality"] = [0, 0, 0, 0, 128]  # a cosmic ray in the aperture
    series = Series.from_lightcurves(lightkurve.LightCurveCollection([curve, curve]), band="Kp")
    x, flux, ivar = series.row(1)
    assert flux.tolist() == [1, 3, 5] and ivar.tolist() == [4, 4, 4] and (x + 2400000.5).tolist() == [1, 3, 5]
    assert series.object_ids == ["KIC 1", "KIC 1"] and series.bands == ("Kp",)
    assert series.dropped == {"point: flux is missing or infinite": 2, "point: error is not positive": 2}
    strict = Series.from_lightcurves(curve, quality="hardest")
    assert strict.row(0)[1].tolist() == [1, 3] and strict.dropped["point: flagged in the quality bit mask"] == 1
    with pytest.raises(InputError, match="bit mask or one of none, default"):
        Series.from_lightcurves(curve, quality="best")
    with pytest.raises(InputError, match="object '0', column 'sap': is missing"):
        Series.from_lightcurves(curve, flux="sap")


def test_kepler_and_tess_files_written_by_lightkurve(lightkurve, tmp_path):
    time = np.arange(100.0, 105.0, 0.1)
    written = []
    for kind, zero, name in (
        (lightkurve.KeplerLightCurve, 2454833.0, "kepler"),
        (lightkurve.TessLightCurve, 2457000.0, "tess"),
    ):
        form = "bkjd" if name == "kepler" else "btjd"
        curve = kind(time=Time(time, format=form), flux=1000 + time, flux_err=np.full(50, 2.0))
        curve["quality"] = np.where(np.arange(50) == 3, 32, 0)
        curve["centroid_col"], curve["centroid_row"] = time, time
        curve.meta |= {"LABEL": name, "OBJECT": name, "TARGETID": 7, "MISSION": name.upper(), "RA": 1.0, "DEC": 1.0}
        curve.meta |= {"CHANNEL": 1, "QUARTER": 1, "CAMPAIGN": None, "SECTOR": 1, "CAMERA": 1, "CCD": 1}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            curve.to_fits(tmp_path / f"{name}.fits", flux_column_name="PDCSAP_FLUX")
        written.append(tmp_path / f"{name}.fits")
        series = read_kepler(written[-1])
        np.testing.assert_allclose(series.x, np.delete(time, 3) + zero - 2400000.5, atol=1e-7)
        np.testing.assert_allclose(series.flux, np.delete(1000 + time, 3), rtol=1e-6)
        assert series.table["time_system"].to_pylist() == ["BJD - 2400000.5 (TDB)"]
        assert series.dropped == {"point: flagged in the quality bit mask": 1}
        assert len(read_kepler(written[-1], quality="none").x) == 50
    assert len(read_kepler(written)) == 2
    with pytest.raises(InputError, match="no such file"):
        read_kepler(tmp_path / "no.fits")
    (tmp_path / "bad.fits").write_text("not FITS")
    with pytest.raises(InputError, match=r"bad\.fits: cannot be read as FITS"):
        read_kepler(tmp_path / "bad.fits")


def test_astropy_time_series_and_mixed_time_systems():
    time = Time([53000.0, 53001.5], format="mjd", scale="utc")
    series = TimeSeries(time=time)
    series["mag"], series["e_mag"] = [3.0, 4.0] * u.mJy, [100.0, 200.0] * u.uJy
    read = Series.from_lightcurves(series, flux="mag")
    np.testing.assert_allclose(read.row(0)[2], [100.0, 25.0], rtol=1e-5)  # the error in the flux's unit
    assert read.x.tolist() == [53000.0, 53001.5] and read.table["time_system"][0].as_py() == "MJD (UTC)"
    other = TimeSeries(time=time.tdb)
    other["mag"], other["e_mag"] = series["mag"], series["e_mag"]
    with pytest.raises(InputError, match=r"different ways \(MJD \(TDB\), MJD \(UTC\)\)"):
        Series.from_lightcurves([series, other], flux="mag")


def test_an_event_of_the_open_supernova_catalog(shared_data, tmp_path):
    path = next((shared_data / "originals" / "osc").glob("*.json"))
    series = read_osc(path)
    points = json.loads(path.read_text())["SN2010jp"]["photometry"]
    limits = [p for p in points if p.get("upperlimit")]
    measured = [p for p in points if "e_magnitude" in p and "band" in p and not p.get("upperlimit")]
    assert series.object_ids == ["SN2010jp"] and series.table["class"][0].as_py() == "IIn"
    assert series.table["z"][0].as_py() == pytest.approx(0.0092)
    assert (series.flux == 0).sum() == len([p for p in limits if "band" in p]) > 0
    assert len(series.x) == len(measured) + int((series.flux == 0).sum())
    assert sum(series.dropped.values()) == len(points) - len(series.x)
    brightest = min(measured, key=lambda p: float(p["magnitude"]))
    assert series.flux.max() == pytest.approx(10 ** (-0.4 * (float(brightest["magnitude"]) - 25)), rel=1e-5)
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(InputError, match="not an event file"):
        read_osc(tmp_path / "x.json")


SNANA = """SURVEY: TEST
SNID: 7301
SNTYPE: 120
REDSHIFT_FINAL: 0.25 +- 0.01 (CMB)
NVAR: 5
VARLIST: MJD FLT FIELD FLUXCAL FLUXCALERR
OBS: 56001.5 g X1 12.5 1.25
OBS: 56000.5 r X1 -2.0 0.5
END:
"""


def test_snana_text_and_fits(tmp_path):
    (tmp_path / "sn.dat").write_text(SNANA)
    text = read_snana(tmp_path / "sn.dat", zero_point=27.5)
    assert (
        text.object_ids == ["7301"]
        and text.table.to_pylist()[0]["z"] == 0.25
        and text.table["class"][0].as_py() == "120"
    )
    assert (
        text.x.tolist() == [56000.5, 56001.5]
        and text.flux.tolist() == [-2.0, 12.5]
        and text.ivar[1] == pytest.approx(0.64)
    )
    np.testing.assert_allclose(read_snana(tmp_path / "sn.dat").flux, text.flux / 10, rtol=1e-6)  # 2.5 mag
    head = Table(
        {
            "SNID": [b"7301", b"8"],
            "SNTYPE": [120, 5],
            "REDSHIFT_FINAL": [0.25, 0.5],
            "PTROBS_MIN": [1, 4],
            "PTROBS_MAX": [2, 4],
        }
    )
    phot = Table(
        {
            "MJD": [56001.5, 56000.5, -777.0, 56003.0],
            "FLT": [b"g", b"r", b"-", b"g"],
            "FLUXCAL": [12.5, -2.0, -777, 1.0],
            "FLUXCALERR": [1.25, 0.5, -777, 1.0],
        }
    )
    head.write(tmp_path / "T_HEAD.FITS")
    phot.write(tmp_path / "T_PHOT.FITS")
    both = read_snana(tmp_path / "T_HEAD.FITS", zero_point=27.5)
    same(both.take([0]), text)
    assert both.object_ids == ["7301", "8"] and both.table["z"].to_pylist() == [0.25, 0.5]
    (tmp_path / "bad.dat").write_text("SURVEY: X\n")
    with pytest.raises(InputError, match="not a SNANA text file"):
        read_snana(tmp_path / "bad.dat")
    (tmp_path / "short.dat").write_text(SNANA.replace(" 0.5\n", "\n"))
    short = read_snana(tmp_path / "short.dat")
    assert len(short.x) == 1 and short.dropped == {"point: row that does not fit its header": 1}


def test_ztf_tables_of_alerce_and_irsa(tmp_path):
    (tmp_path / "alerce.csv").write_text(
        "oid,mjd,fid,magpsf,sigmapsf,diffmaglim\nZTF1,58001.5,2,18.0,0.1,20.5\nZTF1,58000.5,1,,,20.0\nZTF2,58002.0,1,19.0,,20.0\n"
    )
    series = read_ztf(tmp_path / "alerce.csv")
    assert series.object_ids == ["ZTF1"] and series.bands == ("g", "r")
    assert series.flux[0] == 0 and series.ivar[0] ** -0.5 == pytest.approx(20.0)  # flux 100 at the limit, over five
    assert series.flux[1] == pytest.approx(10**2.8, rel=1e-5)
    assert series.dropped == {"point: error is missing or infinite": 1, "object: has no usable point": 1}
    (tmp_path / "irsa.csv").write_text(
        "oid,mjd,mag,magerr,filtercode,catflags\n9,58001.5,18.0,0.1,zr,0\n9,58002.5,18.0,0.1,zg,32768\n"
    )
    irsa = read_ztf(tmp_path / "irsa.csv")
    assert irsa.bands == ("r",) and irsa.dropped == {"point: flagged in catflags": 1}
    (tmp_path / "bad.csv").write_text("oid,mjd\n1,2\n")
    with pytest.raises(InputError, match="column 'filtercode': is missing"):
        read_ztf(tmp_path / "bad.csv")
