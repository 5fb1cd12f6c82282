"""Archives beside what bounds them: the encoder in memory, a plain rewrite by pyarrow, and a loop over specutils.

python benchmarks/archive.py [--objects 20000] [--repeats 3] [--memory 10000 100000 1000000]

The cases of a table take turns, and the best of the repeats is printed, with the ratio to the first case. Peak memory is measured in processes
of their own.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from clrseries import Grid, Model, embed, encoders, methods, preprocess, read_light_curves, read_spectra
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.model.stages import BATCH, encoded, prepared

PIXELS, POINTS, LOOPED = 2000, 100, 40
GRID = Grid.log(3700, 7200, 120)


def lists(values: Any, length: int) -> pa.Array:
    offsets = pa.array(np.arange(0, len(values) + 1, length), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(values))


def write_spectra(path: Path, objects: int, pixels: int = PIXELS, chunk: int = 5000) -> None:
    """Write spectra of float noise around 1, in row groups of a few thousand."""
    rng = np.random.default_rng(0)
    wavelength = np.linspace(3600, 7400, pixels)
    writer = None
    for first in range(0, objects, chunk):
        count = min(chunk, objects - first)
        samples = {
            "wavelength": np.tile(wavelength, count),
            "flux": rng.normal(1, 0.05, count * pixels).astype(np.float32),
            "ivar": np.full(count * pixels, 400, np.float32),
        }
        about = {
            "object_id": [f"s{first + k:08d}" for k in range(count)],
            "ra": rng.uniform(0, 360, count),
            "dec": rng.uniform(-90, 90, count),
        }
        table = pa.table(about | {name: lists(values, pixels) for name, values in samples.items()})
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def write_curves(path: Path, objects: int) -> None:
    """Write light curves in one nested column, as LSDB does."""
    rng = np.random.default_rng(0)
    size = objects * POINTS
    times = np.sort(rng.uniform(59000, 60000, (objects, POINTS)), axis=1).ravel()
    inner = {
        "mjd": lists(times, POINTS),
        "flux": lists(rng.normal(10, 1, size).astype(np.float32), POINTS),
        "flux_err": lists(rng.uniform(0.1, 0.2, size).astype(np.float32), POINTS),
        "band": lists(np.array(["g", "r"])[rng.integers(0, 2, size)], POINTS),
    }
    column = pa.StructArray.from_arrays(list(inner.values()), names=list(inner))
    about = {
        "object_id": [f"c{k:08d}" for k in range(objects)],
        "ra": rng.uniform(0, 360, objects),
        "dec": rng.uniform(-90, 90, objects),
    }
    pq.write_table(pa.table(about | {"lightcurve": column}), path, row_group_size=5000, compression="zstd")


def spectrum_model(encoder: str) -> Model:
    network: Any = (
        encoders.ConvNeXt1d(GRID.centers, size="tiny", embedding_dim=128)
        if encoder == "convnext1d"
        else encoders.ResidualDense(len(GRID), width=64, embedding_dim=16)
    )
    return Model(
        network.eval(), methods.Projector(network.embedding_dim).eval(), sp.Observe([sp.Resample(GRID), sp.Normalize()])
    )


def curve_model() -> Model:
    network = encoders.CurveConv(size="tiny", bands=2, embedding_dim=128)
    observe = lc.Observe([lc.Pack(POINTS), lc.Normalize("band")])
    return Model(network.eval(), methods.Projector(128).eval(), observe, bands=("g", "r"))


Times = dict[str, tuple[float, float]]


def timed(cases: dict[str, Callable[[], Any]], repeats: int, objects: dict[str, int]) -> Times:
    """Return the best time for one object of each case, by the clock and of all cores together [s]; the cases take turns."""
    for case in cases.values():
        case()
    best = dict.fromkeys(cases, (np.inf, np.inf))
    for _ in range(repeats):
        for name, case in cases.items():
            began, busy = time.perf_counter(), time.process_time()
            case()
            busy, began = time.process_time() - busy, time.perf_counter() - began
            best[name] = (min(best[name][0], began / objects[name]), min(best[name][1], busy / objects[name]))
    return best


def show(title: str, best: Times) -> None:
    print(f"\n{title}\n\n| | objects/s | ratio | ratio of the time of all cores |\n| --- | ---: | ---: | ---: |")
    wall, busy = next(iter(best.values()))
    for name, (seconds, worked) in best.items():
        print(f"| {name} | {1 / seconds:,.0f} | {wall / seconds:.2f} | {busy / worked:.2f} |", flush=True)


def fresh(folder: Path, number: list[int] = [0]) -> Path:  # noqa: B006 - counts the outputs
    number[0] += 1
    return folder / f"out{number[0]}"


def embedding(folder: Path, objects: int, repeats: int) -> None:
    """Embed archives beside the encoder alone, on views that are in memory, and beside views and encoder in memory."""
    write_curves(folder / "curves.parquet", objects)
    write_spectra(folder / "some.parquet", objects // 20)
    plain = pq.read_table(folder / "curves.parquet")
    flat = plain.drop_columns(["lightcurve"])
    for field in plain["lightcurve"].type:
        name = "time" if field.name == "mjd" else field.name
        flat = flat.append_column(name, pa.compute.struct_field(plain["lightcurve"], field.name))
    for title, path, model, series in (
        (
            "spectra, convnext1d tiny",
            folder / "some.parquet",
            spectrum_model("convnext1d"),
            read_spectra(folder / "some.parquet"),
        ),
        ("light curves, curve_conv tiny", folder / "curves.parquet", curve_model(), read_light_curves(flat)),
    ):
        series = series.with_bands(model.bands) if model.bands else series
        observe = model.observe.deterministic()
        views = [
            prepared(observe, series.between(k, min(k + BATCH, len(series))), model)
            for k in range(0, len(series), BATCH)
        ]
        none = torch.nn.Identity()
        cases: dict[str, Callable[[], Any]] = {
            "the encoder alone, views in memory": lambda: [encoded(model.encoder, none, one) for one in views],  # noqa: B023
            "model.embed, data in memory": lambda: model.embed(series),  # noqa: B023
            "embed, from the archive": lambda: embed(model, path, fresh(folder), progress=False),  # noqa: B023
        }
        show(title, timed(cases, repeats, dict.fromkeys(cases, len(series))))


def rewritten(path: Path, output: Path, **options: Any) -> None:
    """Read a Parquet file and write it again, a row group at a time."""
    file = pq.ParquetFile(path)
    with pq.ParquetWriter(output, file.schema_arrow, **options) as writer:
        for batch in file.iter_batches(5000):
            writer.write_batch(batch)


def looped(path: Path) -> None:
    """Resample and normalize spectra with specutils, one after the other."""
    from astropy import units
    from astropy.nddata import InverseVariance
    from specutils import Spectrum
    from specutils.manipulation import FluxConservingResampler

    table = pq.ParquetFile(path).read_row_group(0).slice(0, LOOPED)
    grid = GRID.centers * units.AA
    resample = FluxConservingResampler(extrapolation_treatment="zero_fill")
    for row in table.to_pylist():
        spectrum = Spectrum(
            spectral_axis=np.array(row["wavelength"]) * units.AA, flux=np.array(row["flux"]) * units.one,
            uncertainty=InverseVariance(np.array(row["ivar"])),
        )  # fmt: skip
        found = resample(spectrum, grid)
        found / np.mean(found.flux.value)


def preprocessing(folder: Path, objects: int, repeats: int) -> None:
    """Bring spectra onto one grid, beside a plain rewrite and beside specutils."""
    path = folder / "spectra.parquet"
    write_spectra(path, objects)
    steps = [{"Resample": {"grid": GRID.to_dict()}}, {"Normalize": {"by": "mean"}}]
    cases: dict[str, Callable[[], Any]] = {
        "pyarrow reads and writes, zstd": lambda: rewritten(path, folder / "again.parquet", compression="zstd"),
        "the same with the defaults (snappy)": lambda: rewritten(path, folder / "again.parquet"),
        "the same, zstd, floats as they are": lambda: rewritten(
            path, folder / "again.parquet", compression="zstd", compression_level=1, use_dictionary=False
        ),
        "preprocess": lambda: preprocess(steps, path, fresh(folder), progress=False),
        "a loop over specutils": lambda: looped(path),
    }
    counts = dict.fromkeys(cases, objects) | {"a loop over specutils": LOOPED}
    best = timed(cases, repeats, counts)
    show(f"preprocessing, {PIXELS} pixels to {len(GRID)}", best)
    print(
        f"\npreprocess is {best['a loop over specutils'][0] / best['preprocess'][0]:,.0f} times as fast as the loop over specutils"
    )


def memory(folder: Path, counts: list[int]) -> None:
    """Embed archives of growing size, each in a process of its own."""
    print("\npeak memory\n\n| objects | MB to read | peak [MB] |\n| ---: | ---: | ---: |")
    for count in counts:
        path = folder / f"{count}.parquet"
        write_spectra(path, count, pixels=100, chunk=100_000)
        size = count * 100 * 16 / 1e6
        command = [sys.executable, __file__, "--child", str(path), str(fresh(folder))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(f"| {count:,} | {size:,.0f} | {int(done.stdout.split()[-1]) / 1e3:,.0f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.child:
        torch.manual_seed(0)
        embed(spectrum_model("dense"), options.child[0], f"{options.child[1]}/", progress=False)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    with tempfile.TemporaryDirectory() as there:
        embedding(Path(there), options.objects, options.repeats)
        preprocessing(Path(there), options.objects // 4, options.repeats)
        memory(Path(there), options.memory)


if __name__ == "__main__":
    main()
