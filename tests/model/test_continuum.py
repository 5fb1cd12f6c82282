"""Spectra without a continuum are told before what is predicted of them is believed."""

import logging
from dataclasses import replace

import numpy as np

from clrseries import Series, load
from clrseries.datasets import supernova_spectra, supernova_templates


def test_noise_and_flux_minus_continuum_are_told(shared_data, caplog):
    model, wave = load("supernova-spectra"), np.linspace(3800.0, 8500.0, 1200)
    noise = Series.from_arrays(wave, np.random.default_rng(0).normal(size=(3, 1200)))
    templates = supernova_templates(shared_data / "sn_templates" / "spectra.parquet").take(np.arange(0, 5000, 500))
    with caplog.at_level(logging.WARNING, "clrseries"):
        model.predict(noise)
        assert "3 of 3 spectra, such as '0', have no continuum" in caplog.text
        caplog.clear()
        model.predict(templates)
        assert f" of 10 spectra, such as {templates.object_ids[0]!r}, have no continuum" in caplog.text
        caplog.clear()
        whole = replace(templates, flux=np.where(templates.ivar > 0, templates.flux + 1.0, 0.0).astype(np.float32))
        model.predict(whole)
        model.predict(supernova_spectra(shared_data / "osc_spectra" / "spectra.parquet").take(np.arange(0, 1400, 20)))
        assert "continuum" not in caplog.text
