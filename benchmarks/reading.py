"""Spectra read per second from a folder of small FITS files, beside a loop over specutils, interleaved.

python benchmarks/reading.py [--files 1000] [--repeats 3]
"""

import argparse
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from astropy.io import fits

from clrseries import Series, read_spectra

PIXELS = 4000


def written(folder: Path, files: int) -> list[Path]:
    """Write spectra in the format of SDSS, and return their paths."""
    rng = np.random.default_rng(0)
    loglam = 3.58 + 1e-4 * np.arange(PIXELS)
    about = fits.BinTableHDU.from_columns(
        [fits.Column(name, "J", array=[1]) for name in ("PLATE", "MJD", "FIBERID")]
        + [fits.Column("Z", "E", array=[0.1])],
        name="SPECOBJ",
    )
    paths = []
    for number in range(files):
        arrays = {"flux": rng.normal(1, 0.1, PIXELS), "loglam": loglam, "ivar": np.full(PIXELS, 100.0)}
        columns = [fits.Column(name, "E", array=values) for name, values in arrays.items()]
        columns.append(fits.Column("and_mask", "J", array=np.zeros(PIXELS, int)))
        paths.append(folder / f"spec-0001-00001-{number:04d}.fits")
        fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns, name="COADD"), about]).writeto(
            paths[-1]
        )
    return paths


def with_specutils(paths: list[Path]) -> Series:
    """Read one file after the other with specutils, as one would by hand."""
    from specutils import Spectrum

    return Series.from_spectra([Spectrum.read(str(path), format="SDSS-III/IV spec") for path in paths])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        paths = written(Path(folder), options.files)
        cases = {
            "loop over specutils": lambda: with_specutils(paths),
            "read_spectra, one process": lambda: read_spectra(folder, processes=1),
            "read_spectra, two processes": lambda: read_spectra(folder, processes=2),
        }
        runs: dict[str, list[float]] = {name: [] for name in cases}
        for repeat in range(options.repeats + 1):  # the cases take turns; the first turn warms up
            for name, case in cases.items():
                begin = time.perf_counter()
                assert len(case()) == options.files
                if repeat:
                    runs[name].append(time.perf_counter() - begin)
    base = statistics.median(runs["loop over specutils"])
    print("| | spectra per second | over specutils |\n| --- | --- | --- |")
    for name, found in runs.items():
        seconds = statistics.median(found)
        print(f"| {name} | {options.files / seconds:.0f} | {base / seconds:.1f} |")


if __name__ == "__main__":
    main()
