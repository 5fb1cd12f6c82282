"""What is built is what is used: wheel and sdist carry the kernels."""

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import clrseries

ROOT = Path(__file__).parent.parent
PROBE = """
import pathlib, numpy as np, clrseries, clrseries.kernels
from clrseries import Grid, Series, spectra as sp
assert pathlib.Path(clrseries.kernels.__file__).parent == pathlib.Path(clrseries.__file__).parent / "kernels"
flux = sp.Observe([sp.Resample(Grid.linear(4100, 4900, 10))])(Series.from_arrays(np.linspace(4000, 5000, 100), np.ones((1, 100)))).flux
assert abs(flux - 1).max() < 1e-6
from clrseries.config import default_steps
assert len(default_steps("spectra")) > 3 and len(default_steps("lightcurves")) > 3
from clrseries import load
from clrseries.model import weights, zoo
assert zoo.FOLDER == pathlib.Path(clrseries.__file__).parent / "weights" and len(weights()) == 4
for name in weights():  # each is checked against its hashes
    model = load(name)
    assert model.notes["scores"] and model.head is not None
import importlib.metadata
assert importlib.metadata.version("clrseries") == clrseries.__version__
"""


def run(*words, cwd=None):
    done = subprocess.run([str(w) for w in words], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and sdist of a clean copy of the tree (the wheel is made from the sdist)."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", out, ROOT)
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


def test_wheel_and_sdist_hold_the_kernels(built):
    wheel, sdist = built
    names = zipfile.ZipFile(wheel).namelist()
    kernels = {str(p.relative_to(ROOT)) for p in (ROOT / "kernels").rglob("*.py")}
    assert {n.removeprefix("clrseries/") for n in names if n.startswith("clrseries/kernels/")} == kernels
    package = {
        str(p.relative_to(ROOT))
        for p in (ROOT / "clrseries").rglob("*")
        if p.suffix in (".py", ".pyi", ".yaml", ".typed", ".js", ".css") or ("weights" in p.parts and p.is_file())
    }
    assert package | {"clrseries/py.typed"} <= set(names)
    assert not [n for n in names if n.startswith(("kernels/", "tests/"))]
    with tarfile.open(sdist) as archive:
        inside = {n.split("/", 1)[1] for n in archive.getnames() if "/" in n}
    assert kernels <= inside and "setup.py" in inside
    assert {n for n in package if n.startswith("clrseries/weights/")} <= inside
    assert "clrseries/weights/supernova-spectra/model.safetensors" in names and wheel.stat().st_size < 20 << 20


def test_there_is_one_version():
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)
    assert cited and cited.group(1).strip('"') == clrseries.__version__
    headings = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == "Unreleased" or headings[0] == clrseries.__version__


@pytest.mark.slow
@pytest.mark.parametrize("where", ["elsewhere", "checkout"])
def test_a_fresh_environment_runs_the_wheel(built, tmp_path, where):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", built[0])
    # the dependencies are those of the running environment: what is tested is our own package
    site = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    borrowed = [p for p in sys.path if p.endswith("site-packages")]
    (site / "borrowed.pth").write_text("\n".join(borrowed))
    if where == "elsewhere":
        run(python, "-I", "-c", PROBE, cwd=tmp_path)
    else:  # the checkout's own clrseries shadows the installed one, and finds its kernels beside it
        code = "import clrseries, clrseries.kernels as k; print(clrseries.__file__, k.__file__)"
        first, second = run(python, "-c", code, cwd=ROOT).split()
        assert Path(first).parent == ROOT / "clrseries" and Path(second).parent == ROOT / "kernels"
