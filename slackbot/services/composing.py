"""From an outbox row to the arguments of a Web API call: the newest state, rendered when it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.core.messages import FOLDABLE, LEVEL_TRIGGERED, Kind, News
from slackbot.core.model import Escalation, State
from slackbot.ids import METADATA_EVENT
from slackbot.services.context import ServiceContext
from slackbot.services.showing import view_of
from slackbot.services.tried import Tried, code_in, tried
from slackbot.slack.render import Renderer
from slackbot.slack.views import CaseView, OutageView, Payload
from storage.messages import Posted
from storage.outbox_rows import OutboxRow
from storage.retrying import until_noted
from storage.unit_of_work import Transaction

POST_OF: Mapping[Kind, Kind] = {Kind.CARD_EDIT: Kind.CARD, Kind.CASE_EDIT: Kind.CASE}
"""Which post an edit changes."""

HOUSE_DOWN = "house_down"
"""The topic of a notice that is about no case: its ordinal is the id of an outage."""

OF_THE_HOUSE = 0
"""The visit of what hangs on a case but is not about it."""

IN_THREAD = frozenset({Kind.PING, Kind.PING_BROADCAST, Kind.OWNER_PING})

Cards = frozenset[tuple[int, str, str]]
"""What a message shows besides its own case.

That is where the case's cards stand, by visit, channel and ts, since messages link to them; for the edit of a call it
is the version of each case that the call stands for, and the case's id.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a channel or a person, and the thread in it."""

    workspace_id: int
    channel: str
    thread: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: the call's arguments, the version of the case that it shows, the cards it links to.

    `edits` is the message that is to be changed; it already shows `version` where `is_current`.
    """

    row: OutboxRow
    version: int
    cards: Cards
    arguments: dict[str, Any]
    edits: Posted | None = None

    @property
    def is_current(self) -> bool:
        """Say whether what is to be edited shows this version already."""
        return self.edits is not None and self.edits.shown_version >= self.version


class GoneError(LookupError):
    """What the message is about, or the message it edits, is no longer stored."""


@until_noted
def compose(ctx: ServiceContext, renderer: Renderer, row: OutboxRow) -> Letter:
    """Render what a row stands for, from the state as it is now, in the form that what was tried before leaves.

    Raises:
        GoneError: the case or the message to be edited is not stored any more.
    """
    with ctx.store.read() as tx:
        escalation = _escalation(tx, row)
        view = _view(ctx, tx, row, escalation)
        edits = _edited(tx, row) if row.kind in LEVEL_TRIGGERED else None
        place = _place(tx, row, escalation)
        cards = cards_of(tx, row)
        detail = _detail(tx, row)
        others = _called_for(ctx, tx, row) if row.kind is Kind.PING_EDIT else []
        outage = _outage(tx, row)
        keys = [each.key for each in _sharing(tx, row)] if row.kind is Kind.PING_EDIT else []
    waiting, gone = ([each for each, waits in others if waits is so] for so in (True, False))
    if outage is not None:
        payload = renderer.outage(outage)
    elif Tried.PLAIN in tried(row):
        payload = renderer.minimal(view, row.kind)
    elif len(others) > 1 or waiting:
        payload = renderer.fold(waiting, gone)
    else:
        payload = _rendered(renderer, row, view, detail)
    if Tried.RESENT in tried(row):
        payload = renderer.resent(payload)
    arguments: dict[str, Any] = {"text": payload.text, "blocks": payload.blocks or None}
    arguments |= _posting(row, place) if edits is None else _editing(row, edits, keys)
    return Letter(row, escalation.version, cards, arguments, edits)


@until_noted
def places_of(ctx: ServiceContext, row: OutboxRow) -> list[Place]:
    """Say where copies of a message may stand: where it goes now, and where it went while a card stood that is gone.

    Raises:
        GoneError: the case is not stored any more.
    """
    with ctx.store.read() as tx:
        found = [_place(tx, row, _escalation(tx, row))]
        if row.kind in IN_THREAD:
            posted = tx.messages.of(row.workspace_id, row.escalation_id)
            gone = [each for each in posted if each.kind is Kind.CARD and each.visit == row.visit and each.removed_at]
            found += [Place(row.workspace_id, each.channel, thread) for each in gone for thread in (each.ts, None)]
        return list(dict.fromkeys(found))


def is_person(destination: str) -> bool:
    """Say whether a destination is a person's id, whose direct message Slack finds by itself."""
    return destination.startswith(("U", "W"))


