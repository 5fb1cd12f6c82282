"""Examples and README snippets run as they stand."""

import re
import runpy
from pathlib import Path

import pytest
import yaml

from clrseries.augment.config import observe_from_config, stellar_augmentation

ROOT = Path(__file__).parent.parent


def test_observe_again(stars, capsys):
    runpy.run_path(str(ROOT / "examples" / "observe_again.py"), run_name="__main__")
    shown = capsys.readouterr().out
    assert shown.count("view 2") == 3 and "2952 views of" in shown


def test_the_example_configuration_is_the_default():
    config = yaml.safe_load((ROOT / "examples" / "stellar.yaml").read_text())
    assert config["augment"] == stellar_augmentation()
    observe_from_config(config["augment"])


@pytest.mark.filterwarnings("ignore")
def test_readme_snippets(stars, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert blocks
    for block in blocks:
        exec(compile(block.replace("epochs=150", "epochs=1"), "README.md", "exec"), {})


def test_docstring_examples():
    import doctest

    import clrseries.augment.observe as module

    assert doctest.testmod(module).failed == 0
