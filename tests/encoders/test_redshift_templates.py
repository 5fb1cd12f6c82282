"""Redshifts refined with templates: the correlation against its definition, shifts that are known, and what cannot be measured."""

import numpy as np
import pytest
import torch

from clrseries.encoders.heads import crps, median
from clrseries.encoders.joint_head import JointHead
from clrseries.encoders.redshift_templates import RedshiftTemplates
from clrseries.encoders.template_correlation import LEAST, tapered

PIXELS, LAGS, STEP = 120, 40, 0.002


@pytest.fixture
def measure(rng):
    """Three smooth random templates."""
    made = RedshiftTemplates(3, PIXELS, LAGS)
    rows = np.cumsum(rng.normal(0, 0.05, (3, PIXELS + LAGS)), axis=1)
    made.set_templates(torch.from_numpy(rows - rows.mean(1, keepdims=True)).float(), STEP, 30.0)
    return made


def moved(measure, row, lag):
    """A template as a spectrum at some redshift, which begins `lag` pixels further to the blue of it."""
    return 1.0 + measure.templates[row, LAGS - lag : LAGS - lag + PIXELS].float()[None]


def test_the_correlation_is_that_of_its_definition(measure, rng):
    flux = 1.0 + torch.from_numpy(rng.normal(0, 0.3, (2, PIXELS))).float()
    ivar = torch.ones(2, PIXELS)
    ivar[0, :20], ivar[1, 90:] = 0, 0
    found = measure.correlation(flux, ivar).numpy()
    known = measure.templates.float().numpy()
    for row in range(2):
        spectrum = tapered(flux[row] - 1.0, ivar[row] > 0).numpy()
        for lag in (0, 7, LAGS):
            scores = []
            for template in known[:, LAGS - lag : LAGS - lag + PIXELS]:
                both = (template != 0) & (spectrum != 0)
                share = both.sum() / (spectrum != 0).sum()
                norm = np.sqrt((spectrum[both] ** 2).sum() * (template[both] ** 2).sum())
                scores.append((spectrum * template).sum() / norm * np.sqrt(share) if share > LEAST else -1.0)
            assert found[row, lag] == pytest.approx(max(scores), abs=2e-4)


@pytest.mark.parametrize("lag", [3, 17, 36])
def test_a_shift_is_found_though_the_proposal_is_off_by_its_sigma(measure, lag):
    true = np.expm1(STEP * lag)
    proposed = torch.tensor([[[0.0], [true + 0.02], [0.02]]])
    found = measure(proposed, moved(measure, 1, lag), torch.ones(1, PIXELS))
    assert float(median(found)) == pytest.approx(true, abs=0.3 * STEP)
    assert float(found[0, 2, 0]) == pytest.approx(STEP * (1 + true), rel=0.01)


def test_the_proposal_decides_where_the_spectrum_tells_nothing(measure):
    proposed = torch.tensor([[[0.0, -3.0], [0.03, 0.06], [0.004, 0.004]]])
    found = measure(proposed, torch.ones(1, PIXELS), torch.ones(1, PIXELS))
    assert float(median(found)) == pytest.approx(0.03, abs=STEP)
    blind = measure(proposed, torch.ones(1, PIXELS), torch.zeros(1, PIXELS))
    assert float(median(blind)) == pytest.approx(0.03, abs=STEP) and torch.isfinite(blind).all()


def test_a_head_refines_where_it_is_given_the_spectra_and_comes_back_from_its_settings(measure):
    torch.manual_seed(0)
    head = JointHead(4, ["Ia", "II"], ["phase_days", "redshift"], 3, templates=3, pixels=PIXELS, lags=LAGS)
    assert head.templates is not None and head.reads_views
    head.templates.set_templates(measure.templates.float(), STEP, 30.0)
    head.requires_grad_(False)
    views = moved(measure, 2, 20), torch.ones(1, PIXELS)
    bare, refined = (head.split(head(torch.ones(1, 4), *some)) for some in ((), views))
    torch.testing.assert_close(bare["phase_days"], refined["phase_days"])
    true = torch.tensor([np.expm1(20 * STEP)]).float()
    assert float(crps(refined["redshift"], true)) < 0.2 * float(crps(bare["redshift"], true))
    again = JointHead(**head.settings)
    again.load_state_dict(head.state_dict())
    torch.testing.assert_close(again(torch.ones(1, 4), *views), head(torch.ones(1, 4), *views))
    assert "templates" not in JointHead(4, ["a", "b"], []).settings
