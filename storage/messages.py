"""Every visible message of ours: where it is, what it was for, which version it shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from slackbot.core.messages import Kind
from storage.repository import Repository
from storage.statements import insert_or_nothing
from storage.tables.delivery import messages, outbox


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of ours in Slack. `destination` is whom it was for, `channel` where Slack put it (`D...` for one)."""

    workspace_id: int
    escalation_id: str
    visit: int
    kind: Kind
    ordinal: int
    destination: str
    channel: str
    ts: str
    key: str
    shown_version: int
    posted_at: datetime
    removed_at: datetime | None = None


_c = messages.c
_KIND = Posted.__slots__.index("kind")
_IN_WORKSPACE = _c.workspace_id == sa.bindparam("workspace")
_READ = sa.select(*(_c[name] for name in Posted.__slots__)).where(_IN_WORKSPACE).order_by(_c.id)
_OF_CASE = _READ.where(_c.escalation_id == sa.bindparam("escalation"))
_FIND = _OF_CASE.where(
    _c.visit == sa.bindparam("stay"), _c.kind == sa.bindparam("sort"), _c.removed_at.is_(None)
).limit(1)
_BY_TS = _READ.where(_c.channel == sa.bindparam("place"), _c.ts == sa.bindparam("at_ts"))
_RECORD = insert_or_nothing(messages, ["workspace_id", "escalation_id", "visit", "kind", "ordinal", "channel", "ts"])
_SHOWN = (
    sa.update(messages)
    .where(
        _IN_WORKSPACE,
        _c.escalation_id == sa.bindparam("escalation"),
        _c.visit == sa.bindparam("stay"),
        _c.kind == sa.bindparam("sort"),
        _c.removed_at.is_(None),
        _c.shown_version < sa.bindparam("now_shown"),
    )
    .values(shown_version=sa.bindparam("now_shown"))
)
_SHOWN_AT = (
    sa.update(messages)
    .where(
        _IN_WORKSPACE,
        _c.escalation_id == sa.bindparam("escalation"),
        _c.channel == sa.bindparam("place"),
        _c.ts == sa.bindparam("at_ts"),
    )
    .values(shown_version=sa.bindparam("now_shown"))
)
# The outbox has an index of keys; with the case known, its few messages are looked through.
_CASE_OF_KEY = sa.select(outbox.c.escalation_id).where(outbox.c.key == sa.bindparam("carried")).scalar_subquery()
_MOVED = (
    sa.update(messages)
    .where(
        _IN_WORKSPACE,
        _c.escalation_id == _CASE_OF_KEY,
        _c.key == sa.bindparam("carried"),
        _c.removed_at.is_(None),
    )
    .values(channel=sa.bindparam("place"), ts=sa.bindparam("at_ts"), shown_version=0)
)
_REMOVED = (
    sa.update(messages)
    .where(_IN_WORKSPACE, _c.channel == sa.bindparam("place"), _c.ts == sa.bindparam("at_ts"), _c.removed_at.is_(None))
    .values(removed_at=sa.bindparam("gone_at", type_=_c.removed_at.type))
)


class Messages(Repository):
    """What of ours can be seen in Slack."""

    __slots__ = ()

    def record(self, posted: Posted) -> None:
        """Note a visible message, once; several cases may share one (folded pings), each with its own row."""
        row = asdict(posted) | {"kind": posted.kind.value}
        self._connection.execute(self._spelled(_RECORD), row)

    def shown(self, workspace_id: int, escalation_id: str, visit: int, kind: Kind, shown_version: int) -> None:
        """Note that a message was edited to a version; an older one than it shows already changes nothing."""
        values = _place(workspace_id, escalation_id, visit, kind) | {"now_shown": shown_version}
        self._connection.execute(_SHOWN, values)

    def shown_at(self, posted: Posted, shown_version: int) -> None:
        """Note which version of its case one message shows, and none other of its kind."""
        values = {
            "workspace": posted.workspace_id,
            "escalation": posted.escalation_id,
            "place": posted.channel,
            "at_ts": posted.ts,
            "now_shown": shown_version,
        }
        self._connection.execute(_SHOWN_AT, values)

    def moved(self, workspace_id: int, key: str, channel: str, ts: str) -> bool:
        """Take another copy of a message for ours, found by its key; what it shows is not known."""
        values = {"workspace": workspace_id, "carried": key, "place": channel, "at_ts": ts}
        return self._connection.execute(_MOVED, values).rowcount == 1

    def removed(self, workspace_id: int, channel: str, ts: str, now: datetime) -> bool:
        """Note that a message is no longer visible; False if we knew of none that was."""
        values = {"workspace": workspace_id, "place": channel, "at_ts": ts, "gone_at": now}
        return self._connection.execute(_REMOVED, values).rowcount > 0

    def find(self, workspace_id: int, escalation_id: str, visit: int, kind: Kind) -> Posted | None:
        """Find the visible message of a kind in a visit; of twins the older one."""
        row = self._connection.execute(_FIND, _place(workspace_id, escalation_id, visit, kind)).first()
        return None if row is None else _posted(row)

    def of(self, workspace_id: int, escalation_id: str) -> list[Posted]:
        """List all messages of a case, removed ones too, the oldest first."""
        values = {"workspace": workspace_id, "escalation": escalation_id}
        return [_posted(row) for row in self._connection.execute(_OF_CASE, values)]

    def by_ts(self, workspace_id: int, channel: str, ts: str) -> list[Posted]:
        """List what one message in Slack stands for: none if it is not ours, several if pings were folded into it."""
        values = {"workspace": workspace_id, "place": channel, "at_ts": ts}
        return [_posted(row) for row in self._connection.execute(_BY_TS, values)]


def _place(workspace_id: int, escalation_id: str, visit: int, kind: Kind) -> dict[str, Any]:
    return {"workspace": workspace_id, "escalation": escalation_id, "stay": visit, "sort": kind.value}


def _posted(row: Any) -> Posted:
    values = list(row)
    values[_KIND] = Kind(values[_KIND])
    return Posted(*values)
