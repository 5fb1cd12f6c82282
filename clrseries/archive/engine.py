"""Where an archive is processed: the interface between the stream of batches and the machine that works on them."""

from __future__ import annotations

from typing import Any, Protocol

from ..config import Observe
from ..model import Model
from ..model.stages import BATCH, Prepared, encoded, prepared
from ..series import Series
from ..views import Views


class Engine(Protocol):
    """What works on the batches of an archive.

    Every method is called in a thread of its own, in the order of the batches, while the others work on other batches: while a batch is
    encoded, the views of the next are made, and the samples of the slab after it are loaded. :mod:`clrseries.archive.device_engine` does
    this on a GPU: each of the methods queues its work in a stream of its own and returns.

    Attributes
    ----------
    batch : int
        Number of objects that are processed together.
    """

    batch: int

    def load(self, series: Series) -> Series:
        """Bring the samples of a slab to where the views are made; on the host nothing has to be done.

        Parameters
        ----------
        series : Series
            A slab, in the memory of the host. Its arrays stay unchanged until the slab is done.

        Returns
        -------
        Series
            The same objects.
        """
        return series

    def views(self, series: Series) -> Any:
        """Make the views of a batch.

        Parameters
        ----------
        series : Series
            Objects of a slab that was loaded.

        Returns
        -------
        object
            What :meth:`encode` takes.
        """
        ...

    def encode(self, views: Any) -> Any:
        """Return the result of a batch; on a device, its computation is queued.

        Parameters
        ----------
        views : object
            From :meth:`views`.

        Returns
        -------
        object
            What :meth:`finish` takes.
        """
        ...

    def finish(self, found: Any) -> Any:
        """Return the result of a batch in the memory of the host; on a device, wait for it.

        Parameters
        ----------
        found : object
            From :meth:`encode`.

        Returns
        -------
        object
            What the command writes.
        """
        return found


class Embedder(Engine):
    """Engine that embeds on the host.

    Parameters
    ----------
    model : Model
        The model.
    layer : {"embedding", "projection"}
        What is computed.
    """

    def __init__(self, model: Model, layer: str = "embedding") -> None:
        from torch import nn

        self.batch, self.model = BATCH, model
        self.encoder = model.encoder.eval()
        self.network = model.projector.eval() if layer == "projection" else nn.Identity()
        self.observe = model.observe.deterministic()

    def views(self, series: Series) -> Prepared:
        """Make the views of a batch.

        Parameters
        ----------
        series : Series
            The batch.

        Returns
        -------
        Prepared
        """
        return prepared(self.observe, series, self.model)

    def encode(self, views: Prepared) -> tuple[Any, Prepared]:
        """Return the embeddings of a batch.

        Parameters
        ----------
        views : Prepared
            The views.

        Returns
        -------
        float32 (M, D) array or None, Prepared
            Of the M objects that can be embedded; None if there are none.
        """
        found = encoded(self.encoder, self.network, views).numpy() if views.good.any() else None
        return found, views._replace(inputs=())


class Observer(Engine):
    """Engine that makes views on the host, and nothing of them.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        The steps.
    seed : int
        Seed of the random steps.
    """

    def __init__(self, observe: Observe, seed: int = 0) -> None:
        self.batch = 4 * BATCH
        self.observe = observe
        self.seed = seed

    def views(self, series: Series) -> Views:
        """Make one view of every object of a batch.

        Parameters
        ----------
        series : Series
            The batch.

        Returns
        -------
        Views
        """
        return self.observe(series, seed=self.seed)

    def encode(self, views: Views) -> Views:
        """Return the views as they are.

        Parameters
        ----------
        views : Views
            The views.

        Returns
        -------
        Views
        """
        return views
