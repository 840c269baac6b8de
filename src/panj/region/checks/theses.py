"""Checks of theses: scenarios, labels and dates exist. What they say of quantities is checked in `quantities`."""

from __future__ import annotations

from collections.abc import Iterator

from panj.basics.dates import first_day, last_day
from panj.basics.faults import Fault, nearest
from panj.mechanisms.links import links as all_links
from panj.region.checks.references import labels, refer
from panj.region.draft import Draft
from panj.region.theses import Thesis, Trial


def theses(draft: Draft) -> Iterator[Fault]:
    """Theses compare scenarios that exist, at labels that exist, in months of the clock; their links are known."""
    known = {link.link for link in all_links()}
    for thesis in draft.theses:
        for link in thesis.links:
            if link not in known:
                yield thesis.fault(
                    f"links {link!r} is not a link of the model",
                    nearest(link, known) or "Write L01 to L91, or R1 and the like.",
                )
        for number, trial in enumerate(thesis.trial, start=1):
            yield from _trial(draft, thesis, trial, f"trial[{number}] ")


def _trial(draft: Draft, thesis: Thesis, trial: Trial, prefix: str) -> Iterator[Fault]:
    named = [name for name in (trial.a, trial.b) if name != "history"]
    yield from refer(thesis, f"{prefix}scenario", named, draft.scenarios)
    if trial.a == trial.b:
        yield thesis.fault(f"{prefix}compares {trial.a} with itself", "Write two scenarios in a and b.")
    yield from labels(draft, thesis, prefix, trial.at)
    if draft.head:
        start, end = first_day(draft.head.start), last_day(draft.head.end)
        for date in (trial.from_, trial.to):
            if date and not start <= first_day(date) <= end:
                fault = f"{prefix}{date} is outside the clock"
                yield thesis.fault(fault, f"Write a date from {draft.head.start} to {draft.head.end}.")
        if trial.from_ and trial.to and first_day(trial.from_) > last_day(trial.to):
            yield thesis.fault(f"{prefix}from {trial.from_} is after to {trial.to}", "Write from <= to.")
