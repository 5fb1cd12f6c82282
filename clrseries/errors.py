"""The one error that bad input raises."""


class InputError(ValueError):
    """Input that cannot be used; the one-line message names file, object and column, and what to do."""


def located(problem: str, *, source: str = "", object_id: object = None, column: str = "") -> InputError:
    """An :class:`InputError` whose message begins with where the problem is."""
    parts = []
    if source:
        parts.append(source)
    if object_id is not None:
        parts.append(f"object {object_id!r}")
    if column:
        parts.append(f"column {column!r}")
    return InputError(": ".join([", ".join(parts), problem]) if parts else problem)
