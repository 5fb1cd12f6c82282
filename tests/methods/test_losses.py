"""Each loss: value and gradient against its paper's equation and published code, its symmetry, its limits."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from clrseries import methods
from clrseries.methods import log_sum_exp as lean
from clrseries.methods.queue import Queue

from . import reference_losses as paper

N, K = 9, 6
VALUE = torch.tensor([0.1, 0.4, 0.4, -1.0, 2.0, 0.3, 0.0, 5.0, 0.1])  # with ties
CLASS = torch.tensor([0, 1, 0, 2, 1, 1, 3, 0, 2])  # 3 has one member
CENTER = torch.linspace(-0.2, 0.3, K)
DIRECTIONS = torch.nn.functional.normalize(torch.sin(torch.arange(K * 5.0).reshape(K, 5)), dim=0)

# name: ours, the paper's, whether it is the same with the views swapped
TWO_VIEWS = {
    "nt_xent": (lambda a, b: methods.nt_xent(a, b, 0.2), lambda a, b: paper.nt_xent(a, b, 0.2), True),
    "nt_xent, cold": (lambda a, b: methods.nt_xent(a, b, 0.01), lambda a, b: paper.nt_xent(a, b, 0.01), True),
    "dcl": (lambda a, b: methods.dcl_loss(a, b, 0.2), lambda a, b: paper.dcl(a, b, 0.2), True),
    "pairwise": (lambda a, b: methods.pairwise_loss(a, b, 1.3), lambda a, b: paper.pairwise(a, b, 1.3), True),
    "triplet": (lambda a, b: methods.triplet_loss(a, b, 0.4), lambda a, b: paper.triplet(a, b, 0.4), True),
    "info_nce": (lambda a, b: methods.info_nce(a, b, None, 0.3), lambda a, b: paper.info_nce(a, b, 0.3), False),
    "clip": (lambda a, b: methods.clip_loss(a, b, 7.0), lambda a, b: paper.clip(a, b, 7.0), True),
    "siglip": (lambda a, b: methods.siglip_loss(a, b, 7.0, -3.0), lambda a, b: paper.siglip(a, b, 7.0, -3.0), True),
    "byol": (methods.byol_loss, paper.byol, False),
    "simsiam": (methods.simsiam_loss, paper.simsiam, False),
    "swav": (lambda a, b: methods.swav_loss(a, b, 0.2, 0.5), lambda a, b: paper.swav(a, b, 0.2, 0.5), True),
    "dino": (
        lambda a, b: methods.dino_loss(a, b, CENTER, 0.5, 0.3),
        lambda a, b: paper.dino(a, b, CENTER.double(), 0.5, 0.3),
        False,
    ),
    "barlow_twins": (
        lambda a, b: methods.barlow_twins_loss(a, b, 0.02),
        lambda a, b: paper.barlow_twins(a, b, 0.02),
        True,
    ),
    "vicreg": (
        lambda a, b: methods.vicreg_loss(a, b, 20.0, 15.0, 2.0),
        lambda a, b: paper.vicreg(a, b, 20.0, 15.0, 2.0),
        True,
    ),
    "lejepa": (
        lambda a, b: methods.lejepa_loss(a, b, DIRECTIONS, 0.3),
        lambda a, b: paper.lejepa(a, b, DIRECTIONS.double(), 0.3),
        True,
    ),
    "mmd": (methods.mmd, paper.mmd, True),
    "coral": (methods.coral, paper.coral, True),
    "moco": (
        lambda a, b: methods.info_nce(a[:4], b[:4], b[4:], 0.2),
        lambda a, b: paper.moco(a[:4], b[:4], b[4:], 0.2),
        False,
    ),
    "supcon": (
        lambda a, b: methods.supcon_loss(torch.cat([a, b]), torch.cat([CLASS, CLASS + 1]), 0.2),
        lambda a, b: paper.supcon(torch.cat([a, b]), torch.cat([CLASS, CLASS + 1]), 0.2),
        False,
    ),
    "rank_n_contrast": (
        lambda a, b: methods.rank_n_contrast_loss(torch.cat([a, b]), VALUE.repeat(2), 1.5),
        lambda a, b: paper.rank_n_contrast(torch.cat([a, b]), VALUE.repeat(2), 1.5),
        True,
    ),
}


def slopes(loss, a, b, dtype):
    a, b = (torch.tensor(v, dtype=dtype, requires_grad=True) for v in (a, b))
    value = loss(a, b)
    value.backward()
    return value.detach().double(), [(v.grad if v.grad is not None else torch.zeros_like(v)).double() for v in (a, b)]


@pytest.mark.parametrize("name", TWO_VIEWS)
def test_value_and_gradient_are_the_papers(rng, name):
    ours, theirs, symmetric = TWO_VIEWS[name]
    a, b = rng.normal(size=(2, N, K))
    b = a + 0.7 * b
    value, gradients = slopes(ours, a, b, torch.float32)
    expected, wanted = slopes(theirs, a, b, torch.float64)
    torch.testing.assert_close(value, expected, rtol=1e-5, atol=1e-6)
    for found, true in zip(gradients, wanted, strict=True):
        assert float((found - true).abs().max()) < 1e-5 * max(float(true.abs().max()), 1.0)
    assert max(float(w.abs().max()) for w in wanted) > 1e-3  # there was something to compare
    if symmetric:
        torch.testing.assert_close(slopes(ours, b, a, torch.float32)[0], value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", TWO_VIEWS)
def test_finite_in_bfloat16_and_where_views_are_the_same(rng, name):
    ours = TWO_VIEWS[name][0]
    a, b = (torch.tensor(v, dtype=torch.bfloat16, requires_grad=True) for v in rng.normal(size=(2, N, K)))
    loss = ours(a, b)
    loss.backward()
    assert loss.dtype == torch.float32 and torch.isfinite(loss)
    assert a.grad is not None and torch.isfinite(a.grad).all()
    same = torch.tensor(rng.normal(size=(N, K)), dtype=torch.float32)
    first, second = same.clone().requires_grad_(), same.clone().requires_grad_()
    ours(first, second).backward()
    assert first.grad is not None and torch.isfinite(first.grad).all()


@pytest.mark.parametrize(
    "loss",
    [
        lambda a, b: methods.nt_xent(a, b, 0.01),
        lambda a, b: methods.dcl_loss(a, b, 0.01),
        lambda a, b: methods.info_nce(a, b, None, 0.01),
        lambda a, b: methods.clip_loss(a, b, 100.0),
        lambda a, b: methods.siglip_loss(a, b, 100.0),
        lambda a, b: methods.swav_loss(a, b, 0.01, 0.01),
        lambda a, b: methods.dino_loss(a, b, CENTER, 0.01, 0.01),
        lambda a, b: methods.supcon_loss(torch.cat([a, b]), CLASS.repeat(2), 0.01),
        lambda a, b: methods.rank_n_contrast_loss(torch.cat([a, b]), VALUE.repeat(2), 0.01),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_finite_at_a_temperature_of_a_hundredth(rng, loss, dtype):
    a, b = (torch.tensor(v, dtype=dtype, requires_grad=True) for v in rng.normal(size=(2, N, K)))
    value = loss(a, b)
    value.backward()
    assert torch.isfinite(value) and a.grad is not None and torch.isfinite(a.grad).all()
    assert b.grad is None or torch.isfinite(b.grad).all()  # None: a target


def test_as_pytorch_metric_learning_has_them(rng):
    from pytorch_metric_learning import losses

    a, b = (torch.tensor(v, dtype=torch.float32) for v in rng.normal(size=(2, N, K)))
    both, objects, classes = torch.cat([a, b]), torch.arange(N).repeat(2), CLASS.repeat(2)
    for ours, theirs in (
        (methods.nt_xent(a, b, 0.2), losses.NTXentLoss(temperature=0.2)(both, objects)),
        (methods.supcon_loss(both, classes, 0.2), losses.SupConLoss(temperature=0.2)(both, classes)),
        (methods.triplet_loss(a, b, 0.4), losses.TripletMarginLoss(margin=0.4)(both, objects)),
        (methods.vicreg_loss(a, b), losses.VICRegLoss()(a, ref_emb=b)),
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


def plain_nt_xent(a, b, temperature):
    z = torch.nn.functional.normalize(torch.cat([a, b]), dim=1)
    scores = (z @ z.T / temperature).fill_diagonal_(-torch.inf)
    return torch.nn.functional.cross_entropy(scores, torch.arange(len(z)).roll(len(a)))


def test_tiles_change_nothing(rng, monkeypatch):
    a, b = rng.normal(size=(2, 37, 5))
    whole = slopes(lambda a, b: methods.nt_xent(a, b, 0.1), a, b, torch.float32)
    monkeypatch.setattr(lean, "ROWS", 8)
    monkeypatch.setattr(lean, "COLUMNS", 5)
    tiled = slopes(lambda a, b: methods.nt_xent(a, b, 0.1), a, b, torch.float32)
    plain = slopes(lambda a, b: plain_nt_xent(a, b, 0.1), a, b, torch.float64)
    for found in (whole, tiled):
        torch.testing.assert_close(found[0], plain[0], rtol=1e-5, atol=0)
        torch.testing.assert_close(found[1], plain[1], rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak memory from Linux's /proc")
def test_memory_does_not_grow_with_the_square_of_the_batch():
    """Peak of one process beyond what it had: a single plain matrix of 8192 x 8192 takes 256 MiB, and there are several.

    (benchmarks/losses.py does the same with 65,536.)
    """
    # one thread and one heap: what several leave unused differs from run to run
    alone = os.environ | {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, env=alone)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for line in lines:
        name, kibibytes = line.split()
        assert float(kibibytes) < 128 * 1024, f"{name}: {float(kibibytes) / 1024:.0f} MiB"


MEMORY = r"""
import re, torch
from clrseries.methods import clip_loss, nt_xent, supcon_loss
peak = lambda: int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1])  # of this process alone
x = torch.randn(8192, 128)
small = x[:2048].clone().requires_grad_()
nt_xent(small[:1024], small[1024:]).backward()  # what torch loads with its first use
label = torch.arange(8192) % 10
before = peak()
for name, loss in (
    ("nt_xent", lambda v: nt_xent(v[:4096], v[4096:])),
    ("supcon", lambda v: supcon_loss(v, label)),
    ("clip", lambda v: clip_loss(v, v.flip(0))),
):
    v = x.clone().requires_grad_()
    loss(v).backward()
    print(name, peak() - before)
