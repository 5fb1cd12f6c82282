"""The examples of docs/examples.md run on real data, in their quick forms, and print what the page shows."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "examples.md").read_text()
DESI = "originals/desi/coadd-5-169-thru20210419.fits"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def shown(shared_data, stars, tmp_path, monkeypatch, capsys):
    """Return a function that runs an example in an empty folder and returns the rows of its tables, each by its first cell."""

    def run(name, *arguments):
        monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", [name, *arguments, "--quick"])
        runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
        lines = capsys.readouterr().out.splitlines()
        rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
        return {row[0]: row[1:] for row in rows if set(row[0]) != {"-"}}, lines

    return run


def numbers(cells):
    """Return the first number of each cell."""
    return [float(re.findall(r"-?\d+(?:\.\d+)?", cell)[0]) for cell in cells]


def in_the_page(rows):
    """Whether the page has a row with each of these names."""
    return all(f"| {name} |" in PAGE for name in rows)


def test_same_star(shown):
    rows, _ = shown("same_star.py")
    assert in_the_page(rows)
    assert numbers(rows["continuum-normalized pixels"])[-1] > 0.9  # pixels tell the library
    # a moment of training finds stars better than chance, one in two hundred
    assert numbers(rows["projection"])[0] > 0.02


def test_forgotten_spectrograph(shown):
    rows, _ = shown("forgotten_spectrograph.py")
    assert in_the_page(rows)
    told = {name: numbers(cells)[0] for name, cells in rows.items() if name != "features"}
    assert told["chance"] < told["the same, spectrograph forgotten given class"] < told["embedding"]
    assert told["class, redshift and phase, random forest"] > 2 * told["chance"]
    assert numbers(rows["embedding"])[1] > 0.4  # of three classes


def test_variable_stars(shown):
    rows, lines = shown("variable_stars.py")
    assert in_the_page(rows) and "2552 real variable stars" in lines[0]
    few, some, many = numbers(rows["embedding, linear probe"])
    assert 0.3 < few < some < many


def test_variable_stars_without_data_are_simulated(monkeypatch, tmp_path, capsys):
    from clrseries.demos.variable_stars import labeled_variables

    monkeypatch.delenv("CLRSERIES_DATA", raising=False)
    stars, source = labeled_variables()
    assert "SIMULATED" in source and len(stars) == 1000


def test_odd_supernovae(shown):
    rows, lines = shown("odd_supernovae.py")
    assert in_the_page(name for name in rows if name.startswith(("features of 335", "PCA", "simclr", "supcon")))
    assert all(0 < area < 1 for area in numbers(rows["supcon, projection"]))
    assert len(re.findall(r"\d+", next(line for line in lines if line.startswith("places of the six")))) == 7
    assert sum(len(cells) == 5 and cells[0] in ("Ia", "SLSN-I") for cells in rows.values()) == 10


def test_desi_neighbors(shown, shared_data):
    _, lines = shown("desi_neighbors.py", str(shared_data / DESI))
    assert any(line.startswith("DESI 39633300968442591: unlike ") for line in lines)
    assert sum("MILES 0" in line for line in lines) == 3


def test_spectra_and_light_curves(shown):
    rows, _ = shown("spectra_and_light_curves.py")
    assert in_the_page(rows)
    for way in ("spectra", "light curves"):
        top_1, top_5, middle, among = numbers(rows[way])
        assert top_1 <= top_5 < 1 <= middle <= among == 60
    assert 0.5 < numbers(rows["embeddings of spectra"])[0] < 1
