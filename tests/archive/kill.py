"""Kill runs, continue them, and compare the output with that of a run that nobody interrupted.

Each case is killed at random moments, and then before every single change of a name in its folder.

python -m tests.archive.kill [--rounds 50] [--cases 8] [--seed 0]
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from functools import partial
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple

import astropy_healpix  # noqa: F401 - here, and not in every child
import pyarrow.parquet as pq

import clrseries.archive.embedding
import clrseries.archive.job
import clrseries.archive.preprocessing  # noqa: F401
from clrseries import Grid, Model, embed, encoders, load, methods, preprocess, read_spectra
from clrseries import spectra as sp
from clrseries.archive import parts

from .conftest import spectra_table

GROUPS, ROWS = 14, 170  # of the archive
GRID = Grid.log(4100, 6800, 600)
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}  # what CPython tells its audit hooks


class Case(NamedTuple):
    """What is run: on which archive, and whether in the place of an earlier output of something else."""

    command: str
    hats: bool
    overwrite: bool

    def __str__(self) -> str:
        archive = "a HATS catalog" if self.hats else "a file"
        return f"{self.command} of {archive}{' with overwrite' if self.overwrite else ''}"


CASES = [Case(*one) for one in product(("embed", "preprocess"), (False, True), (False, True))]


def warm():
    """Load the kernels here, and not in every child."""
    sp.Observe([sp.Resample(GRID), sp.Normalize("mean")])(read_spectra(spectra_table(3)))


def in_child(call):
    """Run a function in a forked child, and return the number of the process."""
    child = os.fork()
    if child:
        return child
    try:
        call()
    except BaseException as error:  # never return into the parent's code
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def status_of(call):
    """Run a function in a forked child to its end."""
    return os.waitpid(in_child(call), 0)[1]


def write(folder, case, groups):
    """Write an archive and a model."""
    table = spectra_table(groups * ROWS)
    samples = table["ivar"].to_pylist()
    samples[100] = [0.0] * len(samples[100])  # one hopeless object, so that there is a table of errors
    table = table.set_column(table.column_names.index("ivar"), "ivar", [samples])
    (folder / "archive").mkdir(parents=True)
    if case.hats:
        (folder / "archive/hats.properties").write_text("dataproduct_type=object\nhats_col_ra=ra\nhats_col_dec=dec\n")
        for k in range(groups):
            path = folder / f"archive/dataset/Norder=1/Dir=0/Npix={k}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(table.slice(k * ROWS, ROWS), path)
    else:
        pq.write_table(table, folder / "archive/spectra.parquet", row_group_size=ROWS)
    encoder = encoders.ResidualDense(len(GRID), embedding_dim=8)
    observe = sp.Observe([sp.Resample(GRID), sp.Normalize("mean")])
    Model(encoder, methods.Projector(8, 4), observe).save(folder / "model")


def run(folder, case, output, overwrite=False, earlier=False):
    """Run the command, or the one that has written the earlier output."""
    how: dict[str, Any] = {"overwrite": overwrite, "progress": False}
    if case.command == "embed":
        how["layer"] = "projection" if earlier else "embedding"
        embed(load(folder / "model"), folder / "archive", output, **how)
    else:
        steps = sp.Observe([sp.Resample(GRID), sp.Normalize("median" if earlier else "mean")])
        preprocess(steps, folder / "archive", output, **how)


def files(output):
    """Return the content of every file of an output folder, by name."""
    found = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".lock")}


def made_of(content):
    """Return what a manifest says that an output was made of."""
    about = json.loads(content)
    return about["model"], about["settings"]


class Killed:
    """The output of a case, which is killed and continued."""

    def __init__(self, folder, case, groups):
        self.folder, self.case = folder, case
        assert status_of(partial(write, folder, case, groups)) == 0
        assert status_of(partial(run, folder, case, folder / "earlier", earlier=True)) == 0  # compiles, too
        began = time.monotonic()
        assert status_of(partial(run, folder, case, folder / "whole")) == 0
        self.seconds = time.monotonic() - began
        self.earlier, self.wanted = files(folder / "earlier"), files(folder / "whole")
        assert len(self.wanted) > 2 * groups, list(self.wanted)

    def begin(self, name):
        """Begin an output: nothing, or that of the earlier command."""
        self.output = self.folder / name
        if self.case.overwrite:
            shutil.copytree(self.folder / "earlier", self.output)

    def again(self, overwrite=False):
        """Return the function that continues; an earlier output has to be overwritten."""
        manifest = self.output / "manifest.json"
        old = manifest.is_file() and made_of(manifest.read_bytes()) == made_of(self.earlier["manifest.json"])
        return partial(run, self.folder, self.case, self.output, overwrite=old or (overwrite and self.case.overwrite))

    def check(self):
        """Check what a process that died has left: every part is whole, and what the manifest says."""
        manifest = self.output / "manifest.json"
        belongs = {}
        if manifest.is_file():
            known = {json.dumps(made_of(one["manifest.json"])): one for one in (self.earlier, self.wanted)}
            belongs = known[json.dumps(made_of(manifest.read_bytes()))]
        for path in self.output.rglob("part-*.parquet"):
            assert path.read_bytes() == belongs[path.relative_to(self.output).as_posix()], path

    def is_complete(self):
        """Whether the output is that of the run which nobody interrupted."""
        return files(self.output) == self.wanted


def kill_in_rounds(killed, rounds, chance):
    """Kill a run at a random moment, again and again, and check what is there after each.

    Returns
    -------
    int
        Number of outputs that were completed, each equal to the one that was not interrupted.
    """
    complete = deaths = 0
    killed.begin("killed 0")
    while deaths < rounds or not killed.is_complete():
        child = in_child(killed.again(overwrite=chance.random() < 0.2))
        patience = killed.seconds * chance.random() if deaths < rounds else 60
        ends = time.monotonic() + patience
        while time.monotonic() < ends and not (status := os.waitpid(child, os.WNOHANG))[0]:
            time.sleep(0.002)
        if not status[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            deaths += 1
        else:
            assert status[1] == 0, "the run failed"
            assert killed.is_complete()
        killed.check()
        if status[0] and deaths < rounds:
            complete += 1
            killed.begin(f"killed {complete}")
    return complete + 1


def die_before(step, output, call):
    """Call a function, and die before the change of this number of a name in the output."""
    seen = count()

    def look(event, words):
        ours = event in CHANGES and (
            str(words[0]).startswith(str(output)) or words[-1] != -1
        )  # a descriptor of a folder
        if ours and next(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)
    call()


def kill_at_every_step(killed):
    """Kill a run before each change of a name in its output, and continue it.

    Returns
    -------
    int
        Number of such changes.
    """
    for step in count():
        killed.begin(f"step {step}")
        status = status_of(partial(die_before, step, killed.output, killed.again()))
        killed.check()
        if status == 0:
            assert killed.is_complete()
            return step
        assert status == signal.SIGKILL, f"step {step}: the run failed"
        assert status_of(killed.again()) == 0, f"step {step}: the run cannot be continued"
        assert killed.is_complete(), f"step {step}: {set(files(killed.output)) ^ set(killed.wanted)}"


def main() -> None:
    """Print how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50, help="random moments of each case")
    parser.add_argument("--cases", type=int, default=len(CASES), help="number of cases, drawn by lot")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    warm()
    for case in chance.sample(CASES, options.cases):
        print(case, end=": ", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            parts.PART_ROWS, parts.SLAB_BYTES = 60, 30 * 700
            complete = kill_in_rounds(Killed(Path(folder, "long"), case, GROUPS), options.rounds, chance)
            parts.PART_ROWS, parts.SLAB_BYTES = ROWS, ROWS * 700
            steps = kill_at_every_step(Killed(Path(folder, "short"), case, 1))
        print(
            f"{options.rounds} runs were killed and continued to {complete} outputs, and one at each of {steps} steps"
        )


if __name__ == "__main__":
    main()
