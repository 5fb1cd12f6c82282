import numpy as np
import pytest

from clrseries import Choice, Empirical, Grid, InputError, LogUniform, Normal, Series, TruncatedNormal, Uniform
from clrseries.config import composition, to_config
from clrseries.spectra import (
    Crop,
    FluxCalibrationError,
    MaskPixels,
    MaskRuns,
    Noise,
    Normalize,
    Observe,
    Redshift,
    Resample,
    VelocityDispersion,
)

from .every_step import compositions


@pytest.fixture
def everything():
    return Observe(compositions()["whole, median"])


@pytest.fixture
def flat(grid):
    """200 constant spectra without noise of their own."""
    wave = np.linspace(3900, 7000, 2000)
    return Series.from_arrays(wave, np.full((200, 2000), 2.0), np.full((200, 2000), 1e12))


def same(a, b):
    np.testing.assert_array_equal(a.flux, b.flux)
    np.testing.assert_array_equal(a.ivar, b.ivar)


def test_a_view_does_not_depend_on_batch_order_or_threads(series, everything):
    whole = everything(series, views=3, seed=5, epoch=2, threads=1)
    for threads in (2, 3, 7):
        same(whole, everything(series, views=3, seed=5, epoch=2, threads=threads))
    rows = np.array([31, 4, 4, 17])
    part = everything(series.take(rows), views=3, seed=5, epoch=2)
    np.testing.assert_array_equal(part.flux, whole.flux[rows])
    np.testing.assert_array_equal(part.params, whole.params[rows])
    fewer = everything(series, views=1, seed=5, epoch=2)
    np.testing.assert_array_equal(fewer.flux[:, 0], whole.flux[:, 0])


def test_seed_epoch_and_view_change_everything(series, everything):
    base = everything(series, views=2, seed=0)
    assert not np.array_equal(base.flux[:, 0], base.flux[:, 1])
    assert not np.array_equal(base.flux, everything(series, views=2, seed=1).flux)
    assert not np.array_equal(base.flux, everything(series, views=2, seed=0, epoch=1).flux)


def test_a_draw_can_be_replayed_and_edited(series, everything):
    params = everything.sample(series, views=2, seed=3)
    same(everything(series, views=2, seed=3), everything.apply(series, params, seed=3))
    params[..., everything.param_names.index("stretch")] = 1.0
    assert not np.array_equal(everything.apply(series, params, seed=3).flux, everything(series, views=2, seed=3).flux)


def test_noise_reaches_the_snr_and_ivar_says_so(flat, grid):
    views = Observe([Resample(grid), Noise(25.0)])(flat, seed=1)
    residual = views.flux[:, 0] - 2.0
    assert residual.std() == pytest.approx(2.0 / 25, rel=0.01)
    assert (residual**2 * views.ivar[:, 0]).mean() == pytest.approx(1.0, abs=0.01)


def test_noise_is_never_removed(grid, rng):
    wave = np.linspace(3900, 7000, 2000)
    noisy = Series.from_arrays(wave, 1 + rng.normal(0, 1, (50, 2000)), np.ones((50, 2000)))
    plain, asked = (Observe([Resample(grid), *extra])(noisy) for extra in ([], [Noise(1000.0)]))
    np.testing.assert_allclose(plain.ivar, asked.ivar, rtol=1e-6)
    np.testing.assert_allclose(plain.flux, asked.flux, rtol=1e-6)


def test_warp_has_the_amplitude_asked_for_and_ivar_follows(flat, grid):
    views = Observe([Resample(grid), FluxCalibrationError(0.2, 150.0)])(flat, seed=2)
    ratio = np.log(views.flux[:, 0] / 2.0)
    assert ratio.std() == pytest.approx(0.2, rel=0.05)
    assert np.abs(np.diff(ratio, axis=1)).max() < 0.2  # smooth
    before = Observe([Resample(grid)])(flat).ivar
    np.testing.assert_allclose(views.flux**2 * views.ivar, 4.0 * before, rtol=1e-4)
    longer = Observe([Resample(grid), FluxCalibrationError(0.2, 900.0)])(flat, seed=2)
    assert np.abs(np.diff(np.log(longer.flux), axis=-1)).mean() < 0.5 * np.abs(np.diff(ratio)).mean()


