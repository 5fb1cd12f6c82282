"""The table of the commands, for the parser, the help and the tests.

``clrseries WORD`` calls a function of ``clrseries.commands.WORD`` with the same arguments. The function has the name of the
word, unless a subpackage has this name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command of the command line.

    Parameters
    ----------
    word : str
        Name of the command, and of its module in ``clrseries.commands``.
    summary : str
        One line for the help.
    positional : tuple of str
        Arguments that are given without their names, in order.
    prints : str or None
        Key of the result of the function that is printed; ``""`` for the whole result, None if the function prints by itself.
    function : str
        Name of the function, if it is not `word`.
    """

    word: str
    summary: str
    positional: tuple[str, ...] = ()
    prints: str | None = ""
    function: str = ""

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.function or self.word


COMMANDS = {
    command.word: command
    for command in (
        Command("pretrain", "learn a representation from data without labels"),
        Command("embed", "turn every object into an embedding", ("model", "data")),
        Command("preprocess", "bring an archive onto one grid, part by part", ("config", "data")),
        Command("evaluate", "report what embeddings know and what they forgot, with a map to click on", ("embeddings",), "verdict"),
        Command("search", "find the nearest neighbors of an object among embeddings", ("index", "query")),
        Command("finetune", "train a classifier or regressor on a trained encoder", ("model", "data"), "test"),
        Command("predict", "predict with a fine-tuned model for every object", ("model", "data")),
        Command("forget", "take what embeddings tell of a column, such as the instrument, out of a model", ("model", "data")),
        Command("export", "write a model as ONNX, checked against the original", ("model", "output")),
        Command("tune", "search for the arguments of pretrain that suit some data", ("data",), "arguments"),
        Command("methods", "list the contrastive methods, with their papers and settings", (), None, "show_methods"),
        Command("augment", "draw some objects and several views of each, to see whether an augmentation is sensible", ("data",), "", "show_views"),
        Command("features", "find periods and features of light curves, and write them as columns", ("data",)),
        Command("benchmark", "run tasks on public data: ours beside what one would use instead, as a page and JSON", ("tasks",), None),
        Command("demo", "pretrain, embed, evaluate and report on two libraries of real stars, or on variable stars", (), None),
    )
}  # fmt: skip
