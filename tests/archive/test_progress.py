"""What is told about the progress of a run: a bar on a terminal, plain lines elsewhere."""

import io
import os
import pty
import re
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from clrseries import embed
from clrseries.archive import progress
from clrseries.archive.progress import Told, in_bytes, in_time

from .conftest import spectra_table

LINE = r"(\d+) % of ([\d.]+ [kM]B), ([\d,]+) objects, ([\d,]+)/s, ([\d.]+ [kM]?B?(?:bytes)?)/s, (\d+) s remain"


def clock(monkeypatch, seconds):
    """Set the time; the run began at 100 s."""
    monkeypatch.setattr(progress.time, "monotonic", lambda: 100.0 + seconds)


def test_rate_and_remaining_time_are_those_of_this_run(monkeypatch):
    """What an earlier run has done counts as done, and not as fast."""
    clock(monkeypatch, 0)
    told = Told(total=10_000_000, done=4_000_000)
    told.advance(500, 1_000_000)
    assert told.line(2.0) == "50 % of 10.0 MB, 500 objects, 250/s, 500.0 kB/s, 10 s remain"
    told.advance(2500, 5_000_000)
    assert told.line(4.0) == "100 % of 10.0 MB, 3,000 objects, 750/s, 1.5 MB/s, 0 s remain"


def test_plain_lines_come_every_ten_seconds(monkeypatch):
    file = io.StringIO()
    clock(monkeypatch, 0)
    told = Told(1_000_000, file=file)
    for second in range(1, 26):
        clock(monkeypatch, second)
        told.advance(10, 10_000)
    lines = file.getvalue().splitlines()
    assert len(lines) == 2 and lines[0] == "11 % of 1.0 MB, 110 objects, 10/s, 10.0 kB/s, 89 s remain"


def test_units():
    assert [in_bytes(size) for size in (999, 1e3, 2.5e6, 3e12)] == ["999 bytes", "1.0 kB", "2.5 MB", "3.0 TB"]
    assert [in_time(seconds) for seconds in (0, 99, 100, 6000, 90_000)] == [
        "0 s",
        "99 s",
        "2 min",
        "1 h 40 min",
        "25 h 0 min",
    ]


def test_a_run_without_a_terminal_ends_with_a_line(archive, spectrum_model, small_parts, tmp_path, capsys):
    embed(spectrum_model, archive, tmp_path / "out/")
    (line,) = capsys.readouterr().err.splitlines()
    found = re.fullmatch(LINE, line)
    assert found is not None, line
    share, _, objects, *_ = found.groups()
    assert (share, objects) == ("100", "330")
    (tmp_path / "out/dataset/part-000001.parquet").unlink()
    embed(spectrum_model, archive, tmp_path / "out/")
    assert re.search(r"100 % of [\d.]+ kB, \d\d objects", capsys.readouterr().err)  # of one part
    embed(spectrum_model, archive, tmp_path / "quiet/", progress=False)
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_a_run_on_a_terminal_shows_a_bar(spectrum_model, tmp_path):
    pq.write_table(spectra_table(330), tmp_path / "a.parquet")
    spectrum_model.save(tmp_path / "model")
    words = ["embed", str(tmp_path / "model"), str(tmp_path / "a.parquet"), "--output", f"{tmp_path}/out/"]
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "160"}
    with subprocess.Popen(
        [sys.executable, "-m", "clrseries", *words], stderr=theirs, stdout=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux: the other end is closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    assert process.returncode == 0
    plain = re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", shown.decode())
    assert "━" in plain and re.search(LINE, plain) and "100 % of" in plain and "330 objects" in plain
