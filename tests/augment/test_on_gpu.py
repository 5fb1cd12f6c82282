"""What only a device can show: `make gpu` runs this."""

import threading
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import Grid, load, pretrain
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment.on_host import moved

from ..lightcurves import every_step as curve_steps
from ..spectra import every_step as spectrum_steps

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device and torch with CUDA"),
]


def to(device):
    return lambda array: torch.from_numpy(np.array(array)).to(device)


def assert_alike(found, expected):
    for one, other in zip(found.inputs, expected.inputs, strict=True):
        np.testing.assert_allclose(one.cpu().numpy(), other, rtol=2e-5, atol=2e-5 * np.abs(other).max())


def test_light_curves_on_a_device_stay_there():
    steps = curve_steps.compositions()["whole"]
    found: Any = lc.Observe(steps)(moved(curve_steps.stars(), to("cuda:0")), 2, 3)
    assert found.backend == "cuda" and all(array.is_cuda for array in found.torch())
    assert_alike(found, lc.Observe(steps, "cpu")(curve_steps.stars(), 2, 3))


def test_the_last_device_in_another_thread_and_stream():
    device = torch.device("cuda", torch.cuda.device_count() - 1)
    steps, made = spectrum_steps.compositions()["continuum"], []

    def make():
        with torch.cuda.stream(torch.cuda.Stream(device)):
            made.append(sp.Observe(steps)(moved(spectrum_steps.spectra(), to(device)), 2, 3))
            torch.cuda.current_stream(device).synchronize()

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert made[0].flux.device == device
    assert_alike(made[0], sp.Observe(steps, "cpu")(spectrum_steps.spectra(), 2, 3))


def test_rows_longer_than_shared_memory():
    steps = [sp.Resample(Grid.linear(4100, 7900, 0.16)), sp.Noise(20.0), sp.Normalize()]
    series = spectrum_steps.spectra(20)
    found: Any = sp.Observe(steps, "cuda")(series, 2, 3)
    assert found.flux.shape[-1] > 23000
    assert_alike(found, sp.Observe(steps, "cpu")(series, 2, 3))


def test_flux_in_erg_through_a_step_of_the_user_s_own():
    from .test_device import in_erg

    series, steps = in_erg(spectrum_steps.spectra()), spectrum_steps.compositions()["whole, median"]
    assert_alike(sp.Observe(steps, "cuda")(series, 2, 3), sp.Observe(steps, "cpu")(series, 2, 3))


def test_cupy_arrays_are_taken_and_given_back():
    cupy: Any = pytest.importorskip("cupy")
    steps = spectrum_steps.compositions()["plain"]
    found: Any = sp.Observe(steps)(moved(spectrum_steps.spectra(), cupy.asarray), 2, 3)
    assert isinstance(found.flux, cupy.ndarray) and found.torch()[0].is_cuda
    np.testing.assert_allclose(
        found.flux.get(), sp.Observe(steps, "cpu")(spectrum_steps.spectra(), 2, 3).flux, rtol=2e-5
    )


def test_a_training_with_views_from_the_device(series, tmp_path):
    steps = [sp.Resample(Grid.log(4100, 6500, 300)), sp.Noise(20.0), sp.Normalize()]
    how: dict[str, Any] = {
        "encoder": {"resnet1d": {"width": 8, "embedding_dim": 16}}, "batch_size": 20, "epochs": 3, "progress": False,
    }  # fmt: skip
    losses = []
    for backend in ("cuda", "cpu"):
        run = pretrain(series, tmp_path / backend, augment=sp.Observe(steps, backend), **how)
        losses.append(np.genfromtxt(tmp_path / backend / "metrics.csv", delimiter=",", names=True)["loss"])
        assert np.isfinite(load(run).embed(series)).all()
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)  # views differ by rounding
