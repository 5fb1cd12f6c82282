"""A head of several answers: the class of an object, values of it, and how unlike all known objects it is."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .heads import ClassHead, MixtureHead
from .known_objects import KnownObjects
from .redshift_templates import RedshiftTemplates

HIDDEN = 64  # units between the two layers
REDSHIFT = "redshift"  # the value that templates refine


class JointHead(KnownObjects):
    """Head that predicts a class, any number of values, and how unlike the known objects an object is.

    How unlike is the logit of two layers that were trained to tell known objects from others, if there were others to learn from. If
    not, it is the distance of the embedding to the nearest mean of a class, measured with the covariance within the classes. It is
    told as the fraction of known objects, held out from the training, that are less unlike: 0.5 is usual, and above 0.99 only one
    known object in a hundred lies.

    Parameters
    ----------
    embedding_dim : int
        D, size of the embedding.
    classes : list of str
        Names of the C classes.
    values : list of str
        Names of the V values; there may be none.
    components : int
        K, number of Gaussians of the mixture of each value.
    others : bool
        Whether there are two layers that tell known objects from others.
    templates, pixels, lags : int
        Sizes of the :class:`~clrseries.encoders.redshift_templates.RedshiftTemplates` that refine the value ``redshift``; 0 templates
        for none.
    least_probability : float, optional
        A class with at least this probability is in the set of classes of an object; default there are no sets.
    views : int
        Number of views that the probabilities of the classes are the mean of; see :class:`~clrseries.encoders.heads.ClassHead`.

    References
    ----------
    Lee et al. 2018, arXiv:1807.03888 (the distance).

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.joint_head import JointHead
    >>> head = JointHead(4, ["Ia", "II"], ["redshift"], components=3)
    >>> answers = head.split(head(torch.ones(5, 4)))
    >>> answers["class"].shape, answers["redshift"].shape, answers["unlike"].shape
    (torch.Size([5, 2]), torch.Size([5, 3, 3]), torch.Size([5]))
    """

    def __init__(
        self,
        embedding_dim: int,
        classes: list[str],
        values: list[str],
        components: int = 5,
        others: bool = False,
        templates: int = 0,
        pixels: int = 0,
        lags: int = 0,
        least_probability: float | None = None,
        views: int = 1,
    ) -> None:
        super().__init__(embedding_dim, len(classes))
        self.classes, self.values, self.components = list(classes), list(values), components
        self.kind = ClassHead(embedding_dim, classes, least_probability=least_probability, views=views)
        self.mixtures = nn.ModuleList(MixtureHead(embedding_dim, components) for _ in values)
        layers = nn.Linear(embedding_dim, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, 1)
        self.other = nn.Sequential(*layers) if others else None
        self.templates = RedshiftTemplates(templates, pixels, lags) if templates else None
        self._sizes = {"templates": templates, "pixels": pixels, "lags": lags} if templates else {}

    @property
    def views(self) -> int:
        """Number of views that the probabilities of the classes are the mean of."""
        return self.kind.views

    @views.setter
    def views(self, number: int) -> None:
        self.kind.views = number

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments that make this head again."""
        own = {"values": list(self.values), "components": self.components, "others": self.other is not None}
        return self.kind.settings | own | self._sizes

    @property
    def reads_views(self) -> bool:
        """Whether :meth:`forward` takes the spectra too."""
        return self.templates is not None

    def forward(self, embeddings: Tensor, *views: Tensor) -> Tensor:
        """Return all answers in one row for each object.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.
        *views : float32 (B, P)
            Flux and ivar of the spectra, if :attr:`reads_views`; without them the redshift is not refined.

        Returns
        -------
        float32 (B, C + 3 V K + 1)
            As :meth:`split` takes them apart.
        """
        mixtures = [head(embeddings) for head in self.mixtures]
        if self.templates is not None and views:
            k = self.values.index(REDSHIFT)
            mixtures[k] = self.templates(mixtures[k], *views)
        parts = [self.kind(embeddings), *(mixture.flatten(1) for mixture in mixtures)]
        return torch.cat([*parts, self.fraction_less_unlike(embeddings)[:, None]], dim=1)

    def split(self, outputs: Tensor) -> dict[str, Tensor]:
        """Take the rows of :meth:`forward` apart.

        Parameters
        ----------
        outputs : float (B, C + 3 V K + 1)
            Answers.

        Returns
        -------
        dict of str to Tensor
            ``class``, the log-probabilities (B, C); the mixture (B, 3, K) of each value, by its name; ``unlike`` (B,), from 0 to 1.
        """
        count, size = len(self.classes), 3 * self.components
        found = {"class": outputs[:, :count], "unlike": outputs[:, -1]}
        for k, name in enumerate(self.values):
            found[name] = outputs[:, count + k * size : count + (k + 1) * size].unflatten(1, (3, self.components))
        return found

    def unlikeness(self, embeddings: Tensor) -> Tensor:
        """Return how unlike the known objects each is: the logit of being another one, or the distance.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float32 (B,)
            Larger for what is less like the known objects.
        """
        return super().unlikeness(embeddings) if self.other is None else self.other(embeddings).squeeze(-1).float()
