"""An auxiliary term that reconstructs masked segments from the embedding."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from .hidden_segments import HiddenSegments
from .method import Batch, Method, positive


class Reconstruction(nn.Module):
    """Term that masks segments of the first view of each object, embeds the rest, and predicts the flux in the segments.

    A contrastive loss keeps only what tells objects apart; to predict masked flux, an embedding must keep other properties too.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    samples : int
        Pixels of a view of a spectrum, or points of a view of a light curve.
    bands : int
        Number of bands of light curves; 0 for spectra.
    weight : float
        Factor of the term in the loss, above 0.
    hidden : float
        Fraction of the samples in all segments together, above 0; less is masked where segments overlap or pass the end.
    segments : int
        Number of segments, at least 1.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    He et al. 2022, arXiv:2111.06377.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, Reconstruction, SimCLR
    >>> encoder = ResidualDense(pixels=40, width=16, embedding_dim=8)
    >>> method = SimCLR(encoder, projection_dim=4)
    >>> method.terms = torch.nn.ModuleList([Reconstruction(encoder, samples=40)])
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> list(parts)
    ['simclr', 'reconstruction']
    """

    def __init__(
        self, encoder: Any, samples: int, bands: int = 0, weight: float = 1.0, hidden: float = 0.3, segments: int = 3
    ) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        self.hidden = HiddenSegments(encoder.embedding_dim, samples, bands, hidden, segments)

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the weighted mean squared error of the predicted flux over the masked samples.

        The loss is that of :class:`HiddenSegments <clrseries.methods.hidden_segments.HiddenSegments>`.

        Parameters
        ----------
        method : Method
            Its encoder embeds the masked views.
        embeddings : float (N, V, D)
            Not used; every term is called with them.
        batch : Batch
            Views; its `number` is the seed of the segments.

        Returns
        -------
        float ()
            Not negative. Not yet multiplied by `weight`.
        """
        whole = tuple(part[:, 0] for part in batch.inputs)
        rest, hidden = self.hidden.hide(whole, batch.number)
        return self.hidden(method.encoder(*rest).float(), whole, hidden)
