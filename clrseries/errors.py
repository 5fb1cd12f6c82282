"""The error that input raises which cannot be used, and the import of optional packages."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class InputError(ValueError):
    """Error for input that cannot be used.

    The message is one line. It names the file, object, column or argument, says what is wrong, and often what to do.

    Examples
    --------
    >>> from clrseries import Grid, InputError
    >>> try:
    ...     Grid.linear(5000, 4000, 1.0)
    ... except InputError as error:
    ...     print(error)
    a grid needs 0 < start < stop in Angstrom, got start=5000, stop=4000
    """


class NoUsableNumber(InputError):
    """Error for a column that holds no number, for any object, that a step can use.

    Parameters
    ----------
    message : str
        As for :class:`InputError`.
    column : str
        Name of the column.
    step : str
        Name of the step that reads it.
    """

    def __init__(self, message: str, column: str = "", step: str = "") -> None:
        super().__init__(message)
        self.column, self.step = column, step

    @property
    def reason(self) -> str:
        """Why an object without such a number cannot be used."""
        return f"column {self.column!r}: no usable number, which {self.step} needs"


class Terminated(SystemExit):
    """End of a process that was asked to end (SIGTERM), with the exit status 143.

    Parameters
    ----------
    message : str
        What to do to continue.
    """

    def __init__(self, message: str = "terminated") -> None:
        super().__init__(143)
        self.message = message


def located(problem: str, *, source: str = "", object_id: object = None, column: str = "") -> InputError:
    """Return an :class:`InputError` whose message begins with the place of the problem.

    Parameters
    ----------
    problem : str
        What is wrong and what to do.
    source : str
        File or table.
    object_id : object, optional
        Name of the object.
    column : str
        Name of the column.

    Returns
    -------
    InputError
        The error, to be raised by the caller.

    Examples
    --------
    >>> print(located("is missing", source="stars.csv", column="flux"))
    stars.csv, column 'flux': is missing
    """
    parts = []
    if source:
        parts.append(source)
    if object_id is not None:
        parts.append(f"object {object_id!r}")
    if column:
        parts.append(f"column {column!r}")
    return InputError(": ".join([", ".join(parts), problem]) if parts else problem)


def require(package: str, *, extra: str, purpose: str) -> Any:
    """Import an optional package.

    Parameters
    ----------
    package : str
        Name of the module to import, for instance ``"optuna"``.
    extra : str
        Optional dependency group of clrseries that installs it.
    purpose : str
        What it is needed for; the error message begins with it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    InputError
        The package, or one that it needs, is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        missing = (error.name or package).partition(".")[0]
        raise InputError(
            f"{purpose} needs {missing}, which is not installed: pip install 'clrseries[{extra}]'"
        ) from error
