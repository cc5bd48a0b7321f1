"""Many calls in one message: what of them is still wanted, drawn together, and what must go its own way."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from slackbot.core.messages import Kind
from slackbot.core.model import Escalation, State
from slackbot.services.composing import GoneError, Letter, Place, addressed, carried
from slackbot.services.context import ServiceContext
from slackbot.services.mishaps import Mishaps
from slackbot.services.recording import note_suppressed
from slackbot.services.showing import view_of
from slackbot.slack.render import Renderer
from slackbot.slack.views import CaseView
from storage.outbox_rows import OutboxRow, OutboxState
from storage.retrying import until_noted
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

_OVERTAKEN, _LATER = "overtaken", "sent_later"


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that is still wanted: its case, and the channel in which its card stands."""

    row: OutboxRow
    view: CaseView
    channel: str


@dataclass(frozen=True, slots=True)
class Folded:
    """`letters` are those of one message and share its arguments; `alone` are rows that go their own way."""

    letters: list[Letter] = field(default_factory=list)
    alone: list[OutboxRow] = field(default_factory=list)


class Folding:
    """Puts calls that were leased together into one message."""

    def __init__(self, ctx: ServiceContext, renderer: Renderer, mishaps: Mishaps) -> None:
        self._ctx = ctx
        self._renderer = renderer
        self._mishaps = mishaps

    @until_noted
    def fold(self, rows: Sequence[OutboxRow]) -> Folded:
        """Draw what is still wanted of these rows as one message at the top of the channel; let go of the rest.

        A row that can't be read goes alone, and so does one that is left over; what can't be drawn together is
        wanted anew.
        """
        alone: list[OutboxRow] = []
        overtaken: list[OutboxRow] = []
        calls: list[_Call] = []
        with self._ctx.store.read() as tx:
            for row in rows:
                try:
                    call = self._read(tx, row)
                except Exception:
                    log.exception("outbox row %s (%s) could not be read; it goes alone", row.id, row.kind)
                    alone.append(row)
                else:
                    calls += [call] if call else []
                    overtaken += [] if call else [row]
        self._let_go(overtaken)
        together = self._of_one_channel(calls)
        if len(together) == 1:
            return Folded(alone=[*alone, together[0].row])
        return Folded(self._drawn(together), alone)

    def _read(self, tx: Transaction, row: OutboxRow) -> _Call | None:
        """Gather what is shown of a call; None if its case does not wait for it any more.

        Raises:
            GoneError: the case is not stored any more.
        """
        escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
        workspace = tx.workspaces.by_id(row.workspace_id)
        if workspace is None or escalation is None:
            raise GoneError(row.escalation_id)
        if not _waits(escalation, row):
            return None
        rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
        view = view_of(tx, workspace, escalation, rules, self._ctx.now())
        card = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, Kind.CARD)
        return _Call(row, view, card.channel if card else row.destination)

    def _let_go(self, overtaken: Sequence[OutboxRow]) -> None:
        if not overtaken:
            return
        with self._ctx.store.write() as tx:
            for row in overtaken:
                if tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, _OVERTAKEN):
                    note_suppressed(self._ctx, tx, row)
        self._ctx.wake()

    def _of_one_channel(self, calls: Sequence[_Call]) -> list[_Call]:
        """Keep those whose cards stand where the first one's does: a card may have gone to the backup channel."""
        here = [call for call in calls if call.channel == calls[0].channel]
        self._want_anew([call for call in calls if call.channel != calls[0].channel])
        return here

    def _want_anew(self, calls: Sequence[_Call]) -> None:
        if not calls:
            return
        with self._ctx.store.write() as tx:
            for call in calls:
                row = call.row
                tx.outbox.retry(row.id, row.token, self._ctx.wire_now(), row.error or _LATER, count=False)
        self._ctx.wake()

    def _drawn(self, calls: Sequence[_Call]) -> list[Letter]:
        if not calls:
            return []
        first = calls[0]
        try:
            payload = self._renderer.fold([call.view for call in calls])
        except Exception:
            log.exception("%s calls could not be drawn together", len(calls))
            self._sort_out(calls)
            return []
        arguments = {
            "text": payload.text,
            "blocks": payload.blocks,
            "metadata": carried(*(call.row.key for call in calls)),
            **addressed(Place(first.row.workspace_id, first.channel, None)),
        }
        return [Letter(call.row, call.view.escalation.version, frozenset(), arguments) for call in calls]

    def _sort_out(self, calls: Sequence[_Call]) -> None:
        """Find whose case can't be drawn, and send that one plainly; the others are put together without it."""
        broken = [call for call in calls if not self._can_be_drawn(call)]
        for call in broken or calls:
            self._mishaps.unrenderable(call.row)
        if broken:
            self._want_anew([call for call in calls if call not in broken])

    def _can_be_drawn(self, call: _Call) -> bool:
        try:
            self._renderer.fold([call.view])
        except Exception:  # noqa: BLE001 - it was logged when all were drawn together
            return False
        return True


def _waits(escalation: Escalation, row: OutboxRow) -> bool:
    return escalation.state is State.WAITING and escalation.visit.ordinal == row.visit
