"""The command ``methods``: list the contrastive methods."""

from __future__ import annotations

NEEDS = {
    "none": "",
    "class": " (--label CLASSES)",
    "value": " (--label NUMBERS)",
    "partner": " (--partner DATA)",
}


def show_methods() -> list[dict[str, str]]:
    """Print a list of the contrastive methods, with their papers, their settings and the data that they need.

    Returns
    -------
    list of dict
        For each method ``name``, ``summary``, ``paper``, ``label`` (``"none"``, ``"class"``, ``"value"`` or ``"partner"``) and
        ``settings``.

    Examples
    --------
    >>> from clrseries import show_methods
    >>> rows = show_methods()  # doctest: +ELLIPSIS
    pairwise ...
    >>> rows[2]["name"]
    'simclr'
    """
    from ..methods import method_table

    rows = method_table()
    for row in rows:
        print(f"{row['name']:17s}{row['summary']}{NEEDS[row['label']]}")
        print(f"{'':17s}{row['paper']}; {row['settings']}")
    return rows
