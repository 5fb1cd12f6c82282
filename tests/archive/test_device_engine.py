"""The streams of the GPU engine, on a simulated device: nothing is read early, no slab is filled early, and the embeddings are right."""

import logging
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import InputError, embed
from clrseries.archive.device_embedder import DeviceEmbedder
from clrseries.archive.embedding import Embedding
from clrseries.archive.engine import Embedder
from clrseries.archive.half_precision import fits_half
from clrseries.archive.job import process
from clrseries.archive.slabs import read_rows

from .conftest import curves_table, spectra_table
from .simulated_device import Checked, SimulatedDevice, simulated
from .test_embed import embeddings


def slabs_of(table, sizes):
    found, first = [], 0
    for size in sizes:
        series, _ = read_rows(table.slice(first, size), first)
        found.append(series)
        first += size
    return found


def one_grid(count, seed=0, unit=1.0):
    """Spectra that share their wavelengths."""
    from clrseries import Series

    rng = np.random.default_rng(seed)
    ids = {"object_id": [f"s{seed}{k:03d}" for k in range(count)]}
    flux = rng.normal(1, 0.1, (count, 70)) * unit
    return Series.from_arrays(np.linspace(4000, 7000, 70), flux, np.full((count, 70), 100.0) / unit**2, ids)


def engine_of(model, device, **options):
    checked = replace(model, encoder=Checked(model.encoder, device))
    return DeviceEmbedder(checked, operations=device, **options)


def through(engine, slabs, chance):
    """Take slabs through an engine, its stages in a random order and at most a few items ahead of each other."""
    steps = [(k, a, min(a + engine.batch, len(s))) for k, s in enumerate(slabs) for a in range(0, len(s), engine.batch)]
    loaded: list = []
    viewed: list = []
    coded: list = []
    found: list = []
    while len(found) < len(steps):
        can = []
        if len(loaded) < len(slabs) and len(loaded) < len(found) + 3:
            can.append("load")
        if len(viewed) < len(steps) and steps[len(viewed)][0] < len(loaded):
            can.append("view")
        if len(coded) < len(viewed):
            can.append("encode")
        if len(found) < len(coded):
            can.append("finish")
        match chance.choice(can):
            case "load":
                loaded.append(engine.load(slabs[len(loaded)]))
            case "view":
                k, a, b = steps[len(viewed)]
                viewed.append(engine.views(loaded[k].between(a, b)))
            case "encode":
                coded.append(engine.encode(viewed[len(coded)]))
            case "finish":
                found.append(engine.finish(coded[len(found)]))
    return found


def run(engine, slabs, chance):
    """Return the embeddings of slabs, NaN where an object has none."""
    found = []
    for values, views in through(engine, slabs, chance):
        row = np.full((len(views.good), 8), np.nan, np.float32)
        if values is not None:
            row[views.good] = values
        found.append(row)
    return np.concatenate(found)


def on_host(model, slabs):
    engine = Embedder(model)
    found = []
    for series in slabs:
        values, views = engine.encode(engine.views(series))
        row = np.full((len(series), 8), np.nan, np.float32)
        row[views.good] = values
        found.append(row)
    return np.concatenate(found)


TIMINGS = {
    "seed": st.integers(0, 2**32),
    "sizes": st.lists(st.integers(1, 12), min_size=1, max_size=6),
    "batch": st.integers(1, 9),
    "slabs": st.integers(2, 3),
    "size": st.sampled_from([256, 2048, 8192, 1 << 16]),
}


@settings(deadline=None, max_examples=40)
@given(**TIMINGS, full=st.lists(st.integers(1, 30).map(lambda k: 2 * k), max_size=4))
def test_spectra_whatever_the_timing_and_wherever_memory_is_full(spectrum_model, seed, sizes, batch, slabs, size, full):
    device = SimulatedDevice(seed, fails=set(full).__contains__)
    some = slabs_of(spectra_table(sum(sizes)), sizes)
    with simulated(device):
        found = run(engine_of(spectrum_model, device, batch=batch, slabs=slabs, size=size), some, device.chance)
    np.testing.assert_allclose(found, on_host(spectrum_model, some), rtol=1e-5, atol=1e-6)
    assert len(device.slabs) <= slabs


