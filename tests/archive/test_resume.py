"""A run ends at any moment, and is continued."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from clrseries import InputError, embed, load, read_spectra
from clrseries.archive import part_writer, stream
from clrseries.commands.cli import main

from .conftest import spectra_table
from .kill import files
from .test_embed import embeddings, errors


def test_a_finished_run_does_nothing_again(archive, spectrum_model, small_parts, tmp_path, monkeypatch):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    before = files(out)
    monkeypatch.setattr(stream, "read_ahead", lambda parts, medium: iter(pytest.fail("reads") for _ in parts))
    embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    assert files(out) == before


def test_a_missing_part_is_written_again(archive, spectrum_model, small_parts, tmp_path):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    before = files(out)
    (out / "dataset/part-000002.parquet").unlink()
    embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    assert files(out) == before


def test_another_input_model_or_argument_is_refused_with_the_reason(archive, spectrum_model, tmp_path):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    before = files(out)
    with pytest.raises(InputError, match="other arguments"):
        embed(spectrum_model, archive, out, layer="projection", progress=False)
    with pytest.raises(InputError, match="other arguments"):
        embed(spectrum_model, archive, out, medium="air", progress=False)
    other = type(spectrum_model)(
        spectrum_model.encoder, spectrum_model.projector, spectrum_model.observe.deterministic()
    )
    embed(other, archive, out, progress=False)  # equal is the same
    from clrseries import encoders

    other.encoder = encoders.ResidualDense(len(spectrum_model.observe.grid), embedding_dim=8).eval()
    with pytest.raises(InputError, match="another model"):
        embed(other, archive, out, progress=False)
    pq.write_table(spectra_table(331), archive, row_group_size=120)
    with pytest.raises(InputError, match="other data"):
        embed(spectrum_model, archive, out, progress=False)
    assert files(out) == before
    embed(spectrum_model, archive, out, overwrite=True, progress=False)
    assert len(embeddings(out)[0]) == 331


def test_a_folder_with_something_else_is_never_touched(archive, spectrum_model, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("...")
    for overwrite in (False, True):
        with pytest.raises(InputError, match="thesis.tex"):
            embed(spectrum_model, archive, tmp_path / "out/", overwrite=overwrite, progress=False)
    assert (tmp_path / "out" / "thesis.tex").exists()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1}', '{"format": 99}', "[" * 100_000])
def test_a_damaged_manifest_is_an_error_that_names_it(archive, spectrum_model, tmp_path, content):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    (out / "manifest.json").write_text(content)
    with pytest.raises(InputError, match="manifest.json"):
        embed(spectrum_model, archive, out, progress=False)


@pytest.mark.parametrize(
    "name", ["../part.parquet", "/etc/passwd", "dataset/../../x", "..", "", "a\\b", "x\0y", "link/x"]
)
def test_names_in_a_manifest_do_not_leave_the_folder(archive, spectrum_model, tmp_path, name):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    (out / "link").symlink_to(tmp_path)
    about = json.loads((out / "manifest.json").read_text())
    about["files"][0]["name"] = name
    (out / "manifest.json").write_text(json.dumps(about))
    with pytest.raises(InputError, match="not within"):
        embed(spectrum_model, archive, out, overwrite=True, progress=False)


def test_killed_runs_are_continued_to_the_same_output():
    seed = ["--seed", str(int(time.time()))]  # another case every time; 'make kills' tests all of them
    command = [sys.executable, "-m", "tests.archive.kill", "--cases", "1", "--rounds", "5", *seed]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "5 runs were killed" in done.stdout, (seed, done.stdout, done.stderr)


def left(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("half of i")


def test_what_a_killed_run_leaves_of_its_own_files_goes(archive, spectrum_model, tmp_path):
    half = [f".4711.{name}" for name in ("manifest.json", "errors.parquet", "hats.properties", "partition_info.csv")]
    half += ["dataset/.4711._common_metadata", "dataset/.unfinished.part-000000.parquet"]
    for overwrite in (False, True):
        out = tmp_path / f"killed {overwrite}"
        left(out, half[:1])  # killed while the first manifest was written
        embed(spectrum_model, archive, out, overwrite=overwrite, progress=False)
        left(out, half)
        before = {name: content for name, content in files(out).items() if name not in half}
        assert files(embed(spectrum_model, archive, out, overwrite=overwrite, progress=False)) == before
    left(tmp_path / "other", [".4711.manifest.json", "thesis.tex", ".notes.manifest.json"])
    with pytest.raises(InputError, match="but no manifest.json"):
        embed(spectrum_model, archive, tmp_path / "other/", overwrite=True, progress=False)
    assert len(files(tmp_path / "other")) == 3


def test_the_manifest_of_an_earlier_output_goes_last(archive, spectrum_model, tmp_path, monkeypatch):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    left(out, ["hats.properties", "partition_info.csv", "errors.parquet"])
    unlink, gone = Path.unlink, []

    def seen(path, missing_ok=False):
        gone.append(path.name)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", seen)
    embed(spectrum_model, archive, out, layer="projection", overwrite=True, progress=False)
    ends = gone.index("manifest.json")
    assert {"hats.properties", "partition_info.csv", "errors.parquet"} <= set(gone[:ends])
    monkeypatch.setattr(shutil, "rmtree", lambda folder, ignore_errors: None)  # as where nothing can be removed
    with pytest.raises(InputError, match="part-000000.parquet: cannot be removed"):
        embed(spectrum_model, archive, out, overwrite=True, progress=False)


def test_two_processes_cannot_write_to_one_folder(archive, spectrum_model, tmp_path):
    holder = (
        "import sys, time; from pathlib import Path; from clrseries.archive.lock import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", holder, str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "held\n"
            with pytest.raises(InputError, match=f"another process writes to it .process {process.pid} "):
                embed(spectrum_model, archive, tmp_path / "out/", progress=False)
        finally:
            os.kill(process.pid, signal.SIGKILL)  # its lock is left behind, and free
    assert len(embeddings(embed(spectrum_model, archive, tmp_path / "out/", progress=False))[0]) == 330


def corrupt(path, group, column="flux"):
    """Overwrite the middle of a column of a row group."""
    about = pq.read_metadata(path).row_group(group)
    k = next(k for k in range(about.num_columns) if about.column(k).path_in_schema.startswith(column))
    with path.open("r+b") as file:
        file.seek(about.column(k).data_page_offset + 200)
        file.write(b"\xff" * 100)


def test_a_corrupted_row_group_is_named_and_the_rest_completes(spectrum_model, small_parts, tmp_path, capsys):
    pq.write_table(spectra_table(400), tmp_path / "a.parquet", row_group_size=50, write_page_checksum=True)
    wanted = spectrum_model.embed(read_spectra(tmp_path / "a.parquet"))
    corrupt(tmp_path / "a.parquet", 3)
    spectrum_model.save(tmp_path / "model")
    words = ["embed", str(tmp_path / "model"), str(tmp_path / "a.parquet"), "--output", f"{tmp_path}/out/"]
    assert main(words) == 3
    assert "objects/s" not in capsys.readouterr().out
    (one,) = errors(tmp_path / "out")
    assert (
        one["part"] == "dataset/part-000001.parquet" and one["file"] == "a.parquet" and "row group 3" in one["reason"]
    )
    ids, found = embeddings(tmp_path / "out")
    kept = [row for row in range(400) if row // 50 != 3]
    assert ids == [f"s{row:05d}" for row in kept]
    np.testing.assert_allclose(found, wanted[kept], rtol=1e-5, atol=1e-6)
    assert main(words) == 3  # again, without new work


def test_unreadable_files_are_named_and_the_rest_completes(spectrum_model, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for k in range(4):
        pq.write_table(spectra_table(30, k), folder / f"{k}.parquet")
    (folder / "1.parquet").write_bytes((folder / "1.parquet").read_bytes()[:-500])
    (folder / "2.parquet").unlink()
    (folder / "2.parquet").symlink_to(tmp_path / "nowhere")
    out = embed(spectrum_model, folder, tmp_path / "out/", progress=False)
    assert len(embeddings(out)[0]) == 60
    assert [row["file"] for row in errors(out)] == ["1.parquet"]  # a broken link is no file of the folder


def test_a_full_disk_is_told_and_room_is_all_it_takes(archive, spectrum_model, small_parts, tmp_path, monkeypatch):
    whole = embed(spectrum_model, archive, tmp_path / "whole/", progress=False)
    write = part_writer.PartWriter.write

    def full(names):
        def failing(self, table):
            write(self, table)
            if self.name in names:
                raise OSError(28, "No space left on device")

        return failing

    one = ["dataset/part-000001.parquet"]
    with monkeypatch.context() as patch:
        patch.setattr(part_writer.PartWriter, "write", full(one))
        out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    assert [(row["part"], row["reason"]) for row in errors(out)] == [
        (one[0], "cannot be written (No space left on device)")
    ]
    assert sorted(p.name for p in (out / "dataset").iterdir()) == [f"part-{k:06d}.parquet" for k in (0, 2, 3, 4)]
    every = [f"dataset/part-{k:06d}.parquet" for k in range(5)]
    with monkeypatch.context() as patch:
        patch.setattr(part_writer.PartWriter, "write", full(every))
        with pytest.raises(InputError, match="3 parts one after the other cannot be written.*make room"):
            embed(spectrum_model, archive, tmp_path / "second/", progress=False)
    for name in ("out/", "second/"):
        assert files(embed(spectrum_model, archive, f"{tmp_path}/{name}", progress=False)) == files(whole)


def folder_of(tmp_path):
    """Four files, of which one cannot be read, one has a damaged row group, and one a hopeless object."""
    folder = tmp_path / "data"
    folder.mkdir()
    for k in range(4):
        pq.write_table(spectra_table(150, k), folder / f"{k}.parquet", row_group_size=50, write_page_checksum=True)
    whole = {k: (folder / f"{k}.parquet").read_bytes() for k in range(4)}
    (folder / "0.parquet").write_bytes(whole[0][:-500])
    corrupt(folder / "2.parquet", 1)
    return folder, whole


def test_a_run_goes_on_with_the_files_that_were_repaired(spectrum_model, small_parts, tmp_path, capsys):
    folder, whole = folder_of(tmp_path)
    spectrum_model.save(tmp_path / "model")
    words = ["embed", str(tmp_path / "model"), str(folder), "--output", f"{tmp_path}/out/"]
    assert main(words) == 3
    out = tmp_path / "out"
    assert sorted({row["file"] for row in errors(out)}) == ["0.parquet", "2.parquet"]
    paths = sorted((out / "dataset").iterdir())  # two of each file that could be read
    assert len(paths) == 6
    kept = {
        (path.stat().st_ino, path.stat().st_mtime_ns) for path in [*paths[:2], *paths[4:]]
    }  # a number alone is used again
    (folder / "3.parquet").write_bytes(whole[3] + b" ")  # not named
    (folder / "2.parquet").write_bytes(whole[2])
    assert main(words) == 2 and "other data" in capsys.readouterr().err
    (folder / "3.parquet").write_bytes(whole[3])
    main([*words, "--dry-run"])
    assert "2 of 6 parts" in capsys.readouterr().out
    assert main(words) == 3 and {row["file"] for row in errors(out)} == {"0.parquet"}
    (folder / "0.parquet").write_bytes(whole[0])  # the numbers of all parts change
    assert main(words) == 0
    embed(load(tmp_path / "model"), folder, tmp_path / "new/", progress=False)
    assert files(out) == files(tmp_path / "new")
    there = {(path.stat().st_ino, path.stat().st_mtime_ns) for path in (out / "dataset").iterdir()}
    assert len(kept) == 4 and kept <= there  # renamed, and not made again


def test_parts_that_are_renamed_are_found_after_a_kill(archive, spectrum_model, small_parts, tmp_path):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    before = files(out)
    dataset = out / "dataset"
    paths = sorted(dataset.iterdir())
    made_of = part_writer.read_footer(paths[1])[2]
    paths[1].rename(dataset / f".moving.{made_of}.parquet")
    paths[2].rename(paths[1])  # has the number of another one
    inodes = {path.stat().st_ino for path in dataset.iterdir()}
    embed(spectrum_model, archive, out, progress=False)
    assert files(out) == before and {path.stat().st_ino for path in dataset.iterdir()} == inodes


SMALL_FILES = """
import resource, sys
from clrseries.archive import parts
from clrseries.commands.cli import main
parts.PART_ROWS, parts.SLAB_BYTES = 1000, 1 << 16
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def test_the_operating_system_refuses_large_files(spectrum_model, tmp_path):
    pq.write_table(spectra_table(1040), tmp_path / "a.parquet")
    spectrum_model.save(tmp_path / "model")
    words = ["embed", str(tmp_path / "model"), str(tmp_path / "a.parquet"), "--output", f"{tmp_path}/out/"]
    done = subprocess.run([sys.executable, "-c", SMALL_FILES, "20000", *words], capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    (one,) = errors(tmp_path / "out")
    assert one["part"] == "dataset/part-000000.parquet" and "cannot be written (File too large" in one["reason"]
    assert [path.name for path in (tmp_path / "out/dataset").iterdir()] == ["part-000001.parquet"]
    done = subprocess.run([sys.executable, "-c", SMALL_FILES, "10000000", *words], capture_output=True, text=True)
    assert done.returncode == 0 and len(embeddings(tmp_path / "out")[0]) == 1040
