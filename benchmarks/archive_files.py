"""Memory that an archive takes for each of its files, before anything is read: python benchmarks/archive_files.py.

A table of 1,000 and of 21,000 files, each of one spectrum; every number of files has a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COUNTS = (1_000, 21_000)


def memory(word: str) -> int:
    """Return what Linux tells about the memory of this process [bytes]: VmRSS now, VmHWM at its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(word))


def measure(folder: Path, count: int) -> None:
    """Print the memory of a process that has looked into so many files and written a manifest of them."""
    from clrseries import Grid
    from clrseries import spectra as sp
    from clrseries.archive.job import begin, plan
    from clrseries.archive.preprocessing import Preprocessing

    work = Preprocessing(sp.Observe([sp.Resample(Grid.log(4100, 6800, 100))]))
    planned = plan([folder / f"{k:06d}.parquet" for k in range(count)], work)
    (folder / f"out{count}").mkdir()
    begin(folder / f"out{count}", planned)
    size = (folder / f"out{count}/manifest.json").stat().st_size
    print(json.dumps([memory("VmRSS"), memory("VmHWM"), size, len(planned.parts)]))


def main() -> None:
    """Print the bytes of one more file."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        samples = {"wavelength": [[4000.0, 5000.0, 7000.0]], "flux": [[1.0, 1.0, 1.0]]}
        pq.write_table(pa.table({"object_id": ["a"], **samples}), folder / "000000.parquet")
        for k in range(1, max(COUNTS)):
            os.link(folder / "000000.parquet", folder / f"{k:06d}.parquet")
        found = []
        for count in COUNTS:
            command = [sys.executable, __file__, place, str(count)]
            found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        more = COUNTS[1] - COUNTS[0]
        held, peak, size, _ = ((after - before) / more for before, after in zip(*found, strict=True))
    print(
        f"one more file takes {held / 1e3:.1f} kB of memory, {peak / 1e3:.1f} kB at the peak, {size:.0f} bytes in the manifest"
    )


if __name__ == "__main__":
    measure(Path(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 1 else main()
