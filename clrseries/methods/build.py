"""A method and its auxiliary terms by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

from torch import nn

from ..errors import InputError
from .barlow_twins import BarlowTwins
from .byol import BYOL
from .clip import CLIP, SigLIP
from .dcl import DCL
from .dino import DINO
from .domain import CORAL, MMD, DomainAdversarial
from .method import Method
from .moco import MoCoV2, MoCoV3
from .nnclr import NNCLR
from .pairwise import Pairwise
from .rank_n_contrast import RankNContrast
from .reconstruction import Reconstruction
from .simclr import SimCLR
from .simsiam import SimSiam
from .supcon import SupCon
from .swav import SwAV
from .triplet import Triplet
from .vicreg import VICReg

METHODS: dict[str, type[Method]] = {
    "pairwise": Pairwise,
    "triplet": Triplet,
    "simclr": SimCLR,
    "dcl": DCL,
    "moco_v2": MoCoV2,
    "moco_v3": MoCoV3,
    "byol": BYOL,
    "simsiam": SimSiam,
    "swav": SwAV,
    "dino": DINO,
    "nnclr": NNCLR,
    "barlow_twins": BarlowTwins,
    "vicreg": VICReg,
    "supcon": SupCon,
    "rank_n_contrast": RankNContrast,
    "clip": CLIP,
    "siglip": SigLIP,
}
TERMS: dict[str, type[nn.Module]] = {
    "reconstruction": Reconstruction,
    "domain_adversarial": DomainAdversarial,
    "mmd": MMD,
    "coral": CORAL,
}
GIVEN = {"encoder", "partner", "samples", "bands", "domains", "self"}  # not the user's to set
Named = str | Mapping[str, Any]


def method_name(method: Named) -> str:
    """The name in ``"simclr"`` or ``{"simclr": {"temperature": 0.2}}``; an :class:`InputError` where there is no such method."""
    return _named("method", method, METHODS)[0]


def build_method(method: Named, encoder: Any, partner: Any = None) -> Method:
    """A new method around `encoder`.

    Parameters
    ----------
    method : str or mapping
        A key of ``METHODS``, alone or with settings: ``{"simclr": {"temperature": 0.2}}``.
    encoder : torch.nn.Module
    partner : torch.nn.Module, optional
        The other modality's encoder, of methods that compare two.

    Raises
    ------
    InputError
        There is no such method, or it has no such setting, or a value makes no sense.
    """
    name, settings = _named("method", method, METHODS)
    kind: Any = METHODS[name]
    both = {"partner": partner} if kind.label == "partner" else {}
    return kind(encoder, **both, **settings)


def build_terms(terms: Sequence[Named], encoder: Any, samples: int, bands: int, domains: int) -> nn.ModuleList:
    """Auxiliary terms, written as methods are; see ``TERMS``."""
    built = []
    for term in terms:
        name, settings = _named("auxiliary", term, TERMS)
        kind: Any = TERMS[name]
        known = {"samples": samples, "bands": bands} if kind is Reconstruction else {"domains": domains}
        if known.get("domains") == 0:
            raise InputError(f"auxiliary: {name} makes instruments alike: give domain, the column that names them")
        built.append(kind(encoder, **known, **settings))
    return nn.ModuleList(built)


def method_table() -> list[dict[str, str]]:
    """Every method: ``name``, ``summary``, ``paper``, what it needs as ``label``, and its ``settings`` with defaults."""
    return [
        {
            "name": name,
            "summary": kind.summary,
            "paper": kind.paper,
            "label": kind.label,
            "settings": ", ".join(f"{key}={value}" for key, value in _settings(kind).items()),
        }
        for name, kind in METHODS.items()
    ]


def _settings(kind: Any) -> dict[str, Any]:
    return {k: p.default for k, p in signature(kind.__init__).parameters.items() if k not in GIVEN}


def _named(what: str, given: Named, known: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(given, str):
        given = {given: {}}
    if not isinstance(given, Mapping) or len(given) != 1:
        raise InputError(f"{what}: write a name, or 'name: {{setting: value}}'; got {given!r}")
    ((name, settings),) = given.items()
    if name not in known:
        raise InputError(f"{what}: there is no {name!r}; there are {', '.join(known)}")
    allowed = _settings(known[name])
    unknown = set(settings or {}) - set(allowed)
    if unknown:
        raise InputError(f"{what}: {name} takes {', '.join(allowed)}; got {', '.join(sorted(unknown))}")
    return name, dict(settings or {})
