"""Damaged and hostile FITS files end in an InputError, and allocate nothing that they do not hold."""

import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given

from clrseries import InputError
from clrseries.io.fits_files import opened_fits, table_columns
from tests.io.fuzzing import QUICK, hostile, survives


def table_bytes():
    columns = [fits.Column("Loglam", "D", array=np.linspace(3.6, 3.7, 8)), fits.Column("FLUX", "E", array=np.ones(8), unit="mJy"),
               fits.Column("N", "J", array=np.arange(8), null=3)]  # fmt: skip
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(out)
    return out.getvalue()


VALID = table_bytes()


def read(path):
    with opened_fits(path) as units:
        return [table_columns(unit) for unit in units if hasattr(unit, "columns")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_columns_are_native_with_units_and_masks(tmp_path, pack):
    (tmp_path / "x.fits").write_bytes(pack(VALID))
    (columns,) = read(tmp_path / "x.fits")
    assert set(columns) == {"loglam", "flux", "n"} and str(columns["flux"].unit) == "mJy"
    assert columns["flux"].values.dtype.isnative and columns["n"].mask.tolist() == [k == 3 for k in range(8)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"NAXIS2  =                    8", b"NAXIS2  =          99999999999"),
        (b"NAXIS2  =                    8", b"NAXIS2  =                   -8"),
        (b"NAXIS1  =                   16", b"NAXIS1  =        1000000000000"),
        (b"PCOUNT  =                    0", b"PCOUNT  =       99999999999999"),
    ],
)
def test_headers_that_promise_too_much(tmp_path, old, new):
    assert old in VALID
    (tmp_path / "x.fits").write_bytes(VALID.replace(old, new))
    with pytest.raises(InputError, match=r"x\.fits"):
        read(tmp_path / "x.fits")


@QUICK
@given(data=hostile(VALID))
def test_hostile_files(tmp_path, data):
    survives(read, tmp_path / "x.fits", data)


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "x.fits")
