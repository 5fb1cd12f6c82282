"""Every encoder: shapes, masks, sizes, bfloat16, torch.compile and ONNX."""

import numpy as np
import pytest
import torch

from clrseries import Grid, InputError
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.encoders import (
    ENCODERS,
    LIGHT_CURVE_ENCODERS,
    ConvNeXt1d,
    CurveConv,
    CurveTCN,
    CurveTransformer,
    SpectrumTransformer,
    build_encoder,
)

PATCHED = {"spectrum_transformer": SpectrumTransformer, "convnext1d": ConvNeXt1d}
WAVES = np.linspace(4000, 7000, 320)


def curves(batch=3, length=40, seed=0):
    """Views of light curves; the last ten places of the second are empty."""
    rng = np.random.default_rng(seed)
    time = torch.tensor(np.sort(rng.uniform(0, 500, (batch, length))), dtype=torch.float32)
    flux = torch.tensor(rng.normal(0, 1, (batch, length)), dtype=torch.float32)
    ivar = torch.tensor(rng.uniform(1, 9, (batch, length)), dtype=torch.float32)
    band = torch.tensor(rng.integers(0, 2, (batch, length)), dtype=torch.int8)
    for array in (time, flux, ivar, band):
        array[1, -10:] = 0
    return time, flux, ivar, band


def spectra(batch=3, pixels=320, seed=0):
    rng = np.random.default_rng(seed)
    flux = torch.tensor(1 + 0.1 * rng.normal(size=(batch, pixels)), dtype=torch.float32)
    ivar = torch.full((batch, pixels), 100.0)
    ivar[1, 40:90] = 0
    return flux, ivar


def made(name, size="tiny", embedding=24):
    """An encoder and a batch for it."""
    torch.manual_seed(0)
    if name in LIGHT_CURVE_ENCODERS:
        extra = {"start": 0.0, "stop": 500.0, "folded": False} if name == "curve_conv" else {}
        return LIGHT_CURVE_ENCODERS[name](2, size, embedding, **extra).eval(), curves()
    return PATCHED[name](WAVES, size, embedding).eval(), spectra()


NAMES = [*LIGHT_CURVE_ENCODERS, *PATCHED]


@pytest.mark.parametrize("name", NAMES)
def test_shapes_sizes_and_gradients(name):
    counts = [sum(p.numel() for p in made(name, size)[0].parameters()) for size in ("tiny", "small", "base")]
    assert 1e5 < counts[0] < counts[1] / 2 < counts[2] / 4 and counts[2] < 8e6
    encoder, batch = made(name)
    out = encoder(*batch)
    assert out.shape == (3, 24) and encoder.embedding_dim == 24 and torch.isfinite(out).all()
    encoder.train()(*batch).square().sum().backward()
    for parameter in encoder.parameters():
        assert parameter.grad is not None and torch.isfinite(parameter.grad).all()
    with pytest.raises(InputError, match="size is one of tiny, small, base; got 'huge'"):
        made(name, "huge")


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_where_ivar_is_zero_does_not_matter_and_all_else_does(name):
    encoder, batch = made(name)
    base = encoder(*batch)
    ivar = batch[-2] if name in LIGHT_CURVE_ENCODERS else batch[1]
    for k, array in enumerate(batch):
        if array is ivar:
            continue
        hidden = [a.clone() for a in batch]
        hidden[k][ivar == 0] = 1 if array.dtype == torch.int8 else 77.0
        torch.testing.assert_close(encoder(*hidden), base, rtol=1e-4, atol=1e-5)
        changed = [a.clone() for a in batch]
        changed[k] = 1 - array if array.dtype == torch.int8 else array * torch.linspace(1, 1.5, array.shape[1])
        assert not torch.allclose(encoder(*changed), base, atol=1e-4)
    less = [a.clone() for a in batch]
    less[-2 if name in LIGHT_CURVE_ENCODERS else 1][:, :20] = 0
    assert not torch.allclose(encoder(*less), base, atol=1e-4)


