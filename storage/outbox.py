"""The outbox: messages are stored with the decision that wants them, sent later, settled by whoever holds the token."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from slackbot.core.messages import LEVEL_TRIGGERED, Kind, Wanted
from slackbot.core.model import Escalation
from storage.claiming import Claim, claim
from storage.departures import next_departure
from storage.looking import expire, next_look, recheck_at, take_back, take_rechecks, take_unknown
from storage.outbox_rows import COLUMNS, OutboxRow, OutboxState, copy_name, row_of, wanted_row
from storage.overtaking import is_coming, overtake
from storage.pace import DEFAULT_PACE, Pace
from storage.prepared import Prepared
from storage.repository import Repository
from storage.statements import constant, insert_or_nothing, one_of, upsert
from storage.tables.delivery import outbox

_c = outbox.c
_MOMENT = _c.not_before.type
_ONCE = ("workspace_id", "escalation_id", "visit", "kind", "ordinal", "destination")
_IN_HAND = one_of(_c.state, (OutboxState.PENDING, OutboxState.LEASED))


def _unless_in_hand(value: Any, kept: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.case((_IN_HAND, kept), else_=value)


_POST = Prepared(insert_or_nothing(outbox, _ONCE))
_EDIT = Prepared(
    upsert(
        outbox,
        _ONCE,
        lambda new: {
            "wanted_version": new.wanted_version,
            "severity_rank": new.severity_rank,
            "state": sa.case((_c.state == constant(OutboxState.LEASED), _c.state), else_=constant(OutboxState.PENDING)),
            "not_before": _unless_in_hand(new.not_before, _c.not_before),
            "attempt": _unless_in_hand(0, _c.attempt),
            "looks": _unless_in_hand(0, _c.looks),
        },
    )
)

_HELD = (_c.id == sa.bindparam("row"), _c.token == sa.bindparam("held"), _c.state == constant(OutboxState.LEASED))
_LET_GO = sa.update(outbox).where(*_HELD)
_NOW = sa.bindparam("now", type_=_MOMENT)
_THEN = sa.bindparam("then", type_=_MOMENT)
_WHY = sa.bindparam("why", type_=sa.Text)
_IS_BEHIND = _c.wanted_version > sa.bindparam("shown", type_=sa.Integer)
_SENT = _LET_GO.values(state=OutboxState.SENT.value, lease_until=None, sent_at=_NOW, error=None)
_EDITED = _LET_GO.values(
    state=sa.case((_IS_BEHIND, constant(OutboxState.PENDING)), else_=constant(OutboxState.SENT)),
    not_before=sa.case((_IS_BEHIND, _NOW), else_=_c.not_before),
    attempt=sa.case((_IS_BEHIND, 0), else_=_c.attempt),
    lease_until=None,
    sent_at=_NOW,
    error=None,
)
_RETRY = _LET_GO.values(
    state=OutboxState.PENDING.value,
    lease_until=None,
    not_before=_THEN,
    attempt=_c.attempt - sa.bindparam("forgiven", type_=sa.Integer),
    error=_WHY,
)
_UNKNOWN = _LET_GO.values(state=OutboxState.UNKNOWN.value, lease_until=None, not_before=_THEN, error=_WHY)
_FINISH = _LET_GO.values(state=sa.bindparam("outcome"), lease_until=None, error=_WHY)
_other = outbox.alias("other")
_REDIRECT = _LET_GO.where(
    ~sa.exists().where(
        *(_other.c[name] == _c[name] for name in _ONCE if name != "destination"),
        _other.c.destination == sa.bindparam("place"),
    )
).values(
    state=OutboxState.PENDING.value,
    lease_until=None,
    not_before=_NOW,
    destination=sa.bindparam("place"),
    attempt=0,
    error=_WHY,
)

_IS_UNKNOWN = _c.state == constant(OutboxState.UNKNOWN)
_IS_SENT_AFTER_ALL = sa.bindparam("outcome") == constant(OutboxState.SENT)
_RESOLVE = (
    sa.update(outbox)
    .where(
        _c.id == sa.bindparam("row"),
        _IS_UNKNOWN,
        _c.token == sa.func.coalesce(sa.bindparam("seen", type_=sa.Integer), _c.token),
        ~sa.func.coalesce(_c.taken_back, "").contains(sa.bindparam("copy", type_=sa.Text)),
    )
    .values(
        state=sa.bindparam("outcome"),
        looks=_c.looks + 1,
        not_before=sa.func.coalesce(_THEN, _c.not_before),
        recheck_at=sa.func.coalesce(sa.bindparam("recheck", type_=_c.recheck_at.type), _c.recheck_at),
        sent_at=sa.case((_IS_SENT_AFTER_ALL, _c.attempt_started_at), else_=_c.sent_at),
        error=sa.func.coalesce(_WHY, _c.error),
    )
)
_NO_COPY = "-"
_RECHECKED = sa.update(outbox).where(_c.id == sa.bindparam("row")).values(recheck_at=None)
_COUNTS = sa.select(_c.state, sa.func.count()).group_by(_c.state)
_LOUD = sa.union_all(
    sa.select(*COLUMNS).where(_c.state == constant(OutboxState.DEAD)),
    sa.select(*COLUMNS).where(_IS_UNKNOWN),
)
_IS_DEAD = _c.state == constant(OutboxState.DEAD)
# What is dead forgets which cures were tried; what is unknown is only looked for sooner, lest it be seen twice.
_REARM = (
    sa.update(outbox)
    .where(_c.id == sa.bindparam("row"), sa.or_(_IS_DEAD, _IS_UNKNOWN))
    .values(
        state=sa.case((_IS_DEAD, constant(OutboxState.PENDING)), else_=_c.state),
        attempt=sa.case((_IS_DEAD, 0), else_=_c.attempt),
        error=sa.case((_IS_DEAD, sa.null()), else_=_c.error),
        not_before=_NOW,
        looks=0,
    )
)
_GET = sa.select(*COLUMNS).where(_c.id == sa.bindparam("row"))

_ENDS = frozenset({OutboxState.OBSOLETE, OutboxState.DIVERTED, OutboxState.DEAD})
_RESOLUTIONS = _ENDS | {OutboxState.SENT, OutboxState.PENDING, OutboxState.UNKNOWN}


class Outbox(Repository):
    """Messages on their way, of all workspaces."""

    __slots__ = ()

    def enqueue(self, escalation: Escalation, wanted: Iterable[tuple[Wanted, str]], now: datetime) -> None:
        """Store what a decision wants said, each with its opaque random key for the reconciler.

        What was wanted before is not wanted twice. An edit that was wanted before is wanted anew, for this version; it
        keeps its first key.
        """
        self.enqueue_many([(escalation, wanted)], now)

    def enqueue_many(self, decided: Iterable[tuple[Escalation, Iterable[tuple[Wanted, str]]]], now: datetime) -> None:
        """Store what several decisions want said, in one statement for posts and one for edits."""
        posts: list[dict[str, Any]] = []
        edits: list[dict[str, Any]] = []
        for escalation, wanted in decided:
            for message, key in wanted:
                rows = edits if message.kind in LEVEL_TRIGGERED else posts
                rows.append(wanted_row(escalation, message, key, now))
        if posts:
            _POST.change(self._connection, posts)
        if edits:
            _EDIT.change(self._connection, edits)

    def overtake(self, wanted: Iterable[tuple[Escalation, Wanted]]) -> list[OutboxRow]:
        """Let go of calls that have not left when a later one of `wanted` says the same; says which they were."""
        return overtake(self._connection, wanted)

    def get(self, row_id: int) -> OutboxRow | None:
        """Read one row."""
        row = self._connection.execute(_GET, {"row": row_id}).first()
        return None if row is None else row_of(row)

    def is_coming(self, workspace_id: int, escalation_id: str, visit: int, kind: Kind) -> bool:
        """Say whether a message of a kind is on its way in a visit."""
        return is_coming(self._connection, (workspace_id, escalation_id, visit), kind)

    def claim(self, now: datetime, *, lease: timedelta, limit: int, pace: Pace = DEFAULT_PACE) -> Claim:
        """Take at most `limit` messages to send until `now + lease`, the most urgent first.

        Among equally urgent ones channels take turns. A message leaves when it is the first unfinished one of its
        case's stream, its lanes are open and its guard holds in the very statement that leases it; at most one post a
        channel. Calls whose guard fails become obsolete and are handed back for the history; edits of a post that will
        never come become obsolete too.
        """
        return claim(self._connection, now, lease, limit, pace)

    def settle_sent(self, row_id: int, token: int, now: datetime) -> bool:
        """Note that a post is visible; False if the row is no longer held with this token."""
        return self._changed(_SENT, {"row": row_id, "held": token, "now": now})

    def settle_edit(self, row_id: int, token: int, shown_version: int, now: datetime) -> bool:
        """Note which version an edit has shown; a newer one wanted meanwhile makes it pending again."""
        return self._changed(_EDITED, {"row": row_id, "held": token, "shown": shown_version, "now": now})

    def retry(
        self, row_id: int, token: int, not_before: datetime, error: str, *, count: bool, forgiven: int = 0
    ) -> bool:
        """Try again later what was certainly not sent; `count` False forgives the attempt (a rate limit).

        `forgiven` says how many attempts before it are forgiven too.
        """
        attempts = forgiven if count else forgiven + 1
        values = {"row": row_id, "held": token, "then": not_before, "why": error, "forgiven": attempts}
        return self._changed(_RETRY, values)

    def unknown(self, row_id: int, token: int, look_at: datetime, error: str) -> bool:
        """Leave it to the reconciler at `look_at`: nobody knows whether it was sent."""
        return self._changed(_UNKNOWN, {"row": row_id, "held": token, "then": look_at, "why": error})

    def finish(self, row_id: int, token: int, state: str, error: str | None) -> bool:
        """End it without having sent it: obsolete, diverted or dead; dead needs an error.

        Raises:
            ValueError: `state` is none of these.
        """
        if state not in _ENDS:
            raise ValueError(f"{state} is no way to end a message; use one of {sorted(_ENDS)}")
        return self._changed(_FINISH, {"row": row_id, "held": token, "outcome": str(state), "why": error})

    def redirect(self, row_id: int, token: int, destination: str, now: datetime, error: str) -> bool:
        """Send it elsewhere at once; False also if the same message is wanted there already."""
        values = {"row": row_id, "held": token, "place": destination, "now": now, "why": error}
        return self._changed(_REDIRECT, values)

    def expire_leases(self, now: datetime, *, quiet: timedelta) -> list[OutboxRow]:
        """Make what was not settled in time unknown, to be looked for after a quiet period; say which."""
        return expire(self._connection, now, now + quiet)

    def unknown_due(self, now: datetime, limit: int) -> list[OutboxRow]:
        """Take the unknown rows whose quiet period is over, to be looked for; nobody else gets them for a while.

        Rows that are not resolved by then are due again.
        """
        return take_unknown(self._connection, now, limit)

    def resolve_unknown(
        self,
        row_id: int,
        state: str,
        not_before: datetime | None = None,
        recheck_at: datetime | None = None,
        *,
        token: int | None = None,
        error: str | None = None,
        copy: tuple[str, str] | None = None,
    ) -> bool:
        """Note the outcome of a look: sent, pending (send again), unknown (look again), or an end; counts the look.

        What is sent again is looked for once more at `recheck_at`, so that a surplus copy can be deleted. With a
        `token`, nothing changes where the row was sent again since, nor with a `copy` (channel and ts) where its sender
        takes that one back. An `error` takes the place of the row's.

        Raises:
            ValueError: `state` is none of these.
        """
        if state not in _RESOLUTIONS:
            raise ValueError(f"{state} resolves nothing; use one of {sorted(_RESOLUTIONS)}")
        values = {"row": row_id, "outcome": str(state), "then": not_before, "recheck": recheck_at}
        values |= {"seen": token, "why": error, "copy": copy_name(*copy) if copy else _NO_COPY}
        return self._changed(_RESOLVE, values)

    def recheck_due(self, now: datetime, limit: int) -> list[OutboxRow]:
        """Take the rows that were sent again after a lost answer, to be looked for once more; as `unknown_due` does."""
        return take_rechecks(self._connection, now, limit)

    def look_once_more(self, row_id: int, at: datetime) -> None:
        """Look for a surplus copy at an instant, whoever holds the row or has settled it."""
        recheck_at(self._connection, row_id, at)

    def take_back(self, row_id: int, channel: str, ts: str, recheck: datetime) -> None:
        """Note a copy that its sender is about to delete, and look for it at `recheck`, whoever has settled the row."""
        take_back(self._connection, row_id, copy_name(channel, ts), recheck)

    def rechecked(self, row_id: int) -> bool:
        """Note that there is no surplus copy (any more)."""
        return self._changed(_RECHECKED, {"row": row_id})

    def next_departure(self, now: datetime, *, pace: Pace = DEFAULT_PACE) -> datetime | None:
        """Say when a claim can do something next, never before `now`; None if nothing is on its way."""
        found = next_departure(self._connection, now, pace)
        return None if found is None else max(found, now)

    def next_look(self, now: datetime) -> datetime | None:
        """Say when an expiry or a look can do something next, never before `now`; None if nothing is in doubt."""
        found = next_look(self._connection)
        return None if found is None else max(found, now)

    def counts(self) -> dict[str, int]:
        """Count rows by state. It reads the whole table: for reports, not for the loop."""
        return {row[0]: row[1] for row in self._connection.execute(_COUNTS)}

    def loud(self) -> list[OutboxRow]:
        """Read what somebody should know of: dead and unknown rows."""
        return [row_of(row) for row in self._connection.execute(_LOUD)]

    def rearm(self, row_id: int, now: datetime) -> bool:
        """Have a dead row sent once more, after somebody mended the cause, and an unknown one looked for at once."""
        return self._changed(_REARM, {"row": row_id, "now": now})

    def _changed(self, statement: sa.Update, values: dict[str, Any]) -> bool:
        return self._connection.execute(statement, values).rowcount == 1
