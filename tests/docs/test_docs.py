"""Documentation is held to the code: printed pages, commands, examples and links."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
from tools.reference import pages, source, write
from tools.reference.links import held_by
from tools.reference.model import model_page
from tools.reference.odd import AXES
from tools.reference.printing import prose, renewed
from tools.reference.proofs import KINDS, MODEL, proofs

from panj.cli import COMMANDS
from panj.mechanisms.links import links
from panj.region import open_region
from panj.region.conditions import CONDITIONS
from panj.region.flows import Flow
from panj.region.regimes import Scenario
from panj.simulation import quantities
from panj.simulation.month import MONTH, Stocks
from panj.simulation.needed import PARAMETERS
from panj.simulation.society.society import ORDER, Society

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", text(name), flags=re.MULTILINE))


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize(
    "name",
    [
        "reference/quantities.md",
        "reference/parameters.md",
        "reference/evidence.md",
        "reference/checks.md",
        "reference/links.md",
        "model.md",
        "model-card.md",
        "odd.md",
        "trace.md",
    ],
)
def test_printed_page_says_what_the_tables_say(name: str, printed: dict[str, str]) -> None:
    assert text(f"docs/{name}") == printed[name], f"docs/{name} is out of date. Type: make docs"


def test_pages_are_written_where_they_are_wanted(tmp_path: Path, printed: dict[str, str]) -> None:
    write(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.md")} == set(printed)


def test_lost_mark_in_the_model_page_is_named() -> None:
    with pytest.raises(ValueError, match="printed: month"):
        model_page("A page without marks.")


def test_part_that_nothing_prints_is_named() -> None:
    with pytest.raises(ValueError, match="nothing prints: months"):
        renewed("<!-- printed: months -->\n<!-- end -->", "page.md", {})


def test_docstring_becomes_paragraphs() -> None:
    said = prose(
        "One\nand ``two``.\n\n    code()\n\nArgs:\n    x: Any.\n\nHolds. Links: L01.", without=("Args:", "Links:")
    )
    assert said == ["One and `two`.", "", "```text", "    code()", "```", "", "Holds.", ""]


def test_mechanisms_that_nothing_calls_are_named(printed: dict[str, str]) -> None:
    part = printed["model.md"].split("<!-- printed: unwired -->")[1].split("<!-- end -->")[0]
    assert "`stationary_wait`" in part
    assert "`militants_next`" not in part
    assert "`erlang_c`" not in part


def test_every_quantity_is_explained() -> None:
    missing = {quantity.name for quantity in quantities()} - headings("docs/reference/quantities.md")
    assert not missing, f"Explain in quantities.csv and type make docs: {sorted(missing)}"


def test_every_parameter_is_explained() -> None:
    page = text("docs/reference/parameters.md")
    missing = {name for name in open_region("central-asia").parameters if f"| `{name}` |" not in page}
    assert not missing, f"Type make docs: {sorted(missing)}"


def odd(part: str) -> str:
    """What ODD prints under one of its marks."""
    return text("docs/odd.md").split(f"<!-- printed: {part} -->")[1].split("<!-- end -->")[0]


@pytest.mark.parametrize("stock", source.state_variables(), ids=lambda stock: f"{stock.owner}.{stock.name}")
def test_every_stock_is_described_in_odd(stock: source.StateVariable) -> None:
    assert set(stock.axes.split()) <= set(AXES), "Say in tools/reference/odd.py what its axes are"
    assert stock.unit
    assert stock.meaning, f"Say under Attributes of the class what {stock.name} is"
    assert f"| `{stock.owner}.{stock.name}` | `{stock.axes}` | {stock.unit} | {stock.meaning} |" in odd("stocks")


def test_stocks_in_odd_are_those_that_a_month_hands_on() -> None:
    fields = {f"stocks.{name}" for name in Stocks.__annotations__} - {"stocks.society", "stocks.usual"}
    fields |= {f"{room}.{name}" for room, of in get_type_hints(Society).items() for name in of.__annotations__}
    assert {f"{stock.owner}.{stock.name}" for stock in source.state_variables()} == fields


def test_every_step_of_a_month_is_in_odd() -> None:
    assert re.findall(r"^\| \d+ \| \*(\w+)\* \|", odd("month"), re.MULTILINE) == [step.__name__ for step in MONTH]
    assert re.findall(r"^\| \d+ \| `(\w+)` \|", odd("society"), re.MULTILINE) == list(ORDER)


def test_every_parameter_is_in_odd() -> None:
    named = re.findall(r"^\| `(\w+)` \|", odd("parameters"), re.MULTILINE)
    assert sorted(named) == sorted(open_region("central-asia").parameters)


def test_parameters_that_the_month_asks_for_are_not_told_to_move_nothing() -> None:
    idle = {
        name for line in re.findall(r"move nothing: (.*)", odd("parameters")) for name in re.findall(r"`(\w+)`", line)
    }
    assert not idle & set(PARAMETERS)
    assert "terrain_hill" not in idle, "The month puts that name together"
    assert "opiates_volume" not in idle, "It multiplies volumes of the files"


def test_every_process_is_in_odd_with_what_carries_it() -> None:
    heads = re.findall(r"^#### `(\S+)`$", odd("mechanisms"), re.MULTILINE)
    assert heads == [one.id for one in source.mechanisms()]
    assert {link.where for link in links() if link.kind == "mechanism"} <= set(heads)


def test_every_link_is_in_odd_once() -> None:
    told = re.findall(r"^- ([LRB]\d+[a-z]?), sign", odd("mechanisms"), re.MULTILINE)
    told += re.findall(r"^\| ([LRB]\d+[a-z]?) \|", odd("passage") + odd("record"), re.MULTILINE)
    assert sorted(told) == sorted(link.id for link in links())
    assert {f"L{number:02}" for number in range(1, 92)} <= {re.sub(r"[a-z]$", "", id) for id in told}


def test_the_schedule_in_odd_names_what_is_called() -> None:
    assert "integrity.integrity_next" in source.called_by(importlib.import_module(f"{source.SOCIETY}.services").step)
    assert "regime.epidemic_closure" in source.called_by(MONTH[0])


def test_every_test_has_a_kind_and_those_of_the_model_are_told() -> None:
    page = text("docs/trace.md")
    assert {proof.kind for proof in proofs()} <= set(KINDS)
    assert not [proof.told for proof in proofs() if proof.room in MODEL and f"- {proof.told}" not in page]


def test_every_target_is_told_on_the_page_on_testing() -> None:
    page, region = text("docs/trace.md"), open_region("central-asia")
    for use in ("fit", "validation", "input"):
        rows = page.split(f"<!-- printed: {use} -->")[1].split("<!-- end -->")[0].strip().splitlines()[2:]
        assert len(rows) == sum(target.use == use for target in region.targets.values())


def test_tests_named_in_the_page_on_links_exist() -> None:
    missing = {name for name in map(held_by, links()) if not (ROOT / "tests" / name).exists()}
    assert not missing, sorted(missing)


def test_every_link_is_told_with_its_claims() -> None:
    page = text("docs/reference/links.md")
    told = {
        f"L{number:02}" for number in range(1, 92) if re.search(rf"^\| L{number:02}a? \|.*S\d\d\d", page, re.MULTILINE)
    }
    assert len(told) == 91


def test_parameters_named_in_the_model_page_exist() -> None:
    written = re.sub(r"<!-- printed.*?<!-- end -->", "", text("docs/model.md"), flags=re.DOTALL)
    named = set(re.findall(r"\b[a-z]{2,}(?:_[a-z]{2,})+\b", written))
    known = set(open_region("central-asia").parameters) | set(CONDITIONS)
    unknown = named - known - set(Flow.model_fields) - set(Scenario.model_fields)
    assert not unknown, f"Neither parameters nor conditions nor columns of flows or scenarios: {sorted(unknown)}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_dead_links(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    dead = [link for link in links if not (path.parent / link).exists()]
    assert not dead, f"{path.name}: {dead}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_targets_of_make_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"^    (?:[A-Z]+=\S+ )?make ([a-z]+)", text(name), flags=re.MULTILINE))
    assert named
    assert named <= targets


def test_commands_in_the_readme_exist() -> None:
    named = set(re.findall(r"(?:\$ |^  *)panj ([a-z]+)", text("README.md"), flags=re.MULTILINE))
    assert named >= {"evidence", "show", "check", "run", "new"}
    assert named <= set(COMMANDS)


def test_each_paragraph_that_is_cited_exists() -> None:
    numbers = {heading.split()[0] for heading in headings("docs/conventions.md") if heading.startswith("§")}
    cited = {mark for path in PAGES for mark in re.findall(r"§\d+", path.read_text(encoding="utf-8"))}
    assert cited <= numbers, f"Not in docs/conventions.md: {sorted(cited - numbers)}"


def test_examples_in_the_readme_run() -> None:
    examples = re.findall(r"```python\n(.*?)```", text("README.md"), flags=re.DOTALL)
    assert len(examples) == 2
    done = subprocess.run([sys.executable, "-c", "\n".join(examples)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("96% delimited; open: ")
