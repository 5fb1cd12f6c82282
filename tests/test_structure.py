"""The house rules that a machine can check."""

import ast
import subprocess
import sys
from pathlib import Path

import clrseries

ROOT = Path(__file__).parent.parent
FLOORS = [
    {"kernels", "errors"},
    {"units", "noise", "ranks", "checks", "series", "points", "timeseries", "views", "grids"},
    {"augment", "datasets", "io", "monitor"},
    {"methods", "encoders", "model", "hub", "card"},
    {"training", "evaluation", "embedding", "prediction", "onnx"},
    {"cli", "report"},
]


def room(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if parts[0] == "kernels" else parts[1]


def imported(path):
    """Rooms of our own that a file imports, wherever in it."""
    package = ["clrseries", *path.relative_to(ROOT).parts[(0 if path.parts[-2] == "kernels" else 1) : -1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module or "").split(".")
            base = [p for p in base if p]
            yield from [base[1]] if len(base) > 1 else [alias.name for alias in node.names]


def test_imports_point_down():
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    for path in [*ROOT.glob("clrseries/**/*.py"), *ROOT.glob("kernels/*.py")]:
        if path.stem in ("__init__", "__main__") and path.parent.name == "clrseries":
            continue
        for target in set(imported(path)) - {"__version__"}:
            assert floor[target] <= floor[room(path)], f"{path.relative_to(ROOT)} imports {target}, a floor above"


def test_kernels_know_numpy_and_numba_alone():
    for path in ROOT.glob("kernels/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names | {"numpy", "numba", "llvmlite"}, f"{path.name} imports {name}"


def test_files_are_short_and_named_after_an_idea():
    for path in [*ROOT.glob("clrseries/**/*.py"), *ROOT.glob("kernels/*.py")]:
        assert len(path.read_text().splitlines()) <= 350, path
        assert path.stem not in {"utils", "util", "helpers", "misc", "common"}


def test_the_public_surface():
    assert sorted(clrseries.__all__) == sorted(
        """ArmJoin Broaden Choice CosmicRays Crop Curve Custom Empirical Extinction Fringe Grid HostExtinction
        InputError LSF LogUniform LoseArm MaskPixels MaskRuns MaskTelluric Model Noise Normal Normalize Observe
        Redshift Resample Rotate ScatteredLight Series SkyResidual Telluric Tilt TruncatedNormal Uniform Velocity
        Views WarpFlux WavelengthError __version__ augment concatenate datasets demo
        embed encoders evaluate evaluation io kernels load methods plot_views pretrain read_parquet report tune finetune predict export show_methods show_views
        Amplify Bin Depth Detect Dilate DropBands Flares Fold Gaps Jumps Level LoseDays Monitor Moon Nights Outliers Pack RandomWalk ReverseTime Saturate Seasons ShiftTime StretchPeriod Thin Trend Truncate Visit Weather Window ZeroPoint cadence CurveViews monitor
        read_curves write_curves read_kepler read_osc read_snana read_ztf survey training write_parquet""".split()
    )
    for name in clrseries.__all__:
        assert getattr(clrseries, name) is not None
        assert name.startswith("_") or getattr(clrseries, name).__doc__


def test_kernels_refuse_to_be_a_top_level_package():
    outcome = subprocess.run([sys.executable, "-c", "import kernels"], cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode and "clrseries.kernels" in outcome.stderr


RUN = """
import numpy as np, time
from clrseries import Grid, Observe, Resample, Noise, Normalize, Series
s = Series.from_arrays(np.linspace(4000, 5000, 100), np.ones((2, 100)))
t = time.perf_counter()
Observe([Resample(Grid.log(4100, 4900, 100)), Noise(10), Normalize()])(s)
from clrseries.kernels.observe import observe_rows
print(time.perf_counter() - t, sum(observe_rows.stats.cache_hits.values()))
"""


def test_a_second_process_finds_its_kernels_and_an_edit_does_not_serve_stale_ones(tmp_path):
    import os
    import shutil

    for folder in ("clrseries", "kernels"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)}

    def run():
        done = subprocess.run(
            [sys.executable, "-c", RUN], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        seconds, hits = done.stdout.split()
        return float(seconds), int(hits)

    assert run()[1] == 0
    seconds, hits = run()
    assert hits == 1 and seconds < 1
    edited = tmp_path / "kernels" / "noise.py"
    edited.write_text(edited.read_text() + "\n# edited\n")
    assert run()[1] == 0
