import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy import units as u

from clrseries import Grid, InputError, Series, concatenate, read_spectra, write_spectra
from clrseries.units import air_to_vacuum, angstrom, vacuum_to_air

WAVE = np.linspace(4000.0, 5000.0, 50)


def test_rows_take_and_concatenate(series):
    part = series.take([3, 0, 3])
    for mine, row in zip(range(3), (3, 0, 3), strict=True):
        for a, b in zip(part.row(mine), series.row(row), strict=True):
            np.testing.assert_array_equal(a, b)
    assert part.object_ids == ["s3", "s0", "s3"]
    part = part.with_columns({"object_id": ["a", "b", "b"]})
    whole = concatenate([series, part])
    assert len(whole) == 43 and whole.object_ids[40:] == part.object_ids
    assert whole.table["repetition"].to_pylist()[40:] == [0, 0, 1]
    np.testing.assert_array_equal(whole.row(41)[1], series.row(0)[1])
    assert len(series.take(np.arange(40) < 7)) == 7
    lacking = Series.from_arrays(WAVE, np.ones((1, 50)), table={"object_id": ["x"]})
    assert concatenate([series, lacking]).table["kind"][40].as_py() is None
    with pytest.raises(InputError, match="nothing to concatenate"):
        concatenate([])


def test_one_wavelength_array_serves_all_and_ids_are_made():
    series = Series.from_arrays(WAVE, np.ones((3, 50)))
    assert len(series) == 3 and series.object_ids == ["0", "1", "2"]
    assert (series.ivar == 1).all() and series.flux.dtype == np.float32 and series.x.dtype == np.float64


def test_quantities_are_converted():
    in_nanometers = Series.from_arrays(WAVE / 10 * u.nm, np.ones((1, 50)))
    np.testing.assert_allclose(in_nanometers.x, WAVE)
    assert angstrom(5 * u.um) == pytest.approx(5e4)
    assert len(Grid.linear(400 * u.nm, 500 * u.nm, 1 * u.nm)) == 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flux": (7, np.nan)}, r"object 'a', column 'flux': is NaN or infinite where ivar is positive.*\(sample 7\)"),
        ({"flux": (7, np.inf)}, "column 'flux': is NaN or infinite"),
        ({"ivar": (7, -1.0)}, "column 'ivar': is negative"),
        ({"ivar": (7, np.nan)}, "column 'ivar': is NaN"),
        ({"x": (7, 4999.0)}, "column 'wavelength': is not sorted"),
        ({"x": (7, WAVE[6])}, "column 'wavelength': has the same value twice"),
        ({"x": (7, np.nan)}, "column 'wavelength': is NaN"),
    ],
)
def test_samples_that_cannot_be_used(change, message):
    arrays = {"x": WAVE.copy(), "flux": np.ones(50), "ivar": np.ones(50)}
    ((name, (at, value)),) = change.items()
    arrays[name][at] = value
    with pytest.raises(InputError, match=message):
        Series.from_arrays([arrays["x"]], [arrays["flux"]], [arrays["ivar"]], {"object_id": ["a"]})


def test_nan_flux_is_allowed_where_nothing_is_known():
    flux, ivar = np.ones(50), np.ones(50)
    flux[3], ivar[3] = np.nan, 0
    assert len(Series.from_arrays([WAVE], [flux], [ivar])) == 1


def test_shapes_must_agree():
    with pytest.raises(InputError, match="object '1', column 'ivar': has 49 samples and flux 50"):
        Series.from_arrays(WAVE, np.ones((2, 50)), [np.ones(50), np.ones(49)])
    with pytest.raises(InputError, match="object 'b', column 'flux': has no samples"):
        Series.from_arrays([WAVE, []], [np.ones(50), []], table={"object_id": ["a", "b"]})
    with pytest.raises(InputError, match="the column 'z' has 3 rows for 2 objects"):
        Series.from_arrays(WAVE, np.ones((2, 50)), table={"z": [1, 2, 3]})


def test_from_spectra():
    from astropy.nddata import StdDevUncertainty
    from specutils import Spectrum, SpectrumList

    mask = np.zeros(50, bool)
    mask[4] = True
    flux = np.ones(50)
    flux[9] = np.nan
    full = Spectrum(
        spectral_axis=WAVE[::-1] / 10 * u.nm,
        flux=flux * u.Jy,
        uncertainty=StdDevUncertainty(np.full(50, 0.5)),
        mask=mask,
    )
    bare = Spectrum(spectral_axis=WAVE * u.AA, flux=np.ones((2, 50)) * u.Jy)
    series = Series.from_spectra(SpectrumList([full, bare]))
    assert len(series) == 3
    x, kept, ivar = series.row(0)
    np.testing.assert_allclose(x, WAVE)
    assert ivar[50 - 1 - 4] == 0 and ivar[50 - 1 - 9] == 0 and kept[50 - 1 - 9] == 0
    assert (np.delete(ivar, [45, 40]) == 4).all()
    assert (series.row(2)[2] == 1).all()
    assert len(Series.from_spectra(bare)) == 2


