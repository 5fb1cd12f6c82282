"""Training on views that are made on a device, with stand-ins: they reach the encoder without leaving it."""

import time
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import Grid, load, pretrain
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment.on_host import moved
from clrseries.augment.resident import Resident, host_series, upload
from clrseries.config import composition
from clrseries.methods import Batch
from clrseries.training import hand_over, on_device
from clrseries.training.batches import Batches
from clrseries.training.column import column_of
from clrseries.training.fingerprint import fingerprint
from clrseries.training.module import Pretraining
from clrseries.training.partner import OtherModality
from clrseries.training.training_set import TrainingSet

from ..augment.host_arrays import OnDevice, stand_in
from ..augment.test_device import in_erg
from ..lightcurves.every_step import stars

GPU = torch.device("cuda", 1)


def on_stand_in(series, observe):
    return upload(series, observe._tidy, OnDevice.of)


def with_backend(observe, backend):
    return type(observe)(observe.steps, backend)


def assert_same_batches(found, expected):
    assert len(found) == len(expected) > 1
    for one, other in zip(found, expected, strict=True):
        for mine, theirs in zip(hand_over.tensors_of(one), hand_over.tensors_of(other), strict=True):
            assert torch.equal(mine.as_subclass(torch.Tensor), theirs)


@pytest.mark.parametrize("resident", [True, False])
def test_batches_of_a_device_are_those_of_the_cpu(series, plain, resident):
    observe = composition(plain)
    label = column_of("kind", series)
    expected = list(Batches(TrainingSet(series, observe, label), 8, seed=1, epoch=2))
    there = with_backend(observe, "cuda")
    with stand_in():
        data = on_stand_in(series, there) if resident else series
        OnDevice.copies = 0
        found = list(Batches(TrainingSet(data, there, label), 8, seed=1, epoch=2))
        assert OnDevice.copies == 0
    assert all(isinstance(array, OnDevice) for batch in found for array in batch.inputs)
    assert_same_batches(found, expected)


def test_batches_of_sources_and_of_two_modalities(series, plain):
    curves = stars().with_columns({"object_id": series.object_ids[:4]})
    spectrum, curve = composition(plain), lc.Observe([lc.Pack(24, "crop", "peak"), lc.Normalize("object")])
    few, names = series.take([0, 1, 2, 3]), {"star": ["a", "a", "b", "c"]}

    def batches(where, place):
        one, other = with_backend(spectrum, where), with_backend(curve, where)
        partner = OtherModality(place(curves, other), other)
        two = Batches(TrainingSet(place(few, one), one, partner=partner), 2, seed=1)
        several = few.with_columns(names)
        sources = TrainingSet(place(several, one), one, source=column_of("star", several))
        return [*two, *Batches(sources, 1, seed=1)]

    expected = batches("cpu", lambda data, observe: data)
    with stand_in():
        found = batches("cuda", on_stand_in)
    assert_same_batches(found, expected)


class Recorder:
    """Streams and events of a device, which only write down what is asked of them."""

    def __init__(self, monkeypatch):
        self.calls: list[Any] = []
        self.current = self.stream("training")
        monkeypatch.setattr(torch.cuda, "Stream", lambda device: self.stream("own"))
        monkeypatch.setattr(torch.cuda, "current_stream", lambda device: self.current)
        for name in ("device", "stream"):
            monkeypatch.setattr(torch.cuda, name, lambda what, name=name: self.entered(name, what))

    def stream(self, name):
        def note(what):
            def called(*given):
                self.calls.append((name, what, *given))
                return f"event {len(self.calls)}"

            return called

        return SimpleNamespace(
            name=name, wait_stream=note("waits for"), wait_event=note("waits"), record_event=note("marks")
        )

    def entered(self, name, what):
        self.calls.append(("enters", name, getattr(what, "name", what)))
        return nullcontext()


def test_views_are_made_in_a_stream_of_their_own_and_waited_for_by_the_training_s(monkeypatch):
    recorder = Recorder(monkeypatch)
    ours = hand_over.hand_over_for(GPU)
    assert recorder.calls.pop() == ("own", "waits for", recorder.current)
    with ours.making():
        mark = ours.made()
    tensor: Any = SimpleNamespace(is_cuda=True, record_stream=lambda stream: recorder.calls.append(stream.name))
    on_cpu = torch.ones(3)
    batch = Batch((tensor, tensor), label=on_cpu)
    assert ours.take(batch, mark) is batch
    assert recorder.calls == [
        ("enters", "device", GPU), ("enters", "stream", "own"), ("own", "marks"),
        ("training", "waits", mark), "training", "training",
    ]  # fmt: skip


