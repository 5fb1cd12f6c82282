"""Every number among the settings of methods, encoders and groups is refused where it cannot be used, before anything is written."""

import math
from dataclasses import fields
from typing import Any

import pytest

from clrseries import InputError, pretrain
from clrseries.choice import settings_of
from clrseries.encoders.build import ENCODERS, LIGHT_CURVE_ENCODERS
from clrseries.encoders.build import FROM_DATA as ENCODER_DATA
from clrseries.methods.build import FROM_DATA, METHODS, TERMS
from clrseries.training.settings import GROUPS

from .test_resuming import USUAL, spectra

BAD = (-1, math.nan, math.inf, -math.inf)


def numbers(settings: dict[str, Any]) -> list[str]:
    return [k for k, v in settings.items() if isinstance(v, int | float) and not isinstance(v, bool)]


CASES = [("method", name, key) for name, kind in METHODS.items() for key in numbers(settings_of(kind, FROM_DATA))]
CASES += [("auxiliary", name, key) for name, kind in TERMS.items() for key in numbers(settings_of(kind, FROM_DATA))]
CASES += [
    ("encoder", name, key)
    for name, kind in ENCODERS.items()
    if name not in LIGHT_CURVE_ENCODERS
    for key in numbers(settings_of(kind, ENCODER_DATA))
]
CASES += [
    (group, "", field.name)
    for group, kind in GROUPS.items()
    for field in fields(kind)
    if field.name in numbers({field.name: field.default})
]
CASES += [(name, "", "") for name in ("epochs", "batch_size", "seed")]


@pytest.mark.parametrize("what, name, key", CASES, ids=["-".join(case).strip("-") for case in CASES])
def test_a_number_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path, what, name, key):
    for bad in (
        BAD if what == "seed" or name == "dense" else (*BAD, 0) if key in ("embedding_dim", "projection_dim") else BAD
    ):
        value = bad if not key else {key: bad} if not name else {name: {key: bad}}
        arguments = {**USUAL, what: [value] if what == "auxiliary" else value}
        with pytest.raises(InputError) as error:
            pretrain(spectra(), tmp_path / "run", **arguments)
        if name not in ("supcon", "rank_n_contrast", "clip", "siglip", "domain_adversarial", "mmd", "coral"):
            assert (key or what) in str(error.value), str(
                error.value
            )  # these lack a column here, which may be told first
        assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()
