"""What a user's type checker sees: a right script passes, and each wrong line of a wrong one gets an error."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import clrseries

RIGHT = """
import numpy as np

from clrseries import Grid, LightCurveViews, LogUniform, Model, Normal, Optimizer, Series, SpectrumViews, datasets, load, pretrain
from clrseries import embed, finetune, plot_views, read_light_curves, read_spectra
from clrseries import lightcurves as lc
from clrseries import spectra as sp

stars: Series = datasets.miles()
observe = sp.Observe([sp.Velocity(Normal(0, 40)), sp.Resample(Grid.log(4000, 6800, velocity=60)), sp.Noise(LogUniform(10, 50))])
views: SpectrumViews = observe(stars, views=2, seed=1)
snr: float = float(views.param("snr").mean())
curves: Series = read_light_curves("curves.parquet")
seen: LightCurveViews = lc.Observe([lc.Redshift(to=0.1), lc.Pack(128), lc.Normalize("band")])(curves, views=2)
run = pretrain(stars, "run", method={"simclr": {"temperature": 0.2}}, augment=observe, optimizer=Optimizer(learning_rate=1e-3))
model: Model = load(run)
features: np.ndarray = model.embed(stars)
embed(model, read_spectra("new.parquet"), "embeddings.parquet")
scores: dict[str, object] = finetune(run, "labeled.parquet", "classifier", target="class", mode="lora")
plot_views(stars, views, row=3)
steps = lc.survey("ZTF").cadence_steps()
others: sp.Spectrographs = sp.survey.from_series(stars, column="instrument")
again = sp.Observe([*others.steps(native_fwhm=2.5), sp.Normalize()])
desi: sp.Survey = sp.survey("DESI")
"""

# each line that ends in "wrong" must get an error, and no other line
WRONG = """
from clrseries import Grid, Series, datasets, load, pretrain
from clrseries import lightcurves as lc
from clrseries import spectra as sp

grid = Grid.log(4000, 6800, velocity="fast")  # wrong
x: int = sp.Observe([sp.Resample(grid)])  # wrong
step = sp.Noise(sn=20)  # wrong
stars: Series = datasets.miles()
other = sp.Observe([sp.Resample(grid)])(stars, vews=2)  # wrong
row: str = sp.Observe([sp.Resample(grid)])(stars).flux  # wrong
pack = lc.Pack("long")  # wrong
level = lc.Normalize("best")  # wrong
run = pretrain(stars, "run", epochs="many")  # wrong
again = pretrain(stars, "run", epoch=3)  # wrong
model: Series = load(run)  # wrong
stars.flux_ratio  # wrong
sp.survey.from_series(stars, grid="log")  # wrong
from clrseries import Monitor  # wrong
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "right.py").write_text(RIGHT)
    (folder / "wrong.py").write_text(WRONG)
    package = str(Path(clrseries.__file__).parent.parent)  # an editable installation is not seen without it
    settings = {"extraPaths": [package], "typeCheckingMode": "standard", "reportMissingModuleSource": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    return folder


def mypy_lines(script):
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        "",
        "--check-untyped-defs",
        "--ignore-missing-imports",
        str(script),
    ]
    environment_root = Path(clrseries.__file__).parent.parent
    done = subprocess.run(command, cwd=environment_root, capture_output=True, text=True)
    found = re.findall(rf"{script.name}:(\d+): error: (.*)", done.stdout)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(line): text for line, text in found}


def basedpyright_lines(script):
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--level", "error"]
    command += ["--pythonpath", sys.executable, "--project", str(script.parent)]
    done = subprocess.run(command, cwd=script.parent, capture_output=True, text=True)
    report = json.loads(done.stdout)
    own = [d for d in report["generalDiagnostics"] if d["file"].endswith(script.name) and d["severity"] == "error"]
    return {d["range"]["start"]["line"] + 1: d["message"] for d in own}


@pytest.mark.slow
@pytest.mark.parametrize("checker", [mypy_lines, basedpyright_lines])
def test_a_checker_accepts_what_is_right_and_finds_every_wrong_line(scripts, checker):
    assert checker(scripts / "right.py") == {}
    wrong = {number for number, line in enumerate(WRONG.splitlines(), 1) if line.endswith("# wrong")}
    found = checker(scripts / "wrong.py")
    assert set(found) == wrong, found
