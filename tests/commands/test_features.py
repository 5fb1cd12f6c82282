"""The command ``features``: columns that the other commands read."""

import pytest

from clrseries import datasets, features, read_light_curves, write_light_curves
from clrseries.commands.cli import main
from clrseries.lightcurves import Fold, Observe, Pack, feature_names


def test_a_file_with_columns_is_written_and_can_be_folded(tmp_path, capsys):
    stars = datasets.simulated_light_curves(6, nights=60, classes=("Cepheid",))
    write_light_curves(stars, tmp_path / "stars.parquet")
    assert main(["features", str(tmp_path / "stars.parquet"), "--output", str(tmp_path / "more.parquet")]) == 0
    more = read_light_curves(tmp_path / "more.parquet")
    assert set(feature_names(stars.bands)) | {"period_1", "class"} <= set(more.table.column_names)
    found, true = (more.table[name].to_numpy() for name in ("period_1", "period"))
    assert (abs(found / true - 1) < 0.01).mean() > 0.6
    assert (Observe([Fold("period_1"), Pack(32)])(more).ivar > 0).any(-1).all()
    assert main(["features", str(tmp_path / "stars.parquet"), "--output", str(tmp_path / "more.parquet")]) == 2
    assert "exists already" in capsys.readouterr().err
    only = read_light_curves(features(stars, tmp_path / "periods.parquet", periods_only=True))
    assert "B_skew" not in only.table.column_names and "period_3" in only.table.column_names


def test_spectra_are_refused(tmp_path, series):
    from clrseries import InputError

    with pytest.raises(InputError, match="holds spectra"):
        features(series, tmp_path / "out.parquet")