def cards_of(tx: Transaction, row: OutboxRow) -> Cards:
    """Say what a row's message shows besides its case in this transaction."""
    if row.kind is Kind.PING_EDIT:
        cases = (tx.escalations.get(row.workspace_id, each.escalation_id) for each in _sharing(tx, row))
        return frozenset((case.version, case.id, "") for case in cases if case)
    posted = tx.messages.of(row.workspace_id, row.escalation_id)
    return frozenset((each.visit, each.channel, each.ts) for each in posted if each.kind is Kind.CARD)


def dead_row(ordinal: int) -> int:
    """Read the number of the dead row out of the ordinal of the notice about it; see `notice_of_dead`."""
    return -ordinal // 2


def notice_of_dead(row: OutboxRow) -> int:
    """Give the ordinal of the notice that a row is dead: below zero, since decisions count theirs upwards."""
    return -2 * row.id


def notice_of_backup(row: OutboxRow) -> int:
    """Give the ordinal of the notice that a row went to the backup channel."""
    return -2 * row.id - 1


def addressed(place: Place) -> dict[str, Any]:
    """Write where a post goes; addresses in it are not unfurled."""
    return {"channel": place.channel, "thread_ts": place.thread, "unfurl_links": False, "unfurl_media": False}


def carried(key: str, *more: str) -> dict[str, Any]:
    """Write what a post carries so that each row it stands for finds it again; `keys_in` reads it.

    Several keys are one text: what may stand in a payload is texts, numbers and objects, not lists of texts
    (docs.slack.dev/messaging/message-metadata).
    """
    payload = {"key": key} | ({"keys": " ".join((key, *more))} if more else {})
    return {"event_type": METADATA_EVENT, "event_payload": payload}


def keys_in(metadata: Mapping[str, Any] | None) -> list[str]:
    """Read the keys of the rows that a message stands for; none where it is none of ours."""
    if not metadata or metadata.get("event_type") != METADATA_EVENT:
        return []
    payload = metadata.get("event_payload") or {}
    return str(payload.get("keys") or payload.get("key") or "").split()


def _posting(row: OutboxRow, place: Place) -> dict[str, Any]:
    arguments = addressed(place)
    if row.kind is Kind.PING_BROADCAST and place.thread is not None:
        arguments["reply_broadcast"] = True
    if Tried.KEYLESS not in tried(row):
        arguments["metadata"] = carried(row.key)
    return arguments


def _editing(row: OutboxRow, edits: Posted, keys: Sequence[str]) -> dict[str, Any]:
    """Write which message is changed; one that stands for fewer calls now carries no more than their keys."""
    arguments: dict[str, Any] = {"channel": edits.channel, "ts": edits.ts}
    if keys and Tried.KEYLESS not in tried(row):
        arguments["metadata"] = carried(*keys)
    return arguments


def _escalation(tx: Transaction, row: OutboxRow) -> Escalation:
    escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
    if escalation is None:
        raise GoneError(row.escalation_id)
    return escalation


def _view(ctx: ServiceContext, tx: Transaction, row: OutboxRow, escalation: Escalation) -> CaseView:
    workspace = tx.workspaces.by_id(row.workspace_id)
    if workspace is None:
        raise GoneError(row.escalation_id)
    rules = ctx.rules(tx, row.workspace_id, escalation.policy_version)
    return view_of(tx, workspace, escalation, rules, ctx.now(), history=True)


