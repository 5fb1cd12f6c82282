"""How much of a trained encoder learns again: its head, a part, low-rank terms, or everything."""

from __future__ import annotations

from typing import Any

from torch import nn

from .lora import adapt
from .supervised import Answering

MODES = ("frozen", "partial", "lora", "full", "scratch")
FASTER = 10.0  # a new head learns at so many times the encoder's rate


def parameter_groups(network: Answering, mode: str, rate: float, rank: int) -> list[dict[str, Any]]:
    """Which weights learn and at which rate, as torch's optimisers take them; freezes the others."""
    encoder, head = network.encoder, list(network.head.parameters())
    if mode == "scratch":
        return [{"params": [*encoder.parameters(), *head], "lr": rate}]
    groups = [{"params": head, "lr": FASTER * rate}]
    if mode == "partial":
        encoder.requires_grad_(False)
        own = [p for part in _last(encoder) for p in part.requires_grad_(True).parameters()]
        groups.append({"params": own, "lr": rate})
    elif mode == "lora":
        groups.append({"params": adapt(encoder, rank), "lr": rate})
    elif mode == "full":
        groups.append({"params": list(encoder.parameters()), "lr": rate})
    return groups


def _last(encoder: Any) -> list[nn.Module]:
    """The encoder's head, and the last of its blocks."""
    blocks: Any = next((getattr(encoder, name) for name in ("blocks", "body") if hasattr(encoder, name)), [])
    return [encoder.head, *list(blocks)[-1:]]
