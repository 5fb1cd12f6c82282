"""The unit of the fluxes that a model takes."""

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clrseries import Grid, InputError, Model, Partner, Series, datasets, encoders, finetune, load, methods, pretrain
from clrseries import lightcurves as lc
from clrseries import spectra as sp


@pytest.fixture(scope="module")
def model():
    """A model of fluxes with the zero point 25."""
    encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16)
    observe = lc.Observe([lc.Pack(64), lc.Normalize("magnitude")])
    return Model(encoder, methods.Projector(16), observe, bands=("B", "R"), flux_unit="3.63078e-07 Jy")


def scaled(series, factor, unit):
    flux, ivar = series.flux * np.float32(factor), series.ivar / np.float32(factor**2)
    return replace(series, flux=flux, ivar=ivar).with_columns({"flux_unit": [unit] * len(series)})


def test_fluxes_in_other_units_are_converted(model, tmp_path):
    stars = datasets.simulated_light_curves(6)
    wanted = model.embed(stars)
    model.save(tmp_path / "model")
    for one in (model, load(tmp_path / "model")):
        for factor, unit in ((0.363078, "uJy"), (363.078, "nJy"), (3.63078e-7, "Jy")):
            np.testing.assert_allclose(one.embed(scaled(stars, factor, unit)), wanted, atol=1e-4)
    assert np.abs(model.embed(scaled(stars, 0.363078, "")) - wanted).max() > 1e-3
    with pytest.raises(InputError, match="cannot be converted"):
        model.embed(scaled(stars, 1.0, "electron / s"))


def test_a_scale_of_no_survey_is_told(model, caplog):
    stars = datasets.simulated_light_curves(6)
    with caplog.at_level(logging.WARNING, "clrseries"):
        model.embed(stars)
        assert not caplog.records
        model.embed(scaled(stars, 3.63e-7, "Jy"))
        assert not caplog.records
        model.embed(scaled(stars, 3.63e-7, ""))
    assert "has magnitude 3" in caplog.text and "column 'flux_unit'" in caplog.text


@pytest.mark.parametrize("unit", ["electron / s", "Uncalibrated"])
def test_counts_of_a_detector_have_no_scale_to_be_told(model, caplog, unit):
    counts = replace(model, flux_unit=unit)
    with caplog.at_level(logging.WARNING, "clrseries"):
        assert counts.embed(scaled(datasets.simulated_light_curves(6), 1e9, "")).shape == (6, 16)
    assert not caplog.records


def test_the_second_encoder_of_a_pair_keeps_the_unit_of_its_own_data(tmp_path):
    curves = scaled(datasets.simulated_light_curves(12, nights=20), 1.0, "uJy")
    wave = np.linspace(4000.0, 7000.0, 200)
    spectra = Series.from_arrays(wave, np.full((12, 200), 2.0), table={"object_id": curves.object_ids})
    side = lc.Observe([lc.DropPoints(0.2), lc.Pack(32), lc.Normalize("magnitude")])
    observe = sp.Observe([sp.Resample(Grid.linear(4100, 6900, 20)), sp.Noise(30.0), sp.Normalize()])
    partner = Partner(curves, augment=side, encoder={"curve_conv": {"size": "tiny", "embedding_dim": 16}})
    encoder = {"resnet1d": {"width": 8, "embedding_dim": 16}}
    pretrain(
        spectra, tmp_path / "run", augment=observe, encoder=encoder, method="clip", partner=partner, epochs=1, batch_size=6, progress=False
    )  # fmt: skip
    assert load(tmp_path / "run" / "model").flux_unit == "" and load(tmp_path / "run" / "partner").flux_unit == "uJy"


@pytest.mark.parametrize(("by", "unit"), [("magnitude", "uJy"), ("band", "")])
def test_the_unit_of_the_training_is_kept_where_the_scale_matters(tmp_path, by, unit):
    stars = scaled(datasets.simulated_light_curves(40, nights=20), 1.0, "uJy")
    encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 16}}
    augment = lc.Observe([lc.DropPoints(0.2), lc.Pack(32), lc.Normalize(by)])
    settings: dict[str, Any] = {
        "encoder": encoder,
        "augment": augment,
        "epochs": 1,
        "batch_size": 16,
        "progress": False,
    }
    run = pretrain(stars, tmp_path / "run", **settings)
    assert load(run).flux_unit == unit
    finetune(run, stars, tmp_path / "head", target="class", epochs=1, progress=False)
    assert load(tmp_path / "head" / "model").flux_unit == unit
