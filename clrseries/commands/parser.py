"""The parser of one command, built from the signature and the docstring of its function."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from inspect import Parameter, signature
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from jsonargparse import ArgumentError, ArgumentParser, DefaultHelpFormatter, set_loader

from ..argument_types import choices
from ..errors import InputError
from ..names import find_name
from ..plain_data import load_yaml
from .table import Command
from .words import completed

# the parser knows a loader of YAML by a name, and takes this error for text that is no YAML
set_loader("clrseries", load_yaml, exceptions=(InputError,))


class _AnyAttribute(type):
    """Metaclass of a class that has every attribute, so that ``nn.Module`` can be evaluated although ``nn`` is not imported."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return cls


class _PythonOnly(metaclass=_AnyAttribute):
    """Placeholder for types that have no form on a command line, such as ``Series``; they are removed from unions."""

    def __class_getitem__(cls, item: Any) -> Any:
        return cls


# types of arguments on a command line, by the names that annotations use
WRITTEN: dict[str, Any] = {
    "Path": str,
    "Data": list[str] | str,
    "Augmentation": str | list[Any] | dict[str, Any],
    "Any": Any,
}


class _Names(dict[str, Any]):
    """Names for the evaluation of the annotations of a module; names that are not imported are ``_PythonOnly``."""

    def __init__(self, module: Any) -> None:
        super().__init__(vars(builtins) | vars(module) | WRITTEN)

    def __missing__(self, name: str) -> Any:
        return _PythonOnly


class _Help(DefaultHelpFormatter):
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text


def arguments_of(function: Any, command: Command, words: Sequence[str]) -> dict[str, Any]:
    """Parse the words of a command line.

    ``--help`` ends the process with status 0. YAML among the words is read by :func:`clrseries.plain_data.load_yaml`.

    Parameters
    ----------
    function : function
        Function of the command.
    command : Command
        The command.
    words : sequence of str
        The words after that of the command.

    Returns
    -------
    dict
        Arguments of the function, by name.

    Raises
    ------
    InputError
        A word is wrong or missing.
    """
    types = written_types(function)
    parser = build_parser(function, command, types)
    configurable = command.word == "pretrain"
    lists = {f"--{name}" for name, hint in types.items() if name not in command.positional and _is_list(hint)}
    typed = _as_meant(completed(words, _switches(types), lists, configurable=configurable), _choices(types))
    try:
        given: dict[str, Any] = parser.parse_args(typed).as_dict()
    except (ArgumentError, TypeError, ValueError, OSError, RecursionError) as error:
        raise InputError(_in_one_line(error)) from error
    if given.get("trust_code") and not any(word.startswith("--trust_code") for word in typed):
        raise InputError(
            "trust_code: is your consent, which a file of arguments cannot give: write --trust-code yourself"
        )
    return {name: value for name, value in given.items() if not (configurable and name == "config")}


def build_parser(function: Any, command: Command, types: Mapping[str, Any]) -> ArgumentParser:
    """Build the parser of one command.

    Parameters
    ----------
    function : function
        Function of the command.
    command : Command
        The command.
    types : mapping of str to type
        From :func:`written_types`.

    Returns
    -------
    jsonargparse.ArgumentParser
    """
    from docstring_parser import DocstringStyle, parse

    documented = parse(function.__doc__ or "", style=DocstringStyle.NUMPYDOC)
    told = {name.strip(): one.description or "" for one in documented.params for name in one.arg_name.split(",")}
    parser = ArgumentParser(
        prog=f"clrseries {command.word}",
        description=documented.short_description,
        formatter_class=_Help,
        exit_on_error=False,
        parser_mode="clrseries",
    )
    if command.word == "pretrain":
        parser.add_argument(
            "--config",
            action="config",
            help="YAML file with any of the arguments below; 'pretrain FILE.yaml' is short for it",
        )
    for name, parameter in signature(function).parameters.items():
        options: dict[str, Any] = {"type": types[name], "help": _plain(told[name]) + _fields(name, types[name])}
        if name in command.positional:
            if _is_list(types[name]):
                options |= {"type": str, "nargs": "+"}
            parser.add_argument(name, **options)
        elif parameter.default is Parameter.empty:
            parser.add_argument(f"--{name}", required=True, **options)
        else:
            parser.add_argument(f"--{name}", default=parameter.default, **options)
    return parser


