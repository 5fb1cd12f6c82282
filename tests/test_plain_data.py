"""YAML and JSON: numbers are numbers, text is text, and everything comes back as it was written."""

import json
import math

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import InputError
from clrseries.files import read_yaml, write_json
from clrseries.plain_data import dump_yaml, json_text, load_yaml


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-3", 1e-3), ("6e2", 600.0), ("1E5", 1e5), (".5", 0.5), ("-.5e+2", -50.0), ("5.", 5.0), ("1.e3", 1000.0), ("+3", 3), ("0", 0),
        ("-0", 0), ("12", 12), (".inf", math.inf), ("-.inf", -math.inf), ("true", True), ("False", False), ("null", None), ("~", None),
        ("", None),
    ],
)  # fmt: skip
def test_numbers_are_numbers(written, value):
    found = load_yaml(f"x: {written}")["x"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    "written",
    ["on", "off", "yes", "no", "NO", "Y", "y", "n", "N", "007", "00", "1_000", "12:30", "190:20:30", "2024-01-31",
     "2024-01-31T01:02:03Z", "0x1F", "0o17", "0b11", "1e", "e5", ".", "-", "+", "1.2.3", "inf", "nan", "1e5x", "-007", "01.5"],
)  # fmt: skip
def test_text_stays_text(written):
    assert load_yaml(f"x: {written}") == {"x": written} if written != "-" else True
    assert load_yaml(f"[{json.dumps(written)}]") == [written]


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["1e3", "007", "no", ".5"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(plain)
def test_what_is_written_is_read(data):
    assert load_yaml(dump_yaml(data)) == data


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary())
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        load_yaml(text)
    except InputError as error:
        assert "\n" not in str(error) and str(error)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "line 2: 'a' is written twice"),
        ("a: &x [*x]", "contains itself"),
        ("a: [1", "line 1"),
        ("a:\n\t- b", "line 2"),
        ("!!float abc", "abc"),
        ("!!python/object/apply:os.system [ls]", "python/object"),
        ("[" * 3000, "nested too deeply|line"),
        (b"a: \xe9", "UTF-8|utf-8"),
        ("a: 1\n---\nb: 2", "line"),
        ("1" * 6000, "digits"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        load_yaml(text)


def test_references_are_followed_but_not_without_bound():
    assert load_yaml("base: &b {rate: 1e-3}\nnext: {<<: *b, size: 2}")["next"] == {"rate": 1e-3, "size": 2}
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    with pytest.raises(InputError, match="more than 1000000 values"):
        load_yaml("\n".join(lines))


def test_other_readers_find_the_same_in_what_is_written():
    data = {"column": "1e5", "flag": "no", "night": "2024-01-31", "rate": 1e-5, "id": "007"}
    assert yaml.safe_load(dump_yaml(data)) == data


def test_files_that_are_no_yaml(tmp_path):
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    (tmp_path / "empty.yaml").write_bytes(b"")
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbfa: 1e-3")
    assert read_yaml(tmp_path / "empty.yaml") is None and read_yaml(tmp_path / "marked.yaml") == {"a": 1e-3}
    for path in (tmp_path, tmp_path / "latin.yaml", tmp_path / "none.yaml", "/dev/zero", "a\0b"):
        with pytest.raises(InputError) as caught:
            read_yaml(path)
        assert "\n" not in str(caught.value)


def test_json_is_strict(tmp_path):
    data = {
        "a": math.nan,
        "b": [math.inf, np.float32(1.5)],
        "c": np.arange(2),
        3: (None, True),
        "d": {"z", "y"},
        "e": tmp_path,
    }
    write_json(tmp_path / "x.json", data)

    def no(word):
        raise AssertionError(word)

    found = json.loads((tmp_path / "x.json").read_text(), parse_constant=no)
    assert found == {"a": None, "b": [None, 1.5], "c": [0, 1], "3": [None, True], "d": ["y", "z"], "e": str(tmp_path)}
    assert json.loads(json_text({"x": np.array([1.0, np.nan])})) == {"x": [1.0, None]}
