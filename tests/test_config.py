"""Compositions as plain data: presets, names in any case, and errors instead of tracebacks."""

import math
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import Choice, Grid, InputError, Normal, Series, TruncatedNormal, datasets
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment.distributions import DISTRIBUTIONS
from clrseries.config import LIGHT_CURVE_STEPS, SPECTRUM_STEPS, composition, to_config
from clrseries.files import read_yaml
from clrseries.plain_data import dump_yaml, json_text, load_yaml


def names(observe):
    return [type(step).__name__ for step in observe.steps]


@pytest.mark.parametrize(
    "name", ["DESI", "desi", "Lamost_LRS", "lamost-lrs", "GAIAXP", "ztf", "lsst wfd", "Pan-STARRS", "eros-1"]
)
def test_a_preset_is_written_by_its_name_and_comes_back(name, tmp_path):
    (tmp_path / "a.yaml").write_text(f"augment: {{survey: {name}}}\n")
    (tmp_path / "b.yaml").write_text(f"survey: {name}\n")
    (tmp_path / "c.yaml").write_text(f"- Normalize\n- survey: {name}\n")
    made = composition(tmp_path / "a.yaml")
    for path in ("b.yaml", "c.yaml"):
        assert to_config(composition(tmp_path / path)) == to_config(made)
    assert to_config(composition(load_yaml(dump_yaml(to_config(made))))) == to_config(made)
    assert names(made)[-1] == "Normalize"


def test_a_preset_has_the_steps_of_the_survey():
    made = composition([{"survey": "DESI"}, {"Redshift": {"z": "z"}}, "Normalize"])
    assert names(made) == ["Redshift", "LSF", "Resample", "Noise", "Normalize"]
    assert to_config(made) == to_config(sp.Observe([sp.Redshift(z="z"), *sp.survey("DESI").steps(), sp.Normalize()]))
    given_more = composition({"survey": {"name": "SDSS", "native_fwhm": 2.5, "join": {"normal": [0, 0.02]}, "snr": 20}})
    wanted = sp.survey("SDSS").steps(native_fwhm=2.5, join=Normal(0, 0.02), snr=20)
    assert to_config(given_more) == to_config(sp.Observe([*wanted, sp.Normalize()]))
    curves = composition(
        [{"survey": {"name": "ZTF", "counterparts": {"g": "B", "r": "R"}, "floor": 0.01}}, {"Pack": {"length": 64}}]
    )
    cadence = lc.survey("ZTF").steps(lc.Pack(64), {"g": "B", "r": "R"}, floor=0.01)
    assert to_config(curves) == to_config(lc.Observe(cadence))
    assert curves(datasets.simulated_light_curves(2, nights=20)).flux.shape == (2, 1, 64)


def test_names_are_recognized_whatever_their_case():
    shouted = [{"resample": {"grid": {"kind": "LOG", "start": 4000, "stop": 5000, "velocity": 6e2}}}, {"MASK-RUNS": {"count": {"choice": [0, 1]}}}, {"normalize": {"by": "Median"}}]  # fmt: skip
    usual = [sp.Resample(Grid.log(4000, 5000, 600)), sp.MaskRuns(count=Choice([0, 1])), sp.Normalize("median")]
    assert to_config(composition(shouted)) == to_config(sp.Observe(usual))


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        ({"survey": "DEZI"}, "did you mean 'DESI'"),
        ({"survey": {"name": "DESI", "native": 2}}, "survey DESI takes native_resolution.*got native"),
        ([{"survey": "DESI"}, {"survey": "ZTF"}], "are for spectra, and Visit"),
        ({"Noise": {"snr": 5}}, "list of steps .* or a preset"),
        (["Resampel"], "there is no step 'Resampel'.*did you mean 'Resample'"),
        ([{"Noise": {"sn": 5}}, "Resample"], "did you mean 'snr'"),
        ([{"Noise": {"snr": {"Uniforn": [1, 2]}}}, "Resample"], "did you mean 'Uniform'"),
        ([{"Noise": {"snr": {"Uniform": 3}}}, "Resample"], "Uniform is written"),
        ([{"Resample": {"grid": {"kind": "log", "start": "a", "stop": 2, "velocity": 3}}}], "start must be a number"),
        ([{"Pack": {"length": 9}}, {"Normalize": {"by": "colour"}}], "did you mean 'color'"),
    ],
)
def test_what_is_misspelled_is_told(augment, message):
    with pytest.raises(InputError, match=message):
        composition(augment)


def test_infinite_ends_survive_strict_json():
    made = sp.Observe([sp.Resample(Grid.log(4000, 5000, 600)), sp.Noise(TruncatedNormal(20, 5, 1, math.inf))])
    saved = load_yaml(json_text(to_config(made)))
    assert composition(saved).steps[1].snr.high == math.inf


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from([*DISTRIBUTIONS, "Curve", "log"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*DISTRIBUTIONS, "Curve", "kind", "start", "name"]) | st.text(max_size=2), inner, max_size=3
        )
    ),
    max_leaves=6,
)
arguments = st.dictionaries(
    st.sampled_from(["grid", "snr", "by", "length", "count", "five_sigma", "parameters", "function", "probability", "v", "copied", "times"]),
    values, max_size=3,
)  # fmt: skip
entries = st.dictionaries(
    st.sampled_from([*SPECTRUM_STEPS, *LIGHT_CURVE_STEPS, "survey"]), arguments | values, max_size=2
)


@settings(max_examples=400, deadline=None)
@given(values | st.lists(entries | values, max_size=4) | entries)
def test_any_plain_data_are_a_composition_or_an_error_of_one_line(augment):
    try:
        composition(augment)
    except InputError as error:
        assert "\n" not in str(error)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SPECTRUM_STEPS)), arguments)
def test_any_arguments_of_a_step_are_taken_or_refused_in_one_line(name, given_arguments):
    try:
        composition(
            [
                {"Resample": {"grid": {"kind": "log", "start": 4000, "stop": 5000, "velocity": 60}}},
                {name: given_arguments},
            ]
        )
    except InputError as error:
        assert "\n" not in str(error)


def test_views_are_told_in_one_line():
    curves = lc.Observe([lc.Pack(32)])(datasets.simulated_light_curves(3, nights=20), views=2)
    assert (
        repr(curves)
        == f"LightCurveViews(3 objects x 2 views, 32 points in bands 'B', 'R', {len(curves.param_names)} parameters, cpu)"
    )
    series = Series.from_arrays([float(x) for x in range(4000, 5001)], [[1.0] * 1001] * 2)
    spectra = sp.Observe([sp.Resample(Grid.log(4100, 4900, 60))])(series)
    assert "\n" not in repr(spectra) and repr(spectra).startswith("SpectrumViews(2 objects x 1 views, Grid.log(4100")


def test_the_defaults_are_read(tmp_path):
    for room in ("spectra", "lightcurves"):
        assert composition(read_yaml(str(files(f"clrseries.{room}") / "default.yaml")))
