"""For every kind of message a story that brings one, and a way to tell its call from all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slackbot.core.messages import FOLD_ABOVE, FOLDABLE, Kind
from slackbot.core.model import Escalation, Source
from slackbot.services.intake import open_form, submit_form
from slackbot.services.raising import Submitted
from slackbot.services.recording import EDIT_OF
from slackbot.simulator.faults import Predicate
from slackbot.slack.views import FormView
from tests.services.still_house import CANARY, StillHouse

MINUTE, HOUR = 60, 3600
Story = Callable[[StillHouse], None]


def raise_from_a_message(house: StillHouse) -> Escalation:
    """Raise a case by the shortcut on a message of the support channel, so that it is replied to there."""
    support = house.channel_id("support")
    said = house.slack.say(house.requester("ana").user_id, support, "my refund is stuck")
    source = Source(support, said.ts, None, private=False)
    who = house.requester("ana")
    form = open_form(house.engine.ctx, who, {}, source, None)
    assert isinstance(form, FormView)
    values = {"category": "Account", "summary": "refund stuck", "customer": CANARY}
    outcome = submit_form(house.engine.ctx, who, f"V{next(house.keys)}", form.draft_id, values)
    assert isinstance(outcome, Submitted)
    return outcome.view.escalation


def _raised(house: StillHouse) -> None:
    raise_from_a_message(house)
    house.runs(5)


def _for(seconds: float) -> Story:
    def story(house: StillHouse) -> None:
        house.raises()
        house.runs(seconds)

    return story


def _taken(house: StillHouse) -> None:
    case = house.raises()
    house.runs(5)
    house.acknowledges(case)
    house.runs(5)


def _forgotten(house: StillHouse) -> None:
    _taken(house)
    house.runs(HOUR + MINUTE)


def _unreachable(house: StillHouse) -> None:
    for name in ("tier-2", "support"):
        house.slack.archive(house.channel_id(name))
    house.raises()
    house.runs(5)


def _one_of_many(house: StillHouse) -> None:
    cases = [house.raises(f"refund {number}") for number in range(FOLD_ABOVE + 1)]
    house.runs(10 * MINUTE + 5)
    house.acknowledges(cases[0])
    house.runs(5)


STORIES: Mapping[Kind, Story] = {
    Kind.CARD: _raised,
    Kind.CASE: _raised,
    Kind.SOURCE_REPLY: _raised,
    Kind.PING: _for(11 * MINUTE),
    Kind.PING_BROADCAST: _for(21 * MINUTE),
    Kind.PING_EDIT: _one_of_many,
    Kind.CARD_EDIT: _taken,
    Kind.CASE_EDIT: _taken,
    Kind.NEWS: _taken,
    Kind.OWNER_PING: _forgotten,
    Kind.ADMIN_NOTICE: _unreachable,
    Kind.CATCHER: _for(4 * HOUR),
}
"""What has to happen for a message of each kind to leave."""


EDITED_BY = {**EDIT_OF, **dict.fromkeys(FOLDABLE, Kind.PING_EDIT)}


def of_kind(house: StillHouse, kind: Kind) -> Predicate:
    """Match the calls that bring messages of a kind."""

    def matches(args: Mapping[str, Any]) -> bool:
        if "ts" in args:
            with house.engine.ctx.store.read() as tx:
                posted = tx.messages.by_ts(1, args["channel"], args["ts"])
            return any(EDITED_BY.get(each.kind) is kind for each in posted)
        key = args.get("metadata", {}).get("event_payload", {}).get("key")
        return any(row.key == key for row in house.rows(kind))

    return matches
