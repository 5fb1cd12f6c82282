"""The GPU engine on a device, with streams that are late at random: `make gpu` runs this."""

import random

import numpy as np
import pytest
import torch

from clrseries import embed, preprocess
from clrseries.archive.device_embedder import DeviceEmbedder
from clrseries.archive.device_observer import DeviceObserver
from clrseries.archive.device_operations import CudaOperations
from clrseries.config import composition

from .conftest import curves_table, spectra_table
from .test_device_engine import on_host, one_grid, run, slabs_of, through
from .test_device_observer import alike as same_views
from .test_embed import embeddings
from .test_preprocess import CURVES, SPECTRA, read

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device and torch with CUDA"),
]
CYCLES = 2_000_000  # about a millisecond


class LateOperations(CudaOperations):
    """Each stream of the device pauses at random before it copies or computes."""

    def __init__(self, seed):
        super().__init__(torch.device("cuda", torch.cuda.current_device()))
        self.chance = random.Random(seed)

    def pause(self, stream):
        with torch.cuda.stream(stream):
            torch.cuda._sleep(self.chance.choice((0, 0, CYCLES)))

    def copy(self, there, here, stream):
        self.pause(stream)
        super().copy(there, here, stream)

    def launch(self, stream, call, reads=()):
        self.pause(stream)
        return super().launch(stream, call, reads)

    def back(self, tensor, stream):
        self.pause(stream)
        return super().back(tensor, stream)


def alike(found, wanted):
    np.testing.assert_allclose(
        found, wanted, rtol=2e-3, atol=2e-3 * np.abs(wanted).max()
    )  # TF32, and sums in another order


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["spectra", "one grid", "light curves"])
def test_embeddings_are_those_of_the_host_whatever_the_timing(spectrum_model, curve_model, kind, seed):
    sizes = [12, 5, 30, 7, 21]
    if kind == "one grid":
        model, slabs = spectrum_model, [one_grid(count, k) for k, count in enumerate(sizes)]
    elif kind == "spectra":
        model, slabs = spectrum_model, slabs_of(spectra_table(sum(sizes)), sizes)
    else:
        model = curve_model
        slabs = [one.with_bands(("g", "r")) for one in slabs_of(curves_table(sum(sizes)), sizes)]
    device = LateOperations(seed)
    engine = DeviceEmbedder(model, operations=device, batch=8, slabs=2, size=4096, half=False)
    alike(run(engine, slabs, device.chance), on_host(model, slabs))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["spectra", "light curves"])
def test_views_are_those_of_the_host_whatever_the_timing(kind, seed):
    sizes = [12, 5, 30, 7, 21]
    table = spectra_table(sum(sizes)) if kind == "spectra" else curves_table(sum(sizes))
    slabs = slabs_of(table, sizes)
    slabs = slabs if kind == "spectra" else [one.with_bands(("g", "r")) for one in slabs]
    observe, device = composition(SPECTRA if kind == "spectra" else CURVES), LateOperations(seed)
    engine = DeviceObserver(observe, 5, operations=device, batch=8, slabs=2, size=4096)
    same_views(through(engine, slabs, device.chance), observe, slabs, 5)


def test_half_the_bits(spectrum_model):
    slabs = [one_grid(20, unit=1e-17)]
    found = run(DeviceEmbedder(spectrum_model, half=True), slabs, random.Random(0))
    alike(found, on_host(spectrum_model, slabs))


def test_memory_that_is_full_halves_the_batch(spectrum_model):
    slabs = [one_grid(64)]
    engine = DeviceEmbedder(spectrum_model, batch=64)
    forward = engine.encoder.forward

    def greedy(*inputs):
        if len(inputs[0]) > 10:
            torch.empty(1 << 50, dtype=torch.uint8, device="cuda")
        return forward(*inputs)

    engine.encoder.forward = greedy
    alike(run(engine, slabs, random.Random(0)), on_host(spectrum_model, slabs))
    assert engine.batch == 8


def test_a_whole_run(spectrum_model, archive, small_parts, tmp_path):
    ids, found = embeddings(embed(spectrum_model, archive, tmp_path / "gpu/", device="cuda", progress=False))
    wanted_ids, wanted = embeddings(embed(spectrum_model, archive, tmp_path / "cpu/", progress=False))
    assert ids == wanted_ids
    alike(found, wanted)


def test_a_whole_run_of_preprocess(archive, small_parts, tmp_path):
    found = read(preprocess(SPECTRA, archive, tmp_path / "gpu/", device="cuda", progress=False))
    wanted = read(preprocess(SPECTRA, archive, tmp_path / "cpu/", progress=False))
    assert found["object_id"].equals(wanted["object_id"])
    for name in ("flux", "ivar"):
        alike(np.stack(found[name].to_numpy()), np.stack(wanted[name].to_numpy()))
