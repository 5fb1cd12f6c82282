import numpy as np
import pytest

from clrseries import Choice, Grid, InputError, Normal, Series, Uniform
from clrseries.spectra import (
    ArmJoin,
    CosmicRays,
    Curve,
    DropArm,
    Fringe,
    MaskTelluric,
    Noise,
    Observe,
    Redshift,
    Resample,
    ScatteredLight,
    SkyResidual,
    Telluric,
    Velocity,
    WavelengthError,
)
from clrseries.spectra.atmosphere import SKY_LINES, TELLURIC_BANDS
from clrseries.units import air_to_vacuum

GRID = Grid.linear(4000, 10000, 2.0)


@pytest.fixture
def flat():
    """Two hundred constant spectra without noise of their own."""
    x = np.linspace(3500, 10500, 3500)
    return Series.from_arrays(x, np.full((200, 3500), 2.0), np.full((200, 3500), 1e10))


def seen(flat, *steps, seed=0, grid=GRID):
    return Observe(sorted([*steps, Resample(grid)], key=lambda step: step.order))(flat, seed=seed)


@pytest.mark.parametrize(("flux", "power"), [("f_lambda", -1), ("f_nu", 1), ("photons", 0)])
def test_flux_density_scales_with_what_it_is(flat, flux, power):
    for step, stretch in ((Redshift(to=0.2, z=0.05, flux=flux), 1.2 / 1.05), (Velocity(2000.0, flux=flux), None)):
        views = seen(flat, step, grid=Grid.linear(5000, 8000, 3))
        stretch = stretch or views.param("stretch")[0, 0]
        np.testing.assert_allclose(views.flux, 2.0 * stretch**power, rtol=1e-5)


def test_energy_in_a_line_is_conserved_by_a_redshift():
    x = np.linspace(4000, 9000, 5001)
    line = np.exp(-0.5 * ((x - 5000) / 10) ** 2)
    series = Series.from_arrays([x], [line], [np.ones(5001)])
    grid = Grid.linear(4100, 8900, 0.7)
    moved = seen(series, Redshift(to=0.5, z=0.0), grid=grid).flux[0, 0]
    assert (moved * 0.7).sum() == pytest.approx(line.sum(), rel=1e-5)
    assert (moved * grid.centers).sum() / moved.sum() == pytest.approx(7500, abs=0.01)


def test_wavelength_errors_move_lines_where_they_say():
    x = np.linspace(4000, 9000, 20001)
    lines = [4600.0, 6000.0, 8200.0]
    flux = sum(np.exp(-0.5 * ((x - c) / 2) ** 2) for c in lines)
    series = Series.from_arrays([x], [flux], [np.ones(len(x))])
    grid = Grid.linear(4500, 8500, 0.5)
    view = seen(series, WavelengthError(zero_point=1.3, stretch=5e-4), grid=grid).flux[0, 0]
    for c in lines:
        near = np.abs(grid.centers - c) < 15
        found = (view[near] * grid.centers[near]).sum() / view[near].sum()
        assert found == pytest.approx(c + 1.3 + 5e-4 * (c - 6000), abs=5e-3)


def test_fringes_have_period_amplitude_and_onset(flat):
    views = seen(flat, Fringe(0.05, period=50.0, start=7000.0))
    ratio = np.log(views.flux[:, 0] / 2.0)
    assert np.abs(ratio[:, GRID.centers < 7000]).max() < 1e-6
    red = GRID.centers > 9800
    assert np.abs(ratio[:, red]).max() == pytest.approx(0.05, rel=0.02)
    end = ratio[:, GRID.centers > 9000]
    crossings = (np.diff(np.sign(end), axis=1) != 0).sum(1).mean()
    wanted = 2 * (10000**2 / 50) * (1 / 9000 - 1 / 10000)
    assert crossings == pytest.approx(wanted, abs=1.5)
    assert len(np.unique(np.round(ratio[:, -1], 6))) > 100  # every view has its own phase


