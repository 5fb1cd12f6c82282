import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from clrseries import Grid, Series
from clrseries.spectra import Normalize, Resample

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("CLRSERIES_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data():
    """Folder of the real data sets; their absence skips a test, but fails it in CI."""
    if not (DATA / "osc_spectra").is_dir():
        message = f"real data not found at {DATA}: set CLRSERIES_TEST_DATA"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return DATA


@pytest.fixture(scope="session")
def stars():
    """MILES and STELIB; without the wheel that carries them a test skips, but fails in CI."""
    from clrseries import InputError, datasets

    try:
        return datasets.miles(), datasets.stelib()
    except InputError as error:
        pytest.fail(str(error)) if os.environ.get("CI") else pytest.skip(str(error))


@pytest.fixture(autouse=True)
def same_weights():
    """Random weights that a test draws are the same whatever tests came before."""
    torch.manual_seed(20261130)


@pytest.fixture
def rng():
    return np.random.default_rng(20261124)


@pytest.fixture
def series(rng):
    """Forty ragged spectra with a line each, gaps and labels."""
    waves, fluxes, ivars, depth = [], [], [], []
    for i in range(40):
        wave = np.linspace(3900 + i, 7000 - i, 900 + 7 * i)
        depth.append(0.2 + 0.6 * (i % 2))
        line = 1 - depth[-1] * np.exp(-0.5 * ((wave - 5000 - 10 * (i % 5)) / 15) ** 2)
        fluxes.append((1 + i % 3) * (line + rng.normal(0, 0.01, len(wave))))
        ivar = np.full(len(wave), 1e4 / (1 + i % 3) ** 2)
        ivar[100:110] = 0
        waves.append(wave)
        ivars.append(ivar)
    kinds = ["deep" if i % 2 else "shallow" for i in range(40)]
    table = pa.table({"object_id": [f"s{i}" for i in range(40)], "kind": kinds, "depth": depth, "z": [0.01] * 40})
    return Series.from_arrays(waves, fluxes, ivars, table)


@pytest.fixture(scope="session")
def grid():
    return Grid.log(4100, 6800, 150)


@pytest.fixture(scope="session")
def plain(grid):
    """The shortest list of steps that trains."""
    return [
        {"Resample": {"grid": grid.to_dict()}},
        {"Noise": {"snr": {"LogUniform": [10, 50]}}},
        {"Normalize": {"by": "mean"}},
    ]


@pytest.fixture(scope="session")
def steps(grid):
    return [Resample(grid), Normalize("mean")]


@pytest.fixture
def power_cut(monkeypatch):
    """Within it, training dies in the second batch of the third epoch."""
    from contextlib import contextmanager

    from clrseries.training.module import Pretraining

    honest = Pretraining.training_step

    def dies(self, batch, index):
        if self.current_epoch == 2 and index == 1:
            raise KeyError("power cut")
        return honest(self, batch, index)

    @contextmanager
    def cut():
        with monkeypatch.context() as patch, pytest.raises(KeyError):
            patch.setattr(Pretraining, "training_step", dies)
            yield

    return cut
