"""Light curves whose bands have other names are taken by predict, embed and finetune, and no object is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import InputError, Model, Series, embed, finetune, predict
from clrseries import lightcurves as lc
from clrseries.commands.cli import main
from clrseries.encoders import CurveConv
from clrseries.encoders.heads import ClassHead
from clrseries.methods import Projector
from clrseries.series import concatenate


@pytest.fixture
def model() -> Model:
    observe = lc.Observe([lc.Pack(32), lc.Normalize("object")])
    return Model(
        CurveConv(2, "tiny", 8).eval(),
        Projector(8).eval(),
        observe,
        {},
        ("g", "r"),
        ClassHead(8, ["a", "b"]).eval(),
        "class",
    )


def curves(names: tuple[str, str, str], rows: list[int]) -> Series:
    rng = np.random.default_rng(0)
    time = [np.sort(rng.uniform(0, 50, 30)) for _ in range(3)]
    flux = [rng.normal(10, 1, 30) for _ in range(3)]
    band = [[names[k % 2]] * 30 if k < 2 else [names[2]] * 30 for k in range(3)]
    whole = Series.from_points(time, flux, [np.ones(30)] * 3, band, {"object_id": ["one", "two", "three"]})
    return whole.take(np.array(rows))


def test_renamed_bands_give_what_the_own_names_give(model, tmp_path):
    theirs = embed(
        model, curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "a.parquet", bands={"ztfg": "g", "UVW1": None}
    )
    ours = embed(model, curves(("g", "r", "r"), [0, 1]), tmp_path / "b.parquet")
    found, expected = (pq.read_table(path)["embedding"].to_pylist() for path in (theirs, ours))
    np.testing.assert_allclose(found[:2], expected, rtol=1e-6)
    assert found[2] is None and len(found) == 3


@pytest.mark.parametrize("others", [{"*": None}, {"UVW1": "r", "*": None}, {"ztfg": "g", "*": "r"}])
def test_all_other_bands_have_a_word(model, tmp_path, others):
    said = {"ztfg": None, "UVW1": None} | others if others["*"] is None else {"ztfg": "g", "UVW1": "r"}
    said.pop("*", None)
    data = write_curves(curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "curves.parquet")
    found = [
        pq.read_table(embed(model, data, tmp_path / f"{k}.parquet", bands=bands))["embedding"].to_pylist()
        for k, bands in enumerate((said, others))
    ]
    assert found[0] == found[1]
    folder = embed(model, data, tmp_path / "folder", bands=others, progress=False)
    assert pq.read_table(folder / "dataset")["embedding"].to_pylist() == found[0]


def test_objects_of_other_bands_alone_are_told(model, tmp_path):
    path = tmp_path / "x.parquet"
    with pytest.raises(InputError, match="none of 2 objects can be embedded"):
        embed(model, curves(("UVW1", "UVW2", "UVM2"), [0, 1]), path, bands={"*": None})


def test_predict_keeps_an_object_without_a_known_band(model, tmp_path):
    table = pq.read_table(
        predict(
            model, curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "c.parquet", bands={"ztfg": "g", "UVW1": None}
        )
    )
    assert table["object_id"].to_pylist() == ["one", "two", "three"]
    assert [name is None for name in table["class_predicted"].to_pylist()] == [False, False, True]


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ({"ztfG": "g"}, r"no band 'ztfG'; did you mean 'ztfg'\?; they have UVW1, r, ztfg"),
        ({"ztfg": "G", "UVW1": None}, r"knows no band 'G'; did you mean 'g'\?; it knows g, r"),
        ({"ztfg": "g"}, r"knows no band 'UVW1'.*null to leave its points out"),
    ],
)
def test_wrong_bands_are_told(model, tmp_path, bands, words):
    with pytest.raises(InputError, match=words):
        predict(model, curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "d.parquet", bands=bands)
    assert not (tmp_path / "d.parquet").exists()


def write_curves(series: Series, path: Path) -> str:
    assert series.band is not None
    columns: dict[str, Any] = {
        "time": series.x,
        "flux": series.flux,
        "flux_err": np.ones(len(series.x)),
        "band": np.array(series.bands, object)[series.band],
    }
    lists = {
        name: [part.tolist() for part in np.split(values, series.offsets[1:-1].tolist())]
        for name, values in columns.items()
    }
    pq.write_table(pa.table({"object_id": series.object_ids} | lists), path)
    return str(path)


def test_from_the_command_line(model, tmp_path):
    data = write_curves(curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "curves.parquet")
    model.save(tmp_path / "model")
    given = ["predict", str(tmp_path / "model"), data, "--output", str(tmp_path / "e.parquet")]
    assert main([*given, "--bands", "{ztfg: g, UVW1: null}"]) == 0
    assert pq.read_table(tmp_path / "e.parquet").num_rows == 3


def test_a_folder_of_output_has_what_a_file_has(model, tmp_path):
    data = write_curves(curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "curves.parquet")
    bands: dict[str, str | None] = {"ztfg": "g", "UVW1": None}
    file = embed(model, data, tmp_path / "f.parquet", bands=bands)
    folder = embed(model, data, tmp_path / "folder", bands=bands, progress=False)
    found, expected = (pq.read_table(path)["embedding"].to_pylist() for path in (folder / "dataset", file))
    assert found == expected
    failed = pq.read_table(folder / "errors.parquet").to_pylist()
    assert [row["object_id"] for row in failed] == ["three"]
    with pytest.raises(InputError, match="other arguments"):
        embed(model, data, folder, bands={"ztfg": "r", "UVW1": None}, progress=False)


def test_a_folder_of_output_refuses_a_band_that_the_model_does_not_know(model, tmp_path):
    data = write_curves(curves(("ztfg", "r", "UVW1"), [0, 1, 2]), tmp_path / "curves.parquet")
    with pytest.raises(InputError, match="knows no band 'G'"):
        embed(model, data, tmp_path / "folder", bands={"ztfg": "G"}, progress=False)
    assert not (tmp_path / "folder").exists()


def test_finetune_takes_bands_of_other_names(model, tmp_path):
    def scores(names: tuple[str, str, str], folder: str, bands: dict[str, str | None] | None) -> dict[str, Any]:
        series = concatenate([curves(names, [0, 1]) for _ in range(20)])
        ids, kinds = [f"star {k}" for k in range(40)], ["a", "b"] * 20
        labeled = series.with_columns({"object_id": ids, "kind": kinds})
        return finetune(model, labeled, tmp_path / folder, target="kind", epochs=1, bands=bands, progress=False)

    theirs = scores(("ztfg", "r", "UVW1"), "theirs", {"ztfg": "g", "UVW1": None})
    assert theirs["test"] == scores(("g", "r", "r"), "ours", None)["test"]
