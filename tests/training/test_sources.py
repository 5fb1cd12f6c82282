"""What a training knows of views that come from different rows of one source."""

import numpy as np
import torch

from clrseries.config import composition
from clrseries.training.batches import Batches
from clrseries.training.column import column_of
from clrseries.training.training_set import TrainingSet


def test_a_view_has_the_instrument_of_its_own_row_and_a_source_the_label_that_any_has(series, plain):
    few = series.take(np.arange(4)).with_columns(
        {"star": ["a", "a", "b", "b"], "instrument": ["x", "y", "y", "x"], "type": ["II", None, None, None]}
    )
    examples = TrainingSet(
        few,
        composition(plain),
        label=column_of("type", few.with_columns({"type": ["II", "Ia", "Ia", "Ia"]})),
        domain=column_of("instrument", few),
        source=column_of("star", few),
    )
    for epoch in range(6):
        ((_, rows, _),) = list(examples.rows(2, 2, 0, epoch))
        (batch,) = list(Batches(examples, 2, epoch=epoch))
        assert batch.domain is not None and batch.label is not None
        instrument = np.array(few.table["instrument"].to_pylist())[rows.T]
        np.testing.assert_array_equal(batch.domain.numpy(), instrument == "y")
        np.testing.assert_array_equal(batch.label.numpy(), np.where(rows[0] < 2, 0, -1))
    alone = TrainingSet(few, examples.observe, domain=examples.domain)
    (batch,) = list(Batches(alone, 4))
    assert batch.domain is not None
    assert torch.equal(batch.domain[:, 0], batch.domain[:, 1])  # two views of one row
