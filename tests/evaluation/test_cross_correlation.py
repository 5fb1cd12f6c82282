import numpy as np
import pytest
from scipy.spatial import distance

from clrseries.evaluation.cross_correlation import flattened, redshifts_by_template, template_correlations

STEP = 0.002
WAVE = 3600 * np.exp(STEP * np.arange(450))


def spectrum(lines, z, rng, lo=3600, hi=9000):
    flux = 2 + np.sin(WAVE / 1500)  # a continuum that must not matter
    for place, depth in lines:
        flux = flux * (1 - depth * np.exp(-0.5 * ((WAVE / (1 + z) - place) / 60) ** 2))
    return flux * (1 + rng.normal(0, 0.01, len(WAVE))), (lo < WAVE) & (hi > WAVE)


def test_redshifts_of_spectra_made_from_the_templates(rng):
    kinds = [((4300, 0.5), (5500, 0.3), (6150, 0.6)), ((4861, -0.8), (6563, -2.0), (5876, 0.2))]
    templates = [spectrum(kind, 0.0, rng) for kind in kinds]
    true = np.array([0.0, 0.031, 0.08, 0.12, 0.05, 0.2])
    objects = [spectrum(kinds[i % 2], z, rng, lo=3600 + 100 * i) for i, z in enumerate(true)]
    flat = []
    for group in (objects, templates):
        flux, good = (np.stack(part) for part in zip(*group, strict=True))
        flat.append(flattened(flux, good))
    found = redshifts_by_template(flat[0], flat[1], STEP, 0.3)
    np.testing.assert_allclose(found, true, atol=0.003)


def test_what_is_not_covered_is_nought(rng):
    flux, good = spectrum([(5000, 0.5)], 0, rng)
    good[:100] = False
    flat = flattened(flux[None], good[None])
    assert (flat[0, :100] == 0).all() and np.abs(flat[0, 150:300]).max() > 0.2
    assert np.isfinite(flattened(np.zeros((1, 450)), np.zeros((1, 450), bool))).all()


def test_correlations_are_those_of_scipy_at_every_lag(rng):
    spectra, templates = rng.normal(size=(3, 60)), rng.normal(size=(4, 60))
    spectra[0, :20], templates[1, 40:], spectra[2] = 0, 0, 0
    score, redshift = template_correlations(spectra, templates, STEP, 0.02)
    for i, k in np.ndindex(2, 4):
        at = []
        for lag in range(11):
            one, other = spectra[i, lag:], templates[k, : 60 - lag]
            both = (one != 0) & (other != 0)
            share = both.sum() / np.count_nonzero(spectra[i])
            cosine = 1.0 - distance.cosine(one[both], other[both])
            at.append(cosine * np.sqrt(share) if share > 0.4 else -np.inf)
        assert score[i, k] == pytest.approx(max(at), abs=1e-5)
        assert redshift[i, k] == pytest.approx(np.expm1(STEP * np.argmax(at)))
    assert np.isneginf(score[2]).all() and (redshift[2] == 0).all()