def test_arms_join_with_a_step_and_a_dead_region(flat):
    views = seen(flat, ArmJoin(6000.0, Normal(0, 0.1), dead=40.0))
    step = np.log(views.flux[:, 0, -1] / views.flux[:, 0, 0])
    np.testing.assert_allclose(step, views.param("arm_step")[:, 0], atol=1e-5)
    assert step.std() == pytest.approx(0.1, rel=0.2)
    dead = np.abs(GRID.centers - 6000) < 21
    np.testing.assert_array_equal(views.ivar[:, 0] == 0, np.broadcast_to(dead, (200, len(GRID))))


def test_a_lost_arm_is_one_of_them(flat):
    arms = [(3600, 5800), (5800, 7600), (7600, 9900)]
    views = seen(flat, DropArm(arms, probability=0.5), seed=2)
    lost = np.array(
        [
            [(views.ivar[i, 0][(GRID.centers > a + 5) & (GRID.centers < b - 5)] == 0).all() for a, b in arms]
            for i in range(200)
        ]
    )
    assert set(lost.sum(1)) == {0, 1}
    assert lost.sum() == pytest.approx(100, abs=25) and (lost.sum(0) > 15).all()


def test_telluric_bands_absorb_where_they_should(flat):
    views = seen(flat, Telluric(Choice((1.0,))))
    ratio = views.flux[0, 0] / 2.0
    center = np.argmin(ratio)
    assert 7594 < GRID.centers[center] < 7640  # the head of the A band
    outside = np.ones(len(GRID), bool)
    for _, head, end, _ in TELLURIC_BANDS:
        outside &= (GRID.centers < head) | (GRID.centers > end)
    np.testing.assert_allclose(ratio[outside], 1.0, rtol=1e-6)
    double = seen(flat, Telluric(2.0)).flux[0, 0] / 2.0
    np.testing.assert_allclose(double, ratio**2, rtol=1e-4)
    masked = seen(flat, MaskTelluric()).ivar[0, 0] == 0
    assert masked[~outside].all() and masked[outside].mean() < 0.01


def test_sky_lines_stand_at_their_wavelengths(flat):
    views = seen(flat, SkyResidual(0.2, fwhm=6.0))
    residual = views.flux[:, 0] - 2.0
    strong = residual.std(0)
    for air in (5577.338, 6300.304, 8399.170):
        line = float(air_to_vacuum(air))
        near = np.abs(GRID.centers - line) < 12
        assert abs(GRID.centers[near][np.argmax(strong[near])] - line) < 2.0
        assert strong[near].max() == pytest.approx(0.2 * 2.0, rel=0.2)
    far = np.abs(GRID.centers[:, None] - SKY_LINES).min(1) > 15
    assert strong[far].max() < 1e-6
    peaks = [residual[:, np.argmin(np.abs(GRID.centers - float(air_to_vacuum(a))))] for a in (5577.338, 6300.304)]
    assert abs(np.corrcoef(peaks)[0, 1]) < 0.25  # each line draws its own


def test_scattered_light_is_a_part_of_the_mean(flat):
    views = seen(flat, ScatteredLight(-0.1))
    np.testing.assert_allclose(views.flux, 1.8, rtol=1e-5)


def test_cosmic_rays_hit_as_often_and_as_hard_as_asked(flat):
    views = seen(flat, CosmicRays(4.0, strength=5.0, flagged=0.25))
    excess = views.flux[:, 0] - 2.0
    hits = views.param("cosmic_hits")[:, 0]
    assert hits.mean() == pytest.approx(12.0, rel=0.1)
    assert excess[excess > 0].sum() / (0.75 * hits.sum()) == pytest.approx(5.0 * 2.0, rel=0.1)
    flagged = (views.ivar[:, 0] == 0).sum() / 2  # pairs of pixels
    assert flagged / hits.sum() == pytest.approx(0.25, abs=0.05)


def test_more_hits_than_a_short_row_has_room_for(flat):
    views = seen(flat, CosmicRays(5000.0), grid=Grid.linear(5000, 5100, 2.0))
    assert np.isfinite(views.flux).all() and (views.flux > 2.0).mean() > 0.9