def written_types(function: Any) -> dict[str, Any]:
    """Return the types that the arguments of a function have on a command line.

    Parameters
    ----------
    function : function
        Function whose annotations are strings (``from __future__ import annotations``).

    Returns
    -------
    dict of str to type
        By the names of the arguments; members of unions that have no form on a command line, such as ``Series``, are left out.
    """
    names = _Names(sys.modules[function.__module__])
    annotations = {name: parameter.annotation for name, parameter in signature(function).parameters.items()}
    return {name: _written(eval(annotation, {}, names)) for name, annotation in annotations.items()}


def _written(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kept = [one for one in get_args(hint) if not _in_python_only(one)]
    return Union[tuple(dict.fromkeys(kept))]  # noqa: UP007 - of members that are not known before


def _in_python_only(hint: Any) -> bool:
    return hint is _PythonOnly or any(_in_python_only(one) for one in get_args(hint))


def _plain(text: str) -> str:
    """Return the text of a docstring without markup, in the form that argparse expects."""
    plain = re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("`", "")
    return " ".join(plain.split()).replace("%", "%%")


def _fields(name: str, hint: Any) -> str:
    """Return a sentence with the options for the single fields of a group of settings."""
    groups = [one for one in get_args(hint) if is_dataclass(one)]
    return "".join(
        f" Or one by one: {', '.join(f'--{name}.{field.name}' for field in fields(group))}." for group in groups
    )


def _switches(types: Mapping[str, Any]) -> set[str]:
    """Return the options that may stand without a value, as ``--overwrite`` and ``--run.compile``."""
    found = {f"--{name}" for name, hint in types.items() if hint is bool}
    for name, hint in types.items():
        for one in (hint, *get_args(hint)):
            if is_dataclass(one):
                found |= {f"--{name}.{field.name}" for field in fields(one) if field.type in ("bool", bool)}
    return found


def _choices(types: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the names that each option allows, for options that allow only some."""
    found = {f"--{name}": choices(hint) for name, hint in types.items()}
    for name, hint in types.items():
        for one in (hint, *get_args(hint)):
            if is_dataclass(one):
                hints = get_type_hints(one)
                found |= {f"--{name}.{field.name}": choices(hints[field.name]) for field in fields(one)}
    return {name: names for name, names in found.items() if names}


def _as_meant(words: list[str], names: Mapping[str, list[str]]) -> list[str]:
    """Write the names of choices in their usual form, as ``--mode lora`` for ``--mode LoRA``."""
    meant = list(words)
    for place, word in enumerate(words):
        option, given, value = word.partition("=")
        if given and option in names:
            meant[place] = f"{option}={find_name(value, names[option]) or value}"
        elif place and words[place - 1] in names:
            meant[place] = find_name(word, names[words[place - 1]]) or word
    return meant


def _in_one_line(error: BaseException) -> str:
    """Return the message of an error of the parser as one line of moderate length."""
    text = re.sub(r'^Parser key "([^"]*)":', r"\1:", " ".join(str(error).split()) or type(error).__name__)
    for written, plain in (
        ("<class 'int'>", "whole number"),
        ("<class 'float'>", "number"),
        ("<class 'bool'>", "true or false"),
    ):
        text = text.replace(written, plain)
    text = re.sub(r"Expected a typing\.Literal\[([^]]*)\]", r"expected one of \1", text)
    return text if len(text) < 600 else f"{text[:600]} ..."


def _is_list(hint: Any) -> bool:
    """Return whether an argument is one or more words, each of them text or a mapping."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    grouped = any(is_dataclass(one) for one in members)
    return not grouped and any(get_origin(one) in (list, Sequence) and get_args(one) != (Any,) for one in members)
