"""Figures for papers show the numbers that they are given, with units."""

import matplotlib
import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries.evaluation import Occlusion
from clrseries.report import plot_early, plot_few_labels, plot_invariance, plot_map, plot_nuisance, plot_occlusion

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def row(y, score, **more):
    return {y: score, f"{y}_low": score - 0.1, f"{y}_high": score + 0.2} | more


def drawn(axes):
    return {line.get_label(): np.asarray(line.get_xydata()).tolist() for line in axes.get_lines()}


def test_few_labels():
    rows = [row("r2", 0.1 * k, features=way, probe=probe, labels=k * 10) for way in ("embedding", "PCA") for probe in ("linear", "knn") for k in (2, 1)]  # fmt: skip
    rows.append(row("r2", 0.0, features="chance", probe="constant", labels=10))
    rows.append(row("r2", 0.0, features="PCA", probe="linear", labels=40) | {"r2": None})
    axes = plot_few_labels(rows, "r2", "knn")
    lines = drawn(axes)
    assert lines == {"embedding": [[10, 0.1], [20, 0.2]], "PCA": [[10, 0.1], [20, 0.2]], "chance": [[10, 0.0]]}
    assert axes.get_ylabel() == "$R^2$" and axes.get_xscale() == "log"
    bands = [band.get_paths()[0].get_extents() for band in axes.collections]
    assert bands[0].ymin == pytest.approx(0.0) and bands[0].ymax == pytest.approx(0.4)
    with pytest.raises(InputError, match="no 'svm'; there are linear, knn, constant"):
        plot_few_labels(rows, "r2", "svm")


def test_nuisance():
    one = {"score": 0.3, "chance": 0.1, "chance_high": 0.15, "score_name": "balanced_accuracy"}
    axes = plot_nuisance({"instrument": one, "snr": one | {"score": 0.7, "score_name": "r2"}})
    assert [bar.get_extents().transformed(axes.transData.inverted()).width for bar in axes.patches] == pytest.approx(
        [0.3, 0.7]
    )
    assert [text.get_text() for text in axes.get_yticklabels()] == ["instrument", "snr"]
    assert axes.get_xlabel() == "balanced accuracy or $R^2$" and axes.get_ylim()[0] > axes.get_ylim()[1]


def test_invariance_and_early():
    given = [
        row("distance", d, sweep="velocity", unit="km/s", value=v, nearest=0.4) for v, d in ((10, 0.1), (100, 0.5))
    ]
    given += [row("distance", 0.2, sweep="S/N", unit="", value=v, nearest=0.4) for v in (50, 5)]
    axes = plot_invariance(given, "velocity")
    assert axes.get_xlabel() == "velocity [km/s]" and drawn(axes)["moved by"] == [[10, 0.1], [100, 0.5]]
    assert drawn(axes)["nearest other object"][0][1] == 0.4 and axes.get_xlim()[0] < axes.get_xlim()[1]
    reverse = plot_invariance(given, "S/N").get_xlim()
    assert reverse[0] > reverse[1]
    early = [row("balanced_accuracy", 0.5, answer="linear probe", by="days", cut=c) for c in (1, 10)]
    axes = plot_early(early, axes=axes)
    assert axes.get_xlabel().endswith("[day]") and drawn(axes)["linear probe"] == [[1, 0.5], [10, 0.5]]


def test_maps(rng):
    points = rng.normal(size=(60, 2))
    names = [f"c{k % 20:02d}" if k < 58 else None for k in range(60)]
    labels = plot_map(points, names).get_legend_handles_labels()[1]
    assert len(labels) == 17 and labels[0] == "c00 (3)" and labels[-1].startswith("4 others")
    values = points[:, 0].copy()
    values[:5] = np.nan
    axes = plot_map(points, values, "redshift")
    assert np.shape(axes.collections[1].get_offsets()) == (55, 2) and len(axes.figure.axes) == 2
    assert axes.figure.axes[1].get_ylabel() == "redshift"


def test_occlusion_of_spectra_and_light_curves(rng):
    wave = np.linspace(4000, 5000, 50)
    importance = np.linspace(-0.1, 0.3, 50)
    importance[4] = np.nan
    ivar = np.ones((1, 50))
    ivar[0, 4] = 0
    series = Series.from_arrays(wave, rng.normal(1, 0.1, (1, 50)), ivar, {"flux_unit": ["Jy"]})
    ends = np.zeros(1)
    found = Occlusion("s", "Ia", 0.8, ends, ends, ends, importance)
    axes = plot_occlusion(series, found)
    shown = axes.collections[0]
    assert axes.get_xlabel().startswith("wavelength") and axes.get_ylabel() == "flux [Jy]"
    assert np.asarray(shown.get_array()) == pytest.approx(importance[np.isfinite(importance)])
    assert (shown.norm.vmin, shown.norm.vmax) == pytest.approx((-0.3, 0.3))
    assert axes.figure.axes[1].get_ylabel() == "Ia (0.8) minus that without"
    curve = Series.from_points(wave[None], np.ones((1, 50)), np.full((1, 50), 0.1), np.array([["g", "r"] * 25]))
    axes = plot_occlusion(curve, Occlusion("s", "embedding", 0.0, ends, ends, ends, np.abs(importance)))
    assert axes.get_xlabel() == "time [day]" and axes.get_legend_handles_labels()[1] == ["g", "r"]
