"""Light curves and their views as figures and pages."""

import numpy as np
import pytest

from clrseries import LightCurveViews, plot_views, show_views
from clrseries.datasets import simulated_light_curves
from clrseries.lightcurves import Observe, Pack
from clrseries.report.light_curve_views import params_in_words


@pytest.fixture(scope="module")
def stars():
    return simulated_light_curves(96, nights=40)


def test_a_figure_shows_points_and_what_was_drawn(stars, tmp_path):
    from clrseries.config import composition, default_steps

    views = composition(default_steps("lightcurves"))(stars, 2)
    assert isinstance(views, LightCurveViews)
    figure = plot_views(stars, views, 3)
    assert len(figure.data) == 2 * 3
    shown = np.sort(np.concatenate([np.asarray(trace.y, float) for trace in figure.data[2:4]]))
    good = views.ivar[3, 0] > 0
    np.testing.assert_allclose(shown, np.sort(views.flux[3, 0][good]), atol=1e-3)
    assert "dropped fraction 0." in params_in_words(views, 3, 0) and "flux scale" in figure.layout.annotations[1].text
    assert params_in_words(Observe([Pack(8)])(stars), 0, 0) == "nothing drawn"
    path = show_views(stars, tmp_path / "v.html", objects=["simulated 000005"])
    assert "simulated 000005, as it came" in path.read_text()
