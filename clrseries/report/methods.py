"""``methods``: what there is to choose from."""

from __future__ import annotations

NEEDS = {
    "none": "",
    "class": " (--label CLASSES)",
    "value": " (--label NUMBERS)",
    "partner": " (--partner DATA)",
}


def show_methods() -> list[dict[str, str]]:
    """Print every contrastive method with one line, its paper, its settings and what it needs.

    Returns
    -------
    list of dict
        ``name``, ``summary``, ``paper``, ``label`` (``"none"``, ``"class"``, ``"value"`` or ``"partner"``), ``settings``.
    """
    from ..methods import method_table

    rows = method_table()
    for row in rows:
        print(f"{row['name']:17s}{row['summary']}{NEEDS[row['label']]}")
        print(f"{'':17s}{row['paper']}; {row['settings']}")
    return rows
