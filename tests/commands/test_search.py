"""Search: by name, file and array, in a file and a folder, exact and approximate."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import Grid, InputError, Series, embed, load, pretrain, search, write_spectra
from clrseries.commands.cli import main
from clrseries.encoders import ResNet1d
from clrseries.evaluation.retrieval import unit
from clrseries.evaluation.search import Index
from clrseries.io.embeddings import made_by, with_embeddings
from clrseries.methods.projector import Projector
from clrseries.model import Model
from clrseries.model.model_hash import model_hash
from clrseries.spectra import Normalize, Observe, Resample

faiss = pytest.importorskip("faiss")


@pytest.fixture
def index(tmp_path, rng):
    features = rng.normal(size=(50, 6)).astype(np.float32)
    features[4] = np.nan
    table = pa.table({"object_id": [f"s{k}" for k in range(50)], "z": np.arange(50) / 10})
    pq.write_table(with_embeddings(table, features), tmp_path / "e.parquet")
    return tmp_path / "e.parquet", features


def brute(features, query, count):
    cosine = unit(np.nan_to_num(features)) @ unit(query[None])[0]
    cosine[np.isnan(features).any(1)] = -2
    return np.argsort(-cosine)[:count], np.sort(cosine)[::-1][:count]


def test_by_name(index, capsys, tmp_path):
    path, features = index
    found = search(path, "s7", count=5)
    rows, cosine = brute(features, features[7], 6)
    assert found.table["row"].to_pylist() == rows[1:].tolist() and "s7" not in found.table["object_id"].to_pylist()
    assert found.table["cosine"].to_numpy() == pytest.approx(cosine[1:], abs=1e-5)
    assert found.table["rank"].to_pylist() == [1, 2, 3, 4, 5] and found.recall == 1 and found.method == "exact"
    assert main(["search", str(path), "s7", "--count", "3", "--output", str(tmp_path / "n.parquet")]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["query", "rank", "cosine", "object_id", "z"] and f"s{rows[1]}" in shown[1]
    assert len(shown) == 5 and "exact" in shown[4]
    assert pq.read_table(tmp_path / "n.parquet")["row"].to_pylist() == rows[1:4].tolist()
    with pytest.raises(InputError, match="exists already"):
        search(path, "s7", output=tmp_path / "n.parquet")


def test_by_array_and_in_a_folder(index, tmp_path):
    path, features = index
    query = features[[3, 9]] + 0.01
    found = search(path, query, count=2).table
    assert found["query"].to_pylist() == ["0", "0", "1", "1"] and found["row"].to_pylist()[::2] == [3, 9]
    folder = tmp_path / "embeddings" / "dataset"
    folder.mkdir(parents=True)
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 20), folder / "part-00000.parquet")
    pq.write_table(table.slice(20), folder / "part-00001.parquet")
    assert search(folder.parent, query, count=2).table.equals(found)


def test_by_file_with_the_model_that_made_the_index(series, tmp_path):
    grid = Grid.log(4100, 6800, 600)
    network = ResNet1d(pixels=len(grid), width=4, embedding_dim=8)
    Model(network, Projector(8), Observe([Resample(grid), Normalize()])).save(tmp_path / "model")
    write_spectra(series, tmp_path / "data.parquet")
    write_spectra(series.take([11]), tmp_path / "one.parquet")
    embed(tmp_path / "model", tmp_path / "data.parquet", tmp_path / "e.parquet")
    told = {"model": str(tmp_path / "model"), "layer": "embedding", "hash": model_hash(load(tmp_path / "model"))}
    assert made_by(tmp_path / "e.parquet") == told
    found = search(tmp_path / "e.parquet", tmp_path / "one.parquet", count=3).table
    assert found["object_id"].to_pylist()[0] == "s11" and found["query"].to_pylist() == ["s11"] * 3
    assert found["cosine"][0].as_py() == pytest.approx(1, abs=1e-5)
    # a folder, as for archives, knows its layer but not where the model lies
    assert (
        main(["embed", str(tmp_path / "model"), str(tmp_path / "data.parquet"), "--output", str(tmp_path / "f/")]) == 0
    )
    with pytest.raises(InputError, match="does not say which model"):
        search(tmp_path / "f", tmp_path / "one.parquet")
    assert made_by(tmp_path / "f") == {"layer": "embedding", "hash": told["hash"]}
    again = search(tmp_path / "f", tmp_path / "one.parquet", model=tmp_path / "model", count=3).table
    assert again["object_id"].to_pylist() == found["object_id"].to_pylist()


@pytest.mark.parametrize(
    ("query", "message"),
    [("s77", "'s77' is neither an object of .* nor a file; its first objects are s0, s1, s2"), ("s4", "has no embedding"),
     (np.ones((1, 5)), "embeddings of 6 numbers"), (np.full((1, 6), np.nan), "not finite")],
)  # fmt: skip
def test_what_cannot_be_searched_is_told(index, query, message):
    with pytest.raises(InputError, match=message):
        search(index[0], query)


@pytest.mark.slow
def test_approximate_searches_measure_their_recall(rng):
    centers = rng.normal(size=(60, 16))
    x = (centers[rng.integers(0, 60, 12000)] + 0.3 * rng.normal(size=(12000, 16))).astype(np.float32)
    exact = Index(x, "exact")
    rows = np.random.default_rng(0).permutation(12000)[:200]
    true = exact.search(x[rows], 10)[1]
    for method, least in (("hnsw", 0.97), ("ivfpq", 0.4)):
        index = Index(x, method)
        found = index.search(x[rows], 10)[1]
        recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(true, found, strict=True)])
        assert index.method == method and index.recall == pytest.approx(recall, abs=0.01) and recall > least
    assert Index(x).method == "exact"
    with pytest.raises(InputError, match="at least 1,000"):
        Index(x[:100], "ivfpq")


def test_beyond_the_limit_a_graph_is_used(rng, monkeypatch):
    monkeypatch.setattr("clrseries.evaluation.search.MOST_EXACT", 100)
    index = Index(rng.normal(size=(101, 4)))
    assert index.method == "hnsw" and index.recall > 0.9


def test_metadata_that_is_not_there(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("a\n1\n")
    (tmp_path / "manifest.json").write_text(json.dumps({"settings": {"layer": "projection"}}))
    assert made_by(tmp_path / "a.parquet") == {} == made_by(tmp_path / "b.csv")
    assert made_by(tmp_path) == {"layer": "projection"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Spectra and light curves of the same 48 objects: the line and the rise tell the same number. And two models, trained as one pair."""
    rng, folder = np.random.default_rng(4), tmp_path_factory.mktemp("pair")
    number, names = rng.uniform(0, 1, 48), {"object_id": [f"o{k}" for k in range(48)]}
    wave, time = np.linspace(4000, 7000, 400), np.tile(np.arange(0.0, 60, 2), (48, 1))
    line = np.exp(-0.5 * ((wave - 4400 - 2200 * number[:, None]) / 60) ** 2)
    spectra = Series.from_arrays(
        wave, 1 - 0.7 * line + rng.normal(0, 0.01, line.shape), np.full(line.shape, 1e4), names
    )
    flux = 100 * np.exp(-0.5 * ((time - 5 - 50 * number[:, None]) / 6) ** 2) + 10
    curves = Series.from_points(time, flux, np.ones_like(flux), None, names)
    grid = {"kind": "log", "start": 4100, "stop": 6900, "velocity": 900}
    model = pretrain(
        spectra, folder / "run", augment=[{"Resample": {"grid": grid}}, {"Noise": {"snr": 50}}, {"Normalize": {"by": "mean"}}],
        encoder={"dense": {"width": 32, "embedding_dim": 16}}, method={"clip": {"projection_dim": 8}}, epochs=60, batch_size=48,
        partner={
            "data": curves, "augment": [{"Pack": {"length": 30}}, {"Normalize": {"by": "object"}}],
            "encoder": {"curve_conv": {"size": "tiny", "embedding_dim": 16}},
        }, progress=False,
    )  # fmt: skip
    embed(folder / "run" / "partner", curves, folder / "curves.parquet", layer="projection")
    return folder, spectra, curves, model


