"""Plain data as text: YAML in which numbers are what a person means by them, and JSON that every program reads.

YAML is read by the rules of version 1.2 (https://yaml.org/spec/1.2.2, section 10.3): ``1e-3`` is a number, and ``on``, ``no`` and
``y`` are text. Further kept as text is what a number would lose: ``007``, ``1_000``, ``12:30``, ``0x1F`` and dates.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Mapping, Set
from functools import cache
from typing import Any, ClassVar

from .errors import InputError

WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
REAL = re.compile(
    r"(?:[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
RESOLVED = (  # tag, what is written so, and the first characters of it
    ("null", re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    ("int", WHOLE, list("-+0123456789")),
    ("float", REAL, list("-+0123456789.")),
    ("merge", re.compile(r"<<$"), ["<"]),
)
MOST = 1_000_000  # values in a document, counted as often as they are referred to


def load_yaml(text: str | bytes) -> Any:
    """Read plain data from YAML.

    Parameters
    ----------
    text : str or bytes
        One document; bytes are in UTF-8, or in UTF-16 with its mark.

    Returns
    -------
    object
        A mapping, a list or a single value; None for an empty document.

    Raises
    ------
    InputError
        The text is not YAML, names a key twice in a mapping, or refers to itself.

    References
    ----------
    YAML 1.2.2, https://yaml.org/spec/1.2.2.

    Examples
    --------
    >>> from clrseries.plain_data import load_yaml
    >>> load_yaml("{rate: 1e-3, band: NO, id: 007, night: 2024-01-31}")
    {'rate': 0.001, 'band': 'NO', 'id': '007', 'night': '2024-01-31'}
    """
    import yaml

    try:
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check_size(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except InputError:
        raise
    except yaml.reader.ReaderError as error:
        fault = f"holds the character {error.character!r}" if error.encoding == "unicode" else "is not UTF-8"
        raise InputError(f"{fault} at position {error.position}: save it as text in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InputError(f"{where}{_one_line(error.problem or error.context or 'not YAML')}") from error
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise InputError(_one_line(error)) from error
    except RecursionError as error:
        raise InputError("its lists and mappings are nested too deeply") from error


def dump_yaml(data: Any) -> str:
    """Write plain data as YAML, so that :func:`load_yaml` and other readers find the same values.

    Parameters
    ----------
    data : object
        Mappings, lists, text, numbers, booleans and None.

    Returns
    -------
    str

    Raises
    ------
    InputError
        Something is not plain data.

    Examples
    --------
    >>> from clrseries.plain_data import dump_yaml
    >>> print(dump_yaml({"column": "1e5", "rate": 1e-05}), end="")
    column: '1e5'
    rate: 1.0e-05
    """
    import yaml

    try:
        return yaml.dump(data, Dumper=_dumper(), sort_keys=False, width=120)
    except yaml.YAMLError as error:
        raise InputError(f"must be plain data, as in a YAML file ({_one_line(error)})") from error


def json_text(data: Any) -> str:
    """Write plain data as strict JSON, in which NaN and infinities are null.

    Parameters
    ----------
    data : object
        Mappings, lists, tuples, sets, text, numbers, booleans and None; NumPy's numbers and arrays count as numbers and lists, and
        anything else is written as its text.

    Returns
    -------
    str
        Indented, with a line break at the end.

    References
    ----------
    RFC 8259, section 6, which knows no NaN and no infinity.

    Examples
    --------
    >>> from clrseries.plain_data import json_text
    >>> print(json_text({"rank": 3.5, "probe": float("nan")}), end="")
    {
      "rank": 3.5,
      "probe": null
    }
    """
    return json.dumps(strict(data), indent=2, allow_nan=False) + "\n"


def strict(data: Any) -> Any:
    """Return data as JSON can hold them: plain types, and None for numbers that are not finite.

    Parameters
    ----------
    data : object
        As for :func:`json_text`.

    Returns
    -------
    object
    """
    if hasattr(data, "tolist"):  # numbers and arrays of NumPy and torch
        data = data.tolist()
    if isinstance(data, float):
        return float(data) if math.isfinite(data) else None
    if data is None or isinstance(data, bool | int):
        return data
    if isinstance(data, Mapping):
        return {str(key): strict(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [strict(value) for value in data]
    if isinstance(data, Set):
        return sorted(map(strict, data), key=str)
    return str(data).encode("utf-8", "replace").decode("utf-8")


@cache
def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Loader with the scalars of YAML 1.2, which refuses a key that is written twice."""

        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
            written = set()
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                    if (key.tag, key.value) in written:
                        raise yaml.constructor.ConstructorError(
                            None, None, f"{key.value!r} is written twice", key.start_mark
                        )
                    written.add((key.tag, key.value))
            return super().construct_mapping(node, deep=deep)

    for tag, pattern, first in RESOLVED:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", pattern, first)
    return Loader


@cache
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Dumper that also quotes text which only YAML 1.2 takes for a number, and repeats instead of referring."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_implicit_resolver("tag:yaml.org,2002:float", REAL, list("-+0123456789."))
    return Dumper


def _check_size(node: Any) -> None:
    """Refuse documents that contain themselves, or that grow without bound where references are followed."""
    sizes: dict[int, int] = {}

    def size(one: Any) -> int:
        if id(one) in sizes:
            if not sizes[id(one)]:
                raise InputError(f"line {one.start_mark.line + 1}: it contains itself")
            return sizes[id(one)]
        if isinstance(one.value, str):
            return 1
        sizes[id(one)] = 0  # being counted
        parts = [part for entry in one.value for part in (entry if isinstance(entry, tuple) else (entry,))]
        sizes[id(one)] = 1 + sum(map(size, parts))
        return sizes[id(one)]

    if size(node) > MOST:
        raise InputError(f"it holds more than {MOST} values")


def _one_line(error: Any) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
