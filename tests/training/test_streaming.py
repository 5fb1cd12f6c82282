"""Training on files that are not in memory: sources, a second modality, and going on within an epoch."""

from datetime import timedelta
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from clrseries import InputError, Memory, Series, datasets, load, pretrain, write_light_curves, write_spectra
from clrseries.config import composition
from clrseries.io.stream import Stream
from clrseries.training import trainer
from clrseries.training.batches import Batches
from clrseries.training.column import Column, source_of_stream
from clrseries.training.partner import OtherModality
from clrseries.training.training_set import TrainingSet

GRID = {"kind": "log", "start": 4100, "stop": 6900, "velocity": 1500}
STEPS: list[Any] = [{"Resample": {"grid": GRID}}, {"Noise": {"snr": 20.0}}, {"Normalize": {}}]
DENSE = {"dense": {"width": 8, "embedding_dim": 4}}
USUAL: dict[str, Any] = {"augment": STEPS, "encoder": DENSE, "batch_size": 8, "progress": False}


def spectra(names, **columns):
    """Spectra whose mean is the number of the row."""
    rng = np.random.default_rng(0)
    flux = 1 + np.arange(len(names))[:, None] + rng.normal(0, 0.01, (len(names), 101))
    return Series.from_arrays(np.linspace(4000, 7000, 101), flux, table={"object_id": names, **columns})


def in_groups(series, path, rows, write=write_spectra):
    write(series, path)
    pq.write_table(pq.read_table(path), path, row_group_size=rows)
    return path


@pytest.fixture
def visits(tmp_path):
    """Thirty stars, seen once to three times, sorted by star; one row has no star."""
    star = [f"star {k}" for k in range(30) for _ in range(1 + k % 3)]
    names = [f"row {k}" for k in range(len(star) + 1)]
    return in_groups(spectra(names, star=[*star, None]), tmp_path / "visits.parquet", 5)


def chosen_of(examples, count, epoch=0):
    return list(islice(examples.rows(8, 2, 1, epoch), count))


def test_views_of_a_source_come_from_different_rows_of_a_stream(visits):
    stream = Stream([visits], buffer=20)
    examples = TrainingSet(stream, composition(STEPS), source=source_of_stream("star", stream))
    assert examples.objects == 31
    pairs: set[tuple[str, str]] = set()
    for epoch in range(6):
        found = [
            (np.array(c.data.table["star"].to_pylist())[c.rows], np.array(c.data.object_ids)[c.rows])
            for c in chosen_of(examples, 3, epoch)
        ]
        stars, names = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
        assert (stars[0] == stars[1]).all()
        assert len(set(names[0])) == 24  # no row twice in an epoch
        pairs |= {pair for pair in zip(*names.tolist(), strict=True) if pair[0] != pair[1]}
    of_star = dict(zip(*pq.read_table(visits, columns=["object_id", "star"]).to_pydict().values(), strict=True))
    assert len({of_star[a] for a, _ in pairs}) == 20  # every star with several rows has met itself


def test_sources_whose_rows_lie_apart_are_refused(tmp_path):
    names = [f"row {k}" for k in range(40)]
    path = in_groups(spectra(names, star=[f"s{k % 20}" for k in range(40)]), tmp_path / "a.parquet", 5)
    with pytest.raises(
        InputError, match="'star': of 20 sources with several rows, 20 .* sort the files by this column"
    ):
        source_of_stream("star", Stream([path], buffer=10))
    assert source_of_stream("star", Stream([path], buffer=40)) == Column("star")
    with pytest.raises(InputError, match="no source has several rows"):
        source_of_stream("object_id", Stream([path], buffer=40))


