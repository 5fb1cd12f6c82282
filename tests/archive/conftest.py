import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import Grid, Model, encoders, methods
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.archive import parts


def lists(values, lengths):
    """Return values as lists of 32-bit offsets, as pyarrow and pandas write them."""
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(values))


def spectra_table(count, seed=0, pixels=60):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(pixels, pixels + 20, count)
    wave = np.concatenate([np.linspace(4000, 7000, n) for n in lengths])
    flux = rng.normal(1, 0.1, len(wave)).astype(np.float32)
    samples = {"wavelength": wave, "flux": flux, "ivar": np.full(len(wave), 100, np.float32)}
    about = {
        "object_id": [f"s{k:05d}" for k in range(count)],
        "ra": rng.uniform(0, 360, count),
        "dec": rng.uniform(-90, 90, count),
    }
    return pa.table(about | {name: lists(values, lengths) for name, values in samples.items()})


def curves_table(count, seed=0, points=30, bands=("g", "r")):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(points, points + 20, count)
    time = np.concatenate([np.sort(rng.uniform(59000, 59900, n)) for n in lengths])
    samples = {
        "time": time,
        "flux": rng.normal(10, 1, len(time)).astype(np.float32),
        "flux_err": rng.uniform(0.1, 0.2, len(time)).astype(np.float32),
        "band": np.array(bands)[rng.integers(0, len(bands), len(time))],
    }
    about = {
        "object_id": [f"c{k:05d}" for k in range(count)],
        "ra": rng.uniform(0, 360, count),
        "dec": rng.uniform(-90, 90, count),
    }
    return pa.table(about | {name: lists(values, lengths) for name, values in samples.items()})


def nested(table, name="lightcurve"):
    """Return a table whose lists are in one column of structs of lists, as nested-pandas writes them."""
    inner = [field.name for field in table.schema if pa.types.is_list(field.type)]
    column = pa.StructArray.from_arrays([table[one].combine_chunks() for one in inner], names=inner)
    return table.drop_columns(inner).append_column(name, column)


@pytest.fixture(scope="session")
def spectrum_model():
    import torch

    grid = Grid.log(4100, 6800, 600)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = encoders.ResidualDense(len(grid), embedding_dim=8)
        return Model(
            encoder.eval(), methods.Projector(8, 4).eval(), sp.Observe([sp.Resample(grid), sp.Normalize("mean")])
        )


@pytest.fixture(scope="session")
def curve_model():
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=8)
        observe = lc.Observe([lc.Pack(64), lc.Normalize("band")])
        return Model(encoder.eval(), methods.Projector(8, 4).eval(), observe, bands=("g", "r"))


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of 100 objects and slabs of about 80."""
    monkeypatch.setattr(parts, "PART_ROWS", 100)
    monkeypatch.setattr(parts, "SLAB_BYTES", 80 * 1250)


@pytest.fixture
def archive(tmp_path):
    """A file of 330 spectra in row groups of 120."""
    pq.write_table(spectra_table(330), tmp_path / "spectra.parquet", row_group_size=120)
    return tmp_path / "spectra.parquet"
