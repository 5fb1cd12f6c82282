"""The words that a person types, rewritten as the parser of a command takes them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

CONFIGS = (".yaml", ".yml")


def completed(
    words: Sequence[str], switches: Collection[str], lists: Collection[str], *, configurable: bool = False
) -> list[str]:
    """Rewrite switches without a value, lists of words, and a first word that is not an option.

    Parameters
    ----------
    words : sequence of str
        The words after that of the command.
    switches : collection of str
        Options that are true where they stand without a value, as ``--overwrite``.
    lists : collection of str
        Options that take one or more words, as ``--without Noise Crop`` or ``--without Noise --without Crop``.
    configurable : bool
        Whether first words that are no options are YAML files with arguments, or data.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from clrseries.commands.words import completed
    >>> completed(["--without", "Noise", "Crop", "--overwrite"], {"--overwrite"}, {"--without"})
    ['--without=["Noise", "Crop"]', '--overwrite=true']
    >>> completed(["steps.yaml", "a.parquet"], (), {"--data"}, configurable=True)
    ['--config=steps.yaml', '--data=["a.parquet"]']
    """
    words = [_underscored(word) for word in words]
    if configurable:
        words = _named(words)
    rewritten: list[str] = []
    places: dict[str, tuple[int, list[str]]] = {}  # of the lists; one that stands twice is one list
    while words:
        word = words.pop(0)
        if word in switches:
            given = words.pop(0) if words and words[0].lower() in ("true", "false") else "true"
            rewritten.append(f"{word}={given.lower()}")
        elif word in lists:
            place, values = places.setdefault(word, (len(rewritten), []))
            while words and not words[0].startswith("--"):
                values.append(words.pop(0))
            rewritten[place : place + 1] = [f"{word}={_list(values)}" if values else word]
        else:
            rewritten.append(word)
    return rewritten


def _underscored(word: str) -> str:
    """Write the name of an option as Python does, as ``--dry_run`` for ``--dry-run``."""
    name, given, value = word.partition("=")
    return name.replace("-", "_").replace("__", "--", 1) + given + value if name.startswith("--") else word


def _named(words: list[str]) -> list[str]:
    """Give their names to the words in front of the first option."""
    count = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    front, rest = words[:count], words[count:]
    configs = [word for word in front if word.lower().endswith(CONFIGS)]
    data = [word for word in front if word not in configs]
    return [*(f"--config={word}" for word in configs), *(["--data", *data] if data else []), *rest]


def _list(values: Sequence[str]) -> str:
    """Return words as a YAML list; one that is a list or mapping already stays as it was typed."""
    if len(values) == 1 and values[0].startswith("["):
        return values[0]
    return "[" + ", ".join(value if value.startswith("{") else json.dumps(value) for value in values) + "]"
