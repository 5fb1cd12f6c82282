import numpy as np
import pytest
import yaml

from clrseries import Grid, InputError, plot_views, show_views, write_spectra
from clrseries.commands.cli import main
from clrseries.report.spectrum_views import params_in_words
from clrseries.spectra import Noise, Observe, Resample, Velocity, VelocityDispersion


@pytest.fixture
def again(grid):
    return Observe([Velocity(120.0), VelocityDispersion(90.0), Resample(grid), Noise(20.0)])


def test_a_figure_shows_the_object_and_each_of_its_views(series, again):
    views = again(series, views=3)
    figure = plot_views(series, views, 7)
    assert len(figure.data) == 2 * 4  # a band and a line each
    titles = [a.text for a in figure.layout.annotations]
    assert titles[0] == "s7, as it came" and titles[3].startswith("view 2: shift 120 km/s, broadened by sigma 90 km/s")
    drawn = np.array(figure.data[3].y, float)
    np.testing.assert_allclose(drawn, np.where(views.ivar[7, 0] > 0, views.flux[7, 0], np.nan), atol=1e-4)
    assert "S/N 20" in params_in_words(views, 0, 1)


def test_a_view_without_any_data_is_drawn_empty(series):
    views = Observe([Resample(Grid.linear(9000, 9500, 5.0))])(series)
    figure = plot_views(series, views)
    assert np.isnan(np.array(figure.data[3].y, float)).all()
    assert params_in_words(views, 0, 0) == "nothing drawn"


def test_the_command_writes_one_page(series, plain, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_spectra(series, "data.parquet")
    (tmp_path / "steps.yaml").write_text(yaml.safe_dump(plain))
    (tmp_path / "train.yaml").write_text(yaml.safe_dump({"epochs": 3, "augment": plain}))
    for config in ("steps.yaml", "train.yaml"):
        words = [
            "augment",
            "data.parquet",
            "--augment",
            config,
            "--output",
            "views.html",
            "--views",
            "2",
            "--overwrite",
        ]
        assert main([*words, "--objects", '["s3", "s11"]']) == 0
        page = (tmp_path / "views.html").read_text()
        assert "<h2>s3</h2>" in page and "<h2>s11</h2>" in page and "Resample &rarr; Noise &rarr; Normalize" in page
    assert main(["augment", "data.parquet", "--output", "views.html"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert not list(tmp_path.glob(".*part"))


def test_bad_requests_say_what_is_wrong(series, plain, tmp_path):
    with pytest.raises(InputError, match="no object 'nobody'; the first are s0"):
        show_views(series, tmp_path / "v.html", augment=plain, objects=["nobody"])
    with pytest.raises(InputError, match="no object has data"):
        far = [{"Resample": {"grid": {"kind": "linear", "start": 9000, "stop": 9500, "step": 1}}}]
        show_views(series, tmp_path / "v.html", augment=far)
    with pytest.raises(InputError, match="none.yaml: no such file"):
        show_views(series, tmp_path / "v.html", augment=tmp_path / "none.yaml")
    (tmp_path / "odd.yaml").write_text("epochs: 3\n")
    with pytest.raises(InputError, match="holds no list of steps"):
        show_views(series, tmp_path / "v.html", augment=tmp_path / "odd.yaml")
