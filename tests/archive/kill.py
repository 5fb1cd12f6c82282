"""Kill runs at random moments, continue them, and compare the output with that of a run that nobody interrupted.

python -m tests.archive.kill [--rounds 50] [--seed 0]
"""

import argparse
import os
import random
import signal
import tempfile
import time
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from clrseries import Grid, Model, embed, encoders, load, methods
from clrseries import spectra as sp
from clrseries.archive import parts

from .conftest import spectra_table

OBJECTS = 2400


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


def write(folder):
    """Write an archive and a model."""
    table = spectra_table(OBJECTS)
    samples = table["ivar"].to_pylist()
    samples[1000] = [0.0] * len(samples[1000])  # one hopeless object, so that there is a table of errors
    table = table.set_column(table.column_names.index("ivar"), "ivar", [samples])
    pq.write_table(table, folder / "spectra.parquet", row_group_size=170)
    grid = Grid.log(4100, 6800, 600)
    encoder = encoders.ResidualDense(len(grid), embedding_dim=8)
    observe = sp.Observe([sp.Resample(grid), sp.Normalize("mean")])
    Model(encoder, methods.Projector(8, 4), observe).save(folder / "model")


def files(output):
    """Return the content of every file of an output folder, by name."""
    found = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".lock")}


def kill_in_rounds(folder, rounds, seed):
    """Kill a run at a random moment, again and again, and check what is there after each.

    Returns
    -------
    int
        Number of outputs that were completed, each equal to the one that was not interrupted.
    """
    parts.PART_ROWS, parts.SLAB_BYTES = 60, 30 * 700
    chance = random.Random(seed)

    def run(output):
        embed(load(folder / "model"), folder / "spectra.parquet", output, progress=False)

    assert os.waitpid(in_child(lambda: write(folder)), 0)[1] == 0
    assert os.waitpid(in_child(lambda: run(folder / "warm")), 0)[1] == 0  # compiles
    began = time.monotonic()
    assert os.waitpid(in_child(lambda: run(folder / "whole")), 0)[1] == 0
    longest = time.monotonic() - began
    wanted = files(folder / "whole")
    assert len(wanted) > 40, list(wanted)
    complete = killed = 0
    output = folder / "killed 0"
    while killed < rounds or files(output) != wanted:
        child = in_child(partial(run, output))
        patience = longest * chance.random() if killed < rounds else 60
        ends = time.monotonic() + patience
        while time.monotonic() < ends and not (status := os.waitpid(child, os.WNOHANG))[0]:
            time.sleep(0.002)
        if not status[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            killed += 1
        else:
            assert status[1] == 0, "the run failed"
            assert files(output) == wanted
        for path in output.rglob("part-*.parquet"):  # complete, whenever the process died
            assert path.read_bytes() == wanted[path.relative_to(output).as_posix()]
        if status[0] and killed < rounds:
            complete += 1
            output = folder / f"killed {complete}"
    return complete + 1


def main() -> None:
    """Print how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        complete = kill_in_rounds(Path(folder), options.rounds, options.seed)
    print(
        f"{options.rounds} runs were killed and continued; {complete} outputs are those of a run that nobody interrupted"
    )


if __name__ == "__main__":
    main()
