"""The command line: every command is a Python function of the same arguments, and but for ``augment`` of the same name."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from . import __version__
from .errors import InputError

EPILOG = """
examples:
  clrseries demo --output demo/                          the whole story on real stars, five to ten minutes
  clrseries demo --lightcurves --output demo-curves/     the same on variable stars
  clrseries pretrain config.yaml --data spectra.parquet --output run/
  clrseries pretrain --data miles stelib --output run/ --epochs 50 --method vicreg
  clrseries methods                                      what else there is
  clrseries embed run/model spectra.parquet --output embeddings.parquet
  clrseries finetune run/model spectra.parquet --target class --mode lora --output classifier/
  clrseries predict classifier/model new.parquet --output classes.parquet
  clrseries evaluate embeddings.parquet --target class --output report/
  clrseries augment spectra.parquet --config config.yaml --output views.html

Data are Parquet files with one row per object and list columns wavelength [Angstrom],
flux, ivar (or error); or the names miles and stelib. Light curves: Parquet with list columns time [day], flux, flux_err
and band, or one row per point, also as CSV; or the name simulated.
"""
SUMMARIES = {
    "pretrain": "learn a representation from data without labels",
    "methods": "list the contrastive methods, with their papers and settings",
    "tune": "search for the arguments of pretrain that suit some data",
    "finetune": "teach a trained encoder to answer a question, from labelled objects",
    "predict": "ask a fine-tuned model about every object",
    "export": "write a model as ONNX, checked against the original",
    "embed": "turn every object into an embedding",
    "evaluate": "probe a column with linear models and nearest neighbours",
    "augment": "draw some objects and several views of each, to see whether an augmentation is sensible",
    "demo": "pretrain, embed, evaluate and report on two libraries of real stars, or on variable stars",
}
FUNCTIONS = {"augment": "show_views", "methods": "show_methods"}  # where a module has the command's name
SWITCHES = ("--overwrite", "--resume", "--progress", "--lightcurves", "--compile", "--stream", "--profile", "--balance")


def build_parser() -> Any:
    """The argument parser, made from the signatures and docstrings of the functions."""
    from jsonargparse import ArgumentParser, DefaultHelpFormatter

    from .embedding import embed
    from .onnx import export
    from .prediction import predict
    from .report.demo import demo
    from .report.evaluate import evaluate
    from .report.methods import show_methods
    from .report.views import show_views
    from .training.finetune import finetune
    from .training.pretrain import pretrain
    from .training.tune import tune

    class Help(DefaultHelpFormatter):
        def _fill_text(self, text: str, width: int, indent: str) -> str:
            return text

    parser = ArgumentParser(
        prog="clrseries",
        description="Representations of spectra and light curves by contrastive learning.",
        epilog=EPILOG,
        formatter_class=Help,
        version=f"clrseries {__version__}",
    )
    commands = parser.add_subcommands(dest="command", required=True)
    positional = {
        "embed": ("model", "input"), "evaluate": ("embeddings",), "augment": ("input",), "tune": ("data",),
        "finetune": ("model", "data"), "predict": ("model", "input"), "export": ("model", "output"),
    }  # fmt: skip
    functions: dict[str, Any] = {
        "pretrain": pretrain,
        "methods": show_methods,
        "tune": tune,
        "finetune": finetune,
        "predict": predict,
        "export": export,
        "embed": embed,
        "evaluate": evaluate,
        "augment": show_views,
        "demo": demo,
    }
    for name, function in functions.items():
        sub = ArgumentParser(description=SUMMARIES[name] + ".", formatter_class=Help)
        if name == "pretrain":
            sub.add_argument(
                "--config",
                action="config",
                help="YAML file with any of the arguments below; 'pretrain FILE' is short for it",
            )
            sub.add_argument("--data", type=str, nargs="+", required=True, help="Parquet files, or miles, stelib")
            sub.add_function_arguments(function, skip={"data"})
        else:
            for argument in positional.get(name, ()):
                sub.add_argument(argument, type=str)
            sub.add_function_arguments(function, skip=set(positional.get(name, ())))
        commands.add_subcommand(name, sub, help=SUMMARIES[name])
    return parser


def _bare_flag(words: Sequence[str], i: int) -> bool:
    """Whether word `i` is a switch given without a value, as people write it: ``--overwrite``."""
    following = words[i + 1] if i + 1 < len(words) else "--"
    return words[i] in SWITCHES and following not in ("true", "false")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input ends in one line on standard error and exit status 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["pretrain"] and len(words) > 1 and not words[1].startswith("-"):
        words.insert(1, "--config")
    parsed = build_parser().parse_args([f"{w}=true" if _bare_flag(words, i) else w for i, w in enumerate(words)])
    command = parsed.command
    given = {k: v for k, v in parsed[command].as_dict().items() if (command, k) != ("pretrain", "config")}
    import clrseries

    try:
        result = getattr(clrseries, FUNCTIONS.get(command, command))(**given)
    except InputError as error:
        print(f"clrseries {command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"clrseries {command}: interrupted", file=sys.stderr)
        return 130
    if command in ("evaluate", "finetune", "tune"):
        shown = {"evaluate": "scores", "finetune": "test", "tune": "arguments"}[command]
        print(json.dumps(result[shown], indent=2))
    elif command not in ("demo", "methods"):  # which print for themselves
        print(result)
    return 0


def run() -> None:
    """Entry point of the ``clrseries`` command."""
    sys.exit(main())
