"""DINO: match the sharpened, centered output of a momentum encoder."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .method import Batch, Method, at_least, check_pairs, positive
from .momentum_encoder import MomentumEncoder
from .prototypes import Prototypes


def dino_loss(
    student: Tensor, teacher: Tensor, center: Tensor, temperature: float, teacher_temperature: float
) -> Tensor:
    """Return the loss of DINO: the cross entropy between the softmax of the teacher and that of the student.

    For each object, the loss is -sum_c P_c ln Q_c with P = softmax((teacher - center) / teacher_temperature) and
    Q = softmax(student / temperature).

    Parameters
    ----------
    student, teacher : float (N, C)
        Outputs for two different views; no gradient goes to `teacher`.
    center : float (C,)
        Running mean of the outputs of the teacher.
    temperature : float
        Divides the outputs of the student, above 0.
    teacher_temperature : float
        Divides the outputs of the teacher, above 0.

    Returns
    -------
    float ()
        Mean over the objects.

    Raises
    ------
    ValueError
        The shapes of `student` and `teacher` differ, or there is no object.

    References
    ----------
    Caron et al. 2021, arXiv:2104.14294, algorithm 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import dino_loss
    >>> outputs, center = torch.eye(3), torch.zeros(3)
    >>> round(float(dino_loss(outputs, outputs, center, temperature=0.1, teacher_temperature=0.04)), 3)
    0.0
    >>> round(float(dino_loss(outputs, outputs.roll(1, 0), center, temperature=0.1, teacher_temperature=0.04)), 3)
    10.0
    """
    check_pairs("dino_loss", student, teacher, least=1)
    target = ((teacher.detach().float() - center) / teacher_temperature).softmax(1)
    return -(target * (student.float() / temperature).log_softmax(1)).sum(1).mean()


class DINO(Method):
    """Method in which a student's distribution over prototypes matches that of a momentum teacher in the other view.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    prototypes : int
        C, number of prototypes, at least 2.
    temperature : float
        Divides the outputs of the student, above 0.
    teacher_temperature : float
        Divides the outputs of the teacher, above 0; smaller than `temperature`, so that its distribution is sharper.
    momentum : float
        Share of the teacher that a step keeps, at least 0 and below 1; it increases to 1 over the training.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Caron et al. 2021, arXiv:2104.14294.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import DINO, Batch
    >>> method = DINO(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4, prototypes=16)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['dino'])
    """

    summary = "a student matches the sharpened, centered output of its slow copy in the other view"
    paper = "Caron et al. 2021, arXiv:2104.14294"

    center: Tensor

    def __init__(
        self,
        encoder: Any,
        projection_dim: int = 128,
        prototypes: int = 512,
        temperature: float = 0.1,
        teacher_temperature: float = 0.04,
        momentum: float = 0.99,
    ) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature, self.teacher_temperature = (
            positive("temperature", temperature),
            positive("teacher_temperature", teacher_temperature),
        )
        self.prototypes = Prototypes(projection_dim, at_least("prototypes", prototypes, 2))
        self.target = MomentumEncoder(encoder, nn.Sequential(self.projector, self.prototypes), momentum)
        self.register_buffer("center", torch.zeros(prototypes))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of DINO, averaged over both directions, and in training mode update the center."""
        students = [self.prototypes(view) for view in self.projected(embeddings)]
        teachers = self.target(batch.inputs)
        settings = (self.center.clone(), self.temperature, self.teacher_temperature)
        loss = 0.5 * (dino_loss(students[0], teachers[1], *settings) + dino_loss(students[1], teachers[0], *settings))
        if self.training:
            self.center.lerp_(torch.cat(teachers).mean(0), 0.1)  # momentum 0.9, as in the paper
        return loss

    def after_step(self, progress: float) -> None:
        """Move the teacher toward the student, by less as the training proceeds."""
        self.target.follow(self.encoder, nn.Sequential(self.projector, self.prototypes), progress)
