"""The command `panj`: words in, words out.

Each command is a function of its own name in a file of its own name, and thin: it calls the room that does the work.
Its file is imported when the command is called, so `panj --help` is quick; heavy rooms are imported inside commands.
The examples of its help stand in `words.toml`.
"""

from __future__ import annotations

import gc
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from panj import __version__
from panj.basics.faults import PanjError

if TYPE_CHECKING:
    from typer._click.core import Command, Context

COMMANDS = {
    "evidence": "Ask what is known, and who says so.",
    "show": "Show a border, a state, a post, a programme or an agency on a day.",
    "check": "Check a region; name every fault at once.",
    "new": "Start a region of your own.",
    "run": "Run a region's history with many members, and write a report.",
    "compare": "Compare two runs, or two scenarios, member by member.",
    "theses": "Put what sources conclude to the test, scenario by scenario.",
    "loops": "Cut every feedback loop in turn; say what it adds.",
    "sensitivity": "Say which parameters move the answers, and which facts would narrow them.",
    "report": "Write the report of a run again.",
    "fit": "Fit parameters to the published numbers.",
    "score": "Say of every published number whether a run meets it.",
    "card": "Say on one page what the model is for, how good it is and where it fails.",
}
"""What each command is for, in one line. A command is offered once its file ``panj/cli/<name>.py`` is there."""

SELDOM = 100_000
"""Objects that are made before someone looks for garbage: tables and texts make many that stay, and little garbage."""

_WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))

DEFAULT_REGION: str = _WORDS["region"]
"""The region that a command opens if none is named."""


def examples(command: str) -> str | None:
    """The examples that close the help of a command, kept line by line; ``None`` if there are none."""
    text = _WORDS["examples"].get(command)
    return text and "\n\n".join(f"\b\n{part}" for part in text.strip().split("\n\n"))


class Later(TyperCommand):
    """A command that is known by name and purpose, and imported when it is called."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """Import the command and let it read its own words."""
        return _load(str(self.name)).make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """The commands of `panj`. Faults and missing files end in their own words on stderr and exit code 1."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name, purpose in COMMANDS.items():
            if find_spec(f"{__name__}.{name}"):
                self.add_command(Later(name, short_help=purpose))

    def invoke(self, ctx: Context) -> Any:
        """Call the command."""
        gc.set_threshold(SELDOM)
        try:
            return super().invoke(ctx)
        except PanjError as error:
            _fail(str(error))
        except (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
            _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def _load(name: str) -> Command:
    """Import the command of a name."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, epilog=examples(name))(getattr(import_module(f"{__name__}.{name}"), name))
    return typer.main.get_command(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"panj {__version__}")
        raise typer.Exit


main = typer.Typer(
    cls=Commands,
    name="panj",
    help="Panj: an open laboratory for border policy. What is known, what would have been, what to do.",
    epilog=examples("panj"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@main.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of `panj` itself."""
