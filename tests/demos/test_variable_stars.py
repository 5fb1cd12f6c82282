"""The demonstration on variable stars."""

import json

import numpy as np
import pytest

from clrseries import InputError
from clrseries.commands.cli import main
from clrseries.datasets import eros_variables, simulated_light_curves, stripe82_rr_lyrae
from clrseries.demos import variable_stars as demonstration


@pytest.fixture(scope="module")
def stars():
    return simulated_light_curves(96, nights=40)


@pytest.mark.slow
def test_the_demonstration_says_what_it_used_and_reports_what_it_measured(stars, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demonstration, "labeled_variables", lambda: (stars, "96 SIMULATED variable stars"))
    monkeypatch.setattr(demonstration, "SEEDS", 2)
    monkeypatch.setattr(demonstration, "LABELS", (5, 10))
    monkeypatch.delenv("CLRSERIES_DATA", raising=False)
    assert main(["demo", "--lightcurves", "--output", str(tmp_path / "demo"), "--epochs", "2"]) == 0
    summary = json.loads((tmp_path / "demo" / "report" / "summary.json").read_text())
    assert summary["data"] == "96 SIMULATED variable stars" and summary["transfer"] is None
    assert summary["held_out"] == 29 and len(summary["balanced_accuracy"]) == 5
    for row in summary["balanced_accuracy"].values():
        assert len(row) == 2 and all(0 <= mean <= 1 for mean, _ in row)
    forest = summary["balanced_accuracy"]["random forest on light-curve features and periods"]
    assert forest[1][0] > 0.6  # simulated classes are easy to tell apart
    page = (tmp_path / "demo" / "report" / "index.html").read_text()
    assert "SIMULATED" in page and "two views of it" in page
    assert "SIMULATED" in capsys.readouterr().out


def test_real_variables_are_found_or_replaced_and_that_is_said(shared_data, tmp_path, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    stars, source = demonstration.labeled_variables()
    assert len(stars) == 2552 and source.startswith("EROS-1, 2552 real")
    kinds = np.array(stars.table["class"].to_pylist())
    level = 25 - 2.5 * np.log10(np.median(stars.flux[np.repeat(kinds == "Cepheid", np.diff(stars.offsets))]))
    assert 15 < level < 18  # magnitudes were read as magnitudes
    assert len(eros_variables()) == 2552 and stripe82_rr_lyrae().bands == ("g", "i", "r", "u", "z")
    monkeypatch.setenv("CLRSERIES_DATA", str(tmp_path))
    assert "SIMULATED" in demonstration.labeled_variables()[1]
    monkeypatch.delenv("CLRSERIES_DATA")
    with pytest.raises(InputError, match="set CLRSERIES_DATA to the folder"):
        eros_variables()