"""


def test_queue_keeps_the_newest():
    queue = Queue(5, 2)
    vectors = torch.nn.functional.normalize(torch.arange(1, 17, dtype=torch.float32).reshape(8, 2), dim=1)
    queue.push(vectors[:3])
    queue.push(vectors[3:6])
    kept = {tuple(v.tolist()) for v in queue.vectors}
    assert kept == {tuple(v.tolist()) for v in vectors[1:6]}
    queue.push(vectors)
    assert {tuple(v.tolist()) for v in queue.vectors} == {tuple(v.tolist()) for v in vectors[3:]}


def test_sigreg_is_the_statistic_of_epps_and_pulley(rng):
    """With all of the axis the integral has a closed form; the quadrature leaves out what lies beyond 3."""
    x = rng.normal(0.4, 1.5, 50)
    pairs = np.sqrt(2 * np.pi) * np.exp(-0.5 * (x[:, None] - x) ** 2).mean()
    closed = len(x) * (pairs - 2 * np.sqrt(np.pi) * np.exp(-(x**2) / 4).mean() + np.sqrt(2 * np.pi / 3))
    found = float(methods.sigreg(torch.tensor(x)[:, None], torch.ones(1, 1)))
    assert 0.97 * closed < found < closed
    far, near = (torch.tensor(rng.normal(0, s, (400, 8)), dtype=torch.float32) for s in (2.0, 1.0))
    assert methods.sigreg(near, torch.eye(8)) < 2 < 10 < methods.sigreg(far, torch.eye(8))


def test_limits():
    same = torch.eye(4)
    assert float(methods.nt_xent(same, same, 0.01)) < 1e-6  # views agree, objects are orthogonal
    assert float(methods.nt_xent(torch.ones(4, 3), torch.ones(4, 3))) == pytest.approx(np.log(7))
    assert float(methods.barlow_twins_loss(torch.randn(9, 1), torch.zeros(9, 1))) == pytest.approx(1.0)
    assert float(methods.mmd(same, same)) == pytest.approx(0.0, abs=1e-6)
    assert float(methods.coral(same, 2 + same)) == pytest.approx(0.0, abs=1e-9)
    assert float(methods.supcon_loss(torch.eye(3), torch.arange(3))) == 0.0
    for loss in (methods.nt_xent, methods.dcl_loss, methods.clip_loss, methods.vicreg_loss, methods.pairwise_loss):
        with pytest.raises(ValueError, match="N >= 2"):
            loss(torch.ones(1, 3), torch.ones(1, 3))
