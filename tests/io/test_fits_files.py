"""Damaged and hostile FITS files end in an InputError, and allocate nothing that they do not hold."""

import contextlib
import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given

from clrseries import InputError
from clrseries.io import fits_files
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


def test_missing_values_of_scaled_columns_are_masked(tmp_path):
    stored = np.array([1, -1, 3], np.int16)
    table = fits.BinTableHDU.from_columns([fits.Column("FLUX", "I", array=stored, null=-1)])
    table.header.update(TSCAL1=0.5, TZERO1=10.0)
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(tmp_path / "x.fits")
    (columns,) = read(tmp_path / "x.fits")
    assert columns["flux"].mask.tolist() == [False, True, False]
    assert columns["flux"].values[[0, 2]].tolist() == [10.5, 11.5]


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


def packed(path, shape=(400, 4000)):
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(np.ones(shape, "i2"))]).writeto(path)
    return path


def test_images_that_fpack_made_much_smaller_are_read(tmp_path):
    with opened_fits(packed(tmp_path / "x.fits.fz")) as units:
        assert units[1].data.sum() == 400 * 4000


@pytest.mark.parametrize(
    "keys", [("ZNAXIS1",), ("ZNAXIS1", "ZTILE1"), ("ZNAXIS2",), ("ZNAXIS2", "ZTILE2")], ids=" ".join
)
@pytest.mark.parametrize("value", [2_000_000_000, 60_000, -5, 0])
def test_packed_images_larger_than_the_file_can_hold_are_refused(tmp_path, keys, value):
    data = packed(tmp_path / "x.fits.fz", (4, 50)).read_bytes()
    for key in keys:
        at = data.index(key.ljust(8).encode() + b"=")
        data = data[:at] + f"{key:8s}= {value:20d}".encode() + data[at + 30 :]
    path = tmp_path / "y.fits.fz"
    path.write_bytes(data)
    with contextlib.suppress(InputError), opened_fits(path) as units:
        assert units[1].size < 1 << 29
        assert units[1].data is None or units[1].data.nbytes < 1 << 29


@pytest.mark.parametrize("pack", [lambda data: data, lambda data: gzip.compress(data, 1)], ids=["plain", "gzip"])
def test_a_header_without_end_is_refused_early(tmp_path, pack):
    path = tmp_path / "x.fits"
    path.write_bytes(pack(b"SIMPLE  =                    T".ljust(80) + bytes(20 << 20)))
    with pytest.raises(InputError, match="no END"), opened_fits(path):
        pass


def test_large_compressed_files_are_unpacked_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(fits_files, "IN_MEMORY", 1000)
    path = tmp_path / "x.fits.gz"
    fits.PrimaryHDU(np.arange(10_000.0)).writeto(path)
    with opened_fits(path) as units:
        assert units[0].data[-1] == 9999
    monkeypatch.setattr(fits_files, "MOST_BYTES", 5000)
    with pytest.raises(InputError, match="when decompressed"), opened_fits(path):
        pass