def test_a_stream_of_both_modalities_gives_the_pairs_of_memory(tmp_path):
    stars = datasets.simulated_light_curves(30)
    names = [*stars.object_ids[5:], "alone", stars.object_ids[7]]
    in_groups(spectra(names), tmp_path / "spectra.parquet", 4)
    in_groups(stars, tmp_path / "curves.parquet", 7, write_light_curves)
    curve_steps = composition([{"Pack": {"length": 16}}, {"Normalize": {}}])
    partner = OtherModality(Stream([tmp_path / "curves.parquet"], 7), curve_steps)
    examples = TrainingSet(Stream([tmp_path / "spectra.parquet"], 9), composition(STEPS), partner=partner)
    assert examples.objects == 26
    whole = OtherModality(stars, curve_steps)
    for batch, chosen in zip(Batches(examples, 8, 2, 1), chosen_of(examples, 3), strict=True):
        own = np.array(chosen.data.object_ids)[chosen.rows[0]].tolist()
        assert "alone" not in own
        rows = whole.rows(own, np.random.default_rng(0))
        assert [stars.object_ids[row] for row in rows] == own
        expected = curve_steps(stars.take(rows), 1, 1, 0).torch()
        assert batch.partner is not None
        assert all(torch.equal(a, b) for a, b in zip(batch.partner, expected, strict=True))


@pytest.mark.slow
def test_training_on_two_streams(tmp_path):
    stars = datasets.simulated_light_curves(24)
    in_groups(spectra(stars.object_ids), tmp_path / "spectra.parquet", 4)
    in_groups(stars, tmp_path / "curves.parquet", 4, write_light_curves)
    partner = {"data": tmp_path / "curves.parquet", "augment": [{"Pack": {"length": 16}}, {"Normalize": {}}]}
    arguments = USUAL | {"method": "clip", "partner": partner | {"encoder": "curve_transformer"}, "epochs": 1}
    model = pretrain(tmp_path / "spectra.parquet", tmp_path / "run", memory=Memory(stream=True, buffer=8), **arguments)
    assert load(model).notes["objects"] == 24
    assert load(tmp_path / "run" / "partner").embed(stars).shape[0] == 24
    resumed = arguments | {"epochs": 2}
    pretrain(
        tmp_path / "spectra.parquet", tmp_path / "run", memory=Memory(stream=True, buffer=8), resume=True, **resumed
    )


@pytest.mark.slow
@pytest.mark.parametrize(("streams", "accumulate"), [(False, 1), (True, 2)])
def test_a_training_goes_on_within_an_epoch(tmp_path, monkeypatch, streams, accumulate):
    path = in_groups(spectra([f"row {k}" for k in range(64)]), tmp_path / "data.parquet", 8)
    monkeypatch.setattr(trainer, "OFTEN", timedelta(0))  # a checkpoint after every step
    arguments = USUAL | {
        "memory": Memory(stream=streams, buffer=24, accumulate=accumulate), "epochs": 3, "method": "moco_v2",
    }  # fmt: skip
    pretrain(path, tmp_path / "whole", **arguments)

    class Enough(Exception):
        pass

    calls: list[int] = []
    real = Batches._batch

    def stops(self, *given):
        if (self.epoch, len(calls)) == (1, 8 + 6):
            raise Enough
        calls.append(self.epoch)
        return real(self, *given)

    with monkeypatch.context() as patch, pytest.raises(Enough):
        patch.setattr(Batches, "_batch", stops)
        pretrain(path, tmp_path / "cut", **arguments)
    made = torch.load(tmp_path / "cut" / "last.ckpt", weights_only=True)
    assert made["epoch"] == 1 and made["loss_so_far"][1] in (4, 5, 6)

    seen: list[int] = []

    def counted(self, *given):
        seen.append(self.epoch)
        return real(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Batches, "_batch", counted)
        pretrain(path, tmp_path / "cut", resume=True, **arguments)
    assert seen.count(1) == 8 - made["loss_so_far"][1] and seen.count(2) == 8
    one, other = (load(tmp_path / run / "model") for run in ("whole", "cut"))
    for name, weight in one.encoder.state_dict().items():
        assert torch.equal(weight, other.encoder.state_dict()[name]), name
    assert one.notes["loss"] == other.notes["loss"]


def test_names_of_other_types_match():
    partner = OtherModality(spectra(["7", "8", "7"]), composition(STEPS))
    assert partner.has(pa.array([7, 9, 8])).tolist() == [True, False, True]
    rows = partner.rows(["7"] * 50, np.random.default_rng(0))
    assert set(rows.tolist()) == {0, 2}
