"""Build a method and its auxiliary terms from their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from ..choice import Choice, named_choice, settings_of
from ..errors import InputError
from .barlow_twins import BarlowTwins
from .byol import BYOL
from .clip import CLIP, SigLIP
from .dcl import DCL
from .dino import DINO
from .domain import CORAL, MMD, DomainAdversarial
from .lejepa import LeJEPA
from .masked import Masked
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
    "lejepa": LeJEPA,
    "masked": Masked,
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
# Arguments of methods and terms that follow from the data and the encoder, so that users do not set them.
FROM_DATA = ("encoder", "partner", "samples", "bands", "domains", "classes")


def method_kind(method: Choice | Method) -> type[Method]:
    """Return the class of a method.

    Parameters
    ----------
    method : str, mapping or Method
        A name, ``"simclr"``; a name with settings, ``{"simclr": {"temperature": 0.2}}``; or an object.

    Returns
    -------
    type
        Subclass of :class:`Method`.

    Raises
    ------
    InputError
        There is no such method or setting.

    Examples
    --------
    >>> from clrseries.methods import method_kind
    >>> method_kind({"simclr": {"temperature": 0.2}}).__name__
    'SimCLR'
    """
    return (
        type(method) if isinstance(method, Method) else METHODS[named_choice("method", method, METHODS, FROM_DATA)[0]]
    )


def build_method(method: Choice, encoder: Any, partner: Any = None, samples: int = 0, bands: int = 0) -> Method:
    """Return a new method that trains an encoder.

    Parameters
    ----------
    method : str or mapping
        A name of ``METHODS``, alone or with settings: ``{"simclr": {"temperature": 0.2}}``.
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    partner : torch.nn.Module, optional
        Encoder of the other modality, for methods that compare two modalities.
    samples, bands : int
        Pixels or points of a view, and bands of light curves (0 for spectra), for methods that predict the flux.

    Returns
    -------
    Method
        With random weights in its projector.

    Raises
    ------
    InputError
        There is no such method or setting, a value is out of range, or the method needs `partner`.

    Examples
    --------
    >>> from clrseries.encoders import ResNet1d
    >>> from clrseries.methods import build_method
    >>> build_method({"simclr": {"temperature": 0.2}}, ResNet1d(pixels=400, width=8)).temperature
    0.2
    """
    name, settings = named_choice("method", method, METHODS, FROM_DATA)
    kind: Any = METHODS[name]
    known = {"partner": partner} if kind.label == "partner" else {}
    if kind is Masked:
        known = {"samples": samples, "bands": bands}
    return kind(encoder, **known, **settings)


def build_terms(
    terms: Sequence[Choice], encoder: Any, samples: int, bands: int, domains: int, classes: int = 0
) -> nn.ModuleList:
    """Return auxiliary terms, which are added to the loss of a method.

    Parameters
    ----------
    terms : sequence of str or mapping
        Names of ``TERMS``, alone or with settings: ``{"coral": {"weight": 10.0}}``.
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    samples : int
        Pixels, or points, of a view.
    bands : int
        Number of bands of light curves; 0 for spectra.
    domains : int
        Number of instruments or surveys; 0 if they are not known.
    classes : int
        Number of classes of objects; 0 if they are not known.

    Returns
    -------
    torch.nn.ModuleList
        One module for each term.

    Raises
    ------
    InputError
        There is no such term or setting, or a term needs domains or classes and there are none.

    Examples
    --------
    >>> from clrseries.encoders import ResNet1d
    >>> from clrseries.methods import build_terms
    >>> encoder = ResNet1d(pixels=400, width=8)
    >>> [term.weight for term in build_terms([{"coral": {"weight": 10.0}}], encoder, samples=400, bands=0, domains=2)]
    [10.0]
    """
    built = []
    for term in terms:
        name, settings = named_choice("auxiliary", term, TERMS, FROM_DATA)
        kind: Any = TERMS[name]
        known = (
            {"samples": samples, "bands": bands} if kind is Reconstruction else {"domains": domains, "classes": classes}
        )
        if known.get("domains") == 0:
            raise InputError(f"auxiliary: {name} makes instruments alike: give domain, the column that names them")
        built.append(kind(encoder, **known, **settings))
    return nn.ModuleList(built)


def method_table() -> list[dict[str, str]]:
    """Return a description of every method.

    Returns
    -------
    list of dict
        ``name``, ``summary``, ``paper``, ``label`` (what it needs: ``"none"``, ``"class"``, ``"value"`` or ``"partner"``) and
        ``settings`` with their defaults.

    Examples
    --------
    >>> from clrseries.methods import method_table
    >>> [row["settings"] for row in method_table() if row["name"] == "simclr"]
    ['projection_dim=128, temperature=0.1']
    """
    return [
        {
            "name": name,
            "summary": kind.summary,
            "paper": kind.paper,
            "label": kind.label,
            "settings": ", ".join(f"{key}={value}" for key, value in settings_of(kind, FROM_DATA).items()),
        }
        for name, kind in METHODS.items()
    ]
