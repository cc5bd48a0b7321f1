"""The statements of reports, built once for each shape of a question: building them takes longer than most answers.

Two questions of one shape share the text; workspace, instants, names and windows are filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from slackbot.core.summary import Dimension, Part, Window
from slackbot.core.summary_request import Scope, ScopeKind
from storage.columns import EPOCH
from storage.report_statements import LEFT_OUT, Sought

_KEPT = 256
"""Shapes differ by what is asked of, by what parts it, and by whether outages, and how many working days, lie in it."""

Build = Callable[..., sa.Select[Any]]


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: ScopeKind
    left_out: bool
    hours: int
    part: Dimension | None


def asked(connection: sa.Connection, build: Build, sought: Sought, *given: Any) -> sa.CursorResult[Any]:
    """Ask what `build(sought, *given)` selects; what else is given says which statement it is, so it can be hashed."""
    part = None if sought.part is None else sought.part.dimension
    shape = _Shape(sought.scope.kind, bool(sought.left_out), len(sought.hours), part)
    return connection.execute(_built(build, shape, given), _values(sought))


@lru_cache(maxsize=_KEPT)
def _built(build: Build, shape: _Shape, given: tuple[Any, ...]) -> sa.Select[Any]:
    return build(_blank(shape), *given)


def _blank(shape: _Shape) -> Sought:
    """Give a question with places to fill in where its values would stand."""
    start, end, workspace = _number("start"), _number("end"), _number("workspace")
    value: Any = sa.bindparam("value", type_=sa.Text)
    hours = [Window(_number(f"hours_{n}_from"), _number(f"hours_{n}_to")) for n in range(shape.hours)]
    left_out = [Window(start, end)] if shape.left_out else []  # they come as a list: whether there are any says it all
    name: Any = sa.bindparam("part", type_=sa.Text)
    part = None if shape.part is None else Part(shape.part, name)
    return Sought(workspace, start, end, Scope(shape.kind, value), left_out, hours, part)


def _number(name: str) -> Any:
    return sa.bindparam(name, type_=sa.BigInteger)


def _values(sought: Sought) -> dict[str, Any]:
    found: dict[str, Any] = {"workspace": sought.workspace_id, "value": sought.scope.value}
    found["part"] = None if sought.part is None else sought.part.name
    found |= {"start": _micro(sought.start), "end": _micro(sought.end)}
    found[LEFT_OUT] = [(_micro(each.start), _micro(each.end)) for each in sought.left_out]
    for n, each in enumerate(sought.hours):
        found |= {f"hours_{n}_from": _micro(each.start), f"hours_{n}_to": _micro(each.end)}
    return found


def _micro(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
