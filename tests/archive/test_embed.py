"""Embedding of archives: the same numbers as in memory, whatever the parts."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import InputError, embed, read_light_curves, read_spectra
from clrseries.archive.catalog import catalog_of
from clrseries.archive.embedding import Embedding
from clrseries.archive.estimate import estimate
from clrseries.archive.job import plan, process
from clrseries.archive.parts import parts_of, sources_of
from clrseries.archive.preprocessing import Preprocessing
from clrseries.commands.cli import main
from clrseries.config import composition

from .conftest import curves_table, nested, spectra_table


def embeddings(folder):
    """Return ids and embeddings of a folder of parts, in the order of the parts."""
    tables = [pq.ParquetFile(path).read() for path in sorted((folder / "dataset").rglob("*.parquet"))]
    table = pa.concat_tables(tables)
    rows = [[np.nan] * 8 if row is None else row for row in table["embedding"].to_pylist()]
    return table["object_id"].to_pylist(), np.array(rows, np.float32)


def errors(folder):
    return pq.read_table(folder / "errors.parquet").to_pylist()


def test_parts_cover_every_row_once(archive, small_parts):
    catalog = catalog_of(archive)
    found = parts_of(catalog, sources_of(catalog))
    rows = [(span.group, row) for part in found for span in part.spans for row in range(span.first, span.last)]
    assert rows == [(group, row) for group, count in enumerate((120, 120, 90)) for row in range(count)]
    assert max(part.rows for part in found) <= 100 and sum(part.rows for part in found) == 330
    assert [part.first_row for part in found] == np.cumsum([0, *(part.rows for part in found[:-1])]).tolist()


def test_embeddings_are_those_in_memory_whatever_the_parts(archive, spectrum_model, small_parts, tmp_path):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    ids, found = embeddings(out)
    series = read_spectra(archive)
    assert ids == series.object_ids
    np.testing.assert_allclose(found, spectrum_model.embed(series), rtol=1e-5, atol=1e-6)
    assert not (out / "errors.parquet").exists()


def test_the_order_and_company_of_an_object_do_not_matter(archive, spectrum_model, small_parts, tmp_path, rng):
    ids, found = embeddings(embed(spectrum_model, archive, tmp_path / "one/", progress=False))
    table = spectra_table(330)
    pq.write_table(table.take(pa.array(rng.permutation(330)[:77])), tmp_path / "some.parquet", row_group_size=13)
    some, again = embeddings(embed(spectrum_model, tmp_path / "some.parquet", tmp_path / "two/", progress=False))
    np.testing.assert_allclose(again, found[[ids.index(name) for name in some]], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("form", ["lists", "nested", "list of structs"])
def test_light_curves_in_every_form_of_nesting(curve_model, small_parts, tmp_path, form):
    table = curves_table(150)
    pq.write_table(table, tmp_path / "plain.parquet")
    wanted = curve_model.embed(read_light_curves(tmp_path / "plain.parquet"))
    written = table if form == "lists" else nested(table)
    if form == "list of structs":
        column = written["lightcurve"].combine_chunks()
        inner = pa.StructArray.from_arrays(
            [part.values for part in column.flatten()], names=[f.name for f in column.type]
        )
        rows = pa.ListArray.from_arrays(column.flatten()[0].offsets, inner)
        written = written.set_column(written.column_names.index("lightcurve"), "lightcurve", rows)
    pq.write_table(written, tmp_path / "written.parquet", row_group_size=50)
    ids, found = embeddings(embed(curve_model, tmp_path / "written.parquet", tmp_path / "out/", progress=False))
    assert ids == table["object_id"].to_pylist()
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_a_hats_catalog_keeps_its_partitions(curve_model, tmp_path):
    table, folder = nested(curves_table(60)), tmp_path / "catalog"
    for pixel, rows in ((4, slice(0, 25)), (7, slice(25, 60))):
        path = folder / f"dataset/Norder=1/Dir=0/Npix={pixel}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.slice(rows.start, rows.stop - rows.start), path)
    (folder / "hats.properties").write_text("dataproduct_type=object\nhats_col_ra=ra\nhats_col_dec=dec\n")
    (folder / "partition_info.csv").write_text("Norder,Npix\n1,4\n1,7\n")
    pq.write_metadata(table.schema, folder / "dataset/_common_metadata")
    out = embed(curve_model, folder, tmp_path / "out/", progress=False)
    names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.parquet"))
    assert names == [f"dataset/Norder=1/Dir=0/Npix={pixel}/part-00000.parquet" for pixel in (4, 7)]
    assert embeddings(out)[0] == table["object_id"].to_pylist()
    assert "_healpix_29" in pq.read_schema(out / names[0]).names


def test_files_that_are_read_whole_are_joined(spectrum_model, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for k in range(5):
        table = spectra_table(1, k)
        rows = zip(*(table[name][0].as_py() for name in ("wavelength", "flux", "ivar")), strict=True)
        (folder / f"star{k}.csv").write_text("wavelength,flux,ivar\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    (folder / "star9.csv").write_text("wavelength,flux,ivar\n1,x,\n")
    out = embed(spectrum_model, folder, tmp_path / "out/", progress=False)
    ids, found = embeddings(out)
    assert ids == [f"texts/star{k}" for k in range(5)]
    np.testing.assert_allclose(
        found, spectrum_model.embed(read_spectra(sorted(folder.glob("star[0-4].csv")))), rtol=1e-5, atol=1e-6
    )
    (one,) = errors(out)
    assert one["file"] == "star9.csv" and one["object_id"] is None and "star9" in one["reason"]


def test_objects_without_names_are_called_by_their_rows(spectrum_model, small_parts, tmp_path):
    pq.write_table(spectra_table(130).drop_columns(["object_id"]), tmp_path / "a.parquet")
    ids, _ = embeddings(embed(spectrum_model, tmp_path / "a.parquet", tmp_path / "out/", progress=False))
    assert ids == [str(row) for row in range(130)]


def test_one_hopeless_object_of_each_sort_is_named_and_the_rest_completes(spectrum_model, small_parts, tmp_path):
    table = spectra_table(200)
    wave, flux, ivar = (table[name].to_pylist() for name in ("wavelength", "flux", "ivar"))
    wave[11] = wave[11][:-3]  # another number of samples
    flux[57] = None
    ivar[120] = [0.0] * len(ivar[120])
    wave[180] = [w + 20000 for w in wave[180]]  # beyond the grid
    wave[199] = wave[199][::2] + wave[199][1::2]  # neither ascending nor descending
    for name, values in (("wavelength", wave), ("flux", flux), ("ivar", ivar)):
        table = table.set_column(
            table.column_names.index(name), table.schema.field(name), pa.array(values, table.schema.field(name).type)
        )
    pq.write_table(table, tmp_path / "a.parquet")
    out = embed(spectrum_model, tmp_path / "a.parquet", tmp_path / "out/", progress=False)
    found = {row["object_id"]: row["reason"] for row in errors(out)}
    assert sorted(found) == ["s00011", "s00057", "s00120", "s00180", "s00199"]
    assert "samples" in found["s00011"] and "masked" in found["s00120"] and "no data within" in found["s00180"]
    ids, values = embeddings(out)
    good = np.isfinite(values).all(1)
    assert good.sum() == 195 and set(np.array(ids)[~good]) == {"s00120", "s00180"}  # the others are no objects at all


def test_points_in_a_band_that_the_model_does_not_know(curve_model, tmp_path):
    table = curves_table(40)
    bands = table["band"].to_pylist()
    bands[5][3] = "z"
    table = table.set_column(table.column_names.index("band"), "band", pa.array(bands))
    pq.write_table(table, tmp_path / "a.parquet")
    out = embed(curve_model, tmp_path / "a.parquet", tmp_path / "out/", progress=False)
    (one,) = errors(out)
    assert one["object_id"] == "c00005" and "'z'" in one["reason"]
    assert len(embeddings(out)[0]) == 39


def test_stop_at_the_first_error(spectrum_model, tmp_path):
    table = spectra_table(20)
    ivar = [[0.0] * len(row) if k == 7 else row for k, row in enumerate(table["ivar"].to_pylist())]
    table = table.set_column(table.column_names.index("ivar"), "ivar", pa.array(ivar, pa.list_(pa.float32())))
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(InputError, match="s00007.*masked"):
        embed(spectrum_model, tmp_path / "a.parquet", tmp_path / "out/", on_error="stop", progress=False)
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_folder_takes_files_of_the_kind_of_the_model(spectrum_model, curve_model, archive, tmp_path, series):
    with pytest.raises(InputError, match="holds spectra, and this takes light curves"):
        embed(curve_model, archive, tmp_path / "out/", progress=False)
    with pytest.raises(InputError, match="write a table in memory"):
        embed(spectrum_model, series, tmp_path / "out/", progress=False)
    with pytest.raises(InputError, match="is the folder of the data"):
        embed(spectrum_model, archive, tmp_path, progress=False)
    with pytest.raises(InputError, match="no such file"):
        embed(spectrum_model, tmp_path / "none.parquet", tmp_path / "out/", progress=False)
    assert not (tmp_path / "out").exists()


def test_an_estimate_writes_nothing(spectrum_model, archive, small_parts, tmp_path, capsys):
    embed(spectrum_model, archive, tmp_path / "out/", dry_run=True)
    told = capsys.readouterr().out
    assert "5 of 5 parts: about 330 objects" in told and "to write" in told
    assert not (tmp_path / "out").exists()


def test_an_estimate_says_that_a_run_would_be_refused(spectrum_model, archive, small_parts, tmp_path, capsys):
    spectrum_model.save(tmp_path / "model")
    words = ["embed", str(tmp_path / "model"), str(archive), "--dry-run", "--output", f"{tmp_path}/out/"]
    embed(spectrum_model, archive, tmp_path / "out/", layer="projection", progress=False)
    assert (
        main(words) == 2 and "cannot be continued, because it was made with other arguments" in capsys.readouterr().err
    )
    assert main([*words, "--overwrite"]) == 0 and "5 of 5 parts" in capsys.readouterr().out
    assert main([*words, "--layer", "projection"]) == 0 and "0 of 5 parts" in capsys.readouterr().out
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter1.tex").touch()
    assert main([*words[:-1], f"{tmp_path}/thesis/"]) == 2 and "chapter1.tex" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["embed", "preprocess"])
def test_an_estimate_tells_the_size_of_the_output(spectrum_model, tmp_path, command):
    pq.write_table(spectra_table(6000), tmp_path / "a.parquet", row_group_size=1500)
    steps = [{"Resample": {"grid": spectrum_model.observe.grid.to_dict()}}]
    work = Embedding(spectrum_model) if command == "embed" else Preprocessing(composition(steps))
    found = estimate(plan(tmp_path / "a.parquet", work), work, tmp_path / "out")
    process(tmp_path / "a.parquet", work, tmp_path / "out", progress=False)
    written = sum(path.stat().st_size for path in (tmp_path / "out/dataset").iterdir())
    assert found.objects == 6000 and found.output == pytest.approx(written, rel=0.2)
