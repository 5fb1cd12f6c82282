"""Auxiliary terms that make the embeddings of different instruments alike, for differences that no augmentation can make."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..distributed import gather
from ..errors import InputError
from .distances import squared
from .method import Batch, Method, positive

WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # widths of the kernels, in units of the mean squared distance


class _Reversed(torch.autograd.Function):
    """Identity whose gradient has the opposite sign."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *grad_output: Tensor) -> Tensor:
        return -grad_output[0]


def mmd(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared maximum mean discrepancy of two sets of vectors.

    It is mean k(x, x') + mean k(y, y') - 2 mean k(x, y), where k is the sum of five Gaussian kernels whose widths are multiples
    of the mean squared distance over all pairs.

    Parameters
    ----------
    first : float (N, D)
        Vectors x.
    second : float (M, D)
        Vectors y.

    Returns
    -------
    float ()
        Not negative; 0 if both sets are the same.

    References
    ----------
    Gretton et al. 2012, JMLR 13, equation 5.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import mmd
    >>> vectors = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(float(mmd(vectors, vectors + 1.0)), 3)
    1.016
    """
    both = torch.cat([first, second]).float()
    apart = squared(both, both)
    typical = apart.detach().mean().clamp(min=1e-12)
    kernel = torch.stack([torch.exp(-apart / (width * typical)) for width in WIDTHS]).sum(0)
    n = len(first)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2.0 * kernel[:n, n:].mean()


def coral(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared difference of the covariance matrices of two sets of vectors.

    It is |cov(first) - cov(second)|^2 / (4 D^2), with the sum of squares over all elements.

    Parameters
    ----------
    first : float (N, D)
        At least two vectors.
    second : float (M, D)
        At least two vectors.

    Returns
    -------
    float ()
        Not negative; 0 if both have the same covariances.

    References
    ----------
    Sun & Saenko 2016, arXiv:1607.01719, equation 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import coral
    >>> vectors = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(float(coral(vectors, 2.0 * vectors)), 3)
    2.0
    """
    return (first.float().T.cov() - second.float().T.cov()).square().sum() / (4 * first.shape[1] ** 2)


class DomainAdversarial(nn.Module):
    """Term that trains a classifier of the instrument, and the encoder to prevent it by a reversed gradient.

    Instruments often differ in what they observe. A classifier that is told the class of an object anyway learns only what an
    embedding tells of the instrument beyond it, so that what the class tells may stay.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    domains : int
        Number of instruments.
    classes : int
        Number of classes of objects; 0 if they are not known.
    weight : float
        Factor of the term in the loss, above 0.
    given_class : bool
        Whether the classifier is told the class; objects without one are left out.

    Raises
    ------
    InputError
        `weight` is not above 0, or `given_class` is true and `classes` is 0.

    References
    ----------
    Ganin et al. 2016, arXiv:1505.07818; Li et al. 2018, ECCV, "Deep domain generalization via conditional invariant adversarial
    networks" (given the class).

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, DomainAdversarial, SimCLR
    >>> encoder = ResidualDense(pixels=40, width=16, embedding_dim=8)
    >>> method = SimCLR(encoder, projection_dim=4)
    >>> method.terms = torch.nn.ModuleList([DomainAdversarial(encoder, domains=2)])
    >>> batch = Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40)), domain=torch.tensor([0, 0, 0, 1, 1, 1]))
    >>> loss, parts = method(batch)
    >>> list(parts)
    ['simclr', 'domainadversarial']
    """

    def __init__(
        self, encoder: Any, domains: int, classes: int = 0, weight: float = 0.1, given_class: bool = False
    ) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        self.classes = _told(classes, given_class)
        width = encoder.embedding_dim
        self.classifier = nn.Sequential(nn.Linear(width + self.classes, width), nn.ReLU(), nn.Linear(width, domains))

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the cross entropy of the classifier over all views whose instrument, and class if it is told, are known.

        Parameters
        ----------
        method : Method
            Not used; every term is called with it.
        embeddings : float (N, V, D)
            Embeddings of V views of N objects.
        batch : Batch
            Its `domain` says which instrument observed each object, its `label` of which class it is.

        Returns
        -------
        float ()
            Not negative; 0 if no instrument is known. Not yet multiplied by `weight`.

        Raises
        ------
        InputError
            The batch has no `domain`, or no `label` and classes are told.
        """
        vectors, domain, number = _of_domains(embeddings, batch, self.classes)
        if not len(vectors):
            return embeddings.sum() * 0.0
        told = functional.one_hot(number, self.classes).to(vectors) if self.classes else vectors[:, :0]
        return functional.cross_entropy(self.classifier(torch.cat([_Reversed.apply(vectors), told], dim=1)), domain)


class _Discrepancy(nn.Module):
    """Term that compares the embeddings of each instrument with those of all others."""

    measure: Callable[[Tensor, Tensor], Tensor]

    def __init__(
        self, encoder: Any, domains: int, classes: int = 0, weight: float = 1.0, given_class: bool = False
    ) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        self.domains, self.classes = domains, _told(classes, given_class)

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the mean over instruments of the discrepancy between one and all others.

        Parameters
        ----------
        method : Method
            Not used; every term is called with it.
        embeddings : float (N, V, D)
            Embeddings of V views of N objects.
        batch : Batch
            Its `domain` says which instrument observed each object, its `label` of which class it is.

        Returns
        -------
        float ()
            Mean over classes too, if they are told. Instruments with fewer than two views are left out. Not yet multiplied by `weight`.

        Raises
        ------
        InputError
            The batch has no `domain`, or no `label` and classes are told.
        """
        vectors, domain, number = _of_domains(embeddings, batch, self.classes)
        parts = []
        for c, k in itertools.product(range(max(self.classes, 1)), range(self.domains)):
            one, others = (number == c) & (domain == k), (number == c) & (domain != k)
            if min(int(one.sum()), int(others.sum())) > 1:
                parts.append(self.measure(vectors[one], vectors[others]))
        return torch.stack(parts).mean() if parts else embeddings.sum() * 0.0


class MMD(_Discrepancy):
    """Term that gives the embeddings of each instrument the same distribution as those of all others.

    Parameters
    ----------
    encoder : torch.nn.Module
        Not used; every term is built with it.
    domains : int
        Number of instruments.
    classes : int
        Number of classes of objects; 0 if they are not known.
    weight : float
        Factor of the term in the loss, above 0.
    given_class : bool
        Whether instruments are compared class by class, so that those that observe different classes may differ; objects without
        a class are left out.

    Raises
    ------
    InputError
        `weight` is not above 0, or `given_class` is true and `classes` is 0.

    References
    ----------
    Long et al. 2015, arXiv:1502.02791.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import MMD, Batch
    >>> term = MMD(encoder=None, domains=2)
    >>> batch = Batch((), domain=torch.tensor([0, 0, 1, 1]))
    >>> embeddings = torch.tensor([[1.0, 1.0], [1.0, -1.0], [2.0, 2.0], [2.0, 0.0]]).unsqueeze(1)
    >>> round(float(term(None, embeddings, batch)), 3)
    2.623
    """

    measure = staticmethod(mmd)


class CORAL(_Discrepancy):
    """Term that gives the embeddings of each instrument the same covariances as those of all others.

    Parameters
    ----------
    encoder : torch.nn.Module
        Not used; every term is built with it.
    domains : int
        Number of instruments.
    classes : int
        Number of classes of objects; 0 if they are not known.
    weight : float
        Factor of the term in the loss, above 0.
    given_class : bool
        Whether instruments are compared class by class, so that those that observe different classes may differ; objects without
        a class are left out.

    Raises
    ------
    InputError
        `weight` is not above 0, or `given_class` is true and `classes` is 0.

    References
    ----------
    Sun & Saenko 2016, arXiv:1607.01719.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import CORAL, Batch
    >>> term = CORAL(encoder=None, domains=2)
    >>> batch = Batch((), domain=torch.tensor([0, 0, 1, 1]))
    >>> embeddings = torch.tensor([[1.0, 1.0], [1.0, -1.0], [2.0, 2.0], [2.0, 0.0]]).unsqueeze(1)
    >>> round(float(term(None, embeddings, batch)), 3)
    0.0
    """

    measure = staticmethod(coral)


def _told(classes: int, given_class: bool) -> int:
    """Return the number of classes that a term is told, 0 for none."""
    if given_class and not classes:
        raise InputError("given_class: needs the classes of the objects: give label, a column with classes")
    return classes if given_class else 0


def _of_domains(embeddings: Tensor, batch: Batch, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return all views of all processes whose instrument is known, the instruments, and the classes (0 if they are not told)."""
    if batch.domain is None:
        raise InputError("terms that make domains alike need a column: give domain")
    label = batch.label if classes else torch.zeros_like(batch.domain)
    if label is None:
        raise InputError("given_class: needs the classes of the objects: give label")
    domain, number = (_of_views(gather(each), embeddings.shape[1]) for each in (batch.domain, label))
    known = (domain >= 0) & (number >= 0)
    return gather(embeddings).flatten(0, 1)[known], domain[known], number[known]


def _of_views(value: Tensor, views: int) -> Tensor:
    """Return one value for each view, from values of the views (N, V) or of their objects (N,)."""
    return (value if value.ndim == 2 else value[:, None].expand(-1, views)).flatten()
