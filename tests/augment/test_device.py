"""Views of samples on a device, with stand-ins: nothing becomes a numpy array by the way, and nothing is copied twice."""

import gc
import threading
import weakref
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import Grid, InputError, lightcurves, spectra
from clrseries.augment import device_arrays
from clrseries.augment.on_host import moved
from clrseries.augment.placed_tables import MOST, PlacedTables
from clrseries.augment.resident import upload

from ..lightcurves import every_step as curve_steps
from ..spectra import every_step as spectrum_steps
from .host_arrays import HostArrays, OnDevice, StandIn, stand_in

CASES = [(spectra.Observe, spectrum_steps.spectra, s, k) for k, s in spectrum_steps.compositions().items()] + [
    (lightcurves.Observe, curve_steps.stars, s, k) for k, s in curve_steps.compositions().items()
]
every_composition = pytest.mark.parametrize(
    ("observe", "data", "steps"), [pytest.param(*c[:3], id=c[3]) for c in CASES]
)


def there(series):
    return moved(series, OnDevice.of)


@every_composition
def test_samples_on_a_device_give_the_views_of_the_cpu(observe, data, steps):
    series = data()
    expected = observe(steps, "cpu")(series, 2, 3)
    with stand_in():
        found = observe(steps)(there(series), 2, 3)
    assert found.backend == "cuda"
    np.testing.assert_array_equal(found.params, expected.params)
    for one, other in zip(found.inputs, expected.inputs, strict=True):
        assert isinstance(one, OnDevice)
        np.testing.assert_array_equal(one.cpu().numpy(), other)


@every_composition
def test_objects_taken_from_a_resident_series(observe, data, steps):
    series = data()
    composition = observe(steps, "cuda")
    rows = np.array([2, 0, 2])
    expected = observe(steps, "cpu")(series.take(rows), 2, 3)
    resident = upload(series, composition._tidy, OnDevice.of)
    with stand_in():
        OnDevice.copies = OnDevice.waits = 0
        found = composition(resident.take(rows), 2, 3)
        assert OnDevice.copies == OnDevice.waits == 0
    for one, other in zip(found.inputs, expected.inputs, strict=True):
        np.testing.assert_array_equal(one.cpu().numpy(), other)


def in_erg(series, unit=1e-17):
    """The series as if its flux was in erg/s/cm2/A."""
    ivar = (series.ivar / np.float64(unit) ** 2).astype(np.float32)
    return replace(series, flux=series.flux * np.float32(unit), ivar=ivar)


@pytest.mark.parametrize("unit", [1.0, 1e-17])
def test_samples_are_looked_at_once(unit):
    series = in_erg(spectrum_steps.spectra(), unit)
    steps = spectrum_steps.compositions()["continuum"]
    expected = spectra.Observe(steps, "cpu")(series, 2, 3)
    device = there(series)
    with stand_in():
        composition = spectra.Observe(steps, "cuda")
        composition(device, 2, 3)
        before = OnDevice.copies
        found: Any = composition(device, 2, 3)
        assert OnDevice.copies == before > 0
    np.testing.assert_array_equal(found.flux.cpu().numpy(), expected.flux)


@pytest.mark.parametrize("unit", [1e-9, 1e-12, 1e-17])
@pytest.mark.parametrize("kind", ["spectra", "light curves"])
def test_flux_comes_back_in_its_unit_without_a_wait(kind, unit):
    observe, steps, data = {
        "spectra": (spectra.Observe, [spectra.Resample(Grid.log(4100, 7900, 300))], spectrum_steps.spectra),
        "light curves": (lightcurves.Observe, [lightcurves.Pack(40)], curve_steps.stars),
    }[kind]
    series = in_erg(data(), unit)
    expected: Any = observe(steps, "cpu")(series, 2, 3)
    device = there(series)
    with stand_in():
        composition = observe(steps)
        composition(device, 2, 3)  # looks at the samples
        OnDevice.copies = OnDevice.waits = 0
        found: Any = composition(device, 2, 3)
        assert OnDevice.copies == OnDevice.waits == 0
    np.testing.assert_array_equal(found.flux.cpu().numpy(), expected.flux)
    np.testing.assert_array_equal(found.ivar.cpu().numpy(), expected.ivar)
    assert found.ivar.dtype == (torch.float32 if unit > 1e-13 else torch.float64)
    assert all(tensor.dtype != torch.float64 for tensor in found.torch())  # what an encoder takes


