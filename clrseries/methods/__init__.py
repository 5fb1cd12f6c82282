"""Methods of contrastive learning: each computes a loss from views of objects."""

from .barlow_twins import BarlowTwins, barlow_twins_loss
from .build import METHODS, TERMS, build_method, build_terms, method_kind, method_table
from .byol import BYOL, byol_loss
from .clip import CLIP, SigLIP, clip_loss, siglip_loss
from .dcl import DCL, dcl_loss
from .dino import DINO, dino_loss
from .domain import CORAL, MMD, DomainAdversarial, coral, mmd
from .info_nce import info_nce
from .lejepa import LeJEPA, lejepa_loss, sigreg
from .masked import Masked
from .method import Batch, Method
from .moco import MoCoV2, MoCoV3
from .nnclr import NNCLR
from .pairwise import Pairwise, pairwise_loss
from .projector import Predictor, Projector
from .rank_n_contrast import RankNContrast, rank_n_contrast_loss
from .reconstruction import Reconstruction
from .simclr import SimCLR, nt_xent
from .simsiam import SimSiam, simsiam_loss
from .supcon import SupCon, supcon_loss
from .swav import SwAV, sinkhorn, swav_loss
from .triplet import Triplet, triplet_loss
from .vicreg import VICReg, vicreg_loss

__all__ = [
    "CORAL",
    "METHODS",
    "MMD",
    "TERMS",
    "BYOL",
    "BarlowTwins",
    "Batch",
    "CLIP",
    "DCL",
    "DINO",
    "DomainAdversarial",
    "LeJEPA",
    "Masked",
    "Method",
    "MoCoV2",
    "MoCoV3",
    "NNCLR",
    "Pairwise",
    "Predictor",
    "Projector",
    "RankNContrast",
    "Reconstruction",
    "SigLIP",
    "SimCLR",
    "SimSiam",
    "SupCon",
    "SwAV",
    "Triplet",
    "VICReg",
    "barlow_twins_loss",
    "build_method",
    "build_terms",
    "byol_loss",
    "clip_loss",
    "coral",
    "dcl_loss",
    "dino_loss",
    "info_nce",
    "lejepa_loss",
    "method_kind",
    "method_table",
    "mmd",
    "nt_xent",
    "pairwise_loss",
    "rank_n_contrast_loss",
    "siglip_loss",
    "sigreg",
    "simsiam_loss",
    "sinkhorn",
    "supcon_loss",
    "swav_loss",
    "triplet_loss",
    "vicreg_loss",
]
