"""How long the package and its commands take to start: medians of whole processes, beside a Python that imports numpy.

python benchmarks/start.py [--repeats 5]
"""

import argparse
import statistics
import subprocess
import sys
import time

from clrseries.commands.table import COMMANDS

CLI = "from clrseries.commands.cli import main; main({words!r})"
CASES = {
    "python": "",
    "import numpy": "import numpy",
    "import clrseries": "import clrseries",
    "clrseries --version": CLI.format(words=["--version"]),
    "clrseries --help": CLI.format(words=["--help"]),
    **{f"clrseries {word} --help": CLI.format(words=[word, "--help"]) for word in COMMANDS},
}


def seconds(code: str) -> float:
    """Return how long a process takes that runs some code."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    runs: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(repeats):  # the cases take turns
        for name, code in CASES.items():
            runs[name].append(seconds(code))
    plain = statistics.median(runs["python"])
    print("| | seconds | over python |\n| --- | --- | --- |")
    for name, found in runs.items():
        print(f"| {name} | {statistics.median(found):.2f} | {statistics.median(found) / plain:.1f} |")


if __name__ == "__main__":
    main()