@settings(deadline=None, max_examples=20)
@given(**TIMINGS)
def test_light_curves_whatever_the_timing(curve_model, seed, sizes, batch, slabs, size):
    device = SimulatedDevice(seed)
    some = [one.with_bands(("g", "r")) for one in slabs_of(curves_table(sum(sizes)), sizes)]
    with simulated(device):
        found = run(engine_of(curve_model, device, batch=batch, slabs=slabs, size=size), some, device.chance)
    np.testing.assert_allclose(found, on_host(curve_model, some), rtol=1e-5, atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(**TIMINGS)
def test_wavelengths_that_all_share_are_copied_once(spectrum_model, seed, sizes, batch, slabs, size):
    device = SimulatedDevice(seed)
    some = [one_grid(count, k) for k, count in enumerate([max(sizes), *sizes])]
    with simulated(device):
        engine = engine_of(spectrum_model, device, batch=batch, slabs=slabs, size=size)
        found = run(engine, some, device.chance)
    np.testing.assert_allclose(found, on_host(spectrum_model, some), rtol=1e-5, atol=1e-6)
    assert device.log.count("launch copies") == 1  # which repeats them


@pytest.mark.parametrize(("ignored", "noticed"), [("wait", "reads before"), ("finish", "filled again")])
def test_a_forgotten_event_is_noticed(spectrum_model, ignored, noticed):
    def attempt(seed):
        device = SimulatedDevice(seed, ignores=(ignored,))
        with simulated(device):
            run(
                engine_of(spectrum_model, device, batch=4, slabs=2, size=2048),
                [one_grid(9, k) for k in range(4)],
                device.chance,
            )

    with pytest.raises(AssertionError, match=noticed):
        for seed in range(20):
            attempt(seed)


def test_views_of_the_next_batch_are_queued_before_the_embeddings_of_this_one_are_awaited(spectrum_model, tmp_path):
    """In the threads of a whole run, on a device that is slow."""
    pq.write_table(spectra_table(330), tmp_path / "a.parquet")
    device = SimulatedDevice(3)
    with simulated(device):
        work = Embedding(spectrum_model, engine=engine_of(spectrum_model, device, batch=50, size=1 << 16))
        process(tmp_path / "a.parquet", work, tmp_path / "out", progress=False)
    embed(spectrum_model, tmp_path / "a.parquet", tmp_path / "host/", progress=False)
    ids, found = embeddings(tmp_path / "out")
    wanted_ids, wanted = embeddings(tmp_path / "host")
    assert ids == wanted_ids
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    views = [k for k, line in enumerate(device.log) if line == "launch views"]
    finished = [k for k, line in enumerate(device.log) if line == "finish results"]
    assert len(views) == len(finished) == 7
    assert all(early < late for early, late in zip(views, finished, strict=True))


def test_memory_that_is_full_halves_the_batch_and_says_so_once(spectrum_model, caplog):
    device = SimulatedDevice()
    some = [one_grid(64)]
    with simulated(device), caplog.at_level(logging.WARNING):
        engine = engine_of(spectrum_model, device, batch=64)
        forward = engine.encoder.forward

        def small(*inputs):
            if len(inputs[0]) > 10:
                import torch

                raise torch.cuda.OutOfMemoryError("simulated")
            return forward(*inputs)

        engine.encoder.forward = small
        found = run(engine, some, device.chance)
    np.testing.assert_allclose(found, on_host(spectrum_model, some), rtol=1e-5, atol=1e-6)
    assert engine.batch == 8 and set(engine.encoder.sizes) == {8}
    assert [record.message for record in caplog.records] == [
        "the memory of the device is full: batches of 32 objects from now on, or fewer"
    ]


def test_one_object_that_does_not_fit_is_an_error(spectrum_model):
    device = SimulatedDevice()
    with simulated(device), pytest.raises(InputError, match="too small for one object"):
        engine = engine_of(spectrum_model, device)
        device.fails = lambda number: True
        engine.views(one_grid(4))


@pytest.mark.parametrize("unit", [1.0, 1e-17, 1e6])
def test_half_the_bits_move_embeddings_by_as_little_as_is_said(spectrum_model, unit):
    device = SimulatedDevice()
    some = [one_grid(20, unit=unit)]
    with simulated(device):
        found = run(engine_of(spectrum_model, device, half=True), some, device.chance)
    wanted = on_host(spectrum_model, some)
    assert 0 < np.abs(found - wanted).max() < 2**-9 * np.abs(wanted).max()


@pytest.mark.parametrize("unit", [1.0, 1e-17, 1e6])
def test_half_the_bits_of_light_curves(curve_model, unit):
    """Flux and ivar have 16 bits on the way to the device, and times all of theirs."""
    device = SimulatedDevice()
    some = [
        replace(series, flux=np.float32(unit) * series.flux, ivar=np.float32(unit**-2) * series.ivar)
        for series in slabs_of(curves_table(40), [15, 25])
    ]
    with simulated(device):
        found = run(engine_of(curve_model, device, half=True), some, device.chance)
    wanted = on_host(curve_model, some)
    offset = 10  # flux of 10 that varies by 1: what is rounded is the flux, and what is seen is its variation
    assert 0 < np.abs(found - wanted).max() < 2**-9 * offset * np.abs(wanted).max()


def test_numbers_beyond_16_bits_are_sent_with_32_and_the_log_says_so(spectrum_model, caplog):
    series = one_grid(20)
    wide = replace(series, ivar=np.where(np.arange(len(series.ivar)) == 77, np.float32(1e6), series.ivar))
    device = SimulatedDevice()
    with simulated(device), caplog.at_level(logging.WARNING):
        engine = engine_of(spectrum_model, device, half=True)
        found = run(engine, [wide, wide], device.chance)
    np.testing.assert_allclose(found, on_host(spectrum_model, [wide, wide]), rtol=1e-5, atol=1e-6)
    assert ["16 bits" in record.message for record in caplog.records] == [True]


@given(
    st.lists(
        st.tuples(st.floats(-7e4, 7e4, width=32), st.one_of(st.just(0.0), st.floats(2**-20, 1e5, width=32))),
        min_size=1, max_size=20,
    )
)  # fmt: skip
def test_what_fits_16_bits_keeps_its_meaning(samples):
    flux, ivar = np.array(samples, np.float32).T
    if not fits_half(flux, ivar):
        assert (np.abs(flux) > 65504).any() or (ivar > 65504).any() or (ivar[ivar > 0] < 2**-14).any()
        return
    again, weight = (array.astype(np.float16).astype(np.float64) for array in (flux, ivar))
    assert (np.abs(weight - ivar) <= 2**-11 * ivar).all() and ((weight > 0) == (ivar > 0)).all()
    assert (np.abs(again - flux) <= 2**-11 * np.abs(flux) + 2**-25).all()
    assert (2**-25 * np.sqrt(ivar) < 1e-5).all()


def test_numbers_that_are_not_finite_do_not_fit():
    one = np.ones(2, np.float32)
    for wrong in (np.nan, np.inf):
        odd = np.array([1, wrong], np.float32)
        assert not fits_half(odd, one) and not fits_half(one, odd)


def test_without_a_device_it_is_an_error(spectrum_model, archive, tmp_path):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a device")
    with pytest.raises(InputError, match="^device 'cuda' needs a CUDA device.*device='cpu'"):
        embed(spectrum_model, archive, tmp_path / "out/", device="cuda", progress=False)
