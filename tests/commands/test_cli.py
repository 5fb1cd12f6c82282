"""The command line: one table of words, help from the functions, and runs of several commands in a row."""

import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest
import yaml

from clrseries import Stopping, load, write_spectra
from clrseries.commands.cli import function_of, main
from clrseries.commands.parser import arguments_of
from clrseries.commands.table import COMMANDS
from clrseries.training.settings import as_settings


@pytest.mark.parametrize("word", COMMANDS)
def test_help_of_each_command_shows_every_argument(word, capsys):
    with pytest.raises(SystemExit) as stop:
        main([word, "--help"])
    shown = capsys.readouterr().out
    assert stop.value.code == 0 and shown.startswith(f"usage: clrseries {word}")
    for name in signature(function_of(COMMANDS[word])).parameters:
        assert name in shown
    assert "``" not in shown and ":func:" not in shown


def test_help_teaches(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "usage: clrseries" in shown and "examples:" in shown
    assert all(f"  {word}" in shown and command.summary in shown for word, command in COMMANDS.items())
    assert main([]) == 2 and main(["embedd"]) == 2
    assert "there is no command 'embedd'; there are pretrain, embed" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["pretrain", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "How the weights are moved. Or one by one: --optimizer.name, --optimizer.learning_rate" in shown


def test_groups_of_settings_are_given_whole_or_one_by_one():
    command = COMMANDS["pretrain"]
    function = function_of(command)
    words = ["--data", "a", "b", "--output", "run", "--optimizer.learning_rate", "1e-3", "--run.compile", "--overwrite"]
    given = arguments_of(function, command, words)
    assert given["data"] == ["a", "b"] and given["overwrite"] is True and given["progress"] is True
    assert given["optimizer"] == {"name": "adamw", "learning_rate": 1e-3, "weight_decay": 1e-4, "ema": 0.0}
    assert given["run"]["compile"] is True
    words = ["--data", "a", "--output", "run", "--optimizer", "lars", "--method", "{simclr: {temperature: 0.2}}"]
    given = arguments_of(
        function, command, [*words, "--encoder", "resnet1d", "--stopping", "{criterion: probe, probe: z}"]
    )
    assert given["optimizer"] == "lars" and given["encoder"] == "resnet1d"
    assert given["method"] == {"simclr": {"temperature": 0.2}}
    assert as_settings(Stopping, given["stopping"], "stopping") == Stopping("probe", probe="z")


def test_lists_and_switches_are_written_as_people_write_them(tmp_path):
    pretrain, finetune = COMMANDS["pretrain"], COMMANDS["finetune"]
    (tmp_path / "how.yaml").write_text("data: a.parquet\nepochs: 3\nauxiliary: [mmd]\n")
    given = arguments_of(function_of(pretrain), pretrain, [str(tmp_path / "how.yaml"), "--output", "run"])
    assert given["data"] == "a.parquet" and given["epochs"] == 3 and given["auxiliary"] == ["mmd"]
    words = [
        "b.parquet",
        "c.parquet",
        "--output",
        "run",
        "--auxiliary",
        "mmd",
        "{coral: {weight: 2.0}}",
        "--overwrite",
        "True",
    ]
    given = arguments_of(function_of(pretrain), pretrain, words)
    assert given["data"] == ["b.parquet", "c.parquet"] and given["overwrite"] is True
    assert given["auxiliary"] == ["mmd", {"coral": {"weight": 2.0}}]
    words = [
        "model",
        "a.parquet",
        "b.parquet",
        "--output",
        "out",
        "--target",
        "z",
        "--without",
        "Velocity",
        "Noise",
        "--balance",
        "False",
    ]
    given = arguments_of(function_of(finetune), finetune, words)
    assert given["data"] == ["a.parquet", "b.parquet"] and given["without"] == ["Velocity", "Noise"]
    assert given["balance"] is False and given["overwrite"] is False
    given = arguments_of(function_of(finetune), finetune, [*words[:6], "z", "--without", "[Velocity]"])
    assert given["without"] == ["Velocity"]
    given = arguments_of(function_of(finetune), finetune, [*words, "--without", "Crop"])
    assert given["without"] == ["Velocity", "Noise", "Crop"]


def test_a_wrong_word_ends_in_one_line_that_names_it(capsys):
    for words, message in (
        (["pretrain", "--data", "a", "--output", "b", "--epochs", "many"], "epochs"),
        (["pretrain", "--data", "a", "--output", "b", "--optimiser", "lars"], "optimiser"),
        (["embed", "model"], "data"),
    ):
        assert main(words) == 2
        told = capsys.readouterr().err
        assert message in told and len(told.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_three_commands_in_a_row(series, plain, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_spectra(series, "data.parquet")
    config = {
        "augment": plain,
        "epochs": 3,
        "batch_size": 20,
        "encoder": {"resnet1d": {"width": 8, "embedding_dim": 16}},
        "progress": False,
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["pretrain", "config.yaml", "--data", "data.parquet", "--output", "run", "--epochs", "2"]) == 0
    model = load("run/model")
    assert model.notes["epochs"] == 2 and model.encoder.settings["width"] == 8  # the line beats the file
    assert main(["embed", "run/model", "data.parquet", "--output", "e.parquet"]) == 0
    assert main(["evaluate", "e.parquet", "--target", "kind", "--output", "report"]) == 0
    assert (tmp_path / "report" / "index.html").exists()
    capsys.readouterr()
    assert main(["embed", "run/model", "data.parquet", "--output", "e.parquet"]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "e.parquet: exists already" in message
    assert main(["embed", "run/model", "data.parquet", "--output", "e.parquet", "--overwrite"]) == 0


HEAVY = {"torch", "numba", "lightning", "astropy", "pyarrow", "scipy", "sklearn"}


@pytest.mark.parametrize(
    ("code", "kept_out"),
    [
        ("import clrseries", HEAVY),
        ("from clrseries.commands.cli import main; main(['--version'])", HEAVY | {"numpy", "jsonargparse"}),
        ("from clrseries.commands.cli import main; main(['--help'])", HEAVY | {"numpy", "jsonargparse"}),
        *[
            (
                f"from clrseries.commands.cli import main\ntry: main(['{word}', '--help'])\nexcept SystemExit: pass",
                HEAVY,
            )
            for word in COMMANDS
        ],
    ],
)
def test_what_a_start_imports(code, kept_out):
    """Starting is quick because nothing heavy is imported; how quick is measured by benchmarks/start.py."""
    check = f"\nimport sys\nfound = {sorted(kept_out)!r}\nprint(sorted(set(found) & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code + check], check=True, capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_the_table_is_what_the_package_offers():
    import clrseries

    for command in COMMANDS.values():
        function = function_of(command)
        assert getattr(clrseries, command.name) is function and callable(function)
        assert set(command.positional) <= set(signature(function).parameters)
    files = {path.stem for path in Path(clrseries.__file__).parent.joinpath("commands").glob("*.py")}
    assert files - {"__init__", "cli", "in_parts", "parser", "table", "words"} == set(COMMANDS)


def test_a_reader_that_ends_early_is_no_error():
    command = f"'{sys.executable}' -m clrseries methods | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.split()[-1] in ("141", "0") and "Traceback" not in done.stderr and "Error" not in done.stderr