def test_masks_lose_the_fraction_asked_for(flat, grid):
    pixels = Observe([Resample(grid), MaskPixels(0.1)])(flat)
    assert (pixels.ivar == 0).mean() == pytest.approx(0.1, abs=0.005)
    assert (pixels.flux[pixels.ivar == 0] == 0).all()
    runs = Observe([Resample(grid), MaskRuns(1, 100.0)])(flat)
    lost = (runs.ivar[:, 0] == 0).sum(1)
    assert lost.max() == round(grid.pixels(100.0)) and lost.min() >= 1
    starts = np.abs(np.diff((runs.ivar[:, 0] == 0).astype(int), axis=1)).sum(1)
    assert (starts <= 2).all()
    more = Observe([Resample(grid), MaskRuns(4, 100.0)])(flat)
    assert (more.ivar == 0).mean() > 2.5 * (runs.ivar == 0).mean()


@pytest.mark.parametrize("by", ["mean", "median", "l2", "continuum"])
def test_normalizations(series, grid, by):
    raw, views = (Observe([Resample(grid), *extra])(series) for extra in ([], [Normalize(by)]))
    for flux, good in zip(views.flux[:, 0], views.ivar[:, 0] > 0, strict=True):
        kept = flux[good].astype(np.float64)
        value = {"mean": kept.mean(), "median": np.median(kept), "l2": np.sqrt((kept**2).mean())}
        assert value.get(by, kept.mean()) == pytest.approx(1.0, abs=1e-4 if by in value else 0.02)
    np.testing.assert_allclose(views.flux**2 * views.ivar, raw.flux**2 * raw.ivar, rtol=1e-3)


def test_continuum_window_matters(series, grid):
    narrow, wide = (Observe([Resample(grid), Normalize("continuum", w)])(series) for w in (40.0, 800.0))
    assert not np.allclose(narrow.flux, wide.flux)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "exactly one Resample"),
        ([Noise(3), Resample(Grid.linear(1, 2, 0.1))], "nature's order"),
        ([Resample(Grid.linear(1, 2, 0.1))] * 2, "exactly one Resample"),
        ([Noise(3), Noise(3), Resample(Grid.linear(1, 2, 0.1))], "nature's order"),
    ],
)
def test_compositions_that_make_no_sense(steps, message):
    with pytest.raises(InputError, match=message):
        Observe(steps)


def test_errors_name_object_and_column(series, grid):
    with pytest.raises(InputError, match="column 'zz': is missing"):
        Observe([Redshift(z="zz"), Resample(grid)])(series)
    broken = series.with_columns({"z": [0.1] * 39 + [None]})
    assert not Observe([Redshift(z="z"), Resample(grid)])(broken).ivar[39].any()
    with pytest.raises(InputError, match="Redshift: z: object 's39', column 'z'"):
        Observe([Redshift(z="z"), Resample(grid)])(broken.take([39]))
    with pytest.raises(InputError, match="must hold numbers"):
        Observe([Redshift(z="kind"), Resample(grid)])(series)
    with pytest.raises(InputError, match="VelocityDispersion: sigma: object 's0', column 'z'"):
        Observe([VelocityDispersion("z"), Resample(grid)])(series.with_columns({"z": [-3.0] * 40}))
    with pytest.raises(InputError, match="Noise: snr: got -1 where a number of at least 1e-06 is needed"):
        Observe([Resample(grid), Noise(-1)])(series)
    with pytest.raises(InputError, match="wider than the 255"):
        Observe([VelocityDispersion(1e4), Resample(grid)])(series)
    with pytest.raises(InputError, match="take it from sample"):
        Observe([Resample(grid)]).apply(series, np.zeros((40, 1, 3)))
    with pytest.raises(InputError, match="backend is one of"):
        Observe([Resample(grid)], backend="gpu")
    with pytest.raises(InputError, match="views"):
        Observe([Resample(grid)])(series, views=0)
    with pytest.raises(InputError, match="Normalize: by must be one of"):
        Normalize("best")  # type: ignore[arg-type]


