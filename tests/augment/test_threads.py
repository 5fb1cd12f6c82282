"""Threads of the kernel belong to the process that uses them."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from clrseries import Grid, Series
from clrseries import spectra as sp
from clrseries.augment.threads import in_threads


def observe():
    return sp.Observe([sp.Resample(Grid.log(4100, 4900, 50)), sp.Noise(10.0), sp.Normalize()])


def series():
    return Series.from_arrays(np.linspace(4000, 5000, 80), np.ones((8, 80)))


def views_of(composition, data):
    return composition(data, 2, threads=2).flux


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_makes_the_same_views_after_its_parent_used_threads(method):
    composition, data = observe(), series()
    wanted = views_of(composition, data)
    with multiprocessing.get_context(method).Pool(1) as pool:
        made = pool.apply_async(views_of, (composition, data)).get(60)
    np.testing.assert_array_equal(made, wanted)


def test_workers_of_a_loader_make_views():
    from torch.utils.data import DataLoader

    composition, data = observe(), series()
    wanted = views_of(composition, data)
    rows: Any = [data.take(np.array([k])) for k in range(len(data))]
    loader: Any = DataLoader(
        rows, batch_size=None, num_workers=2, collate_fn=lambda one: composition(one, 2, threads=2).flux, timeout=300
    )
    np.testing.assert_array_equal(np.concatenate([np.asarray(made) for made in loader]), wanted)


def test_many_python_threads_at_once():
    composition, data = observe(), series()
    wanted = views_of(composition, data)
    with ThreadPoolExecutor(8) as pool:
        for made in pool.map(lambda _: views_of(composition, data), range(32)):
            np.testing.assert_array_equal(made, wanted)


def test_an_error_in_a_part_reaches_the_caller():
    def fail(first, last):
        raise RuntimeError("cannot schedule new futures after shutdown")

    with pytest.raises(RuntimeError, match="cannot schedule"):
        in_threads(fail, np.arange(9), 2)


def test_parts_are_processed_while_the_interpreter_shuts_down():
    code = (
        "import atexit, threading, numpy as np\n"
        "from clrseries.augment.threads import in_threads\n"
        "seen = []\n"
        "in_threads(lambda a, b: None, np.arange(9), 2)\n"
        "atexit.register(lambda: (in_threads(lambda a, b: seen.extend(range(a, b)), np.arange(9), 2), print(sorted(seen))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == str(list(range(8))).split(), done.stderr