def test_a_spectrum_finds_the_light_curve_of_its_object(pair):
    folder, spectra, _, model = pair
    found = search(folder / "curves.parquet", spectra, model=model, count=5).table
    first = [(query, name) for query, name in zip(*(found[c].to_pylist() for c in ("query", "object_id")), strict=True)]
    hits = len({query for query, name in first if query == name})
    assert hits > 20  # among the five nearest of 48; by chance 5 +- 2
    side = load(folder / "run" / "partner")
    one, other = load(model).embed(spectra.take([7]), "projection"), side.embed(pair[2], "projection")
    rows, cosine = brute(other, one[0], 5)
    own = search(folder / "curves.parquet", spectra.take([7]), model=model, count=5).table
    assert own["row"].to_pylist() == rows.tolist() and own["cosine"].to_numpy() == pytest.approx(cosine, abs=1e-5)


def test_models_that_are_no_pair_are_refused(pair, tmp_path):
    folder, spectra, curves, model = pair
    known = load(model)
    other = Model(known.encoder, Projector(16, 8), known.observe, dict(known.notes))
    with pytest.raises(InputError, match="neither the model that made .* nor the other one of its pair"):
        search(folder / "curves.parquet", spectra, model=other)
    embed(folder / "run" / "partner", curves, tmp_path / "e.parquet")
    with pytest.raises(
        InputError, match="share the projection alone: make it with 'clrseries embed --layer projection'"
    ):
        search(tmp_path / "e.parquet", spectra, model=model)
    same = Model(known.encoder, known.projector, known.observe)  # the same network elsewhere
    embed(same, spectra, tmp_path / "s.parquet")
    assert search(tmp_path / "s.parquet", spectra.take([3]), model=model, count=1).table["object_id"].to_pylist() == [
        "o3"
    ]