@pytest.mark.parametrize("name", LIGHT_CURVE_ENCODERS)
def test_padding_and_order_of_the_batch_do_not_matter_and_an_empty_curve_is_finite(name):
    encoder, batch = made(name)
    base = encoder(*batch)
    longer = [torch.nn.functional.pad(a, (0, 25)) for a in batch]
    torch.testing.assert_close(encoder(*longer), base, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(encoder(*(a.flip(0) for a in batch)).flip(0), base, rtol=1e-4, atol=1e-5)
    assert torch.isfinite(encoder(*(torch.zeros_like(a) for a in batch))).all()


@pytest.mark.parametrize("pool", ["cls", "mean", "moments", "attention"])
def test_the_transformer_sees_a_set_and_times_and_bands(pool):
    torch.manual_seed(0)
    encoder, batch = CurveTransformer(2, "tiny", 16, pool).eval(), curves()
    base = encoder(*batch)
    order = torch.randperm(40)
    torch.testing.assert_close(encoder(*(a[:, order] for a in batch)), base, rtol=1e-3, atol=1e-4)
    time, flux, ivar, band = batch
    assert not torch.allclose(encoder(time + 3.0, flux, ivar, band), base, atol=1e-4)
    with pytest.raises(InputError, match="pool is one of"):
        CurveTransformer(2, pool="max")


def test_levels_and_what_varies_are_told_apart():
    encoder, (time, flux, ivar, band) = made("curve_transformer")
    encoder.standardize.fit(time, flux, ivar, band)
    points, levels = encoder.standardize(flux + 3.0, ivar, band)
    same, moved = encoder.standardize(flux, ivar, band)
    torch.testing.assert_close(points, same, rtol=1e-3, atol=1e-4)
    assert (moved[:, :2] < levels[:, :2]).all() and (levels[:, 2:] == 1).all()
    good = ivar > 0
    for b in (0, 1):
        inside = flux[0][good[0] & (band[0] == b)]
        assert levels[0, b] == pytest.approx(
            float((inside.mean() + 3 - encoder.standardize.mean[b]) / encoder.standardize.scatter[b]), abs=1e-4
        )


def test_a_folded_curve_has_no_beginning():
    torch.manual_seed(0)
    encoder = CurveConv(1, "tiny", 16, bins=32).eval()
    phase = torch.rand(2, 200)
    flux = torch.sin(2 * torch.pi * phase)
    one, zero = torch.ones_like(phase), torch.zeros(2, 200, dtype=torch.int8)
    later = (phase + 8 / 32) % 1.0
    torch.testing.assert_close(encoder(later, flux, one, zero), encoder(phase, flux, one, zero), rtol=1e-3, atol=1e-4)
    with pytest.raises(InputError, match="at least 4 bins"):
        CurveConv(1, bins=2)


def test_bins_hold_weighted_means():
    encoder = CurveConv(2, "tiny", 16, bins=4, start=0.0, stop=4.0, folded=False)
    time = torch.tensor([[0.1, 0.2, 1.5, 3.9, 9.0]])
    value = torch.tensor([[1.0, 4.0, 2.0, 5.0, 7.0]])
    ivar = torch.tensor([[2.0, 1.0, 1.0, 1.0, 3.0]])
    band = torch.tensor([[0, 0, 1, 0, 0]])
    maps = encoder.binned(time, value, ivar, band)
    assert maps.shape == (1, 4, 4)  # two means, two S/N
    torch.testing.assert_close(maps[0, 0], torch.tensor([2.0, 0.0, 0.0, 6.5]))
    torch.testing.assert_close(maps[0, 1], torch.tensor([0.0, 2.0, 0.0, 0.0]))
    torch.testing.assert_close(maps[0, 2], torch.log1p(torch.tensor([3.0, 0.0, 0.0, 4.0]).sqrt()) / 3)


def test_the_tcn_sees_order_and_distance():
    encoder, (time, flux, ivar, band) = made("curve_tcn")
    base = encoder(time, flux, ivar, band)
    torch.testing.assert_close(encoder(time + 9.0 * (ivar > 0), flux, ivar, band)[0], base[0], rtol=1e-3, atol=1e-4)
    assert not torch.allclose(encoder(time * 2, flux, ivar, band), base, atol=1e-4)


@pytest.mark.parametrize("name", PATCHED)
def test_one_model_takes_several_grids(name):
    encoder, (flux, ivar) = made(name)
    base = encoder(flux, ivar)
    own = torch.tensor(WAVES, dtype=torch.float32)
    torch.testing.assert_close(encoder(flux, ivar, own), base)
    torch.testing.assert_close(encoder(flux, ivar, own.expand(3, -1)), base, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(encoder(flux, ivar, own * 1.1), base, atol=1e-4)
    assert encoder(flux[:, :200], ivar[:, :200], own[:200]).shape == (3, 24)
    torch.testing.assert_close(encoder(5 * flux, ivar / 25), base, rtol=1e-3, atol=1e-4)  # the unit of flux
    with pytest.raises(InputError, match="320 pixels and the wavelengths 200"):
        encoder(flux, ivar, own[:200])
    with pytest.raises(InputError, match="at least"):
        PATCHED[name](WAVES[:4])


@pytest.mark.parametrize("name", NAMES)
def test_bfloat16_is_close(name):
    encoder, batch = made(name)
    base = encoder(*batch)
    with torch.autocast("cpu", torch.bfloat16):
        close = encoder(*batch)
    assert torch.isfinite(close).all()
    assert torch.nn.functional.cosine_similarity(close.float(), base).min() > 0.995


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_compiled_is_the_same(name):
    encoder, batch = made(name)
    compiled = torch.compile(encoder, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(*batch), encoder(*batch), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_onnx_gives_the_same_for_any_batch(name, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    encoder, batch = made(name)
    batch_size = torch.export.Dim("batch", min=2, max=1024)
    program = torch.onnx.export(
        encoder, batch, dynamo=True, dynamic_shapes=tuple({0: batch_size} for _ in batch), verbose=False
    )
    assert program is not None
    program.save(tmp_path / "encoder.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "encoder.onnx", providers=["CPUExecutionProvider"])
    more = [torch.cat([a, a[:2]]) for a in batch]
    fed = {i.name: a.numpy() for i, a in zip(session.get_inputs(), more, strict=True)}
    np.testing.assert_allclose(session.run(None, fed)[0], encoder(*more).detach().numpy(), rtol=2e-3, atol=2e-4)


def test_build_encoder_fits_the_composition():
    of_spectra = sp.Observe([sp.Resample(Grid.linear(4000, 5000, 2.0))])
    of_curves = lc.Observe([lc.Pack(8), lc.Normalize("band")])
    assert type(build_encoder("auto", of_curves, ("g",))) is CurveTransformer
    assert type(build_encoder("curve_tcn", of_curves, ("g",))) is CurveTCN
    assert not build_encoder("curve_conv", of_curves, ("g",)).settings["folded"]
    assert type(build_encoder("auto", of_spectra)) is ENCODERS["dense"]
    assert len(build_encoder("convnext1d", of_spectra).settings["wavelength"]) == 500
    with pytest.raises(InputError, match="'dense' does not take light curves; these do: curve_transformer"):
        build_encoder("dense", of_curves, ("g",))
    with pytest.raises(InputError, match="encoder: there is no 'best'"):
        build_encoder("best", of_curves, ("g",))
