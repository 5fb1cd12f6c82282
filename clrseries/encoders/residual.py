"""The residual block of the convolutional encoders of light curves."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn


class Residual(nn.Module):
    """Residual block of two convolutions; in between, empty places are set to 0 again.

    Parameters
    ----------
    width : int
        C, channels.
    dilation : int
        Distance between the three places that a convolution reads, at least 1.
    mode : {"zeros", "circular"}
        What a convolution reads beyond the ends: zeros, or the other end.
    """

    def __init__(self, width: int, dilation: int, mode: Literal["zeros", "circular"]) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)  # normalizes each place alone, so that empty places do not affect others
        self.wide = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode=mode)
        self.narrow = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode=mode)

    def forward(self, maps: Tensor, good: Tensor | None = None) -> Tensor:
        """Return the feature maps after one block.

        Parameters
        ----------
        maps : float (B, C, L)
            Feature maps.
        good : bool (B, 1, L), optional
            Which places hold data; all of them by default.

        Returns
        -------
        float (B, C, L)
            Changed feature maps.
        """
        inside = 1.0 if good is None else good
        hidden = self.wide(self.norm(maps.transpose(1, 2)).transpose(1, 2) * inside)
        return maps + self.narrow(nn.functional.gelu(hidden) * inside)
