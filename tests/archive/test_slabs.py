"""Reading of nested Parquet takes the memory of Arrow as it is."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries.archive.slabs import read_rows
from clrseries.io.sample_columns import flat, sample_column

from .conftest import curves_table, nested, spectra_table


@pytest.mark.parametrize(("make", "shared"), [(spectra_table, ("x", "flux", "ivar")), (curves_table, ("x", "flux"))])
def test_nested_parquet_becomes_a_series_without_new_sample_arrays(make, shared, tmp_path):
    pq.write_table(nested(make(500)), tmp_path / "a.parquet", row_group_size=100)
    batch = next(pq.ParquetFile(tmp_path / "a.parquet").iter_batches(500, row_groups=[2]))
    table = pa.Table.from_batches([batch])
    column = table["lightcurve"].chunk(0)
    samples = {
        name: column.field(name).values.to_numpy()
        for name in ("wavelength", "time", "flux", "ivar")
        if column.type.get_field_index(name) >= 0
    }
    before = pa.total_allocated_bytes()
    series, lost = read_rows(flat(table, sample_column(table.schema)))
    assert series is not None and not lost and len(series) == 100
    assert pa.total_allocated_bytes() - before < 20_000  # names and lengths of a hundred objects, and no samples
    names = {"x": "wavelength" if "wavelength" in samples else "time", "flux": "flux", "ivar": "ivar"}
    for name in shared:
        assert np.shares_memory(getattr(series, name), samples[names[name]])
        assert getattr(series, name).base is not None


def test_a_slab_does_not_depend_on_the_others(tmp_path):
    table = curves_table(90)
    whole, _ = read_rows(table)
    part, _ = read_rows(table.slice(30, 20), first=30)
    assert whole is not None and part is not None
    for name in ("x", "flux", "ivar", "band"):
        np.testing.assert_array_equal(getattr(whole.between(30, 50), name), getattr(part, name))
