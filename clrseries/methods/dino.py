"""DINO (Caron et al. 2021, arXiv:2104.14294): match the sharpened, centred output of a slow copy of the network."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .method import Batch, Method, at_least, check_pairs, positive
from .momentum import MomentumCopy
from .prototypes import Prototypes


def dino_loss(student: Tensor, teacher: Tensor, centre: Tensor, temperature: float, sharpness: float) -> Tensor:
    """Cross entropy H(softmax((t - c) / sharpness), softmax(s / temperature)), mean over objects (Algorithm 1).

    Parameters
    ----------
    student, teacher : float (N, C)
        Outputs for two different views; no gradient goes to `teacher`.
    centre : float (C,)
    temperature, sharpness : float
        Of student and teacher.
    """
    check_pairs("dino_loss", student, teacher, least=1)
    target = ((teacher.detach().float() - centre) / sharpness).softmax(1)
    return -(target * (student.float() / temperature).log_softmax(1)).sum(1).mean()


class DINO(Method):
    """A student's distribution over prototypes matches that of a momentum teacher in the other view.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    prototypes : int
    temperature, sharpness : float
        Of the student's and of the teacher's softmax; the teacher's is smaller.
    momentum : float
        Of the teacher.
    """

    summary = "a student matches the sharpened, centred output of its slow copy in the other view"
    paper = "Caron et al. 2021, arXiv:2104.14294"

    centre: Tensor

    def __init__(
        self,
        encoder: Any,
        projection: int = 128,
        prototypes: int = 512,
        temperature: float = 0.1,
        sharpness: float = 0.04,
        momentum: float = 0.99,
    ) -> None:
        super().__init__(encoder, projection)
        self.temperature, self.sharpness = positive("temperature", temperature), positive("sharpness", sharpness)
        self.prototypes = Prototypes(projection, at_least("prototypes", prototypes, 2))
        self.target = MomentumCopy(encoder, nn.Sequential(self.projector, self.prototypes), momentum)
        self.register_buffer("centre", torch.zeros(prototypes))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D), symmetric in the views."""
        students = [self.prototypes(view) for view in self.projected(embeddings)]
        teachers = self.target(batch.inputs)
        settings = (self.centre.clone(), self.temperature, self.sharpness)
        loss = 0.5 * (dino_loss(students[0], teachers[1], *settings) + dino_loss(students[1], teachers[0], *settings))
        if self.training:
            self.centre.lerp_(torch.cat(teachers).mean(0), 0.1)  # the paper's m = 0.9
        return loss

    def after_step(self, progress: float) -> None:
        """The teacher follows, ever more slowly."""
        self.target.follow(self.encoder, nn.Sequential(self.projector, self.prototypes), progress)
