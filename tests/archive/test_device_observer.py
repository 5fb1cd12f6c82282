"""Views of an archive that are made on a simulated device: those of the host, whatever the timing and wherever memory is full."""

from functools import partial

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import InputError, preprocess
from clrseries.archive.device_observer import DeviceObserver
from clrseries.archive.job import process
from clrseries.archive.preprocessing import Preprocessing
from clrseries.config import composition

from .conftest import curves_table, spectra_table
from .simulated_device import SimulatedDevice, simulated
from .test_device_engine import TIMINGS, one_grid, slabs_of, through
from .test_preprocess import CURVES, SPECTRA, read


def alike(found, observe, slabs, seed):
    wanted = [observe(one, seed=seed) for one in slabs]
    for k in range(len(wanted[0].inputs)):
        there = np.concatenate([one.inputs[k] for one in found])
        here = np.concatenate([one.inputs[k] for one in wanted])
        assert there.dtype == here.dtype
        np.testing.assert_allclose(there, here, rtol=2e-5, atol=2e-6 * np.abs(here).max())


@settings(deadline=None, max_examples=20)
@given(**TIMINGS, full=st.lists(st.integers(1, 30).map(lambda k: 2 * k), max_size=4))
def test_spectra(seed, sizes, batch, slabs, size, full):
    device = SimulatedDevice(seed, fails=set(full).__contains__)
    some, observe = slabs_of(spectra_table(sum(sizes)), sizes), composition(SPECTRA)
    with simulated(device):
        engine = DeviceObserver(observe, 5, operations=device, batch=batch, slabs=slabs, size=size)
        found = through(engine, some, device.chance)
    alike(found, observe, some, 5)


@settings(deadline=None, max_examples=20)
@given(**TIMINGS)
def test_light_curves(seed, sizes, batch, slabs, size):
    device = SimulatedDevice(seed)
    some = [one.with_bands(("g", "r")) for one in slabs_of(curves_table(sum(sizes)), sizes)]
    observe = composition(CURVES)
    with simulated(device):
        engine = DeviceObserver(observe, 5, operations=device, batch=batch, slabs=slabs, size=size)
        found = through(engine, some, device.chance)
    alike(found, observe, some, 5)
    assert found[0].bands == ("g", "r")


def test_raw_units():
    device, some = SimulatedDevice(1), [one_grid(20, unit=1e-17)]
    observe = composition([SPECTRA[0]])
    with simulated(device):
        found = through(DeviceObserver(observe, operations=device), some, device.chance)
    alike(found, observe, some, 0)
    assert 1e-18 < np.abs(found[0].flux).max() < 1e-16


def test_a_forgotten_event_is_noticed():
    def attempt(seed):
        device = SimulatedDevice(seed, ignores=("wait",))
        with simulated(device):
            engine = DeviceObserver(composition(SPECTRA), operations=device, batch=4, slabs=2, size=2048)
            through(engine, [one_grid(9, k) for k in range(4)], device.chance)

    with pytest.raises(AssertionError, match="reads before"):
        attempt(0)


def test_a_whole_run(tmp_path):
    """In the threads of a whole run: the same files as on the host, and views are queued before those of the batch before are awaited."""
    pq.write_table(spectra_table(330), tmp_path / "a.parquet")
    device, observe = SimulatedDevice(3), composition(SPECTRA)
    with simulated(device):
        work = Preprocessing(observe, 3, engine=DeviceObserver(observe, 3, operations=device, batch=50, size=1 << 16))
        process(tmp_path / "a.parquet", work, tmp_path / "out", progress=False)
    preprocess(SPECTRA, tmp_path / "a.parquet", tmp_path / "host/", seed=3, progress=False)
    found, wanted = read(tmp_path / "out"), read(tmp_path / "host")
    assert found.drop_columns(["flux", "ivar"]).equals(wanted.drop_columns(["flux", "ivar"]))
    for name in ("flux", "ivar"):
        values = partial(np.stack, axis=0)
        np.testing.assert_allclose(
            values(found[name].to_numpy()), values(wanted[name].to_numpy()), rtol=2e-5, atol=1e-5
        )
    views = [k for k, line in enumerate(device.log) if line == "launch views"]
    finished = [k for k, line in enumerate(device.log) if line == "finish results"]
    assert len(views) == len(finished) == 7
    assert all(early < late for early, late in zip(views, finished, strict=True))


def test_without_a_device_nothing_is_written(archive, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a device")
    with pytest.raises(InputError, match="^device 'cuda' needs a CUDA device.*device='cpu'"):
        preprocess(SPECTRA, archive, tmp_path / "out/", device="cuda", progress=False)
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="device"):
        preprocess(SPECTRA, archive, tmp_path / "out/", device="gpu", progress=False)  # type: ignore[arg-type]
