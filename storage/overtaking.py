"""Calls that need not leave any more: a later one says the same, or the card that calls has not left itself.

After a silence each case calls once, not once for each of its slots.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from slackbot.core.messages import FOLDABLE, Kind, Wanted
from slackbot.core.model import Escalation
from storage.outbox_rows import COLUMNS, UNFINISHED, OutboxRow, OutboxState, row_of
from storage.statements import constant, one_of
from storage.tables.delivery import outbox

OVERTAKEN, CARD_FIRST = "overtaken", "card_first"
"""Why a call was let go; it stands as the error of its row."""

_o = outbox.c
_CALLS = (*sorted(FOLDABLE), Kind.CATCHER, Kind.OWNER_PING)
_IS_PENDING = _o.state == constant(OutboxState.PENDING)
# Two lists, not one of pairs: SQLite finds no index for pairs. A case of another workspace is passed over below.
_WAITING = sa.select(*COLUMNS).where(
    _o.workspace_id.in_(sa.bindparam("workspaces", expanding=True)),
    _o.escalation_id.in_(sa.bindparam("cases", expanding=True)),
    _IS_PENDING,
    one_of(_o.kind, (*_CALLS, Kind.CARD)),
    # Of a call that was sent again after a lost answer a copy may still arrive; it keeps its row until that is known.
    _o.recheck_at.is_(None),
)
_LET_GO = (
    sa.update(outbox)
    .where(_o.id.in_(sa.bindparam("ids", expanding=True)), _IS_PENDING)
    .values(state=OutboxState.OBSOLETE.value, error=sa.bindparam("why", type_=sa.Text))
    .returning(*COLUMNS)
)

_COMING = sa.select(_o.id).where(
    _o.workspace_id == sa.bindparam("workspace"),
    _o.escalation_id == sa.bindparam("case"),
    _o.visit == sa.bindparam("stay"),
    _o.kind == sa.bindparam("sort"),
    one_of(_o.state, UNFINISHED),
)

_Call = tuple[int, str, int, str, str]


def overtake(connection: sa.Connection, wanted: Iterable[tuple[Escalation, Wanted]]) -> list[OutboxRow]:
    """Let go of pending calls that one of `wanted`, pending itself, makes needless or that are so themselves."""
    newest = {_call(case, message): message.ordinal for case, message in wanted if message.kind in _CALLS}
    if not newest:
        return []
    values: dict[str, Any] = {
        "workspaces": sorted({call[0] for call in newest}),
        "cases": sorted({call[1] for call in newest}),
    }
    waiting = [row_of(row) for row in connection.execute(_WAITING, values)]
    cards = {_visit(row) for row in waiting if row.kind is Kind.CARD}
    needless = [row for row in waiting if row.kind in FOLDABLE and _visit(row) in cards]
    earlier = [row for row in waiting if row.ordinal < newest.get(_call_of(row), row.ordinal) and row not in needless]
    return [*_let_go(connection, needless, CARD_FIRST), *_let_go(connection, earlier, OVERTAKEN)]


def is_coming(connection: sa.Connection, visit: tuple[int, str, int], kind: Kind) -> bool:
    """Say whether a message of a kind is on its way in a visit, given as workspace, case and ordinal."""
    workspace_id, escalation_id, ordinal = visit
    values = {"workspace": workspace_id, "case": escalation_id, "stay": ordinal, "sort": kind.value}
    return connection.execute(_COMING, values).first() is not None


def _let_go(connection: sa.Connection, rows: list[OutboxRow], why: str) -> list[OutboxRow]:
    if not rows:
        return []
    values = {"ids": [row.id for row in rows], "why": why}
    return [row_of(row) for row in connection.execute(_LET_GO, values)]


def _visit(row: OutboxRow) -> tuple[int, str, int]:
    return row.workspace_id, row.escalation_id, row.visit


def _call(case: Escalation, message: Wanted) -> _Call:
    return case.workspace_id, case.id, message.visit, _sort(message.kind), message.destination


def _call_of(row: OutboxRow) -> _Call:
    return row.workspace_id, row.escalation_id, row.visit, _sort(row.kind), row.destination


def _sort(kind: Kind) -> str:
    return Kind.PING if kind in FOLDABLE else kind
