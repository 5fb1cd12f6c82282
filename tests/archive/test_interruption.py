"""Ctrl-C ends a run in good order, and says how to go on."""

import json
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from clrseries import embed
from clrseries.archive import part_writer

from .conftest import spectra_table
from .kill import files


def test_an_interruption_ends_cleanly_and_tells_how_to_continue(
    archive, spectrum_model, small_parts, tmp_path, monkeypatch
):
    whole = embed(spectrum_model, archive, tmp_path / "whole/", progress=False)
    finish = part_writer.PartWriter.finish
    seen = []

    def interrupted(self):
        seen.append(self.name)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return finish(self)

    with monkeypatch.context() as patch:
        patch.setattr(part_writer.PartWriter, "finish", interrupted)
        with pytest.raises(KeyboardInterrupt, match="run the same command again to continue"):
            embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    names = sorted(path.name for path in (tmp_path / "out/dataset").iterdir())
    assert names == ["part-000000.parquet", "part-000001.parquet"]
    about = json.loads((tmp_path / "out/manifest.json").read_text())
    assert not about["complete"] and [one["name"] for one in about["files"]] == [f"dataset/{name}" for name in names]
    assert files(embed(spectrum_model, archive, tmp_path / "out/", progress=False)) == files(whole)


COMMAND = """
import sys
from clrseries.archive import parts
from clrseries.commands.cli import run
parts.PART_ROWS, parts.SLAB_BYTES = 10, 10 * 1300
sys.argv[0] = "clrseries"
run()
"""


def test_ctrl_c_ends_the_command_and_says_how_to_go_on(spectrum_model, tmp_path):
    pq.write_table(spectra_table(20_000, pixels=100), tmp_path / "a.parquet")
    spectrum_model.save(tmp_path / "model")
    out = tmp_path / "out"
    words = ["embed", str(tmp_path / "model"), str(tmp_path / "a.parquet"), "--output", f"{out}/"]
    command = [sys.executable, "-c", COMMAND, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            ends = time.monotonic() + 120
            while len(list(out.rglob("part-*.parquet"))) < 3 and process.poll() is None and time.monotonic() < ends:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 130, told
    assert told.splitlines()[-1].startswith("clrseries embed: interrupted") and "Traceback" not in told
    assert f"the parts that are done stay in {out}: run the same command again to continue" in told
    about = json.loads((out / "manifest.json").read_text())
    assert not about["complete"] and 0 < len(about["files"]) < about["parts"]
    assert not list(out.rglob(".unfinished*"))


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_ctrl_c_during_the_imports_prints_no_traceback(tmp_path, seconds):
    begin = (  # the signal is sent from inside run, for before it Python itself would answer
        "import os, signal, threading, time; from clrseries.commands import cli; main, me = cli.main, os.getpid()\n"
        f"def send(): time.sleep({seconds}); os.kill(me, signal.SIGINT)\n"
        "cli.main = lambda: (threading.Thread(target=send, daemon=True).start(), main())[1]; cli.run()"
    )
    words = ["embed", "supernova-spectra", "nothing.parquet", "--output", f"{tmp_path}/out/"]
    done = subprocess.run([sys.executable, "-c", begin, *words], capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr and all(line.startswith("clrseries") for line in done.stderr.splitlines())
    assert done.returncode in (2, 130, -signal.SIGINT)  # 2 if the command was faster, -SIGINT while Python ends
