"""How others deliver, under the same seeds: what the figures of this house are worth is seen beside theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from slackbot.services.composing import Letter
from slackbot.services.deliver import Sender
from slackbot.services.mishaps import Mishaps
from slackbot.services.reconcile import Reconciler
from slackbot.services.recording import note_post
from slackbot.slack.failures import SlackFailure
from storage.outbox_rows import OutboxRow, OutboxState
from tests.simulation.bugs import patched
from tests.simulation.week import House

_MANY = 1_000


def _again_at_once(self: Mishaps, row: OutboxRow, failure: SlackFailure, *_cure: object) -> None:
    self._again(row, timedelta(seconds=1), failure.code)


def _expired_is_pending(self: Reconciler) -> bool:
    """Send again whatever was not settled in time, without looking."""
    return _without_looking(self, OutboxState.PENDING)


def _expired_is_failed(self: Reconciler) -> bool:
    """Give up whatever was not settled in time."""
    return _without_looking(self, OutboxState.OBSOLETE)


def _without_looking(self: Reconciler, state: OutboxState) -> bool:
    now = self._ctx.wire_now()
    with self._ctx.store.write() as tx:
        expired = tx.outbox.expire_leases(now, quiet=timedelta(0))
        for row in expired:
            tx.outbox.resolve_unknown(row.id, state, not_before=now)
        for row in tx.outbox.recheck_due(now, _MANY):
            tx.outbox.rechecked(row.id)
    return bool(expired)


_dispatch = Sender._dispatch


def _marked_first(self: Sender, letters: Sequence[Letter]) -> None:
    """Note it as sent, then send it; what fails then is not known to have failed."""
    letter = letters[0]
    if letter.edits is not None:
        _dispatch(self, letters)
        return
    ctx = self._s.ctx
    with ctx.store.write() as tx:
        for each in letters:
            tx.outbox.settle_sent(each.row.id, each.row.token, ctx.wire_now())
    try:
        answer = self._s.gateway.call(letter.row.workspace_id, letter.row.method, **letter.arguments)
    except SlackFailure:
        return
    place = str(answer["channel"]), str(answer["ts"])
    with ctx.store.write() as tx:
        for each in letters:
            note_post(ctx, tx, each.row, place, shown=each.version, cards=each.cards)


NAIVE: Mapping[str, House] = MappingProxyType(
    {
        "blind retry": House(
            patched((Mishaps, "_look_first", _again_at_once), (Reconciler, "step", _expired_is_pending))
        ),
        "mark sent before posting": House(patched((Sender, "_dispatch", _marked_first))),
        "an expired lease has failed": House(
            patched((Mishaps, "_look_first", _again_at_once), (Reconciler, "step", _expired_is_failed))
        ),
    }
)
"""Blind retry is what tasks queues do; the second is Grafana OnCall's way, the third GoAlert's, as far as posts go."""