def test_a_composition_survives_being_written_as_data(series, everything):
    again = composition(to_config(everything), trust_code=True)
    same(everything(series, views=2, seed=1), again(series, views=2, seed=1))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("Noise", "Noise: no such file"),
        ({"Noise": {}}, "must be a list"),
        ([{"Nose": {"snr": 1}}], "no step 'Nose'"),
        (
            [{"Noise": {"sn": 1}}, {"Resample": {}}],
            "Noise takes snr, source, throughput, sky, read, copied, probability; got sn",
        ),
        ([{"Noise": {"snr": {"Unifrom": [1, 2]}}}, {"Resample": {}}], "no distribution 'Unifrom'"),
        ([{"Noise": 1, "Resample": 2}], "a step is written"),
    ],
)
def test_bad_configurations_say_what_is_wrong(config, message):
    with pytest.raises(InputError, match=message):
        composition(config)


@pytest.mark.parametrize(
    "bad", [lambda: Uniform(2, 1), lambda: LogUniform(0, 1), lambda: Normal(0, -1), lambda: Choice(())]
)
def test_distributions_refuse_nonsense(bad):
    with pytest.raises(InputError):
        bad()


def test_distributions_have_the_quantiles_they_claim():
    u = np.array([[0.0, 0.5, 1 - 1e-12]])
    np.testing.assert_allclose(Uniform(2, 4).quantile(u), [[2, 3, 4]])
    np.testing.assert_allclose(LogUniform(1, 100).quantile(u), [[1, 10, 100]])
    np.testing.assert_allclose(Normal(1, 2).quantile(np.array([[0.5, 0.8413447]])), [[1, 3]], rtol=1e-6)
    np.testing.assert_allclose(Choice((5, 6)).quantile(u), [[5, 6, 6]])


def test_crop_loses_the_ends_alone(flat, grid):
    views = Observe([Resample(grid), Crop(blue=200.0, red=Uniform(-300, 300))])(flat, seed=4)
    good = views.ivar[:, 0] > 0
    lost = grid.centers < grid.centers[0] + 200.0
    assert not good[:, lost].any() and good[:, ~lost][:, 0].all()
    assert (np.abs(np.diff(good.astype(int), axis=1)).sum(1) <= 2).all()
    assert good[:, -1].mean() == pytest.approx(0.5, abs=0.12)  # half of the draws are negative


def test_distributions_of_measured_and_bounded_values(series):
    u = np.linspace(0.0005, 0.9995, 1000)[:, None]
    bounded = TruncatedNormal(1.0, 2.0, 0.5, 1.5).quantile(u)
    assert 0.5 <= bounded.min() < 0.51 and 1.49 < bounded.max() <= 1.5
    assert bounded.mean() == pytest.approx(1.0, abs=1e-3)
    measured = Empirical.from_column(series, "depth")
    drawn = measured.quantile(u)
    assert drawn.min() >= 0.2 and drawn.max() <= 0.8 and drawn.mean() == pytest.approx(0.5, abs=0.01)
    with pytest.raises(InputError, match="column 'kind'"):
        Empirical.from_column(series, "kind")
    for bad in (lambda: TruncatedNormal(0, 1, 2, 1), lambda: Empirical(())):
        with pytest.raises(InputError):
            bad()


def test_an_empirical_draw_does_not_depend_on_the_batch(series, grid):
    again = Observe([Resample(grid), Noise(Empirical((5.0, 20.0, 80.0)))])
    np.testing.assert_array_equal(again(series.take(np.array([7, 3]))).params, again(series).params[[7, 3]])


def test_views_can_be_written_over(series, everything):
    first = everything(series, views=2, seed=1)
    again = everything(series, views=2, seed=2, out=first)
    assert again.flux is first.flux and again.ivar is first.ivar
    same(again, everything(series, views=2, seed=2))
    with pytest.raises(InputError, match="out holds views of shape"):
        everything(series, views=3, out=first)
