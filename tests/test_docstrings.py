"""Every public function, class and method is documented as numpydoc validates it, and every example runs.

python -m tests.test_docstrings clrseries.encoders      # lists what is wrong in one room
"""

import doctest
import importlib
import inspect
import sys
from pathlib import Path

import pytest
from numpydoc.validate import validate

import clrseries

# Not asked for: text on the line after the quotes, an extended summary, "See Also", a text for every return value, and an example or
# a description of every parameter (asked of the top level and of the steps only, below).
NOT_ASKED = {"GL01", "ES01", "SA01", "EX01", "RT03", "YD01", "SS06", "PR07"}
FIRST_READ = [name for name in clrseries.__all__ if callable(getattr(clrseries, name))]  # what a person calls


def modules(room="clrseries"):
    """Return the names of the modules of a room; those of the kernels hold compiled functions and are left out."""
    folder = Path(clrseries.__file__).parent
    files = [path.relative_to(folder.parent).with_suffix("") for path in sorted(folder.rglob("*.py"))]
    names = [".".join(path.parts).removesuffix(".__init__") for path in files if path.name != "__main__"]
    return [name for name in names if f"{name}.".startswith(f"{room}.")]


def public_names(module_name):
    """Yield the full names of public functions, classes, methods and properties that a module defines."""
    module = importlib.import_module(module_name)
    for name, item in vars(module).items():
        if (
            name.startswith("_")
            or getattr(item, "__module__", "") != module_name
            or getattr(item, "_is_protocol", False)
        ):
            continue
        if inspect.isfunction(item):
            yield f"{module_name}.{name}"
        elif inspect.isclass(item):
            yield f"{module_name}.{name}"
            yield from (f"{module_name}.{name}.{method}" for method in own_methods(item))


def own_methods(kind):
    """Yield names of methods that this class is the first of ours to define."""
    ours = [base for base in kind.__mro__[1:] if base.__module__.startswith("clrseries")]
    for name, item in vars(kind).items():
        plain = item.__func__ if isinstance(item, classmethod | staticmethod) else item
        documented = inspect.isfunction(plain) or isinstance(plain, property)
        if documented and not name.startswith("_") and not any(name in vars(base) for base in ours):
            yield name


def problems(name):
    return [f"{code} {text}" for code, text in validate(name)["errors"] if code not in NOT_ASKED]


@pytest.mark.parametrize("module", modules())
def test_numpydoc_finds_nothing_wrong(module):
    found = {name: problems(name) for name in public_names(module)}
    assert not {name: what for name, what in found.items() if what}


@pytest.mark.parametrize("name", FIRST_READ)
def test_what_a_person_calls_has_every_argument_described_and_an_example(name):
    item = getattr(clrseries, name)
    if isinstance(item, type) and issubclass(item, Exception):
        return
    full = f"{item.__module__}.{item.__qualname__}"
    assert not [code for code, _ in validate(full)["errors"] if code in ("PR07", "EX01")]


@pytest.mark.parametrize("room", ["spectra", "lightcurves"])
def test_every_step_describes_every_argument_and_has_an_example(room):
    from clrseries.kernels import streams

    for name in streams.SPECTRA if room == "spectra" else streams.LIGHT_CURVES:
        item = getattr(getattr(clrseries, room), name)
        wrong = [
            code for code, _ in validate(f"{item.__module__}.{name}")["errors"] if code in ("PR07", "EX01", "PR01")
        ]
        assert not wrong, name
        assert "probability" in item.__doc__ or name in ("Resample", "Pack"), name


TRAIN = [pytest.param(name, marks=pytest.mark.slow) for name in modules("clrseries.commands")]


@pytest.mark.parametrize("module", [*(name for name in modules() if ".commands" not in name), *TRAIN])
def test_examples_run(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(importlib.import_module(module), optionflags=flags).failed == 0


if __name__ == "__main__":
    for module in modules(sys.argv[1]):
        for name in public_names(module):
            for problem in problems(name):
                print(f"{name}: {problem}")
