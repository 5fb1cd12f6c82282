"""The command line, whose commands call Python functions with the same arguments."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ..errors import InputError, Terminated
from .in_parts import exit_status
from .table import COMMANDS, Command

EXAMPLES = """\
examples:
  clrseries demo --output demo/                          the full demonstration on real stars, five to ten minutes
  clrseries demo --lightcurves --output demo-curves/     the same on variable stars
  clrseries pretrain config.yaml --data spectra.parquet --output run/
  clrseries pretrain --data miles stelib --output run/ --epochs 50 --method vicreg
  clrseries methods                                      list the methods
  clrseries embed run/model spectra.parquet --output embeddings.parquet
  clrseries embed run/model archive/ --output embeddings/      larger than the memory; run it again to continue
  clrseries finetune run/model spectra.parquet --target class --mode lora --output classifier/
  clrseries predict classifier/model new.parquet --output classes.parquet
  clrseries evaluate embeddings.parquet --target class --output report/
  clrseries search embeddings.parquet SN2011fe           nearest neighbors, of an object or of a file
  clrseries augment spectra.parquet --augment config.yaml --output views.html

Data are Parquet files with one row per object and list columns wavelength [Angstrom],
flux, ivar (or error); or the names miles and stelib. Light curves: Parquet with list columns time [day], flux, flux_err
and band, or one row per point, also as CSV; or the name simulated. Folders and globs are taken too.
"""
BAD_INPUT, INTERRUPTED, PIPE_CLOSED, TERMINATED = 2, 130, 141, 143  # exit statuses


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``clrseries``; default those of the process.

    Returns
    -------
    int
        Exit status: 0; 2 after bad input, with one line on standard error; 3 after ``embed`` or ``preprocess`` has written a folder with a
        table of errors; 130 after an interruption (Ctrl-C); or 143 after SIGTERM.

    Examples
    --------
    >>> from clrseries.commands.cli import main
    >>> status = main(["--version"])
    clrseries ...
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        print(overview(), file=sys.stdout if words else sys.stderr)
        return 0 if words else BAD_INPUT
    if words[0] == "--version":
        from .. import __version__

        print(f"clrseries {__version__}")
        return 0
    if words[0] not in COMMANDS:
        print(f"clrseries: there is no command {words[0]!r}; there are {', '.join(COMMANDS)}", file=sys.stderr)
        return BAD_INPUT
    return _run(COMMANDS[words[0]], words[1:])


def overview() -> str:
    """Return the help of the whole command line.

    Returns
    -------
    str
        Usage, commands, options and examples.
    """
    listed = "\n".join(f"  {command.word:10s} {command.summary}" for command in COMMANDS.values())
    return (
        "usage: clrseries COMMAND ...\n\nRepresentations of spectra and light curves by contrastive learning.\n\n"
        f"commands (clrseries COMMAND --help tells more):\n{listed}\n\noptions:\n  --help, --version\n\n{EXAMPLES}"
    )


def function_of(command: Command) -> Any:
    """Return the function of a command.

    Parameters
    ----------
    command : Command
        The command.

    Returns
    -------
    function
        It is imported only now, so that the help is fast.
    """
    return getattr(import_module(f"clrseries.commands.{command.word}"), command.name)


def run() -> None:
    """Run one command, and exit the process with its status."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:  # while modules are imported, before a command begins
        print("clrseries: interrupted", file=sys.stderr)
        status = INTERRUPTED
    except BrokenPipeError:  # what reads the output, such as head, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to complain at the end
        status = PIPE_CLOSED
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while Python ends prints no traceback
    sys.exit(status)


def _terminate(number: int, frame: Any) -> None:
    raise Terminated


def _run(command: Command, words: list[str]) -> int:
    from .parser import arguments_of

    try:
        function = function_of(command)
        result = function(**arguments_of(function, command, words))
    except InputError as error:
        print(f"clrseries {command.word}: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"clrseries {command.word}: {where}{error.strerror or error}".splitlines()[0], file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt as error:
        print(f"clrseries {command.word}: {error if str(error) else 'interrupted'}", file=sys.stderr)
        return INTERRUPTED
    except Terminated as error:
        print(f"clrseries {command.word}: {error.message}", file=sys.stderr)
        return TERMINATED
    if command.prints:
        from ..plain_data import json_text

        print(json_text(result[command.prints]), end="")
    elif command.prints == "":
        print(result)
    return exit_status(result)
