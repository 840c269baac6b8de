import subprocess
import sys
from importlib.util import find_spec

import pytest
import typer
from typer.testing import CliRunner

import panj
from panj.basics.faults import Fault, FaultsError
from panj.cli import COMMANDS, Commands, examples, main

RUN = CliRunner()
THERE = [name for name in COMMANDS if find_spec(f"panj.cli.{name}")]


def test_help_names_every_command_that_is_there():
    shown = RUN.invoke(main, ["--help"])
    assert shown.exit_code == 0
    assert all(f"  {name} " in shown.stdout for name in THERE)
    assert "panj evidence" in shown.stdout


@pytest.mark.parametrize("name", THERE)
def test_every_command_has_help(name):
    shown = RUN.invoke(main, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"panj {name}" in shown.stdout or f"{name} [OPTIONS]" in shown.stdout


@pytest.mark.parametrize("name", ["panj", "evidence"])
def test_help_teaches_by_example(name):
    shown = RUN.invoke(main, ["--help"] if name == "panj" else [name, "--help"]).stdout
    assert examples(name)
    assert all(line.strip() in shown for line in str(examples(name)).replace("\b", "").splitlines())


def test_no_words_bring_the_help():
    assert "Commands:" in RUN.invoke(main, []).output


def test_version_is_printed():
    assert RUN.invoke(main, ["--version"]).stdout == f"panj {panj.__version__}\n"


def test_a_wrong_command_brings_the_nearest():
    refused = RUN.invoke(main, ["evidenc"])
    assert refused.exit_code == 2
    assert "'evidence'" in refused.stderr


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FaultsError([Fault("a.csv", "row 2", "no such thing", "Write another.")]), "Write another."),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), "a.csv: No such file or directory"),
    ],
)
def test_expected_errors_end_in_words_and_not_in_a_traceback(error, text):
    app = typer.Typer(cls=Commands)

    @app.callback(invoke_without_command=True)
    def fail() -> None:
        raise error

    ended = RUN.invoke(app, [])
    assert ended.exit_code == 1
    assert text in ended.stderr
    assert "Traceback" not in ended.output


def test_an_unexpected_error_is_not_hidden():
    app = typer.Typer(cls=Commands)

    @app.callback(invoke_without_command=True)
    def fail() -> None:
        raise ZeroDivisionError

    assert isinstance(RUN.invoke(app, []).exception, ZeroDivisionError)


def test_help_imports_no_heavy_room():
    heavy = ["jax", "numpy", "pandas", "pydantic", "rich", "panj.region", "panj.evidence"]
    program = (
        "import sys; from panj.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
