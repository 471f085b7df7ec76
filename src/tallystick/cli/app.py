"""The command line as a whole: which commands there are, the options they share, and what becomes of errors."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.commands import register
from tallystick.cli.refusal import Refusal, sentence_about

# They may stand before or after the command, as people type them.
SHARED_OPTIONS = ("--home", "--company")

app = typer.Typer(
    name="tally",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Couples a finance system with Dynamics 365 Sales and keeps both halves matching.",
    epilog="--home and --company may stand before or after the command.",
)


@app.callback()
def shared(
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="DIR", help="Where this installation keeps all it has (or set TALLY_HOME)."),
    ] = None,
    company: Annotated[
        str | None,
        typer.Option(
            "--company", metavar="NAME", help="Which company, by its name or short name, where there are several."
        ),
    ] = None,
) -> None:
    # Through the environment, because the processes that a command starts are to use the same home.
    if home is not None:
        os.environ["TALLY_HOME"] = str(home.expanduser().resolve())
    if company is not None:
        os.environ["TALLY_COMPANY"] = company


register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process: 0 for done, 1 for done with failures, 2 for what could not be asked."""
    try:
        app(args=shared_options_first(sys.argv[1:] if arguments is None else arguments), prog_name="tally")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sentence = sentence_about(error)
        if sentence is None:
            raise
        print(f"tally: {sentence}", file=sys.stderr)  # noqa: T201 - this is the terminal's face
        sys.exit(error.status if isinstance(error, Refusal) else 2)


def shared_options_first(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the options that all commands share moved to the front; what follows `--` stays."""
    shared_ones: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest.extend((word, *words))
        elif word in SHARED_OPTIONS:
            shared_ones.extend((word, *(next_word for next_word in [next(words, None)] if next_word is not None)))
        elif word.startswith(tuple(f"{option}=" for option in SHARED_OPTIONS)):
            shared_ones.append(word)
        else:
            rest.append(word)
    return shared_ones + rest