def _sharing(tx: Transaction, row: OutboxRow) -> list[Posted]:
    """List what stands for each case in the message that a call became."""
    called = call_of(tx, row)
    return tx.messages.by_ts(row.workspace_id, called.channel, called.ts) if called else []


def call_of(tx: Transaction, row: OutboxRow) -> Posted | None:
    """Find the visible call that an edit is about: that of the same visit and ordinal."""
    posted = tx.messages.of(row.workspace_id, row.escalation_id)
    return next((each for each in posted if each.removed_at is None and _is_call(each, row)), None)


def _is_call(posted: Posted, row: OutboxRow) -> bool:
    return posted.kind in FOLDABLE and (posted.visit, posted.ordinal) == (row.visit, row.ordinal)


def _called_for(ctx: ServiceContext, tx: Transaction, row: OutboxRow) -> list[tuple[CaseView, bool]]:
    """Gather the cases that a call stands for, each with whether it waits still as it did then."""
    found: list[tuple[CaseView, bool]] = []
    for each in _sharing(tx, row):
        case = tx.escalations.get(row.workspace_id, each.escalation_id)
        if case is not None:
            waits = case.state is State.WAITING and case.visit.ordinal == each.visit
            found.append((_view(ctx, tx, row, case), waits))
    return found


def _edited(tx: Transaction, row: OutboxRow) -> Posted:
    if row.kind is Kind.PING_EDIT:
        called = call_of(tx, row)
        if called is None:
            raise GoneError(f"call {row.ordinal} of {row.escalation_id}")
        return called
    posted = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, POST_OF[row.kind])
    if posted is None:
        raise GoneError(f"{row.kind} of {row.escalation_id}")
    return posted


def _place(tx: Transaction, row: OutboxRow, escalation: Escalation) -> Place:
    """Find the channel and thread: calls go where the visit's card really stands, which may be the backup channel."""
    channel, thread = row.destination, None
    if row.kind in IN_THREAD and not is_person(row.destination):
        card = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, Kind.CARD)
        if card is not None:
            channel, thread = card.channel, card.ts
    source = escalation.source
    if row.kind is Kind.SOURCE_REPLY and source is not None:
        thread = source.thread_ts or source.message_ts
    return Place(row.workspace_id, channel, None if Tried.OUTSIDE in tried(row) else thread)


def _detail(tx: Transaction, row: OutboxRow) -> str:
    """Say what Slack had against the message that a notice is about."""
    if row.kind is not Kind.ADMIN_NOTICE or row.ordinal >= 0:
        return ""
    dead = tx.outbox.get(dead_row(row.ordinal))
    return code_in(dead) if dead is not None else ""


def _outage(tx: Transaction, row: OutboxRow) -> OutageView | None:
    """Read the outage that a notice is about, if it is about one."""
    if row.kind is not Kind.ADMIN_NOTICE or row.topic != HOUSE_DOWN:
        return None
    outage = tx.uptime.outage(row.ordinal)
    if outage is None:
        raise GoneError(f"outage {row.ordinal}")
    affected = tx.uptime.affected(row.workspace_id, outage)
    return OutageView(outage.started_at, outage.ended_at, outage.cause, affected)


def _rendered(renderer: Renderer, row: OutboxRow, view: CaseView, detail: str) -> Payload:  # noqa: PLR0911 - one line a kind
    match row.kind:
        case Kind.CARD | Kind.CARD_EDIT:
            return renderer.card(view, row.visit)
        case Kind.PING | Kind.PING_BROADCAST:
            return renderer.ping(view, row.ordinal, broadcast=row.kind is Kind.PING_BROADCAST)
        case Kind.PING_EDIT:
            return renderer.ping_over(view)
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
            return renderer.admin_notice(view, row.topic, detail)
