"""Networks side by side: what they say together is the mean of what each says, and a saved one comes back."""

import pytest
import torch

from clrseries import Grid, InputError, Model, load
from clrseries import spectra as sp
from clrseries.encoders import build_encoder
from clrseries.encoders.heads import ClassHead
from clrseries.methods import Projector

GRID = Grid.log(4100, 6800, 300)


def made(members):
    torch.manual_seed(0)
    observe = sp.Observe([sp.Resample(GRID), sp.Normalize()])
    encoder = build_encoder({"resnet_ensemble": {"members": members, "width": 8, "embedding_dim": 6}}, observe)
    return encoder.eval(), observe


def test_a_linear_layer_averages_the_members():
    encoder, _ = made(3)
    flux, ivar = torch.rand(5, len(GRID)), torch.ones(5, len(GRID))
    encoder.standardize.fit(flux, ivar)
    heads = [ClassHead(6, ["a", "b"]) for _ in range(3)]
    whole = ClassHead(18, ["a", "b"])
    with torch.no_grad():
        whole.linear.weight.copy_(torch.cat([head.linear.weight for head in heads], 1) / 3)
        whole.linear.bias.copy_(torch.stack([head.linear.bias for head in heads]).mean(0))
        each = [head.linear(member(flux, ivar)) for head, member in zip(heads, encoder.members, strict=True)]
        assert torch.allclose(whole.linear(encoder(flux, ivar)), torch.stack(each).mean(0), atol=1e-5)
    assert all(torch.equal(member.standardize.mean, encoder.members[0].standardize.mean) for member in encoder.members)


def test_it_is_saved_and_one_with_more_members_than_weights_is_refused(tmp_path):
    encoder, observe = made(2)
    Model(encoder, Projector(12, 4), observe).save(tmp_path / "m")
    assert load(tmp_path / "m").encoder.settings == encoder.settings
    import json

    config = json.loads((tmp_path / "m" / "config.json").read_text())
    config["encoder"]["members"] = 100_000
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="more blocks or members than there are weights"):
        load(tmp_path / "m")
