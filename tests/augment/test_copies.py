"""What a user holds can be pickled and copied, also after it was used."""

import copy
import multiprocessing
import pickle
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import Choice, LogUniform, Normal, Uniform
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.encoders import ENCODERS, build_encoder
from clrseries.methods import METHODS, build_method, method_kind

from ..lightcurves import every_step as curves
from ..spectra import every_step as spectra

COPIES = [lambda one: pickle.loads(pickle.dumps(one)), copy.deepcopy, copy.copy]
CASES: list[tuple[Any, ...]] = [
    (sp.Observe, spectra.compositions, spectra.spectra, name) for name in spectra.compositions()
]
CASES += [(lc.Observe, curves.compositions, curves.stars, name) for name in curves.compositions()]


@pytest.mark.parametrize("kind, compositions, data, name", CASES, ids=[case[-1] for case in CASES])
def test_a_composition_with_its_data_and_views_is_copied_after_use(kind, compositions, data, name):
    observe, series = kind(compositions()[name]), data()
    views = observe(series, 2, 3)
    for copied in COPIES:
        other, there, made = copied((observe, series, views))
        assert repr(other) == repr(observe)
        for one, two, three in zip(views.inputs, other(there, 2, 3).inputs, made.inputs, strict=True):
            np.testing.assert_array_equal(one, two)
            np.testing.assert_array_equal(one, three)


def _views(observe, series):
    return observe(series, 2, 3).inputs


def test_whole_compositions_work_in_a_spawned_process():
    pairs = [
        (sp.Observe(spectra.compositions()["whole, median"]), spectra.spectra()),
        (lc.Observe(curves.compositions()["whole"]), curves.stars()),
    ]
    wanted = [_views(*pair) for pair in pairs]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for pair, want in zip(pairs, wanted, strict=True):
            for one, two in zip(want, pool.apply_async(_views, pair).get(120), strict=True):
                np.testing.assert_array_equal(one, two)


def test_distributions_and_grids_are_copied():
    grid = spectra.compositions()["plain"][0].grid
    for value in (Uniform(0, 1), Normal(0, 2), LogUniform(1, 9), Choice((1, 2)), sp.Curve([1, 2], [3, 4])):
        assert all(repr(copied(value)) == repr(value) for copied in COPIES)
    assert all(np.array_equal(copied(grid).centers, grid.centers) for copied in COPIES)


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_is_copied_after_use(name):
    light_curves = name.startswith("curve")
    observe = lc.Observe([lc.Pack(32)]) if light_curves else sp.Observe(spectra.compositions()["plain"])
    data = curves.stars() if light_curves else spectra.spectra()
    encoder = build_encoder({name: {"embedding_dim": 8}}, observe, data.bands).eval()
    inputs = [part[:, 0] for part in observe(data).torch()]
    with torch.no_grad():
        wanted = encoder(*inputs)
        for copied in COPIES:
            torch.testing.assert_close(copied(encoder)(*inputs), wanted)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_copied(name):
    observe = sp.Observe(spectra.compositions()["plain"])
    partner = build_encoder({"dense": {"width": 8, "embedding_dim": 8}}, observe)
    method = build_method(
        name,
        build_encoder({"dense": {"width": 8, "embedding_dim": 8}}, observe),
        partner if method_kind(name).label == "partner" else None,
        samples=observe.length,
    )
    for copied in COPIES:
        weights = copied(method).state_dict()
        assert all(torch.equal(weights[key], value) for key, value in method.state_dict().items())