@pytest.mark.filterwarnings("ignore:Warning. the tpfmodel")  # lightkurve's own, on import
def test_parquet_there_and_back_without_copies(series, tmp_path):
    path = tmp_path / "a.parquet"
    write_spectra(series, path)
    again = read_spectra(path)
    for name in ("x", "flux", "ivar", "offsets"):
        np.testing.assert_array_equal(getattr(series, name), getattr(again, name))
    assert again.table.equals(series.table)
    assert not again.x.flags.owndata and not again.x.flags.writeable  # Arrow's own memory
    with pytest.raises(InputError, match="exists already"):
        write_spectra(series, path)
    write_spectra(series, path, overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]


def table(**columns):
    base = {
        "object_id": ["a", "b"],
        "wavelength": [[4001.0, 4002.0], [4001.0, 4002.0, 4003.0]],
        "flux": [[1.0, 2.0], [1.0, 2.0, 3.0]],
    }
    return pa.table({k: v for k, v in (base | columns).items() if v is not None})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"flux": None}, "column 'flux': is missing; the file has object_id, wavelength"),
        ({"flux": [1.0, 2.0]}, "column 'flux': must be a list of numbers, and is double"),
        ({"flux": [["x", "y"], ["x", "y", "z"]]}, "column 'flux': must be a list of numbers"),
        ({"flux": pa.array([None, None], pa.list_(pa.float32()))}, "column 'flux': is null in all rows"),
        (
            {"err": [[1.0, 2.0], [1.0, 2.0, 3.0]], "var": [[1.0, 2.0], [1.0, 2.0, 3.0]]},
            r"columns of errors \(err, var\)",
        ),
        ({"flux": [[1.0, 2.0], [1.0]]}, "object 'b', column 'flux': has 1 samples and the wavelength column 3"),
        ({"ivar": [[1.0, -2.0], [1.0, -2.0, 3.0]]}, "object 'a', column 'ivar': is negative"),
        (
            dict.fromkeys(("wavelength", "flux"), pa.array([[], []], pa.list_(pa.float64()))),
            "object 'a', column 'flux': has no samples",
        ),
    ],
)
def test_parquet_errors_name_file_object_and_column(tmp_path, columns, message):
    path = tmp_path / "bad.parquet"
    pq.write_table(table(**columns), path)
    with pytest.raises(InputError, match=message) as caught:
        read_spectra(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"flux": [[1.0, 2.0], None]}, "object: wavelength or flux is null"),
        ({"ivar": [[1.0, 2.0], [1.0, -2.0, 3.0]]}, "object: ivar is negative"),
        ({"wavelength": [[4001.0, 4002.0], []], "flux": [[1.0, 2.0], []]}, "object: has no samples"),
        ({"wavelength": [[4001.0, 4002.0], [4001.0, 4001.0, 4002.0]]}, "object: wavelength has the same value twice"),
        ({"wavelength": [[4001.0, 4002.0], [4001.0, np.nan, 4002.0]]}, "object: wavelength is NaN or infinite"),
    ],
)
def test_one_bad_object_is_left_out_and_counted(columns, reason):
    series = read_spectra(table(**columns))
    assert series.object_ids == ["a"] and series.dropped == {reason: 1}


@pytest.mark.parametrize("name", ["flux_err", "err", "sigma", "flux_error", "e_flux", "error", "uncertainty", "std"])
def test_every_usual_name_of_errors_is_known(name):
    assert read_spectra(table(**{name: [[0.5, 0.0], [0.5, 0.5, 0.5]]})).ivar.tolist() == [4, 0, 4, 4, 4]


@pytest.mark.parametrize("name", ["variance", "var"])
def test_variances_are_known(name):
    assert read_spectra(table(**{name: [[0.25, 0.0], [0.25, 0.25, 0.25]]})).ivar.tolist() == [4, 0, 4, 4, 4]


