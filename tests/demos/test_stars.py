import json

import pytest

from clrseries import InputError, demo


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of umap
def test_the_demonstration_from_libraries_to_page(stars, tmp_path):
    """Two epochs are enough to see that every part is there; how good it gets is the demonstration's to say."""
    summary = demo(tmp_path / "demo", epochs=2, progress=False)
    assert json.loads((tmp_path / "demo" / "report" / "summary.json").read_text()) == summary
    assert summary["objects"] == {"miles": 984, "stelib": 249} and len(summary["loss"]) == 2
    found = {row["features"]: row for row in summary["retrieval"]}
    assert found["clrseries, projection"]["queries"] == 117
    # the pixels are what they are: no training enters
    assert found["median-normalized pixels"]["top1"] < 0.15
    assert 0.15 < found["continuum-normalized pixels"]["top1"] < 0.4
    for ways in summary["probes"].values():
        for scores in ways.values():
            assert [round(s["labels"]) for s in scores[:2]] == [20, 100] and scores[2]["ridge_r2"] > 0.4
    page = (tmp_path / "demo" / "report" / "index.html").read_text()
    for heading in ("found in the other library", "nearest neighbors", "Embedding map", "few labels", "Training"):
        assert heading in page
    assert '<script src="http' not in page and "clrseries demo --output" in page and "torch 2" in page
    with pytest.raises(InputError, match="exists already"):
        demo(tmp_path / "demo", epochs=1, progress=False)
