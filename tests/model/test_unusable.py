"""What one object lacks never stops the others."""

import logging

import numpy as np
import pytest
import torch

from clrseries import Grid, InputError, Model, Series, embed, predict
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.encoders import CurveConv, build_encoder
from clrseries.encoders.heads import ClassHead, MixtureHead
from clrseries.io.embeddings import read_embeddings
from clrseries.io.tables import read_table
from clrseries.methods import Projector
from clrseries.model.stages import BATCH

REASONS = {
    1: "its mean or median is not positive",
    2: "column 'ivar': all pixels are masked",
    3: "column 'wavelength': no data within the model's 4100-6796 Angstrom",
    4: "column 'z': no usable number, which Redshift needs",
}


def series():
    """Six spectra, of which 0 and 5 can be used."""
    rng = np.random.default_rng(0)
    x = np.tile(np.linspace(4000.0, 7000, 500), (6, 1))
    x[3] += 5000
    flux = 1 + rng.normal(0, 0.1, (6, 500))
    flux[1] *= -1
    ivar = np.full((6, 500), 100.0)
    ivar[2] = 0
    return Series.from_arrays(x, flux, ivar, table={"z": [0.0, 0.0, 0.0, 0.0, None, 0.0]})


@pytest.fixture(params=[None, "class", "value"])
def model(request):
    torch.manual_seed(0)
    observe = sp.Observe([sp.Redshift(to="z", z="z"), sp.Resample(Grid.log(4100, 6800, 300)), sp.Normalize()])
    network = build_encoder({"resnet1d": {"embedding_dim": 16, "width": 8}}, observe, ()).eval()
    head = {None: None, "class": ClassHead(16, ["a", "b"]), "value": MixtureHead(16)}[request.param]
    return Model(network, Projector(16, 4).eval(), observe, {}, (), head, "kind" if head else "")


def test_rows_are_nan_and_the_log_counts_reasons(model, caplog):
    with caplog.at_level(logging.WARNING, "clrseries"):
        rows = model.embed(series())
    assert np.isfinite(rows).all(axis=1).tolist() == [True, False, False, False, False, True]
    np.testing.assert_allclose(rows[[0, 5]], model.embed(series().take([0, 5])), atol=1e-6)
    assert "4 of 6 objects cannot be embedded" in caplog.text
    for reason in REASONS.values():
        assert f"1 x {reason}" in caplog.text or reason in caplog.text


@pytest.mark.parametrize("row", REASONS)
def test_stop_names_the_object_and_the_reason(model, row):
    with pytest.raises(InputError, match=f"object '{row}', .*{REASONS[row]}"):
        model.embed(series().take([0, row, 5]), on_error="stop")
    with pytest.raises(InputError, match="on_error"):
        model.embed(series(), on_error="ignore")


def test_nothing_usable_is_an_error(model):
    with pytest.raises(InputError, match="none of 2 objects can be embedded"):
        model.embed(series().take([1, 2]))


def test_tables_have_nulls(model, tmp_path):
    embed(model, series(), tmp_path / "e.parquet")
    assert read_table(tmp_path / "e.parquet")["embedding"].is_null().to_pylist() == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]
    features, table = read_embeddings(tmp_path / "e.parquet")
    assert np.isfinite(features).all(axis=1).sum() == 2 and len(table) == 6
    if model.head is not None:
        predict(model, series(), tmp_path / "p.parquet")
        made = read_table(tmp_path / "p.parquet")["kind_predicted"]
        assert made.is_null().to_pylist() == [False, True, True, True, True, False]
        with pytest.raises(InputError, match="object '1'"):
            predict(model, series(), tmp_path / "q.parquet", on_error="stop")


def test_views_without_a_redshift_have_no_information():
    views = sp.Observe([sp.Redshift(z="z"), sp.Resample(Grid.log(4100, 6800, 300))])(series(), 2)
    assert (views.ivar[4] == 0).all() and (views.flux[4] == 0).all()
    assert (views.ivar[0] > 0).any() and np.isfinite(views.flux).all()
    none = series().with_columns({"z": [float("nan")] * 6})
    with pytest.raises(InputError, match="no better for any other object"):
        sp.Observe([sp.Redshift(z="z"), sp.Resample(Grid.log(4100, 6800, 300))])(none)


@pytest.mark.parametrize("period", [None, 0.0, -1.0, float("nan")])
def test_a_whole_batch_without_a_number_does_not_stop_the_others(period, tmp_path):
    observe = lc.Observe([lc.Fold("period"), lc.Pack(32), lc.Normalize("object")])
    curves = Model(CurveConv(1, "tiny", 8).eval(), Projector(8).eval(), observe, {}, ("r",))
    rng, count = np.random.default_rng(0), BATCH + 3
    time, flux = np.sort(rng.uniform(0, 50, (count, 20))), rng.normal(10, 1, (count, 20))
    stars = Series.from_points(time, flux, np.ones_like(flux), np.full((count, 20), "r"))
    stars = stars.with_columns({"period": [period] * (count - 1) + [0.5]})
    found = read_table(embed(curves, stars, tmp_path / "e.parquet"))["embedding"]
    assert found.is_null().to_pylist() == [True] * (count - 1) + [False]
    with pytest.raises(InputError, match="column 'period': no usable number, which Fold needs"):
        curves.embed(stars.take(np.arange(BATCH)))


def test_lines_of_one_object_can_be_told_apart(model):
    if model.head is None:
        pytest.skip("this model predicts nothing")
    spectra = series().take([0, 5, 0, 2])
    spectra = spectra.with_columns({"object_id": ["SN1", "SN2", "SN1", "SN1"]})
    lines = str(predict(model, spectra)).splitlines()
    assert [line.split("  ")[0] for line in lines] == ["SN1 (1 of 3)", "SN2", "SN1 (2 of 3)", "SN1 (3 of 3)"]
    assert lines[0].split("  ")[1] == lines[2].split("  ")[1] != lines[3].split("  ")[1]
