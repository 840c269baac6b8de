"""Numbers of files are numbers: pydantic takes ``true`` for 1, a row does not."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

import panj.evidence
import panj.region  # noqa: F401
from panj.basics.reading import Row


def rows(of: type[Row] = Row) -> Iterator[type[Row]]:
    for row in of.__subclasses__():
        yield row
        yield from rows(row)


ROWS = [row for row in rows() if row.__module__.startswith("panj.")]


def inside(value: Any) -> Iterator[Any]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
    yield from [value] if parts is None else [one for part in parts for one in inside(part)]


@pytest.mark.parametrize("row", ROWS, ids=[row.__name__ for row in ROWS])
def test_no_field_takes_truth_for_a_number(row: type[Row]) -> None:
    for name, field in row.model_fields.items():
        kind = TypeAdapter(Annotated[field.annotation, *field.metadata, "as the field has it"])
        for given in (True, [True], [True, False], {"drugs": True}):
            try:
                taken = kind.validate_python(given)
            except ValidationError:
                continue
            assert not any(isinstance(one, float | int) and not isinstance(one, bool) for one in inside(taken)), name
