"""Labels that are carried to other rows of an object, or guessed for it, and probabilities averaged over views."""

import numpy as np
import pytest
import torch
from scipy.stats import gmean

from clrseries import Grid
from clrseries import spectra as sp
from clrseries.encoders import ResidualDense
from clrseries.encoders.heads import ClassHead
from clrseries.finetuning.averaged_views import mean_probability
from clrseries.finetuning.encoder_with_head import EncoderWithHead, inputs_of, outputs_of
from clrseries.finetuning.guessed_labels import FLOOR, carried, guessed

GRID = Grid.log(4500, 7000, velocity=1500)


def test_a_label_is_carried_to_all_rows_of_its_object_and_to_no_other(rng):
    groups = rng.choice(list("abcdefgh"), 40)
    pool = np.flatnonzero(rng.random(40) < 0.7)
    rows = rng.choice(pool, 3, replace=False)
    known = {groups[row] for row in rows}
    assert carried(groups, pool, rows).tolist() == [row for row in pool if groups[row] in known]


def test_all_rows_of_an_object_get_the_class_of_the_largest_geometric_mean(rng):
    groups, probability = rng.choice(list("abcde"), 30), rng.dirichlet(np.ones(4), 30)
    number, trust = guessed(probability, groups)
    for name in np.unique(groups):
        mean = gmean(probability[groups == name] + FLOOR)
        assert set(number[groups == name]) == {mean.argmax()}
        assert trust[groups == name] == pytest.approx((mean.max() / mean.sum()) ** 2)


def test_probabilities_are_the_mean_over_views(series):
    observe = sp.Observe([sp.Resample(GRID), sp.Noise(30), sp.Normalize()])
    torch.manual_seed(0)
    network = EncoderWithHead(ResidualDense(len(GRID), 16, 8), ClassHead(8, ["a", "b", "c"])).eval()
    found = mean_probability(network, observe, series, views=3, seed=5)
    with torch.no_grad():
        each = [network(*inputs_of(network.encoder, observe(series, 1, 5, epoch=k), series)) for k in range(3)]
    np.testing.assert_allclose(found, torch.stack(each).exp().mean(0).numpy(), rtol=1e-5)
    plain = observe.deterministic()
    alone = outputs_of(network, observe, series).exp().numpy()
    np.testing.assert_allclose(mean_probability(network, plain, series, views=2), alone, rtol=1e-5)
    assert np.abs(found - alone).max() > 1e-4 and found.sum(1) == pytest.approx(1.0)
