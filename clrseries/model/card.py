"""The model card, a README file that describes a model to other users."""

from __future__ import annotations

import json
from typing import Any

LIST = (
    "source",
    "label",
    "domain",
    "auxiliary",
    "epochs",
    "batch_size",
    "optimizer",
    "stopping",
    "accumulate",
    "precision",
    "seed",
)
UNKNOWN = "not stated"


def model_card(config: dict[str, Any]) -> str:
    """Return the card of a model as Markdown, with the front matter of the Hugging Face Hub.

    Parameters
    ----------
    config : dict
        Content of ``config.json``. Its ``notes`` may have ``name``, ``title``, ``description``, ``data``, ``license``, ``limits`` (a list) and
        ``scores`` (a list of mappings with ``what``, ``value``, ``low`` and ``high``), which do not follow from the training.

    Returns
    -------
    str
        Content of ``README.md``.
    """
    notes = config["notes"]
    license = notes.get("license", UNKNOWN)
    front = ["---", "library_name: clrseries", "tags:", "- astronomy", "- contrastive-learning"]
    front += [f"license: {license.lower()}"] if license != UNKNOWN else []
    kind = "light curves" if config["bands"] else "spectra"
    called = notes.get("name", "this repository or folder")
    text = [
        *front, "---", "",
        f"# {notes.get('title', f'An encoder of {kind}')}", "",
        notes.get("description", f"Turns {kind} into embeddings of {config['encoder']['embedding_dim']} numbers."), "",
        "```python", "from clrseries import load, read_light_curves" if config["bands"] else "from clrseries import load, read_spectra", "",
        f'model = load("{called}")',
        f"embeddings = model.embed({'read_light_curves' if config['bands'] else 'read_spectra'}(\"objects.parquet\"))", "```", "",
        "## Data", "",
        f"Trained on {notes.get('objects', 'an unknown number of')} objects: {notes.get('data', UNKNOWN)}. License: {license}.",
    ]  # fmt: skip
    if config["bands"]:
        text.append(f"Bands: {', '.join(config['bands'])}.")
    text += [
        "",
        "## Method",
        "",
        f"`{json.dumps(notes.get('method', UNKNOWN))}` around the encoder `{config['encoder']['name']}`.",
        "",
    ]
    text += [f"* {name}: {json.dumps(notes[name])}" for name in LIST if name in notes]
    text += [
        "",
        "## Physics",
        "",
        "The embedding is trained not to depend on these changes, within these ranges; outside them it is not tested:",
        "",
    ]
    text += [f"* {_step(step)}" for step in config["augment"]]
    text += _scores(notes.get("scores", []))
    if notes.get("limits"):
        text += ["", "## Limits", "", *(f"* {limit}" for limit in notes["limits"])]
    if notes.get("metrics") or "finetuned" in notes:
        text += ["", "## Metrics", ""]
        metrics = {
            name: value for name, value in notes.get("metrics", {}).items() if name != "epoch" and value is not None
        }
        text += [f"* {name}: {value:.4g}" for name, value in metrics.items()]
        if "finetuned" in notes:
            tuned = notes["finetuned"]
            text.append(f"* `{tuned['target']}` ({tuned['mode']}, {tuned['objects']['test']} objects held out):")
            text += [f"  * {name}: {value:.4g}" for name, value in tuned["test"].items() if isinstance(value, float)]
    text += [
        "",
        f"Written by clrseries {config['clrseries']}; `config.json` holds every setting and the hash of the weights.",
        "",
    ]
    return "\n".join(text)


def _scores(scores: list[dict[str, Any]]) -> list[str]:
    """Return the table of the scores on the test objects, which a training wrote into the notes."""
    if not scores:
        return []
    rows = [f"| {one['what']} | {one['value']:g} | {one['low']:g} to {one['high']:g} |" for one in scores]
    head = [
        "",
        "## Scores",
        "",
        "On objects that no part of the training has seen; the range holds 68 % of resamplings of the objects.",
        "",
    ]
    return [*head, "| what | value | range |", "| --- | --- | --- |", *rows]


def _step(step: dict[str, Any]) -> str:
    ((name, arguments),) = step.items()
    return f"`{name}` " + ", ".join(f"{key} {_short(value)}" for key, value in (arguments or {}).items())


def _short(value: Any) -> str:
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        return f"{name}({', '.join(map(str, inner))})" if isinstance(inner, list) else f"{name}({inner})"
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return str(value)
