"""The memory-lean losses beside their plain forms: time and memory, forward and backward, on one core.

    python benchmarks/losses.py [--rows 512 2048 8192] [--huge 65536] [--repeats 5]

Plain means the whole matrix of similarities and torch's cross entropy, as in most published code. Runs are interleaved;
medians. ``--huge`` does one step of each lean loss with so many rows of 128 and reports the memory beyond what the process
had; the plain matrix alone would take 4 N^2 bytes.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from clrseries.methods import clip_loss, nt_xent, supcon_loss

WIDTH, CLASSES, TEMPERATURE = 128, 10, 0.1
Loss = Callable[[Tensor], Tensor]


def halves(rows: Tensor) -> tuple[Tensor, Tensor]:
    return rows[: len(rows) // 2], rows[len(rows) // 2 :]


def plain_nt_xent(rows: Tensor) -> Tensor:
    unit = functional.normalize(rows, dim=1)
    itself = torch.eye(len(rows), dtype=torch.bool)
    scores = (unit @ unit.T / TEMPERATURE).masked_fill(itself, -torch.inf)
    return functional.cross_entropy(scores, torch.arange(len(rows)).roll(len(rows) // 2))


def plain_supcon(rows: Tensor) -> Tensor:
    unit, label = functional.normalize(rows, dim=1), torch.arange(len(rows)) % CLASSES
    itself = torch.eye(len(rows), dtype=torch.bool)
    scores = unit @ unit.T / TEMPERATURE
    log = scores - scores.masked_fill(itself, -torch.inf).logsumexp(1, keepdim=True)
    alike = (label[:, None] == label) & ~itself
    return -((log * alike).sum(1) / alike.sum(1)).mean()


def plain_clip(rows: Tensor) -> Tensor:
    first, second = (functional.normalize(half, dim=1) for half in halves(rows))
    scores, numbers = first @ second.T / TEMPERATURE, torch.arange(len(first))
    return 0.5 * (functional.cross_entropy(scores, numbers) + functional.cross_entropy(scores.T, numbers))


LOSSES: dict[str, tuple[Loss, Loss]] = {
    "NT-Xent": (lambda rows: nt_xent(*halves(rows), TEMPERATURE), plain_nt_xent),
    "SupCon": (lambda rows: supcon_loss(rows, torch.arange(len(rows)) % CLASSES, TEMPERATURE), plain_supcon),
    "CLIP": (lambda rows: clip_loss(*halves(rows), 1 / TEMPERATURE), plain_clip),
}


def seconds(loss: Loss, rows: Tensor) -> float:
    begun = time.perf_counter()
    loss(rows).backward()
    return time.perf_counter() - begun


def compare(count: int, repeats: int) -> None:
    rows = torch.randn(count, WIDTH, requires_grad=True)
    for name, (lean, plain) in LOSSES.items():
        pairs = [(seconds(lean, rows), seconds(plain, rows)) for _ in range(repeats + 1)][1:]
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"| {name} | {count} | {1e3 * ours:.1f} | {1e3 * theirs:.1f} | {theirs / ours:.2f} |", flush=True)


def peak() -> int:
    """KiB. Of this process alone (Linux): what getrusage says includes the one that started it."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def huge(name: str, count: int) -> None:
    """One step in this process; prints MiB beyond what it had, and seconds."""
    loss, _ = LOSSES[name]
    rows = torch.randn(count, WIDTH)
    loss(rows[:512].clone().requires_grad_()).backward()  # what torch loads with its first use
    before, begun = peak(), time.perf_counter()
    loss(rows.requires_grad_()).backward()
    print(
        f"| {name} | {count} | {(peak() - before) / 1024:.0f} | {count**2 * 4 / 2**20:.0f} | {time.perf_counter() - begun:.0f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[512, 2048, 8192])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--huge", type=int, default=0)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.only:
        return huge(given.only, given.huge)
    print("| loss | rows of 128 | lean, ms | plain, ms | plain / lean |\n| --- | --- | --- | --- | --- |")
    for count in given.rows:
        compare(count, given.repeats)
    if given.huge:
        print(
            "\n| loss | rows of 128 | extra MiB | one plain matrix, MiB | seconds |\n| --- | --- | --- | --- | --- |",
            flush=True,
        )
        for name in LOSSES:  # each in a process of its own: peaks do not come down again
            subprocess.run([sys.executable, __file__, "--huge", str(given.huge), "--only", name], check=True)


if __name__ == "__main__":
    main()
