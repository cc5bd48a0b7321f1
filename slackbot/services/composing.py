"""From an outbox row to the arguments of a Web API call: the newest state, rendered when it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slackbot.core.messages import LEVEL_TRIGGERED, Kind, News
from slackbot.ids import METADATA_EVENT
from slackbot.services.context import ServiceContext
from slackbot.services.showing import view_of
from slackbot.slack.render import Renderer
from slackbot.slack.views import CaseView, Payload
from storage.messages import Posted
from storage.outbox_rows import OutboxRow
from storage.unit_of_work import Transaction

POST_OF: Mapping[Kind, Kind] = {Kind.CARD_EDIT: Kind.CARD, Kind.CASE_EDIT: Kind.CASE}
"""Which post an edit changes."""

_IN_THREAD = frozenset({Kind.PING, Kind.PING_BROADCAST, Kind.OWNER_PING})


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: the call's arguments and the version of the case that it shows.

    `edits` is the message that is to be changed; it already shows `version` where `is_current`.
    """

    row: OutboxRow
    view: CaseView
    arguments: dict[str, Any]
    edits: Posted | None = None

    @property
    def version(self) -> int:
        """Say which version of the case it shows."""
        return self.view.escalation.version

    @property
    def is_current(self) -> bool:
        """Say whether what is to be edited shows this version already."""
        return self.edits is not None and self.edits.shown_version >= self.version


class GoneError(LookupError):
    """What the message is about, or the message it edits, is no longer stored."""


def compose(ctx: ServiceContext, renderer: Renderer, row: OutboxRow, *, minimal: bool = False) -> Letter:
    """Render what a row stands for, from the state as it is now.

    Raises:
        GoneError: the case or the message to be edited is not stored any more.
    """
    with ctx.store.read() as tx:
        view = _view(ctx, tx, row)
        edits = _edited(tx, row) if row.kind in LEVEL_TRIGGERED else None
        channel, thread = _place(tx, row, view)
    payload = renderer.minimal(view, row.kind) if minimal else _rendered(renderer, row, view)
    arguments: dict[str, Any] = {"text": payload.text, "blocks": payload.blocks or None}
    if edits is not None:
        arguments |= {"channel": edits.channel, "ts": edits.ts}
    else:
        arguments |= _posting(row, channel, thread, minimal=minimal)
    return Letter(row, view, arguments, edits)


def _posting(row: OutboxRow, channel: str, thread: str | None, *, minimal: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "channel": channel,
        "thread_ts": thread,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if row.kind is Kind.PING_BROADCAST and thread is not None:
        arguments["reply_broadcast"] = True
    if not minimal:
        arguments["metadata"] = {"event_type": METADATA_EVENT, "event_payload": {"key": row.key}}
    return arguments


def _view(ctx: ServiceContext, tx: Transaction, row: OutboxRow) -> CaseView:
    escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
    workspace = tx.workspaces.by_id(row.workspace_id)
    if escalation is None or workspace is None:
        raise GoneError(row.escalation_id)
    rules = ctx.rules(tx, row.workspace_id, escalation.policy_version)
    return view_of(tx, workspace, escalation, rules, ctx.now(), history=True)


def _edited(tx: Transaction, row: OutboxRow) -> Posted:
    posted = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, POST_OF[row.kind])
    if posted is None:
        raise GoneError(f"{row.kind} of {row.escalation_id}")
    return posted


def _place(tx: Transaction, row: OutboxRow, view: CaseView) -> tuple[str, str | None]:
    """Find the channel and thread: calls go where the visit's card really stands, which may be the backup channel."""
    if row.kind in _IN_THREAD:
        card = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, Kind.CARD)
        return (card.channel, card.ts) if card else (row.destination, None)
    source = view.escalation.source
    if row.kind is Kind.SOURCE_REPLY and source is not None:
        return row.destination, source.thread_ts or source.message_ts
    return row.destination, None


def _rendered(renderer: Renderer, row: OutboxRow, view: CaseView) -> Payload:  # noqa: PLR0911 - one line a kind
    match row.kind:
        case Kind.CARD | Kind.CARD_EDIT:
            return renderer.card(view, row.visit)
        case Kind.PING | Kind.PING_BROADCAST:
            return renderer.ping(view, row.ordinal, broadcast=row.kind is Kind.PING_BROADCAST)
        case Kind.OWNER_PING:
            return renderer.owner_ping(view, row.topic)
        case Kind.CASE | Kind.CASE_EDIT:
            return renderer.case(view)
        case Kind.NEWS:
            return renderer.news(view, News(row.topic))
        case Kind.SOURCE_REPLY:
            return renderer.source_reply(view, row.topic)
        case Kind.CATCHER:
            return renderer.catcher(view, row.ordinal)
        case Kind.ADMIN_NOTICE:
            return renderer.admin_notice(view, row.topic, "")
