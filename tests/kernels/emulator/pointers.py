"""Typed pointers (``float*``) become untyped ones (``ptr``), the only ones that LLVM reads since version 17."""

import re

QUOTED = re.compile(r'"[^"]*"')
# a scalar type, or an array or structure that was set aside, and the stars behind it
POINTER = re.compile(r"(?:\b(?:i\d+|float|double|ptr)|<\d+>)\s*\*+")
AGGREGATE = re.compile(r"\[[^\[\]{}*]*\]|\{[^\[\]{}*]*\}")


def untyped(text):
    """Return IR in which every pointer is a ``ptr``.

    Parameters
    ----------
    text : str
        IR as Numba writes it: without vectors, named types and pointers to functions.

    Returns
    -------
    str
    """
    names: list[str] = []
    text = QUOTED.sub(lambda found: _keep(names, found.group(), '"{}"'), text)
    text = "\n".join(_line(line) if "*" in line else line for line in text.split("\n"))
    return re.sub(r'"(\d+)"', lambda found: names[int(found.group(1))], text)


def _line(line):
    """Replace the pointers of one line, from the innermost array or structure outwards."""
    aside: list[str] = []
    before = None
    while before != line:
        before = line
        line = AGGREGATE.sub(lambda found: _keep(aside, found.group(), "<{}>"), POINTER.sub("ptr", line))
    while "<" in line:
        line = re.sub(r"<(\d+)>", lambda found: aside[int(found.group(1))], line)
    return line


def _keep(kept, text, pattern):
    kept.append(text)
    return pattern.format(len(kept) - 1)
