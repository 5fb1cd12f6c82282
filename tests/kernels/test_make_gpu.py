"""What ``make gpu`` runs, as far as it can be run without a device."""

import re
import subprocess
import sys

import numpy as np
import pytest

from ..augment.host_arrays import stand_in
from . import smoke
from .test_cuda_spectra import ROOT, missing

try:
    from clrseries.kernels.cuda import driver
except ImportError:
    missing("numba-cuda is not installed")


def test_without_a_device_it_ends_with_one_line_that_says_what_is_missing():
    from numba import cuda

    if cuda.is_available():
        pytest.skip("there is a device")
    look = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), "--look"]
    done = subprocess.run(look, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr == "make gpu needs a CUDA device: there is no CUDA device, or its driver is not found\n"


@pytest.mark.parametrize("kind", smoke.KINDS)
def test_the_run_for_the_sanitizers_compares_every_composition_in_both_memories(kind, monkeypatch, capsys):
    monkeypatch.setattr(driver, "shared_limit", lambda: 227 * 1024)
    with stand_in():
        smoke.main(kind)
    lines = capsys.readouterr().out.splitlines()
    compositions = smoke.KINDS[kind][2]()
    wanted = [f"{kind}, {name}, rows in {memory} memory" for name in compositions for memory in ("shared", "global")]
    assert lines == [f"{line}: as on the CPU" for line in wanted]


@pytest.mark.parametrize("kind", smoke.KINDS)
def test_that_run_fails_where_the_device_makes_other_views(kind, monkeypatch):
    monkeypatch.setattr(driver, "shared_limit", lambda: 227 * 1024)
    with stand_in(), monkeypatch.context() as patch:  # ends before the stand-in, whose function is put back
        patch.setattr(f"clrseries.{kind}.observe._cuda_launch", lambda: lambda *arguments, **options: None)
        with pytest.raises(AssertionError):
            smoke.main(kind)


def test_it_ends_within_twenty_minutes():
    recipe = re.search(r"^gpu:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.M)
    assert recipe is not None
    seconds = 0
    for line in re.sub(r"\\\n", "", recipe[1]).splitlines():
        runs = re.findall(r"\$\(BIN\)/python", line)
        limits = re.findall(r"timeout (\d+)", line)
        assert len(limits) == len(runs), line
        loops = [len(words.split()) for words in re.findall(r"for \w+ in ([\w ]+);", line)]
        seconds += int(np.prod(loops)) * sum(map(int, limits))
    assert 0 < seconds <= 20 * 60
