"""Every table that a report shows is a file beside it."""

import csv
import io

import numpy as np

from clrseries.report.evaluation_tables import evaluation_tables, map_table
from clrseries.report.explorer import colored_by
from clrseries.report.page import csv_text

SUMMARY = {
    "classes": ["Ia", "II"], "geometry": {"rank": 3.0}, "separation": {"variance": 0.5}, "beside": {},
    "scores": [{"features": "embedding", "probe": "linear", "labels": 10, "accuracy": 0.5, "confusion": [[3, 1], [0, 2]]},
               {"features": "embedding", "probe": "network", "labels": 10}],
    "nuisance": {"snr": {"score": 0.1, "fixed": None}, "instrument": {"score": 0.2, "fixed": {"score": 0.3}}},
    "retrieval": {"instrument": {"top1": 0.9}}, "overlap": {}, "duplicates": {"pairs": [{"first": "a", "second": "b", "rows": [0, 1], "cosine": 1.0}]},
    "anomalies": [{"object": "a", "ranks": {"knn": 0.9}, "neighbors": ["b", "c"]}], "suspects": [], "early": [],
}  # fmt: skip


def test_rows_are_flat_and_complete():
    tables = evaluation_tables(SUMMARY)
    assert tables.keys() == {"scores", "confusion", "nuisance", "retrieval", "duplicates", "anomalies", "geometry"}
    assert tables["anomalies"] == [{"object": "a", "ranks_knn": 0.9, "neighbors": "b; c"}]
    assert [(row["true"], row["called"], row["count"]) for row in tables["confusion"]] == [
        ("Ia", "Ia", 3), ("Ia", "II", 1), ("II", "Ia", 0), ("II", "II", 2)]  # fmt: skip
    snr, instrument = tables["nuisance"]
    assert snr["fixed_score"] is None and instrument["fixed_score"] == 0.3
    assert {row["measure"]: row["value"] for row in tables["geometry"]} == {"rank": 3.0, "variance": 0.5}
    for rows in tables.values():
        back = list(csv.DictReader(io.StringIO(csv_text(rows))))
        assert len(back) == len(rows) and all(None not in row and None not in row.values() for row in back)


def test_the_map_is_a_table():
    chart = {
        "ids": ["a", "b", "c"], "points": np.arange(6.0).reshape(3, 2), "neighbors": np.array([[1, -1], [2, 0], [0, 1]]),
        "columns": {"class": ["Ia", None, "II"], "z": np.array([0.1, np.nan, 0.3])},
    }  # fmt: skip
    table = map_table(chart)
    assert table.column_names == ["object_id", "map_x", "map_y", "class", "z", "neighbors"]
    assert table["neighbors"].to_pylist() == [["b"], ["c", "a"], ["a", "b"]] and table["map_y"].to_pylist() == [1, 3, 5]


def test_fewer_objects_are_colored_by_more_columns():
    columns = dict.fromkeys(f"c{k}" for k in range(100))
    assert len(colored_by(columns, 100_000)) == 10 and len(colored_by(columns, 1000)) == 100