def test_a_batch_is_made_while_the_one_before_is_used(series, plain):
    class Marks(hand_over.OnHost):
        taken = 0

        def made(self):
            made.append(self.taken)

        def take(self, batch, mark):
            self.taken += 1
            return batch

    made: list[int] = []
    batches = Batches(TrainingSet(series, composition(plain)), 8, hand_over=Marks())
    used = iter(batches)
    next(used)
    for _ in range(200):  # the second is made although nobody asks for it
        if len(made) > 1:
            break
        time.sleep(0.01)
    assert len(made) == 2
    list(used)


def there(series):
    return moved(series, OnDevice.of)


@pytest.mark.parametrize("device", [GPU, torch.device("cpu")])
@pytest.mark.parametrize("backend", ["auto", "cuda", "cpu"])
@pytest.mark.parametrize("unit", [1.0, 1e-17])
def test_samples_that_lie_on_a_device_are_looked_at_once(series, plain, backend, device, unit):
    series = in_erg(series, unit)
    expected = list(Batches(TrainingSet(series, with_backend(composition(plain), "cpu")), 8, seed=1))
    with stand_in():
        OnDevice.copies = 0
        whole = on_device.placed(TrainingSet(there(series), with_backend(composition(plain), backend)), device)
        assert OnDevice.copies == 3  # x, flux, ivar
        found = list(Batches(whole, 8, seed=1))
        assert OnDevice.copies == 3
    assert all(isinstance(array, OnDevice) is (backend != "cpu") for batch in found for array in batch.inputs)
    assert_same_batches(found, expected)
    data: Any = whole.data
    np.testing.assert_array_equal(host_series(data.take([3, 1])).flux, series.take([3, 1]).flux)


def test_a_fingerprint_is_that_of_the_samples_wherever_they_lie(series):
    curves = stars()
    for data in (series, curves):
        assert fingerprint(there(data)) == fingerprint(data)
    assert fingerprint(there(series)) != fingerprint(there(series.take([1, 0])))


@pytest.mark.parametrize(("free", "resident"), [(1e12, True), (1e3, False)])
def test_samples_are_kept_on_the_device_where_they_fit(series, plain, monkeypatch, caplog, free, resident):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free, free))
    monkeypatch.setattr(on_device, "upload", lambda data, tidy, move: upload(data, tidy, OnDevice.of))
    observe = with_backend(composition(plain), "cuda")
    whole = TrainingSet(series, observe)
    assert on_device.makes_views(whole, GPU) and not on_device.makes_views(whole, torch.device("cpu"))
    found = on_device.placed(whole, GPU)
    assert isinstance(found.data, Resident) is resident
    assert ("do not fit" in caplog.text) is not resident
    assert on_device.placed(found, GPU).data is found.data  # not twice
    assert on_device.bytes_of(series) == len(series.x) * 16
    assert not on_device.makes_views(TrainingSet(series, with_backend(observe, "auto")), GPU)


def test_a_training_step_takes_the_batches_of_a_device(series, plain, monkeypatch):
    observe = with_backend(composition(plain), "cuda")
    monkeypatch.setattr(Pretraining, "device", GPU)
    monkeypatch.setattr(Pretraining, "current_epoch", 0)
    monkeypatch.setattr("clrseries.training.module.hand_over_for", lambda device: hand_over.OnHost())
    placed: list[Any] = []

    def place(data, device):
        placed.append(device)
        return data

    monkeypatch.setattr("clrseries.training.module.placed", place)
    method: Any = SimpleNamespace(views=2)
    with stand_in():
        module = Pretraining.__new__(Pretraining)
        torch.nn.Module.__init__(module)
        module.__dict__.update(
            method=method, training_set=TrainingSet(series, observe), batch_size=8, seed=0, hand_over=None
        )
        batches = list(module.train_dataloader())
        module.train_dataloader()
    assert placed == [GPU]
    assert all(isinstance(array, OnDevice) for batch in batches for array in batch.inputs)


@pytest.mark.parametrize(("lies", "backend"), [("here", "cuda"), ("there", "cuda"), ("there", "auto")])
def test_a_whole_training_with_views_from_a_device(series, tmp_path, lies, backend):
    steps = [sp.Resample(Grid.log(4100, 6500, 300)), sp.Noise(20.0), sp.Normalize()]
    how: dict[str, Any] = {
        "encoder": {"resnet1d": {"width": 8, "embedding_dim": 16}}, "batch_size": 20, "epochs": 1, "progress": False,
    }  # fmt: skip
    with stand_in():
        data = series if lies == "here" else there(series)
        found = pretrain(data, augment=sp.Observe(steps, backend), output=tmp_path / "there", **how)
    expected = pretrain(series, augment=sp.Observe(steps), output=tmp_path / "here", **how)
    one, other = (load(run).encoder.state_dict() for run in (found, expected))
    assert all(torch.equal(weight, other[name]) for name, weight in one.items())
    assert np.isfinite([w.float().sum() for w in one.values()]).all()
