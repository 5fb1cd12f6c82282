"""Methods around an encoder: each learns, none leaks a gradient into a target, several processes are as one."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import InputError
from clrseries.encoders import ENCODERS
from clrseries.methods import METHODS, Batch, build_method, build_terms, method_kind, method_table
from clrseries.methods.momentum_encoder import MomentumEncoder

N, P = 12, 64


def encoder(name="dense"):
    return ENCODERS[name](P, 32, 16) if name == "dense" else ENCODERS[name](torch.linspace(4000, 7000, P), "tiny", 16)


def made(name, seed=0, network="dense"):
    torch.manual_seed(seed)
    return build_method(name, encoder(network), encoder(network) if method_kind(name).label == "partner" else None, P)


def batch(name, seed=1, n=N):
    """Two views of `n` objects that are much alike."""
    rng = torch.Generator().manual_seed(seed)
    base = torch.rand(n, 1, P, generator=rng) + 0.5
    flux = base + 0.1 * torch.randn(n, 2, P, generator=rng)
    kind = method_kind(name)
    label = torch.arange(n) % 3 if kind.label == "class" else torch.linspace(0, 1, n)
    inputs = (flux[:, : kind.views], torch.ones(n, kind.views, P))
    return Batch(inputs, label, torch.arange(n) % 2, (flux[:, 1:], torch.ones(n, 1, P)), number=7)


@pytest.mark.parametrize("name", METHODS)
def test_each_method_learns(name):
    method = made({"moco_v2": {"queue": 24}} if name == "moco_v2" else name)  # soon full of real ones
    trained = [p for p in method.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, 3e-3)
    losses = []
    for step in range(40):
        loss, parts = method(batch(name))
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in trained)
            assert not any(p.grad is not None for p in method.parameters() if not p.requires_grad)
        optimizer.step()
        method.after_step(step / 40)
        losses.append(loss.item())
    assert list(parts) == [type(method).__name__.lower()] and losses[-1] < 0.95 * max(losses), losses


def test_the_loss_is_float32_under_autocast():
    method = made("simclr")
    with torch.autocast("cpu", torch.bfloat16):
        loss, _ = method(batch("simclr"))
    loss.backward()
    assert loss.dtype == torch.float32 and abs(loss.item() - method(batch("simclr"))[0].item()) < 0.3


@pytest.mark.parametrize("name", ["simclr", "vicreg", "byol"])
def test_gradient_caching_changes_memory_and_not_the_gradient(name):
    gradients = []
    for chunk in (0, 5):
        method = made(name, network="convnext1d")
        method.chunk = chunk
        method(batch(name))[0].backward()
        gradients.append([p.grad.clone() for p in method.parameters() if p.grad is not None])
    for whole, pieces in zip(*gradients, strict=True):
        torch.testing.assert_close(pieces, whole, rtol=1e-4, atol=2e-5 * max(1.0, float(whole.abs().max())))


def test_gradient_caching_counts_each_batch_once_in_the_running_statistics():
    seen = []
    for again in (False, True):
        method = made("simclr")
        method.chunk = 4
        loss, _ = method(batch("simclr"))
        if again:
            loss.backward()
        own: Any = method.encoder
        seen.append(own.stem[2].running_mean.clone())
    assert torch.equal(*seen) and seen[0].abs().max() > 0


def test_a_momentum_copy_follows():
    network, projector = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    copy = MomentumEncoder(network, projector, 0.75)
    before = copy.encoder.get_parameter("weight").clone()
    with torch.no_grad():
        network.weight += 1.0
    copy.follow(network, projector)
    torch.testing.assert_close(copy.encoder.weight, before + 0.25)
    copy.follow(network, projector, progress=1.0)
    torch.testing.assert_close(copy.encoder.weight, before + 0.25)  # at the end it stands still


def test_terms_add_up_and_make_domains_alike():
    method = made("simclr")
    method.terms = build_terms(
        [{"reconstruction": {"weight": 0.5}}, {"coral": {"weight": 2.0}}], method.encoder, P, 0, 2
    )
    loss, parts = method(batch("simclr"))
    total = parts["simclr"] + 0.5 * parts["reconstruction"] + 2.0 * parts["coral"]
    torch.testing.assert_close(loss.detach(), total)
    for name in ("domain_adversarial", "mmd", "coral"):
        method = made("simclr")
        (term,) = build_terms([name], method.encoder, P, 0, 2)
        free = torch.randn(N, 2, 16, requires_grad=True)
        with torch.no_grad():
            free[::2] += 1.0  # what tells the domains apart
        gap = (free[::2].mean((0, 1)) - free[1::2].mean((0, 1))).norm().item()
        optimizer = torch.optim.Adam([free, *term.parameters()], 0.02)
        for _ in range(60):
            optimizer.zero_grad()
            term(method, free, batch("simclr")).backward()
            optimizer.step()
        if name != "coral":  # which looks at covariances alone
            assert (free[::2].mean((0, 1)) - free[1::2].mean((0, 1))).norm().item() < 0.7 * gap, name


@pytest.mark.parametrize("name", ["domain_adversarial", "mmd", "coral"])
def test_given_the_class_a_term_leaves_what_the_class_tells(name):
    """Two instruments that saw mostly one class each: the classes stay apart, and within a class the instruments come together."""
    torch.manual_seed(0)
    kind = torch.arange(80) % 2
    domain = torch.where(torch.rand(80) < 0.8, kind, 1 - kind)
    start = torch.randn(80, 16) * 0.3
    start[:, 0] += 3.0 * kind
    start[:, 1] += domain * 3.0 * (torch.randn(80) if name == "coral" else 1.0)  # a difference that the term looks at

    def of_class(points):
        return (points[kind == 1, 0].mean() - points[kind == 0, 0].mean()).item()

    def of_instrument(points):
        one, other = (points[(kind == 0) & (domain == k), 1] for k in (0, 1))
        return (other.std() - one.std() if name == "coral" else other.mean() - one.mean()).abs().item()

    moved = {}
    for given in (True, False):
        free = start.clone().requires_grad_()
        (term,) = build_terms([{name: {"given_class": given}}], encoder(), P, 0, domains=2, classes=2)
        optimizer = torch.optim.Adam([free, *term.parameters()], 0.01)
        for _ in range(150):
            optimizer.zero_grad()
            term(None, free.unsqueeze(1), Batch((), label=kind, domain=domain)).backward()
            optimizer.step()
        moved[given] = free.detach()
    assert of_class(moved[True]) > max(0.85 * of_class(start), of_class(moved[False]))
    assert of_instrument(moved[True]) < 0.75 * of_instrument(start)


def test_objects_without_a_class_are_left_out_given_the_class():
    (term,) = build_terms([{"mmd": {"given_class": True}}], encoder(), P, 0, domains=2, classes=2)
    points, label, domain = torch.randn(12, 1, 16), torch.arange(12) // 2 % 2, torch.arange(12) % 2
    found = term(None, points, Batch((), label=label, domain=domain))
    more = Batch((), label=torch.cat([label, label[:4] * 0 - 1]), domain=torch.cat([domain, domain[:4]]))
    torch.testing.assert_close(term(None, torch.cat([points, torch.randn(4, 1, 16)]), more), found)
    (plain,) = build_terms(["mmd"], encoder(), P, 0, domains=2)
    each = [plain(None, points[label == k], Batch((), domain=domain[label == k])) for k in (0, 1)]
    torch.testing.assert_close(found, torch.stack(each).mean())


def test_reconstruction_fills_in_what_is_hidden_from_it():
    from clrseries.encoders import CurveTransformer

    torch.manual_seed(0)
    method = build_method("simclr", CurveTransformer(2, "tiny", 16))
    method.terms = build_terms(["reconstruction"], method.encoder, 20, 2, 0)
    time = torch.linspace(0, 5, 20).expand(N, 2, 20)
    band = (torch.arange(20) % 2).expand(N, 2, 20)
    inputs = (time, 1 + torch.sin(time) + 0.5 * band, torch.full((N, 2, 20), 400.0), band)
    optimizer = torch.optim.Adam(method.parameters(), 3e-3)
    parts = []
    for number in range(60):
        loss, part = method(Batch(inputs, number=number))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        parts.append(part["reconstruction"].item())
    assert np.mean(parts[-5:]) < 0.5 * np.mean(parts[:5])
    assert method(Batch(inputs, number=1))[1]["reconstruction"] != method(Batch(inputs, number=2))[1]["reconstruction"]


def test_the_masked_method_sees_nothing_of_what_it_predicts():
    method, data = made({"masked": {"hidden": 0.4, "segments": 2}}).eval(), batch("masked")
    rest, hidden = method.segments.hide(tuple(part[:, 0] for part in data.inputs), data.number)
    share = hidden.float().mean(1)
    assert (rest[1][hidden] == 0).all() and (rest[1][~hidden] == 1).all() and 0 < share.min() and share.max() <= 0.41
    loss, _ = method(data)
    guess = method.segments.decoder(method.projector(method.encoder(*rest)))
    flux, weight = (
        data.inputs[0][:, 0],
        1 / (1 + 100) * hidden.double(),
    )  # ivar is 1 everywhere, the floor of the error 0.1
    expected = (weight * (guess - flux).double() ** 2).sum() / weight.sum()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    changed = data.inputs[0].clone()
    changed[:, 0][hidden] += 5.0  # the target alone, since the encoder does not see it
    other = Batch((changed, data.inputs[1]), number=data.number)
    assert method(other)[0].item() == pytest.approx(((guess - changed[:, 0])[hidden] ** 2).mean().item(), rel=1e-4)


def test_names_settings_and_what_is_refused():
    assert {row["name"] for row in method_table()} == set(METHODS)
    assert all(row["summary"] and row["paper"] for row in method_table())
    assert made({"simclr": {"temperature": 0.3}}).temperature == 0.3
    for wrong, message in (
        ("best", "there is no 'best'; there are pairwise"),
        ({"simclr": {"heat": 1}}, "method: simclr takes projection_dim, temperature; got heat"),
        ({"simclr": {"temperature": 0}}, "temperature must be positive"),
        ({"simclr": {"temperature": "hot"}}, "method: simclr: temperature must be a number, got 'hot'"),
        ({"byol": {"momentum": 5.0}}, "momentum must be at least 0 and below 1"),
        ({"moco_v2": {"queue": 0}}, "queue must be finite and at least 1"),
        ({"supcon": {"weight": 2}}, "weight must be above 0 and at most 1"),
        ({"a": {}, "b": {}}, "write a name"),
    ):
        with pytest.raises(InputError, match=message):
            build_method(wrong, encoder())
    with pytest.raises(InputError, match="clip compares two modalities"):
        build_method("clip", encoder())
    with pytest.raises(InputError, match="give domain"):
        build_terms(["mmd"], encoder(), P, 0, 0)
    for name in ("mmd", "coral", "domain_adversarial"):
        with pytest.raises(InputError, match="given_class: needs the classes of the objects: give label"):
            build_terms([{name: {"given_class": True}}], encoder(), P, 0, domains=2)
    (term,) = build_terms([{"mmd": {"given_class": True}}], encoder(), P, 0, domains=2, classes=2)
    with pytest.raises(InputError, match="give label"):
        term(None, torch.zeros(2, 1, 16), Batch((), domain=torch.tensor([0, 1])))
    with pytest.raises(InputError, match="needs a column of classes"):
        made("supcon")(Batch(batch("simclr").inputs))


TWO = """
import sys, torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from tests.methods.test_methods import METHODS, N, batch, build_terms, made, P
rank, out = int(sys.argv[1]), sys.argv[2]
distributed.init_process_group("gloo", init_method=f"file://{out}/meet", rank=rank, world_size=2)
found = {}
for name in METHODS:
    method = made(name)
    method.terms = build_terms(["mmd"], method.encoder, P, 0, 2)
    both = DistributedDataParallel(method)
    whole = batch(name)
    def mine(t): return t[rank * N // 2 : (rank + 1) * N // 2]
    part = type(whole)(tuple(map(mine, whole.inputs)), mine(whole.label), mine(whole.domain), tuple(map(mine, whole.partner)), 7)
    optimizer = torch.optim.SGD([p for p in method.parameters() if p.requires_grad], 0.05)
    losses = []
    for step in range(3):
        loss, _ = both(part)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = [p.grad.clone() for p in method.parameters() if p.requires_grad]
        optimizer.step()
        method.after_step(step / 3)
    found[name] = (losses, gradients, method.state_dict())
if rank == 1:
    torch.save(found, out + "/found.pt")
distributed.destroy_process_group()
"""


@pytest.mark.slow
def test_two_processes_are_as_one(tmp_path):
    """Loss, gradients and weights after three steps: two processes with half the batch each, one with all of it."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, str(k), str(tmp_path)], env=environment, stderr=subprocess.PIPE, text=True
        )
        for k in (0, 1)
    ]
    for process in both:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    found = torch.load(tmp_path / "found.pt", weights_only=True)
    for name in METHODS:
        method = made(name)
        method.terms = build_terms(["mmd"], method.encoder, P, 0, 2)
        optimizer = torch.optim.SGD([p for p in method.parameters() if p.requires_grad], 0.05)
        losses, gradients, weights = found[name]
        for step in range(3):
            loss, _ = method(batch(name))
            optimizer.zero_grad()
            loss.backward()
            assert loss.item() == pytest.approx(losses[step], rel=2e-4, abs=1e-5), name
            if step == 0:
                own = [p.grad for p in method.parameters() if p.requires_grad]
                for here, there in zip(own, gradients, strict=True):
                    torch.testing.assert_close(there, here, rtol=1e-3, atol=1e-5 * max(1.0, float(here.abs().max())))
            optimizer.step()
            method.after_step(step / 3)
        for key, weight in method.state_dict().items():
            torch.testing.assert_close(weights[key], weight, rtol=2e-3, atol=2e-4, msg=f"{name}: {key}")
