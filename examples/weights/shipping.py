"""What the trainings of the weights share: scores with errors, and the folder that the package carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score, roc_auc_score
from torch import Tensor, nn

from clrseries import Model
from clrseries.encoders.prediction_sets import least_probability
from clrseries.model import zoo
from clrseries.plain_data import json_text, load_yaml, strict

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "weights.md"
RESAMPLINGS = 400
Row = dict[str, Any]


def config_of(name: str) -> dict[str, Any]:
    """Return the committed settings of one training."""
    return load_yaml((HERE / f"{name}.yaml").read_text())


def row(what: str, score: Callable[[NDArray[np.int64]], float], groups: Any) -> Row:
    """Return a score, and its 16th and 84th percentile when whole groups of objects are drawn again with replacement.

    `score` takes the rows that count, `groups` is the object of each row.
    """
    _, number = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(number == k) for k in range(number.max() + 1)]
    rng = np.random.default_rng(0)
    drawn = [
        score(np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))]))
        for _ in range(RESAMPLINGS)
    ]
    low, high = np.nanpercentile(drawn, [16, 84])
    numbers = {"value": score(np.arange(len(number))), "low": low, "high": high}
    return {"what": what} | {name: round(float(value), 4) for name, value in numbers.items()}


def macro_f1(true: NDArray[Any], found: NDArray[Any], classes: Sequence[str]) -> float:
    """Return the mean over the classes of F1; a class that does not occur does not count."""
    there = [kind for kind in classes if (true == kind).any()]
    return float(f1_score(true, found, labels=there, average="macro", zero_division=0.0))


def balanced(true: NDArray[Any], found: NDArray[Any]) -> float:
    """Return the mean over the classes of the fraction of their objects that is recognized."""
    return float(recall_score(true, found, labels=np.unique(true), average="macro"))


def balanced_row(what: str, true: NDArray[Any], found: NDArray[Any], groups: Any) -> Row:
    """Return the balanced accuracy as a score; see :func:`row`."""
    return row(what, lambda rows: balanced(true[rows], found[rows]), groups)


def mean_row(what: str, numbers: NDArray[Any], groups: Any) -> Row:
    """Return the mean of some numbers as a score; see :func:`row`."""
    return row(what, lambda rows: float(numbers[rows].mean()), groups)


def ranked_above(unknown: NDArray[np.floating], known: NDArray[np.floating]) -> float:
    """Return how often an unknown object has a higher score than a known one (the area under the ROC curve); a tie counts half."""
    return float(roc_auc_score(np.repeat([1, 0], [len(unknown), len(known)]), np.concatenate([unknown, known])))


@torch.no_grad()
def calibrate_sets(head: Any, embeddings: Tensor, allowed: Tensor) -> None:
    """Set which probability a class needs to be in a set, on objects that the training has not seen.

    `allowed` (N, C) says which classes the label of an object may stand for; a set holds the label if it holds one of them.
    """
    own = head.kind(embeddings).exp().masked_fill(~allowed, 0.0).amax(1, keepdim=True)
    head.kind.least_probability = least_probability(own.numpy(), np.zeros(len(own), int))


def set_rows(what: str, sets: NDArray[np.bool_], allowed: NDArray[np.bool_], groups: Any) -> list[Row]:
    """Return two scores of the sets of classes of N objects: which fraction holds the true class, and how large they are."""
    right = np.asarray((sets & allowed).any(axis=1))
    return [
        mean_row(f"{what}, fraction of sets (`set_90`) with the true class", right, groups),
        mean_row(f"{what}, mean number of classes in a set", sets.sum(1), groups),
    ]


def optimize(weights: list[Any], config: dict[str, Any], loss_of: Callable[[int], Tensor]) -> None:
    """Train weights with AdamW and a one-cycle schedule; `loss_of` takes the number of a step and returns its loss."""
    optimizer = torch.optim.AdamW(weights, lr=config["learning_rate"], weight_decay=config["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["learning_rate"], total_steps=config["steps"])
    for step in range(config["steps"]):
        loss = loss_of(step)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 5.0)
        optimizer.step()
        schedule.step()
        if step % 250 == 249:
            print(f"step {step + 1}: loss {float(loss.detach()):.3f}", flush=True)


def ship(model: Model, name: str, scores: list[Row], details: dict[str, Any], folder: Path = zoo.FOLDER) -> None:
    """Write the model, its card and its scores to the folder of the package, and the hashes of all weights."""
    model.notes["scores"] = scores
    model.save(folder / name, overwrite=True)
    text = json_text(strict(json.loads(json.dumps({"scores": scores} | details))))
    (folder / name / "scores.json").write_text(text)
    size = (folder / name / "model.safetensors").stat().st_size
    if size > zoo.MOST_BYTES:
        raise SystemExit(f"{name}: {size} bytes are more than {zoo.MOST_BYTES}")
    zoo.record(folder)
    write_page(folder)
    for one in scores:
        print(f"{one['what']}: {one['value']} ({one['low']}-{one['high']})")


def write_page(folder: Path = zoo.FOLDER, page: Path = PAGE) -> None:
    """Write the stored scores of all weights into the table of the page about them."""
    head, rule = "| weights | what | value | range |", "| --- | --- | --- | --- |"
    rows = [
        f"| `{file.parent.name}` | {one['what']} | {one['value']:g} | {one['low']:g} to {one['high']:g} |"
        for file in sorted(folder.glob("*/scores.json"))
        for one in json.loads(file.read_text())["scores"]
    ]
    before, _, after = page.read_text().partition(head)
    rest = after.lstrip("\n").split("\n\n", 1)
    page.write_text(before + "\n".join([head, rule, *rows]) + ("\n\n" + rest[1] if len(rest) > 1 else "\n"))


def one_thread() -> None:
    """Compute with one thread, so that a result does not depend on the machine's number of cores."""
    torch.set_num_threads(1)
