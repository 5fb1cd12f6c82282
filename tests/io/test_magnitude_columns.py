"""Light curves in text files without a header, as OGLE writes them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from clrseries import InputError, read_light_curves, read_spectra
from clrseries.datasets import open_series
from clrseries.series.photometry import flux_from_magnitude

TIME, MAGNITUDE, ERROR = [2450455.67, 2450456.59, 2450460.7], [15.15, 15.16, 15.081], [0.003, 0.004, 0.003]
ROWS = [f"{t} {m} {e}" for t, m, e in zip(TIME, MAGNITUDE, ERROR, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ROWS),
        "\r\n".join(ROWS) + "\r\n",
        "# OGLE-LMC-CEP-0001 I\n\n" + "\n".join(ROWS),
        "\n".join(row.replace(" ", ", ") for row in ROWS),
        "\n".join(f"  {row} 1.2 700" for row in ROWS),  # seeing and sky
        "\n".join(f"{float(row.split()[0]):.18e} {row.split(' ', 1)[1]}" for row in ROWS),
        "\n".join(reversed(ROWS)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_in_the_file_is_read(tmp_path, text, packed):
    path = tmp_path / "cep" / ("1.dat.gz" if packed else "1.dat")
    path.parent.mkdir()
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    curve = read_light_curves(path)
    flux, error = flux_from_magnitude(MAGNITUDE, ERROR, 25.0)
    assert curve.object_ids == ["cep/1"] and curve.x.tolist() == TIME and curve.bands == ("",)
    np.testing.assert_allclose(curve.flux, flux, rtol=1e-6)
    np.testing.assert_allclose(curve.ivar, 1 / error**2, rtol=1e-6)
    same = open_series(path, kind="light curves")  # as a model of light curves reads it
    np.testing.assert_array_equal(same.flux, curve.flux)


def test_bad_points_are_counted_and_the_band_gets_a_name(tmp_path):
    bad = ["2450470 99.999 9.999", "2450471 -99.0 0.1", "2450472 15.0 0", "2450473 15.0"]
    (tmp_path / "a.dat").write_text("\n".join([*ROWS, *ROWS[:1], *bad]))
    curve = read_light_curves(tmp_path / "a.dat", rename={"": "I"}, zero_point=20.0)
    assert len(curve.x) == 3 and curve.bands == ("I",) and curve.flux.max() < 100
    assert curve.dropped == {
        "point: row without a time, a magnitude and an error": 1,
        "point: no magnitude or no error": 3,
        "point: is there twice": 1,
    }


def test_flux_and_words_are_refused(tmp_path):
    path: Path = tmp_path / "flux.txt"
    path.write_text("\n".join(f"{k}.5 {900 + k} 3.0" for k in range(9)))
    with pytest.raises(InputError, match="'time,flux,flux_err,band'"):
        read_light_curves(path)
    path.write_text("time flux flux_err\n" + path.read_text())
    assert open_series(path).flux.tolist() == [900.0 + k for k in range(9)]
    path.write_text("\n".join(["1 2 3", "4 5 6", *("some words here" for _ in range(3))]))
    with pytest.raises(InputError, match="3 of 5 rows do not begin with three numbers"):
        read_light_curves(path)


@pytest.mark.parametrize(
    "head", ["mjd,flux,flux_err,band", "jd mag magerr star", "ra,dec,z", "# HJD flux err", "%ECSV\ntime flux flux_err"]
)
def test_a_file_with_a_header_is_not_read_as_magnitudes(tmp_path, head):
    path = tmp_path / "a.lc"
    path.write_text("\n".join([head, "55000.5 20.1 0.5 1", "55001.5 21.1 0.5 2"]))
    with pytest.raises(InputError):
        read_light_curves(path)
    if not head.startswith("#"):
        with pytest.raises(InputError, match="begins with .* and not with a time, a magnitude"):
            read_light_curves(path, format="ascii")


def test_an_empty_field_is_no_number_and_names_may_have_dots(tmp_path):
    for name in ("054023-6901.7.dat", "054023-6901.9.dat.gz"):
        text = "\n".join([*(row.replace(" ", ",") for row in ROWS), "2450461,,14.0,3.1"]).encode()
        (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    curves = read_light_curves(tmp_path / "*.dat*")
    assert [name.rpartition("/")[2] for name in curves.object_ids] == ["054023-6901.7", "054023-6901.9"]
    assert len(curves.x) == 6


def test_without_a_kind_it_is_still_a_spectrum(tmp_path):
    path = tmp_path / "star.ascii"
    path.write_text("\n".join(f"{4000 + k} {1 + 0.01 * k} 0.1" for k in range(50)))
    assert len(read_spectra(path).x) == len(open_series(path).x) == 50


def test_a_table_without_names_is_one_curve_unless_a_column_might_hold_them(tmp_path):
    path = tmp_path / "field" / "v1.csv"
    path.parent.mkdir()
    path.write_text("time,mag,mag_err,band,airmass\n1.5,15.0,0.1,g,1.2\n2.5,15.1,0.1,r,1.3\n")
    curve = open_series(path)
    assert curve.object_ids == ["field/v1"] and len(curve.x) == 2 and curve.bands == ("g", "r")
    path.write_text(
        "time,mag,mag_err,band,ra,note\n1.5,15,1,g,10,\n2.5,16,1,r,10,\n"
    )  # whole numbers, and what does not vary
    assert len(open_series(path)) == 1
    for column, one, other in (("number", 7, 8), ("ra", 10.5, 20.5), ("cepheid", 1.0, 2.0), ("who", "a", "b")):
        path.write_text(f"time,mag,mag_err,{column}\n1.5,15.0,0.1,{one}\n2.5,15.1,0.1,{other}\n")
        with pytest.raises(InputError, match="'object_id': is missing.*whose a point is"):
            read_light_curves(path, band=None)
