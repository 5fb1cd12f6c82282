"""The moving average of the weights."""

from types import SimpleNamespace

import pytest
import torch

from clrseries.training.weight_ema import WeightEMA


def test_the_average_of_the_weights_forgets_the_first_ones_also_in_a_short_training():
    method = torch.nn.Linear(1, 1, bias=False)
    callback, mean = WeightEMA(0.95), 0.0
    for step in range(1, 301):
        torch.nn.init.constant_(method.weight, float(step))
        mean = step if step == 1 else mean + (step - mean) * (1 - min(0.95, (1 + step) / (10 + step)))
        for _ in range(2):  # of two batches for each step, one must not count
            callback.on_train_batch_end(
                SimpleNamespace(global_step=step), SimpleNamespace(method=method), None, None, 0
            )
        assert callback.mean["weight"].item() == pytest.approx(mean, rel=1e-5)
        assert mean > 0.8 * step
    assert mean == pytest.approx(300 - 0.95 / 0.05, rel=0.01)  # in the end the lag of the decay that was asked for
