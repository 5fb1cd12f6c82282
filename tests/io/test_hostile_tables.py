"""Text and Parquet tables that are damaged end in an InputError of one line."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given

from clrseries import read_light_curves, read_spectra
from clrseries.io.embeddings import read_embeddings
from tests.io.fuzzing import QUICK, hostile, survives

TEXT = b'object_id,time,flux,flux_err,band\n007,1,2,.1,g\n7,2,2,.1,r\n"8",nan,,0.1,NA\n'


def parquet(columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


SPECTRA = parquet(
    {"object_id": ["a", "b"], "wavelength": [[4000.0, 4001.0]] * 2, "flux": [[1.0, 2.0]] * 2, "ivar": [[1.0, 1.0]] * 2}
)
CURVES = parquet(
    {"object_id": ["a"], "time": [[1.0, 2.0]], "flux": [[1.0, 2.0]], "flux_err": [[1.0, 1.0]], "band": [["g", "r"]]}
)
EMBEDDINGS = parquet({"object_id": ["a", "b", "c"], "embedding": [[1.0, 2.0]] * 3})


@QUICK
@given(data=hostile(TEXT))
def test_text(tmp_path, data):
    survives(read_light_curves, tmp_path / "x.csv", data)


@QUICK
@given(data=hostile(gzip.compress(TEXT)))
def test_compressed_text(tmp_path, data):
    survives(read_light_curves, tmp_path / "x.csv.gz", data)


@QUICK
@given(data=hostile(SPECTRA))
def test_parquet_of_spectra(tmp_path, data):
    survives(read_spectra, tmp_path / "x.parquet", data)


@QUICK
@given(data=hostile(CURVES))
def test_parquet_of_light_curves(tmp_path, data):
    survives(read_light_curves, tmp_path / "x.parquet", data)


@QUICK
@given(data=hostile(EMBEDDINGS))
def test_parquet_of_embeddings(tmp_path, data):
    survives(read_embeddings, tmp_path / "x.parquet", data)