def test_photon_noise_follows_the_flux_and_background_the_curves():
    x = np.linspace(3500, 10500, 3500)
    flux = 1 + (x > 7000) * 3.0
    series = Series.from_arrays(x, np.tile(flux, (400, 1)), np.full((400, 3500), 1e10))
    throughput, sky = Curve([4000, 10000], [1.0, 0.25]), Curve([4000, 10000], [1.0, 4.0])
    truth = seen(series).flux[0, 0].astype(float)
    efficiency = throughput.at(GRID.centers)

    def mean_one(v):
        return v / v.mean()

    for source, read in ((1.0, 0.0), (0.0, 0.0), (0.3, 0.6)):
        views = seen(series, Noise(20.0, source=source, throughput=throughput, sky=sky, read=read))
        scale = (truth.mean() / 20.0) ** 2
        rest = (1 - read) * mean_one(sky.at(GRID.centers) / efficiency) + read * mean_one(efficiency**-2)
        wanted = scale * (source * truth / truth.mean() * mean_one(1 / efficiency) + (1 - source) * rest)
        np.testing.assert_allclose(1 / views.ivar[0, 0], wanted, rtol=1e-4)
        chi2 = ((views.flux[:, 0] - truth) ** 2 * views.ivar[:, 0]).mean()
        assert chi2 == pytest.approx(1.0, abs=0.01)


def test_noise_can_be_copied_from_real_spectra(shared_data, flat):
    import warnings

    from specutils import SpectrumList

    files = {"coadd-5-169-thru20210419.fits": ("DESI coadd", 4), "spectra-sv3-dark-26065.fits": ("DESI spectra", 2)}
    copied = []
    for name, (kind, row) in files.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            red = Series.from_spectra(SpectrumList.read(shared_data / "originals" / "desi" / name, format=kind)[1])
        copied.append(Curve.of_noise(red, row))
    with pytest.raises(InputError, match="no sample with ivar above 0"):
        Curve.of_noise(red, 0)
    grid = Grid.linear(5800, 7500, 0.8)
    views = seen(flat, Noise(10.0, copied=copied), grid=grid)
    shapes = [c.at(grid.centers) / c.at(grid.centers).mean() for c in copied]
    which = views.param("noise_curve")[:, 0].astype(int)
    assert set(which) == {0, 1}
    for i in range(20):
        np.testing.assert_allclose(1 / views.ivar[i, 0], (2.0 / 10) ** 2 * shapes[which[i]], rtol=1e-4)
    with pytest.raises(InputError, match="take the place of"):
        Noise(10.0, copied=copied, read=0.1)


def test_a_probability_spares_the_other_views(flat):
    views = seen(flat, Redshift(to=0.1, probability=0.3), Noise(10.0, probability=0.5), seed=5)
    moved = views.param("stretch")[:, 0] != 1.0
    noisy = np.isfinite(views.param("snr")[:, 0])
    assert moved.mean() == pytest.approx(0.3, abs=0.1) and noisy.mean() == pytest.approx(0.5, abs=0.1)
    assert abs(np.corrcoef(moved, noisy)[0, 1]) < 0.2
    assert ((views.flux[:, 0].std(1) > 0.01) == noisy).all()
    with pytest.raises(InputError, match="leave out probability"):
        Resample(GRID, probability=0.5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DropArm([(4000, 5000)]), "at least two arms"),
        (lambda: Redshift(flux="jansky"), "flux must be one of"),  # type: ignore[arg-type]
        (lambda: Noise(3.0, read=2.0), "read is a part"),
        (lambda: Resample(GRID, "spline"), "Resample: method must be one of"),  # type: ignore[arg-type]
        (lambda: Observe([Resample(GRID), Noise(3.0, throughput=Curve([5000], [0.0]))]), "throughput must be positive"),
        (lambda: Noise(Uniform(3, 2)), "low <= high"),
    ],
)
def test_arguments_that_make_no_sense(make, message):
    with pytest.raises(InputError, match=message):
        make()
