"""The costs of one object of an archive, measured and counted on this machine, from which scale.py computes those of surveys."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from archive import lists
from torch.utils.flop_counter import FlopCounterMode

from clrseries import Grid, Model, embed, encoders, methods
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.archive.catalog import catalog_of
from clrseries.archive.embedding import Embedding
from clrseries.archive.engine import Embedder
from clrseries.archive.loading import Loader
from clrseries.archive.part_writer import PartWriter
from clrseries.archive.parts import parts_of, sources_of
from clrseries.archive.slabs import slabs
from clrseries.archive.work import Result

PIXELS, POINTS, DIM = 7800, 300, 128
FEW = 32  # objects that an encoder is timed with


@dataclass
class Kind:
    """What was measured and counted for one kind of data."""

    name: str
    objects: float  # of the archive that is asked about
    samples: int
    sample_bytes: int  # of one pixel or point in the memory of the host
    sent: dict[str, int]  # bytes of one that go to a device
    costs: dict[str, float]  # seconds of one core for one object
    stored: float  # bytes of one object in the archive
    written: float  # bytes of one object of the output
    flops: dict[str, float]  # of the encoder, by size
    moved: dict[str, float]  # bytes that the layers of the encoder read and write, by size
    views_on_gpu: float = 0.0  # [s], at best


def write_noise(path: Path, count: int, samples: int, curves: bool) -> None:
    """Write noise: spectra on one grid, or light curves in two bands."""
    rng = np.random.default_rng(0)
    size = count * samples
    flux = rng.normal(1, 0.1, size).astype(np.float32)
    columns: dict[str, Any] = {"object_id": [f"o{k:08d}" for k in range(count)]}
    columns |= {"ra": rng.uniform(0, 360, count), "dec": rng.uniform(-90, 90, count)}
    if curves:
        times = np.sort(rng.uniform(59000, 62000, (count, samples)), axis=1).ravel()
        error = rng.uniform(0.05, 0.2, size).astype(np.float32)
        band = pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, 2, size).astype(np.int8)), pa.array(["g", "r"]))
        columns |= {"time": lists(times, samples), "flux": lists(flux, samples), "flux_err": lists(error, samples)}
        columns |= {"band": lists(band, samples)}
    else:
        ivar = rng.uniform(50, 200, size).astype(np.float32)
        wavelength = np.tile(np.linspace(3600, 9824, samples), count)
        columns |= {
            "wavelength": lists(wavelength, samples),
            "flux": lists(flux, samples),
            "ivar": lists(ivar, samples),
        }
    pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=max(1, 2**26 // (16 * samples)))


def model_of(curves: bool, size: str) -> Model:
    if curves:
        observe: Any = lc.Observe([lc.Pack(POINTS), lc.Normalize("band")])
        encoder: Any = encoders.CurveConv(size=size, bands=2, embedding_dim=DIM)
    else:
        grid = Grid.log(3600, 9824, velocity=38.6)  # about as many pixels as there are
        observe = sp.Observe([sp.Resample(grid), sp.Normalize()])
        encoder = encoders.ConvNeXt1d(grid.centers, size=size, embedding_dim=DIM)
    return Model(encoder.eval(), methods.Projector(DIM).eval(), observe, bands=("g", "r") if curves else ())


def kind_name(curves: bool) -> str:
    return "light curves" if curves else "spectra"


def timed(call: Callable[[], object], objects: int, repeats: int) -> float:
    """Return the seconds of all cores together for one object: the best of several repetitions, after one to warm up."""
    call()
    best = np.inf
    for _ in range(repeats):
        began = time.process_time()
        call()
        best = min(best, (time.process_time() - began) / objects)
    return float(best)


class Nothing:
    """Operations of a device that does nothing, to time what the host does."""

    def pinned(self, size: int) -> torch.Tensor:
        return torch.zeros(size, dtype=torch.uint8)

    def stream(self) -> None: ...

    def empty(self, size: int, stream: Any) -> torch.Tensor:
        return torch.empty(size, dtype=torch.uint8)

    def copy(self, there: Any, here: Any, stream: Any) -> None: ...

    def launch(self, stream: Any, call: Callable[[], Any], reads: Any = ()) -> Any:
        return torch.empty(0), torch.empty(0)

    def back(self, tensor: torch.Tensor, stream: Any) -> torch.Tensor:
        return tensor

    def record(self, stream: Any) -> None: ...

    def wait(self, stream: Any, event: Any) -> None: ...

    def finish(self, event: Any) -> None: ...

    def relieve(self) -> None: ...


class SharedLoader(Loader):
    """A loader whose wavelengths are on the device already."""

    def _resident(self, one: Any, count: int) -> torch.Tensor:
        return torch.empty(0)


def counted(model: Model, views: Any) -> tuple[float, float]:
    """Return the floating-point operations of the encoder for one object, and the bytes that its layers read and write."""
    inputs = tuple(part[:8] for part in views.inputs)
    moved = 0

    def hook(module: Any, given: Any, made: Any) -> None:
        nonlocal moved
        moved += sum(part.nbytes for part in (*given, made) if isinstance(part, torch.Tensor))

    handles = [
        layer.register_forward_hook(hook)
        for layer in model.encoder.modules()
        if not any(True for _ in layer.children())
    ]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.encoder(*inputs)
    for handle in handles:
        handle.remove()
    return counter.get_total_flops() / len(inputs[0]), moved / len(inputs[0])


def measured(folder: Path, count: int, repeats: int, curves: bool) -> Kind:
    """Time the stages one after the other."""
    samples = POINTS if curves else PIXELS
    path = folder / f"{curves}.parquet"
    write_noise(path, count, samples, curves)
    catalog = catalog_of(path)
    parts = parts_of(catalog, sources_of(catalog))
    models = {size: model_of(curves, size) for size in ("tiny", "small")}
    work = Embedding(models["tiny"])
    admitted = [work.admit(slab.series)[0] for slab in slabs(parts) if slab.series is not None]
    read = [series for series in admitted if series is not None]
    costs = {"read": timed(lambda: list(slabs(parts)), count, repeats)}
    for name, half in (("fill slabs", False), ("fill slabs, 16 bits", True)):
        loader = SharedLoader(Nothing(), models["tiny"].observe._tidy, half)
        costs[name] = timed(lambda: [loader.load(series) for series in read], count, repeats)  # noqa: B023
    engine = Embedder(models["tiny"])
    batches = [
        series.between(k, min(k + engine.batch, len(series)))
        for series in read
        for k in range(0, len(series), engine.batch)
    ]
    views = [engine.views(one) for one in batches]
    costs["views"] = timed(lambda: [engine.views(one) for one in batches], count, repeats)
    few = [engine.views(read[0].between(0, min(FEW, len(read[0]))))]
    objects = len(few[0].good)
    flops, moved = {}, {}
    for size, model in models.items():
        own = Embedder(model)
        print(kind_name(curves), size, file=sys.stderr)
        costs[f"encoder, {size}"] = timed(lambda: [own.encode(one) for one in few], objects, max(repeats // 2, 1))  # noqa: B023
        flops[size], moved[size] = counted(model, views[0])
    found = np.zeros((len(read[0]), DIM), np.float32)
    done = few[0]._replace(inputs=(), good=np.ones(len(read[0]), bool), reasons={})

    def write() -> None:
        writer = PartWriter(folder, "dataset/timed.parquet")
        writer.write(work.table(read[0], [Result(0, len(read[0]), (found, done))])[0])
        writer.finish()

    costs["write"] = timed(write, len(read[0]), repeats)
    out = embed(models["tiny"], path, f"{folder}/{curves}/", progress=False)
    written = sum(file.stat().st_size for file in out.rglob("dataset/**/*.parquet")) / count
    number = iter(range(100))
    costs["whole run, tiny"] = timed(
        lambda: embed(models["tiny"], path, f"{folder}/{curves}{next(number)}/", progress=False), count, 1
    )
    sent = (
        {"as they are": 17, "16 bits": 13} if curves else {"as they are": 16, "shared wavelengths": 8, "and 16 bits": 4}
    )
    name, asked = kind_name(curves), 1e9 if curves else 1e7
    stored = path.stat().st_size / count
    return Kind(name, asked, samples, 17 if curves else 16, sent, costs, stored, written, flops, moved)


def matrix_rate() -> float:
    """Return the floating-point operations in a second of a large product of matrices, on one core."""
    a = torch.randn(2048, 2048)
    return 2 * 2048**3 / timed(lambda: a @ a, 1, 5)
