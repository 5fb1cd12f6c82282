"""Colors of the report can be told apart by color-blind eyes."""

import re
from pathlib import Path

import numpy as np
import pytest

from clrseries.report import explorer
from clrseries.report.axes import COLORS as OF_FIGURES
from clrseries.report.svg_panels import COLORS as OF_CURVES

SCRIPT = (Path(explorer.__file__).parent / "explorer.js").read_text()
OF_MAPS = re.findall("#[0-9a-f]{6}", SCRIPT.split("CLASSES = ")[1].split(";")[0])
# what eyes without one of the three cones see, in linear RGB: Machado et al. 2009, IEEE TVCG 15, 1291, severity 1
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb, eyes):
    """CIE L*a*b* (N, 3) of sRGB from 0 to 255, as some eyes see it."""
    part = np.asarray(rgb) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.array(SEEN[eyes]).T, 0, 1) @ TO_XYZ.T / TO_XYZ.sum(1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("colors", [OF_MAPS, OF_CURVES, OF_FIGURES], ids=["maps", "curves", "figures"])
def test_classes_have_colors_that_differ(colors, eyes):
    assert len(colors) >= 6
    seen = lab([[int(one[k : k + 2], 16) for k in (1, 3, 5)] for one in colors], eyes)
    apart = np.linalg.norm(seen[:, None] - seen, axis=2)[np.triu_indices(len(seen), 1)]
    assert apart.min() > 15  # a difference of 2 is just seen


@pytest.mark.parametrize("eyes", SEEN)
def test_the_scale_becomes_lighter_from_end_to_end(eyes):
    steps = re.findall(r"\[(\d+), (\d+), (\d+)\]", SCRIPT.split("SCALE = ")[1].split(";")[0])
    lightness = lab(np.array(steps, float), eyes)[:, 0]
    assert len(steps) == 6 and (np.diff(lightness) > 8).all()
