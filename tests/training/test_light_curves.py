"""From light curves to embeddings."""

from typing import Any

import numpy as np
import pytest

from clrseries import InputError, load, pretrain, write_light_curves
from clrseries.commands.cli import main
from clrseries.datasets import simulated_light_curves

SHORT: dict[str, Any] = {
    "encoder": {"curve_transformer": {"embedding_dim": 16}},
    "method": {"simclr": {"projection_dim": 8}},
    "batch_size": 32,
    "progress": False,
}


@pytest.fixture(scope="module")
def stars():
    return simulated_light_curves(96, nights=40)


@pytest.fixture(scope="module")
def trained(stars, tmp_path_factory):
    return pretrain(stars, tmp_path_factory.mktemp("curves") / "run", epochs=3, **SHORT)


def test_training_learns_and_a_model_is_what_it_was(stars, trained):
    model = load(trained)
    loss = model.notes["loss"]
    assert len(loss) == 3 and loss[-1] < loss[0] and model.bands == ("B", "R")
    features = model.embed(stars)
    assert features.shape == (96, 16) and np.isfinite(features).all()
    order = np.array([7, 90, 0])
    np.testing.assert_allclose(model.embed(stars.take(order)), features[order], rtol=1e-3, atol=1e-4)
    assert model.embed(stars, "projection").shape == (96, 8)
    turned = stars.with_bands(("R", "B"))  # the order of bands is the series' own affair
    np.testing.assert_allclose(model.embed(turned), features, rtol=1e-3, atol=1e-4)
    with pytest.raises(InputError, match="column 'band': holds 'g'; the bands are B, R"):
        model.embed(stars.with_bands(("g", "R"), {"B": "g"}))
    import dataclasses

    with pytest.raises(InputError, match="object 'simulated 000000', column 'flux': no usable point"):
        model.embed(dataclasses.replace(stars, ivar=np.zeros_like(stars.ivar)))


def test_the_command_line_takes_curves(stars, trained, tmp_path, capsys):
    write_light_curves(stars, tmp_path / "curves.parquet")
    out = tmp_path / "e.parquet"
    assert main(["embed", str(trained), str(tmp_path / "curves.parquet"), "--output", str(out)]) == 0
    report = tmp_path / "report"
    assert main(["evaluate", str(out), "--target", "class", "--output", str(report)]) == 0
    assert (report / "index.html").exists()
    page = tmp_path / "views.html"
    assert main(["augment", str(tmp_path / "curves.parquet"), "--output", str(page)]) == 0
    assert "simulated 000000, as it came" in page.read_text()
    words = [
        "pretrain",
        "--data",
        str(tmp_path / "curves.parquet"),
        "--output",
        str(tmp_path / "r"),
        "--encoder",
        "dense",
    ]
    assert main(words) == 2
    assert "'dense' does not take light curves" in capsys.readouterr().err
