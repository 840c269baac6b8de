"""The printed parts of the page that describes the model by the ODD protocol (Grimm et al. 2006, 2010, 2020)."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Mapping, Sized
from itertools import groupby

import numpy as np

from panj.ensembles.posterior import Draws, read_posterior
from panj.mechanisms.links import Link, links
from panj.region import Region
from panj.region.conditions import CONDITIONS
from panj.region.counts import counts
from panj.region.flows import Flow, Pair, Parameter
from panj.region.geography import Border, Crossing, Place, Section, State
from panj.region.guards import Agency
from panj.simulation import quantities
from panj.simulation.loops import loops
from panj.simulation.month import MONTH
from panj.simulation.needed import LINKS, PARAMETERS

from . import source
from .links import held_by, laws_of, word_of
from .printing import first, prose, renewed, table
from .tables import parameter

AXES = {
    "M": ("member", "one draw of every parameter and one stream of luck"),
    "S": ("section", "of a border, on land, water or in the air"),
    "2": ("side", "the first and the second state of a border"),
    "K": ("counter", "goods vehicles, travellers"),
    "Q": ("way through a post", "both directions"),
    "B": ("border", "between two states"),
    "G": ("state", "members and neighbours"),
    "H": ("state", "as a home that people leave"),
    "stage": ("stage", "of a delay"),
}
"""Axes of the stocks, by the letters of their annotations."""

Said = Mapping[str, tuple[str, ...]]
"""Claims by link."""


def odd_page(text: str, region: Region) -> str:
    """The page with its printed parts renewed."""
    claims = {row.link: row.claims for row in region.links.values()}
    parts = {
        "targets": _targets(region),
        "theses": [f"- {thesis.title} ({', '.join(thesis.claims)})" for thesis in region.theses.values()],
        "entities": _entities(region),
        "scales": _scales(region),
        "axes": table(("letter", "axis", "what", "length"), _axes(region)),
        "stocks": _stocks(),
        "quantities": _quantities(),
        "month": _month(),
        "society": _society(),
        "loops": _loops(),
        "begin": [f"- `{room.name}`: {first(vars(room.module)['begin'])}" for room in source.rooms()],
        "files": _files(region),
        "flows": _flows(region),
        "conditions": _conditions(region),
        "rules": _tally("rules by lever", (rule.lever for rule in region.rules.values())),
        "events": _tally("events by kind", (event.kind for event in region.events.values())),
        "mechanisms": _mechanisms(region, claims),
        "passage": _carried(("passage",), claims),
        "record": _carried(("initial condition", "rule", "event"), claims),
        "uncut": _uncut(),
        "parameters": _parameters(region),
    }
    return renewed(text, "odd.md", parts)


def _targets(region: Region) -> list[str]:
    uses = ("fit", "validation", "input")
    tally: Counter[tuple[str, str]] = Counter((target.variable, target.use) for target in region.targets.values())
    variables = dict.fromkeys(target.variable for target in region.targets.values())
    rows = [(f"`{name}`", *(tally[name, use] for use in uses)) for name in variables]
    sums = [sum(tally[name, use] for name in variables) for use in uses]
    return table(("recorded variable", *uses), [*rows, ("all", *sums)])


def _entities(region: Region) -> list[str]:
    kinds: dict[type, Sized] = {
        State: region.states,
        Border: region.borders,
        Section: region.sections,
        Crossing: region.crossings,
        Place: region.places,
        Agency: region.agencies,
        Flow: region.flows,
        Pair: [pair for flow in region.flows.values() for pair in flow.pair],
    }
    return table(
        ("entity", "number", "what"), [(kind.__name__.lower(), len(rows), first(kind)) for kind, rows in kinds.items()]
    )


def _scales(region: Region) -> list[str]:
    length = sum(border.length_km or 0 for border in region.borders.values())
    return [
        f"- Time: months from {region.start} to {region.end}; what is known ends with {region.history_until}.",
        f"- Space: {len(region.states)} states and {length:,.0f} km of borders between them, by section and crossing.",
        f"- Compared: {' to '.join(map(str, region.before))} and {' to '.join(map(str, region.after))},"
        f" before and after {region.pivot.name}.",
    ]


def _axes(region: Region) -> Iterable[tuple[object, ...]]:
    posts = sum(crossing.kind == "post" for crossing in region.crossings.values())
    lengths = {"S": len(region.sections), "2": 2, "K": 2, "Q": 2 * posts, "B": len(region.borders)}
    lengths |= dict.fromkeys("GH", len(region.states))
    return ((f"`{letter}`", *words, lengths.get(letter, "")) for letter, words in AXES.items())


def _stocks() -> list[str]:
    rows = [(f"`{row.owner}.{row.name}`", f"`{row.axes}`", row.unit, row.meaning) for row in source.state_variables()]
    return table(("stock", "axes", "unit", "meaning"), rows)


def _quantities() -> list[str]:
    rows = [
        (f"`{row.name}`", row.kind, row.unit, ", ".join(row.axes), row.knowledge, row.meaning) for row in quantities()
    ]
    return table(("quantity", "kind", "unit", "axes", "knowledge", "meaning"), rows)


def _month() -> list[str]:
    rows = [
        (number, f"*{step.__name__}*", first(step), _ids(source.called_by(step)))
        for number, step in enumerate(MONTH, start=1)
    ]
    return table(("", "step", "what", "calls"), rows)


def _society() -> list[str]:
    rows = []
    for number, room in enumerate(source.rooms(), start=1):
        stocks = ", ".join(f"`{name}`" for name in inspect.get_annotations(room.stocks))
        called = _ids(source.called_by(vars(room.module)["step"]))
        rows.append((number, f"`{room.name}`", first(room.module), stocks, called))
    return table(("", "group", "what", "its stocks", "calls"), rows)


def _ids(mechanisms: Iterable[str]) -> str:
    return ", ".join(f"`{id}`" for id in mechanisms)


def _loops() -> list[str]:
    rows = [
        (loop.loop, loop.name, loop.kind, ", ".join(loop.cut), f"`{loop.quantity}`" if loop.quantity else "", loop.note)
        for loop in loops()
    ]
    return table(("loop", "name", "kind", "opened by cutting", "seen in", "what is missing"), rows)


def _files(region: Region) -> list[str]:
    rows = [(tally.kind, tally.number, tally.backed, tally.assumed) for tally in counts(region)]
    return table(("what", "entries", "with claims", "without"), rows)


def _flows(region: Region) -> list[str]:
    rows = [
        (f"`{flow.id}`", flow.title, flow.purpose, flow.unit, flow.traveller, len(flow.pair), len(flow.route))
        for flow in region.flows.values()
    ]
    return table(("flow", "what", "purpose", "unit", "travels as", "pairs", "named routes"), rows)


def _conditions(region: Region) -> list[str]:
    dated = Counter(row.quantity for row in region.conditions)
    backed = Counter(row.quantity for row in region.conditions if row.claims)
    rows = [
        (f"`{name}`", kind.meaning, kind.unit, kind.axis, kind.course, f"{kind.default:g}", dated[name], backed[name])
        for name, kind in CONDITIONS.items()
    ]
    return table(("condition", "what", "unit", "by", "course", "where not given", "rows", "with claims"), rows)


def _tally(title: str, words: Iterable[str]) -> list[str]:
    return [f"{title.capitalize()}: {', '.join(f'{word} {n}' for word, n in Counter(words).most_common())}."]


def _mechanisms(region: Region, claims: Said) -> list[str]:
    carried: dict[str, list[Link]] = {}
    for row in links():
        if row.kind == "mechanism":
            carried.setdefault(row.where, []).append(row)
    page = []
    for file, functions in groupby(source.mechanisms(), key=lambda one: one.file):
        module = inspect.getmodule((ours := list(functions))[0].function)
        page += ["", f"### {file.replace('_', ' ').capitalize()}", ""]
        page += [*prose(inspect.getdoc(module) or ""), f"Tests: `tests/{laws_of(file)}`."]
        for one in ours:
            page += ["", f"#### `{one.id}`", "", *_mechanism(one, region, carried.get(one.id, ()), claims)]
    return page[1:]


def _mechanism(one: source.Mechanism, region: Region, carried: Iterable[Link], claims: Said) -> list[str]:
    stocks = {row.name for row in source.state_variables()}
    drawn = [name for name in one.arguments if name in region.parameters and name not in stocks]
    causes = [name for name in one.arguments if name not in drawn]
    lines = prose(inspect.getdoc(one.function) or "", without=("Args:", "Returns:", "Raises:", "Link:", "Links:"))
    lines += [f"- from outside: {', '.join(f'`{name}`' for name in causes)}"] if causes else []
    lines += [f"- parameters: {', '.join(f'`{name}`' for name in drawn)}"] if drawn else []
    lines += [f"- {_linked(row, claims)}" for row in carried]
    where = ", ".join(f"`simulation/{name}.py`" for name in one.callers)
    return [*lines, f"- called by {where or ('others of its file' if one.called else 'nothing')}"]


def _linked(row: Link, claims: Said) -> str:
    word = word_of(row, claims)
    return f"{row.id}, sign {row.sign}: {row.cause} (`{row.argument}`) -> {row.effect}" + (f"; {word}" if word else "")


def _carried(kinds: tuple[str, ...], claims: Said) -> list[str]:
    titles = ("link", "cause", "effect", "sign", "carried by", "paper or claims", "test")
    rows = [
        (
            row.id,
            row.cause,
            row.effect,
            row.sign,
            f"`{row.where}` ({row.argument})",
            word_of(row, claims),
            f"`tests/{held_by(row)}`",
        )
        for row in links()
        if row.kind in kinds
    ]
    return table(titles, rows)


def _uncut() -> list[str]:
    fixed = dict.fromkeys(row.link for row in links() if row.link not in LINKS)
    return [f"Of the links and parts of loops in the list, these cannot be cut: {', '.join(fixed)}."]


def _parameters(region: Region) -> list[str]:
    posterior = read_posterior(region)
    said = posterior.said(region) if posterior else "No posterior ships with the region: runs draw from these priors"
    titles = ["parameter", "meaning", "prior: low, central, high", "unit", "distribution", "origin", "taken by"]
    titles += ["posterior: 5 %, median, 95 %"] if posterior else []
    assumed = sum(not row.claims for row in region.parameters.values())
    idle = [f"`{name}`" for name in region.parameters if not _wanted(name, region)]
    page = [f"{said}. {assumed} of {len(region.parameters)} rest on no claim; the others on those that are named."]
    page += ["", f"The month asks for none of these, so they move nothing: {', '.join(idle)}."] if idle else []
    for group in dict.fromkeys(row.group for row in region.parameters.values()):
        rows = [row for row in region.parameters.values() if row.group == group]
        page += ["", f"### Parameters: {group}", ""]
        page += table(titles, [_parameter(row, region, posterior.draws if posterior else None) for row in rows])
    return page


def _wanted(name: str, region: Region) -> bool:
    """Whether the month asks for a parameter."""
    return name in PARAMETERS or source.formed(name) or bool(_multiplied(name, region))


def _multiplied(name: str, region: Region) -> list[str]:
    """Flows whose volumes a parameter multiplies."""
    return [flow.id for flow in region.flows.values() if name in {pair.factor for pair in flow.pair}]


def _parameter(row: Parameter, region: Region, draws: Draws | None) -> tuple[str, ...]:
    volumes = [f"volumes of {flow}" for flow in _multiplied(row.id, region)]
    cells = (*parameter(row), ", ".join([f"`{user}`" for user in source.users(row.id)] + volumes))
    if draws is None:
        return cells
    return (*cells, ", ".join(f"{value:,.4g}" for value in np.quantile(draws[row.id], (0.05, 0.5, 0.95))))
