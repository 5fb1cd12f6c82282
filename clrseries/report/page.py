"""One self-contained HTML page: figures, tables, the command and the versions that made it."""

from __future__ import annotations

import csv
import html
import io
import math
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from ..files import replacing

PACKAGES = ("clrseries", "numpy", "numba", "torch", "lightning", "pyarrow", "scikit-learn", "astropy", "umap-learn")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1060px; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
code, pre { background: #f4f4f4; padding: .1rem .3rem; overflow-x: auto; }
pre { padding: .8rem; } .note { color: #555; }
"""


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that matter, as installed.

    Returns
    -------
    dict
    """
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def html_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as an HTML table.

    Parameters
    ----------
    rows : sequence of mappings
        All with the same keys, which become the headings.

    Returns
    -------
    str
    """
    if not rows:
        return ""
    head = "".join(f"<th>{html.escape(str(key))}</th>" for key in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{_cell(v)}</td>" for v in row.values()) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV.

    Parameters
    ----------
    rows : sequence of mappings
        All with the same keys, which become the header; None is empty.

    Returns
    -------
    str
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_page(
    output: str | Path,
    title: str,
    parts: Sequence[tuple[str, Any]],
    *,
    command: str,
    files: Mapping[str, str] | None = None,
    lead: str = "",
) -> Path:
    """Write a page as ``index.html`` in a folder, all or nothing.

    Parameters
    ----------
    output : path
        The folder; it is replaced if it exists.
    title : str
        Title of the page.
    parts : sequence of (str, str or plotly figure)
        Headings, and what stands under each: HTML or a figure.
    command : str
        What to type to make this page again.
    files : mapping of str to str, optional
        Names and texts of other files in the folder.
    lead : str
        HTML put under the title.

    Returns
    -------
    Path
        The path of ``index.html``.
    """
    with replacing(output) as part:
        part.mkdir()
        (part / "index.html").write_text(_page(title, parts, command, lead), encoding="utf-8")
        for name, text in (files or {}).items():
            (part / name).write_text(text, encoding="utf-8")
    return Path(output) / "index.html"


def write_file(
    output: str | Path, title: str, parts: Sequence[tuple[str, Any]], *, command: str, lead: str = ""
) -> Path:
    """Write a page into one file, all or nothing.

    Parameters
    ----------
    output : path
        The file; it is replaced if it exists.
    title : str
        Title of the page.
    parts : sequence of (str, str or plotly figure)
        As for :func:`write_page`.
    command : str
        What to type to make this page again.
    lead : str
        HTML put under the title.

    Returns
    -------
    Path
        `output`.
    """
    with replacing(output) as part:
        part.write_text(_page(title, parts, command, lead), encoding="utf-8")
    return Path(output)


def _page(title: str, parts: Sequence[tuple[str, Any]], command: str, lead: str) -> str:
    sections, script = [], True
    for heading, content in parts:
        if hasattr(content, "to_html"):
            # plotly's own script travels inside the page once, so that it opens without a network
            content = content.to_html(full_html=False, include_plotlyjs=script, config={"displaylogo": False})
            script = False
        sections.append(f"<section><h2>{html.escape(heading)}</h2>{content}</section>")
    listed = ", ".join(f"{name} {version}" for name, version in versions().items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{html.escape(title)}</h1>{lead}{''.join(sections)}"
        f"<section><h2>How this page was made</h2><pre>{html.escape(command)}</pre>"
        f'<p class="note">{html.escape(listed)}</p></section></body></html>\n'
    )


def _cell(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "&ndash;"
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) and abs(value) >= 1.5 else f"{value:.3g}"
    return html.escape(str(value))
