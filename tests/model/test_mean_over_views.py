"""Predictions that are the mean over views of each object."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from clrseries import InputError, Model, Uniform, datasets, encoders, load, methods
from clrseries import lightcurves as lc
from clrseries.encoders.heads import ClassHead
from clrseries.encoders.joint_head import JointHead

CLASSES = ["a", "b", "c"]


def model_of(head, steps=()):
    torch.manual_seed(0)
    encoder = encoders.CurveConv(size="tiny", bands=2, embedding_dim=16).eval()
    observe = lc.Observe([*steps, lc.Pack(256), lc.Normalize("band")])
    return Model(encoder, methods.Projector(16).eval(), observe, {}, ("B", "R"), head, "kind")


@pytest.mark.parametrize("make", [partial(ClassHead, 16, CLASSES), partial(JointHead, 16, CLASSES, ["mass"])])
def test_the_probabilities_are_the_geometric_mean_of_the_object_and_its_views(make, tmp_path):
    steps, stars = [lc.DropPoints(Uniform(0.2, 0.8))], datasets.simulated_light_curves(6, nights=60)
    torch.manual_seed(1)
    head = make(views=3)
    model = model_of(head, steps)
    found = model.predict(stars)
    kind = head.kind if isinstance(head, JointHead) else head
    views = [model.observe.deterministic()(stars), *(model.observe(stars, epoch=k) for k in range(2))]
    with torch.no_grad():
        each = [kind(model.encoder(*(part[:, 0] for part in one.trimmed().torch()))).exp().numpy() for one in views]
    expected = np.prod(each, 0) ** (1 / 3)
    expected /= expected.sum(1, keepdims=True)
    np.testing.assert_allclose(found["probability"], expected, atol=1e-6)
    assert found["predicted"].tolist() == np.array(CLASSES)[expected.argmax(1)].tolist()
    some = model.predict(stars.take(np.array([4, 1])))["probability"]
    np.testing.assert_allclose(some, found["probability"][[4, 1]], atol=1e-6)  # whatever is beside it
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(load(tmp_path / "model").predict(stars)["probability"], found["probability"])


@pytest.mark.parametrize("views", [0, -3, 1.5, "two", True])
def test_a_number_of_views_that_is_none_is_refused(views):
    for head in (ClassHead, partial(JointHead, values=[])):
        with pytest.raises(InputError, match="views"):
            head(16, CLASSES, views=views)


def test_without_random_steps_more_views_change_nothing():
    stars = datasets.simulated_light_curves(4, nights=60)
    found = []
    for views in (1, 4):
        torch.manual_seed(1)
        found.append(model_of(ClassHead(16, CLASSES, views=views)).predict(stars)["probability"])
    np.testing.assert_allclose(found[1], found[0], atol=1e-6)


def test_a_view_without_information_does_not_count():
    stars = datasets.simulated_light_curves(4, nights=60)
    torch.manual_seed(1)
    head = ClassHead(16, CLASSES, views=9)
    nothing = lc.Detect(1e9, probability=0.5)  # no point is so significant
    torch.manual_seed(0)
    model = model_of(head)
    model.observe = lc.Observe([lc.Pack(256), nothing, lc.Normalize("band")])
    found = model.predict(stars)["probability"]
    head.views = 1
    np.testing.assert_allclose(found, model_of(head).predict(stars)["probability"], atol=1e-6)


def test_an_object_that_cannot_be_used_stays_without_a_class():
    stars = datasets.simulated_light_curves(4, nights=60)
    ivar = stars.ivar.copy()
    ivar[: stars.offsets[1]] = 0.0
    torch.manual_seed(1)
    model = model_of(ClassHead(16, CLASSES, views=3), [lc.DropPoints(0.5)])
    found = model.predict(type(stars)(stars.x, stars.flux, ivar, stars.offsets, stars.table, stars.band, stars.bands))
    assert found["predicted"][0] == "" and np.isnan(found["probability"][0]).all()
    assert np.isfinite(found["probability"][1:]).all()