def test_backend_cpu_takes_samples_from_a_device():
    series, steps = curve_steps.stars(), curve_steps.compositions()["crop"]
    found = lightcurves.Observe(steps, "cpu")(there(series), 2)
    np.testing.assert_array_equal(found.flux, lightcurves.Observe(steps)(series, 2).flux)


def test_out_must_lie_on_the_device():
    series, steps = spectrum_steps.spectra(), spectrum_steps.compositions()["plain"]
    views = spectra.Observe(steps)(series)
    with stand_in(), pytest.raises(InputError, match="out must hold contiguous arrays"):
        spectra.Observe(steps, "cuda")(there(series), out=views)


@pytest.mark.parametrize("name", ["plain", "continuum"])
def test_tables_go_to_a_device_once(name):
    composition = spectra.Observe(spectrum_steps.compositions()[name], "cuda")
    arrays: int = sum(np.ndim(t) > 0 for t in composition.tables)
    series = spectrum_steps.spectra()
    with stand_in() as device:
        composition(series, 1)
        first, device.puts = len(device.puts), []
        composition(series, 1)
        assert first - len(device.puts) == arrays


def test_tables_of_light_curves_go_to_a_device_once_for_each_list_of_bands():
    composition = lightcurves.Observe(curve_steps.compositions()["linear"], "cuda")
    with stand_in():
        for _ in range(3):
            composition(curve_steps.stars())
            composition(curve_steps.stars().with_bands(("i", "r", "g")))
    assert len(composition._placed) == 2


def test_few_tables_are_kept_and_none_longer_than_their_composition():
    placed, device = PlacedTables(), StandIn()
    composition = spectra.Observe(spectrum_steps.compositions()["plain"])
    for _ in range(MOST + 3):
        placed.find(composition.tables._replace(), device)
    assert len(placed) == MOST
    kept: list[Any] = []

    def put(array, kind=None):
        kept.append(OnDevice.of(array))
        return kept[-1]

    device.put = put  # type: ignore[method-assign]
    placed = PlacedTables()
    placed.find(composition.tables, device)
    alive = [weakref.ref(tensor) for tensor in kept]
    kept.clear()
    assert all(tensor() is not None for tensor in alive)
    del placed
    gc.collect()
    assert all(tensor() is None for tensor in alive)


@pytest.fixture
def two_devices(monkeypatch):
    """torch and Numba with recorders in the place of their devices."""
    from numba import cuda

    entered: list[tuple[str, int, str]] = []

    def guard(library):
        @contextmanager
        def enter(number):
            entered.append((library, number, threading.current_thread().name))
            yield

        return enter

    numba_guard = guard("numba")
    monkeypatch.setattr(cuda, "is_available", lambda: True)
    monkeypatch.setattr(cuda, "gpus", [numba_guard(0), numba_guard(1)])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "device", guard("torch"))
    return entered


def test_the_device_is_that_of_the_samples_in_any_thread(two_devices):
    pytest.importorskip("numba.cuda.dispatcher")

    class Tensor(SimpleNamespace):
        __module__ = "torch"

    def make():
        with device_arrays.arrays_for(Tensor(is_cuda=True, device=SimpleNamespace(index=1))).guard():
            pass

    thread = threading.Thread(target=make, name="another")
    thread.start()
    thread.join()
    assert two_devices == [("torch", 1, "another"), ("numba", 1, "another")]


def test_samples_of_numpy_go_to_the_current_device_and_those_of_cupy_stay_with_cupy(two_devices, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace())

    class Array(SimpleNamespace):
        __module__ = "cupy"

    assert device_arrays.arrays_for(np.ones(3)).place == ("torch", 0)
    assert device_arrays.arrays_for(Array(device=SimpleNamespace(id=1))).place == ("cupy", 1)


def test_memory_is_recorded_on_the_stream_and_nothing_is_waited_for(monkeypatch):
    from numba import cuda

    calls: list[str] = []
    monkeypatch.setattr(torch.cuda, "current_stream", lambda number: f"stream of {number}")
    monkeypatch.setattr(cuda, "as_cuda_array", lambda array, sync=True: (array, sync))
    tensor = SimpleNamespace(record_stream=calls.append)
    assert device_arrays.TorchArrays(1).seen(tensor) == (tensor, False)
    assert calls == ["stream of 1"]


def test_unsigned_keys_keep_their_bits():
    keys = np.array([2**63 + 5, 7], np.uint64)
    seen = StandIn().seen(StandIn().put(keys))
    np.testing.assert_array_equal(device_arrays.unsigned(keys, seen), keys)
    assert HostArrays().put(keys) is keys
