"""What the package offers, name by name: a change here is a change for every user."""

import inspect

import pytest

import clrseries
from clrseries.commands.table import COMMANDS
from clrseries.kernels import streams

TOP = """
Choice Empirical Grid InputError Joint LightCurveViews LogUniform Memory Model Normal Optimizer Partner Run Series SpectrumViews Stopping
TruncatedNormal Uniform
augment benchmark concatenate config datasets demo embed embed_catalog encoders evaluate evaluation export features finetune finetuning forget io kernels lightcurves load methods
plot_views predict preprocess pretrain read_kepler read_light_curves read_osc read_snana read_spectra read_ztf report search show_methods show_views spectra
training tune units write_light_curves write_spectra
""".split()
BESIDE_STEPS = {
    "spectra": {"Curve", "Observe", "Spectrographs", "Survey", "survey"},
    "lightcurves": {
        "Observe",
        "Survey",
        "feature_names",
        "in_one_band",
        "redshifted",
        "survey",
        "with_features",
        "with_galactic_latitude",
        "with_periodogram",
        "with_periods",
    },
}
TWINS = {"Observe", "Redshift", "Noise", "Normalize", "Survey", "survey"}  # the same word for the same idea


def test_the_top_level_is_this_list():
    assert sorted(clrseries.__all__) == sorted(TOP)
    assert {command.name for command in COMMANDS.values()} <= set(TOP)


@pytest.mark.parametrize("name", TOP)
def test_every_name_is_there_and_documented(name):
    item = getattr(clrseries, name)
    assert item.__doc__ and name in dir(clrseries)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="Monitor"):
        clrseries.Monitor  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("room", ["spectra", "lightcurves"])
def test_a_namespace_has_its_steps_and_the_words_of_its_twin(room):
    namespace = getattr(clrseries, room)
    steps = streams.SPECTRA if room == "spectra" else streams.LIGHT_CURVES
    assert set(namespace.__all__) == set(steps) | BESIDE_STEPS[room]
    assert set(namespace.__all__) >= TWINS


@pytest.mark.parametrize("word", ["Redshift", "Noise", "Normalize", "Observe", "survey"])
def test_twins_call_the_same_thing_by_the_same_name(word):
    one, other = (
        set(inspect.signature(getattr(room, word)).parameters) for room in (clrseries.spectra, clrseries.lightcurves)
    )
    assert one & other, (one, other)
