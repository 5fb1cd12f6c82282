"""How much of a trained encoder learns again: its head, a part, low-rank terms, or everything."""

from __future__ import annotations

from typing import Any

from torch import nn

from ..errors import InputError
from .encoder_with_head import EncoderWithHead
from .lora import adapt

FASTER = 10.0  # a new head learns at so many times the encoder's rate


def parameter_groups(network: EncoderWithHead, mode: str, learning_rate: float, lora_rank: int) -> list[dict[str, Any]]:
    """Return the weights that learn, with their rates, and freeze the others.

    Parameters
    ----------
    network : EncoderWithHead
        Changed in place.
    mode : {"frozen", "partial", "lora", "full", "scratch"}
        As for ``finetune``.
    learning_rate : float
        Peak rate of the encoder.
    lora_rank : int
        Rank of the low-rank terms of ``"lora"``.

    Returns
    -------
    list of dict
        ``params`` and ``lr``, as the optimizers of torch take them.

    Raises
    ------
    InputError
        ``"partial"`` is asked of an encoder without a ``head`` of its own.
    """
    encoder, head = network.encoder, list(network.head.parameters())
    if mode == "scratch":
        return [{"params": [*encoder.parameters(), *head], "lr": learning_rate}]
    groups = [{"params": head, "lr": FASTER * learning_rate}]
    if mode == "partial":
        encoder.requires_grad_(False)
        own = [p for part in _last(encoder) for p in part.requires_grad_(True).parameters()]
        groups.append({"params": own, "lr": learning_rate})
    elif mode == "lora":
        groups.append({"params": adapt(encoder, lora_rank), "lr": learning_rate})
    elif mode == "full":
        groups.append({"params": list(encoder.parameters()), "lr": learning_rate})
    return groups


def _last(encoder: Any) -> list[nn.Module]:
    """Return the head of the encoder, and the last of its blocks."""
    if not isinstance(getattr(encoder, "head", None), nn.Module):
        raise InputError(
            f"mode: 'partial' trains the attribute head of the encoder, and {type(encoder).__name__} has none; use 'full'"
        )
    blocks: Any = next((getattr(encoder, name) for name in ("blocks", "body") if hasattr(encoder, name)), [])
    return [encoder.head, *list(blocks)[-1:]]
