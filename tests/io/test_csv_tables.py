"""Text tables are read whatever wrote them, and names stay as written."""

import bz2
import gzip

import pytest

from clrseries import InputError, read_light_curves
from clrseries.io.csv_tables import csv_names, read_csv
from clrseries.io.tables import column_names

PLAIN = {"a": [1, 2], "b": [0.5, None]}
FORMS = {
    "plain": b"a,b\n1,0.5\n2,\n",
    "quoted": b'"a","b"\n"1","0.5"\n"2","NA"\n',
    "Windows": "\ufeffa,b\r\n1,0.5\r\n2,NaN\r\n".encode(),
    "semicolons": b"a;b\n1;0.5\n2;\n",
    "tabs": b"a\tb\n1\t0.5\n2\tnan\n",
    "blanks": b"a   b\n 1  0.5\n2 nan\n",
    "comments": b"# made by hand\n# a b\n1 0.5\n# more\n2 nan\n",
    "UTF-16": "a,b\n1,0.5\n2,\n".encode("utf-16"),
    "gzip": gzip.compress(b"a,b\n1,0.5\n2,\n"),
    "bz2": bz2.compress(b"a,b\n1,0.5\n2,\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_text_tables(tmp_path, form):
    path = tmp_path / ("x.csv.gz" if form == "gzip" else "x.csv")
    path.write_bytes(FORMS[form])
    assert read_csv(path).to_pydict() == PLAIN
    assert csv_names(path) == column_names(path) == ["a", "b"]


def test_names_stay_as_written(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,run,z,name\n007,99999999999999999999,1,1.0\n7,1,2,2.0\n")
    assert read_csv(path, text=["NAME"]).to_pydict() == {
        "id": ["007", "7"], "run": ["99999999999999999999", "1"], "z": [1, 2], "name": ["1.0", "2.0"]
    }  # fmt: skip


def test_rows_of_another_length_are_counted(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("object_id,time,flux,flux_err,band\na,1,2,.1,g\na,2,2,.1,g,9\na,3,2\n")
    series = read_light_curves(path)
    assert len(series.x) == 1 and series.dropped == {"point: row of the file with another number of values": 2}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"\x00\x01\x02", "binary data"),
        (b"a,a\n1,2\n", "two columns named 'a'"),
        (gzip.compress(b"a,b\n1,2\n")[:15], "not a CSV table"),
    ],
    ids=["empty", "binary", "repeated name", "half a gzip file"],  # not the bytes: gzip writes the time into them
)
def test_what_is_no_table(tmp_path, content, message):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_csv(path)


def test_latin_names_and_a_header_alone(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("\u00e9toile,b\n1,2\n".encode("latin-1"))
    assert read_csv(path).column_names == ["\u00e9toile", "b"]
    path.write_bytes(b"a,b")
    assert read_csv(path).num_rows == 0
    path.write_bytes(b"a,b\n" + b"x,1\n" * 30000 + "\u00e9,1\n".encode("latin-1"))
    assert read_csv(path)["a"][-1].as_py() == "\u00e9"  # a byte of another encoding far down
