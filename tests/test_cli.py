import subprocess
import sys

import pytest
import yaml

from clrseries import load, write_parquet
from clrseries.cli import main


def test_help_teaches(capsys):
    for words in ([], ["pretrain"], ["embed"], ["evaluate"], ["demo"], ["finetune"], ["tune"], ["methods"]):
        with pytest.raises(SystemExit) as stop:
            main([*words, "--help"])
        assert stop.value.code == 0
        shown = capsys.readouterr().out
        assert "usage: clrseries" in shown
        if words == ["pretrain"]:
            assert "Peak rate, after a warm-up" in shown
        if not words:
            assert "examples:" in shown


@pytest.mark.filterwarnings("ignore")
def test_the_three_commands_in_a_row(series, plain, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_parquet(series, "data.parquet")
    config = {
        "augment": plain,
        "epochs": 3,
        "batch_size": 20,
        "width": 8,
        "embedding": 16,
        "encoder": "resnet1d",
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


def test_installed_command_and_import_time():
    code = (
        "import sys, time; t = time.perf_counter(); import clrseries; t = time.perf_counter() - t;"
        "heavy = {'torch', 'numba', 'lightning', 'astropy', 'pyarrow'} & set(sys.modules); print(t); assert not heavy, heavy;"
        "assert t < 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_command_calls_a_function():
    """Also after every module has been imported: a module must not take its command's name."""
    import clrseries
    from clrseries.cli import FUNCTIONS, SUMMARIES, build_parser

    build_parser()
    for command in SUMMARIES:
        name = FUNCTIONS.get(command, command)
        assert callable(getattr(clrseries, name)), name
