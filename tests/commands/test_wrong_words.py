"""Every argument of every command, given what nobody should give: one line and status 2, and nothing is written."""

from inspect import signature

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clrseries.commands.cli import function_of, main
from clrseries.commands.parser import arguments_of
from clrseries.commands.table import COMMANDS

WORDS = [
    "", " ", "-1", "0", "1e400", "nan", ".nan", "-.inf", "1e-3", "6e2", "999999999999999999999", "true", "null", "[]", "{}", "[1, [2]]",
    "{a: 1}", "{a: 1, a: 2}", "&x [*x]", "[" * 400, "!!python/name:os.system", "\x00", "\x1b[31m", "🌟", "é" * 300, "a/b", "--", "%s", "..",
    "/dev/null", "/proc/none/x", "/", "~nobody", "owner/model", "survey: DESI", "{survey: 3}", "simclr: {temperature: hot}",
]  # fmt: skip
USUAL = {
    "model": ["model"], "data": ["absent.parquet"], "embeddings": ["absent.parquet"], "target": ["class"], "output": ["full"],
    "partner": ["absent.parquet"], "config": ["absent.yaml"], "tasks": ["asas"],
    "index": ["absent.parquet"], "query": ["SN2011fe"], "column": ["class"],
}  # fmt: skip
OPTIONS = [
    (word, name)
    for word, command in COMMANDS.items()
    if word != "methods"
    for name in signature(function_of(command)).parameters
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with files that are none of what is wanted."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "full").mkdir()
    (folder / "full" / "here.txt").write_text("someone's work")
    (folder / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    (folder / "bytes.yaml").write_bytes(bytes(range(256)))
    (folder / "empty.yaml").write_bytes(b"")
    (folder / "bytes.parquet").write_bytes(bytes(range(256)) * 4)
    (folder / "empty.csv").write_bytes(b"")
    pq.write_table(pa.table({"a": [1]}), folder / "other.parquet")
    return folder


def files_in(folder):
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def check(words, capsys):
    capsys.readouterr()
    try:
        status = main(words)
    except SystemExit as stop:
        assert stop.code == 0 and any(word.startswith(("-h", "--h")) for word in words), words
        return
    told = capsys.readouterr().err
    assert status == 2, (words, told)
    assert len(told.splitlines()) == 1 and told.startswith("clrseries"), (words, told)
    assert "Traceback" not in told


@pytest.mark.parametrize(("word", "name"), OPTIONS)
def test_any_value_of_an_argument_ends_in_one_line(word, name, place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("CLRSERIES_DATA", raising=False)
    before, command = files_in(place), COMMANDS[word]
    needed = [
        key
        for key, one in signature(function_of(command)).parameters.items()
        if one.default is one.empty or key == "output"
    ]
    files = [
        "full",
        "latin.yaml",
        "bytes.yaml",
        "empty.yaml",
        "bytes.parquet",
        "empty.csv",
        "other.parquet",
        "full/here.txt",
    ]
    for value in [*WORDS, *files]:
        if name == "output" and value not in ("full", "/dev/null", "/proc/none/x", "/", "\x00"):
            continue  # it would be a name like any other
        if name in ("overwrite", "resume") and word == "demo":
            continue  # it would run
        words = [word]
        for key in command.positional:
            words += [value] if key == name else USUAL[key]
        for key in needed:
            if key not in command.positional and key != name:
                words += [f"--{key}", *USUAL[key]]
        words += [] if name in command.positional else [f"--{name}={value}"]
        check(words, capsys)
    assert files_in(place) == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([option for option in OPTIONS if option[1] != "output"]), st.text(max_size=20))
def test_any_text(place, capsys, monkeypatch, option, value):
    test_any_value = [
        option[0],
        *(["x"] * len(COMMANDS[option[0]].positional)),
        "--output",
        str(place / "full"),
        f"--{option[1]}={value}",
    ]
    monkeypatch.chdir(place)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    if option[0] != "demo" or option[1] not in ("overwrite",):
        check(test_any_value, capsys)


def test_names_of_choices_and_numbers_are_read_as_in_a_file(tmp_path):
    pretrain, finetune = COMMANDS["pretrain"], COMMANDS["finetune"]
    words = [
        "--data",
        "a",
        "--output",
        "run",
        "--optimizer.name",
        "AdamW",
        "--stopping.criterion=Rank",
        "--optimizer.learning_rate",
        "1e-3",
    ]
    given_words = arguments_of(function_of(pretrain), pretrain, [*words, "--augment", "{survey: desi}"])
    assert given_words["optimizer"]["name"] == "adamw" and given_words["stopping"]["criterion"] == "rank"
    assert given_words["augment"] == {"survey": "desi"} and given_words["optimizer"]["learning_rate"] == 1e-3
    (tmp_path / "c.yaml").write_text(
        "data: [NO.parquet]\noptimizer: {learning_rate: 1E-3}\nlabel: 007\nmethod: {simclr: {temperature: .5}}\n"
    )
    read = arguments_of(function_of(pretrain), pretrain, [str(tmp_path / "c.yaml"), "--output", "run"])
    assert read["label"] == "007" and read["method"] == {"simclr": {"temperature": 0.5}}
    words = ["m", "d", "--output", "o", "--target", "1e5", "--mode", "LoRA", "--learning_rate", ".5"]
    read = arguments_of(function_of(finetune), finetune, words)
    assert (read["mode"], read["target"], read["learning_rate"]) == ("lora", "1e5", 0.5)
    assert np.isfinite(read["held_out"])
