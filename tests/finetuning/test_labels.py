"""What labels are: classes or values by one rule, names of any kind, rare classes, and columns that cannot be labels."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import InputError, Model, Series, evaluate, finetune, predict
from clrseries.encoders import ResNet1d
from clrseries.evaluation import probe_classes, probe_values
from clrseries.evaluation.labels import Labels, class_names, labels_of
from clrseries.grids import Grid
from clrseries.methods import Projector
from clrseries.spectra import Normalize, Observe, Resample

NAMES = ["Ia, pec", "II.p", 'β Lyrae "x"', "🌟", "a/b:c"]


def column(values, kind=None):
    return pa.chunked_array([pa.array(values, kind)])


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["b", "a", None, ""], ("a", "b")),
        ([True, False, None], ("False", "True")),
        ([1, 2, 1, 2, None], ("1", "2")),
        ([1, 2, 3, 4, 5], ()),
        (list(range(21)) * 5, ()),
        (list(range(20)) * 2, tuple(sorted(map(str, range(20))))),
        ([0.0, 1.0, 0.0, 1.0], ()),
        (["1", "2"], ("1", "2")),
    ],
)
def test_the_rule(values, classes):
    assert labels_of(column(values), "y").classes == classes


def test_the_rule_can_be_overruled():
    assert labels_of(column([1, 2, 1, 2]), "y", "Values").classes == ()
    floats = column([0.0, 1.0, None, 0.5, float("nan")])
    assert labels_of(floats, "y", "classes").classes == ("0", "0.5", "1")
    assert class_names(floats) == ["0", "1", None, "0.5", None]
    text = column(["1.5", None, "", "2e3"])
    assert labels_of(text, "y", "values").classes == ()
    np.testing.assert_array_equal(Labels().of(text, "y"), [1.5, np.nan, np.nan, 2000])
    categories = pa.chunked_array([pa.array([7, 7, 3, None]).dictionary_encode()])
    assert labels_of(categories, "y").classes == ("3", "7")
    assert labels_of(categories, "y").of(categories, "y").tolist() == [1, 1, 0, -1]


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a", "a"], "auto", "a single class, 'a'"),
        ([None, None], "auto", "no label"),
        ([[1], [2]], "auto", "must hold text or numbers"),
        ([b"a", b"b"], "auto", "must hold text or numbers"),
        (["1", "x"], "values", "holds 'x' in row 1"),
        ([1, 2], "clases", "did you mean 'classes'"),
    ],
)
def test_what_is_no_label(values, kind, message):
    with pytest.raises(InputError, match=message):
        labels_of(column(values), "y", kind)


def test_probes_of_rare_classes_and_missing_embeddings(rng):
    x = rng.normal(size=(300, 4))
    y = ["a"] * 294 + ["b"] * 5 + ["c"]
    rows = probe_classes(x, y, labels=(2, None), splits=1)
    assert np.isnan(rows[0]["linear"]) and 0 <= rows[1]["linear"] <= 1
    with pytest.raises(InputError, match="'a': 294, 'b': 4"):
        probe_classes(x[:298], y[:298])
    x[:10] = np.nan
    assert probe_values(x, x[:, 1] * 2.0)[-1]["labels"] == 203
    assert probe_classes(x, ["u" if v > 0 else "v" for v in x[:, 0]])[-1]["labels"] == 203


@pytest.fixture
def embedded(tmp_path, rng):
    rows = rng.normal(size=(60, 4)).astype(np.float32).tolist()
    rows[3], rows[7] = None, [float("nan")] * 4
    columns = {
        "few": ["a"] * 57 + ["b"] * 3, "rare": ["a"] * 30 + ["b"] * 29 + ["c"], "null": ["a", "b", None] * 20, "one": ["a"] * 60,
        "same": [1.5] * 60, "whole": [0, 1, 2] * 20, "wide": list(range(60)), "text": [str(i / 7) for i in range(60)],
        "flag": [True, False] * 30, "nan": [float(i) if i % 2 else float("nan") for i in range(60)], "none": pa.nulls(60),
        "list": [[1, 2]] * 60, "names": NAMES * 12,
    }  # fmt: skip
    pq.write_table(pa.table({"embedding": rows, **columns}), tmp_path / "e.parquet")
    return tmp_path / "e.parquet"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("target", "kind", "found"),
    [
        ("rare", "auto", "classes"), ("null", "auto", "classes"), ("whole", "auto", "classes"), ("whole", "values", "values"),
        ("wide", "auto", "values"), ("text", "values", "values"), ("nan", "auto", "values"), ("names", "auto", "classes"),
    ],
)  # fmt: skip
def test_evaluate_takes_what_there_is(embedded, tmp_path, target, kind, found, monkeypatch):
    monkeypatch.setattr("clrseries.evaluation.umap_points", lambda features: features[:, :2])
    summary = evaluate(embedded, target, tmp_path / "r", kind=kind, splits=2)
    assert summary["kind"] == found and summary["objects"] == 58 and summary["without_embedding"] == 2
    assert json.loads((tmp_path / "r" / "summary.json").read_text()) == summary
    if target == "null":
        assert summary["labeled"] == 38 and summary["members"] == {"a": 19, "b": 19}


@pytest.mark.parametrize(
    ("target", "kind", "message"),
    [
        ("few", "auto", "column 'few': a probe needs two classes.*'a': 55, 'b': 3"), ("one", "auto", "single class"),
        ("same", "auto", "the same value for all objects"), ("text", "auto", "two classes with at least 5"), ("none", "auto", "no label"),
        ("list", "auto", "must hold text or numbers"), ("flag", "luck", "kind: there is no 'luck'"),
    ],
)  # fmt: skip
def test_evaluate_says_what_is_wrong(embedded, tmp_path, target, kind, message):
    with pytest.raises(InputError, match=message):
        evaluate(embedded, target, tmp_path / "r", kind=kind)
    assert not (tmp_path / "r").exists()


@pytest.fixture(scope="module")
def model():
    grid = Grid.log(4100, 6800, 600)
    return Model(
        ResNet1d(pixels=len(grid), width=4, embedding_dim=8), Projector(8), Observe([Resample(grid), Normalize()])
    )


def spectra(count, **columns):
    rng = np.random.default_rng(0)
    flux = 1 + 0.1 * rng.normal(size=(count, 200))
    table = {"object_id": [f"s{i}" for i in range(count)], **columns}
    return Series.from_arrays(np.linspace(4000, 7000, 200), flux, np.full(flux.shape, 100.0), table)


def test_each_class_has_a_column_whatever_its_name(model, tmp_path):
    series = spectra(50, y=NAMES * 10)
    finetune(model, series, tmp_path / "f", target="y", mode="frozen", epochs=1, progress=False)
    predict(tmp_path / "f" / "model", series, tmp_path / "p.parquet")
    table = pq.read_table(tmp_path / "p.parquet")
    order = sorted(NAMES)
    own = ["y_predicted", *[f"p_{name}" for name in order], "y_probability", "y_set_90", "unlike"]
    assert table.column_names == ["object_id", "y", *own]
    assert json.loads(table.schema.field("y_probability").metadata[b"classes"]) == order
    rows = np.column_stack([table[f"p_{name}"] for name in order])
    np.testing.assert_allclose(rows.sum(1), 1, rtol=1e-5)
    assert [order[k] for k in rows.argmax(1)] == table["y_predicted"].to_pylist()
    again = spectra(50, **{"p_II.p": [1.0] * 50})
    with pytest.raises(InputError, match="column 'p_II.p': is there already"):
        predict(tmp_path / "f" / "model", again, tmp_path / "q.parquet")
    assert not (tmp_path / "q.parquet").exists()


def test_classes_with_too_few_objects(model, tmp_path):
    series = spectra(40, y=["a"] * 20 + ["b"] * 14 + ["c"] * 4 + [None] * 2)
    found = finetune(model, series, tmp_path / "f", target="y", mode="frozen", epochs=1, progress=False)
    assert sum(found["objects"].values()) == 34 and set(found["test"]["confusion"]) == {"a", "b"}
    assert found["left_out"] == {"objects without a label": 2, "class 'c', too few objects": 4}
    for values, message in (
        (["a"] * 37 + ["b"] * 3, "the largest of 'y' are 'a': 37, 'b': 3"),
        ([str(i) for i in range(40)], "two classes with at least 5"),
        ([2.5] * 40, "the same value"),
        ([1e300] * 20 + [0.0] * 20, "more than float32"),
        ([float("nan")] * 40, "0 objects have a 'y'"),
    ):
        with pytest.raises(InputError, match=message):
            finetune(model, spectra(40, y=values), tmp_path / "no", target="y", mode="frozen", epochs=1, progress=False)
    assert not (tmp_path / "no").exists()


def test_finetune_and_evaluate_decide_alike(model, tmp_path):
    few = finetune(
        model, spectra(40, y=[0, 1] * 20), tmp_path / "a", target="y", mode="frozen", epochs=1, progress=False
    )
    many = finetune(
        model, spectra(40, y=list(range(40))), tmp_path / "b", target="y", mode="frozen", epochs=1, progress=False
    )
    told = finetune(
        model,
        spectra(40, y=[0, 1] * 20),
        tmp_path / "c",
        target="y",
        kind="values",
        mode="frozen",
        epochs=1,
        progress=False,
    )
    assert (few["kind"], many["kind"], told["kind"]) == ("classes", "values", "values")
