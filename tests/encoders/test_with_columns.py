"""An encoder that reads columns: ranks against scipy, missing values, and training through the head."""

import numpy as np
import pytest
import torch
from scipy.stats import rankdata

from clrseries import InputError, datasets
from clrseries import lightcurves as lc
from clrseries.encoders import CurveConv, WithColumns
from clrseries.encoders.heads import ClassHead
from clrseries.encoders.with_columns import column_values
from clrseries.finetuning.encoder_with_head import EncoderWithHead, balanced_chances, fit, outputs_of


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return WithColumns(CurveConv(2, embedding_dim=16), ["a", "b"], embedding_dim=24).eval()


def test_a_column_counts_by_its_rank(encoder, rng):
    values = torch.from_numpy(np.exp(3 * rng.normal(size=(400, 2))).astype(np.float32))
    encoder.fit_columns(values)
    wanted = 2 * (rankdata(values[:, 0]) - 1) / 399 - 1
    np.testing.assert_allclose(encoder._ranks(values)[:, 0], wanted, atol=0.02)
    beyond = encoder._ranks(torch.tensor([[-1e9, 1e9]]))
    assert beyond.tolist() == [[-1.0, 1.0]]
    encoder.fit_columns(torch.tensor([[0.0, 5.0]] * 30 + [[1.0, 5.0]] * 10))
    tied = encoder._ranks(torch.tensor([[0.0, 5.0], [1.0, 5.0]]))
    assert tied[0, 0] < 0 < tied[1, 0] and abs(float(tied[0, 1])) < 0.02


def test_a_missing_value_is_not_a_number_of_its_own(encoder):
    views = [torch.rand(3, 20), torch.rand(3, 20), torch.ones(3, 20), torch.zeros(3, 20, dtype=torch.int8)]
    columns = torch.tensor([[0.0, 0.0], [float("nan"), 0.0], [float("inf"), 0.0]])
    found = encoder(*(view[:1].expand(3, -1) for view in views), columns)
    assert found.shape == (3, 24) and torch.isfinite(found).all()
    assert not torch.allclose(found[0], found[1]) and torch.allclose(found[1], found[2])


def test_what_a_column_tells_is_learned_through_the_head(rng):
    stars = datasets.simulated_light_curves(200, nights=20, classes=("RRLyrae", "Mira"))
    kinds = rng.integers(0, 2, 200)  # nothing in the curves tells these
    told = np.where(np.arange(200) % 7 == 0, np.nan, kinds + rng.normal(0, 0.1, 200))
    stars = stars.with_columns({"told": told})
    observe = lc.Observe([lc.Pack(32, "random"), lc.Normalize("band")])
    torch.manual_seed(0)
    own = WithColumns(
        CurveConv(2, embedding_dim=16, stop=1000.0, folded=False), ["told"], embedding_dim=32, dropout=0.0
    )
    own.fit_columns(torch.from_numpy(column_values(stars, own.columns)))
    network = EncoderWithHead(own, ClassHead(32, ["0", "1"])).train()
    groups = [{"params": list(network.parameters()), "lr": 3e-3}]
    fit(network, observe, stars.take(range(140)), kinds[:140], groups, steps=60, chance=balanced_chances(kinds[:140]))
    right = outputs_of(network, observe, stars.take(range(140, 200))).argmax(1).numpy() == kinds[140:]
    assert right[np.isfinite(told[140:])].mean() > 0.9


def test_wrong_columns_are_named():
    stars = datasets.simulated_light_curves(3)
    with pytest.raises(InputError, match="'ebv': the encoder reads it"):
        column_values(stars, ["ebv"])
    with pytest.raises(InputError, match="'class': holds string, no numbers"):
        column_values(stars, ["class"])
    with pytest.raises(InputError, match="at least one column"):
        WithColumns(CurveConv(2), [])