def test_one_row_per_pixel_and_units_of_columns():
    rows = pa.table(
        {
            "TARGETID": [7, 7, 2**60 + 1],
            "wavelength": [4002.0, 4001.0, 4001.0],
            "flux": [2.0, 1.0, 3.0],
            "z": [0.1, 0.1, 0.2],
        }
    )
    series = read_spectra(rows)
    assert series.object_ids == ["7", str(2**60 + 1)] and series.flux.tolist() == [1, 2, 3]
    assert series.table["z"].to_pylist() == [0.1, 0.2]
    fields = [pa.field("wavelength", pa.list_(pa.float64()), metadata={"unit": "nm"}),
              pa.field("flux", pa.list_(pa.float64()), metadata={"unit": "mJy"}),
              pa.field("flux_err", pa.list_(pa.float64()), metadata={"unit": "uJy"})]  # fmt: skip
    series = read_spectra(pa.table([[[400.0, 401.0]], [[1.0, 2.0]], [[500.0, 500.0]]], schema=pa.schema(fields)))
    assert series.x.round(6).tolist() == [4000, 4010] and np.allclose(series.ivar, 4)
    assert series.table["flux_unit"].to_pylist() == ["mJy"]


def test_small_units_in_tables_are_kept():
    small = table(flux=[[1e-30, 2e-30], [1e-30, 2e-30, 3e-30]], ivar=[[1e62, 1e62], [1e62, 1e62, 1e62]])
    series = read_spectra(small)
    assert series.table["flux_unit"][0].as_py() == "1e-30" and np.allclose(series.ivar, 100)


def test_parquet_cut_short_or_absent(series, tmp_path):
    path = tmp_path / "a.parquet"
    write_spectra(series, path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"a\.parquet: not a complete Parquet file"):
        read_spectra(path)
    with pytest.raises(InputError, match="no such file"):
        read_spectra(tmp_path / "none.parquet")


def test_errors_become_ivar(tmp_path):
    path = tmp_path / "e.parquet"
    pq.write_table(table(error=[[0.5, 0.0], None]), path)
    assert read_spectra(path).ivar.tolist() == [4, 0, 0, 0, 0]
    pq.write_table(table(flux=[[1.0, np.nan], [1.0, 2.0, 3.0]]), path)
    assert read_spectra(path).ivar.tolist() == [1, 0, 1, 1, 1]


def test_real_supernova_spectra_can_be_read(shared_data):
    series = read_spectra(shared_data / "osc_spectra" / "spectra.parquet")
    assert len(series) == 1521 and len(series.x) == series.offsets[-1]
    assert {"class", "z", "instrument"} <= set(series.table.column_names)


def test_grids():
    log = Grid.log(4000, 6800, 69)
    assert log.velocity == pytest.approx(69, rel=1e-9) and len(Grid.linear(4000, 5000, 0.1)) == 10000
    for grid in (log, Grid.linear(4000, 6800, 1.3), Grid.from_edges([1, 2, 4])):
        np.testing.assert_allclose(Grid.from_dict(grid.to_dict()).edges, grid.edges, rtol=1e-12)
    assert Grid.from_edges([1, 2, 4]).centers.tolist() == [1.5, 3.0]
    for bad in (lambda: Grid.log(5, 4, 1), lambda: Grid.log(4, 5, -1), lambda: Grid.linear(4, 5, 0)):
        with pytest.raises(InputError):
            bad()
    for edges in ([1], [1, 1], [2, 1], [0, 1], [1, np.nan]):
        with pytest.raises(InputError):
            Grid.from_edges(edges)


@pytest.mark.parametrize(("method", "theirs"), [("ciddor", "Ciddor1996"), ("morton", "Morton2000")])
def test_air_and_vacuum_are_specutils(method, theirs):
    from specutils.utils.wcs_utils import air_to_vac, vac_to_air

    wave = np.linspace(2500, 20000, 500)
    np.testing.assert_allclose(
        air_to_vacuum(wave, method), air_to_vac(wave * u.AA, scheme="iteration", method=theirs).value, rtol=1e-11
    )
    np.testing.assert_allclose(vacuum_to_air(wave, method), vac_to_air(wave * u.AA, method=theirs).value, rtol=1e-11)
    np.testing.assert_allclose(air_to_vacuum(vacuum_to_air(wave, method), method), wave, rtol=1e-13)


def test_air_wavelengths_become_vacuum_at_the_border(tmp_path):
    np.testing.assert_allclose(air_to_vacuum([6562.79, 1500.0]), [6564.60, 1500.0], atol=0.01)
    air = np.linspace(5000, 6000, 50)
    plain = Series.from_arrays(air, np.ones((2, 50)))
    moved = Series.from_arrays(air, np.ones((2, 50)), medium="air")
    np.testing.assert_allclose(moved.x, air_to_vacuum(plain.x))
    write_spectra(plain, tmp_path / "air.parquet")
    np.testing.assert_allclose(read_spectra(tmp_path / "air.parquet", medium="air").x, moved.x)
    with pytest.raises(InputError, match="medium is 'air' or 'vacuum'"):
        Series.from_arrays(air, np.ones((2, 50)), medium="water")
    with pytest.raises(InputError, match="method is"):
        vacuum_to_air(air, "edlen")
