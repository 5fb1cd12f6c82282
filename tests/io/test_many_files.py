"""Files that cannot be read are listed beside the output."""

import csv
from dataclasses import replace

import pyarrow as pa

from clrseries import Series
from clrseries.io.many_files import write_failed


def test_what_failed_is_written_beside_the_output_and_removed_when_nothing_fails(tmp_path):
    series = Series.from_arrays([4000.0, 4001.0], [[1.0, 1.1]])
    output, path = tmp_path / "x.parquet", tmp_path / "x.parquet.failed.csv"
    failed = pa.table({"file": ["a,b.fits"], "reason": ['no "END"']}, schema=series.failed.schema)
    write_failed(replace(series, failed=failed), output)
    with path.open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"file": "a,b.fits", "reason": 'no "END"'}]
    write_failed(series, output)
    assert not path.exists()
