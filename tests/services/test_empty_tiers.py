"""Groups empty and people leave after a policy was checked: a tier where nobody is left is passed over at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from slackbot.core.messages import Kind
from slackbot.core.model import Escalation, State
from slackbot.services.people import ask_anew
from slackbot.services.reach import Reach
from tests.services.still_house import StillHouse


def leaves(still: StillHouse, *names: str) -> None:
    """Have people leave the company, and Slack tell us."""
    for name in names:
        who = still.requester(name)
        still.slack.deactivate(who.user_id)
        ask_anew(still.engine.ctx, still.team, who.user_id)
    while still.engine.acquaintance.step():
        pass


def fallbacks(still: StillHouse, case: Escalation) -> list[tuple[str, str]]:
    """Say why tiers were left, and where to."""
    return [(event.error, event.fallback) for event in still.events(case, "unreachable")]


def group(still: StillHouse) -> str:
    """Give the id of the only group."""
    (found,) = still.slack.groups()
    return found.id


@pytest.mark.parametrize("way", ["emptied", "disabled", "all left"])
def test_an_empty_tier_is_passed_over(still: StillHouse, way: str) -> None:
    """Where the group is empty, disabled or full of people who left, the next tier is called within a minute."""
    leaves(still, "lena")
    if way == "emptied":
        still.slack.change_group(group(still), members=())
    elif way == "disabled":
        still.slack.change_group(group(still), disabled=True)
    else:
        leaves(still, "marco")
    case = still.raises()
    still.runs(60)
    assert fallbacks(still, case) == [("nobody_there", "next_tier")]
    assert "It went on to" in still.visible("tier-2")[0].text
    (card,) = still.visible("tier-3")
    assert "could not be reached" in str(card.blocks)
    (told,) = still.direct("dana")
    assert "Nobody can be called for ESC-1 at *Team leads*" in told.text


def test_one_who_is_left_is_enough(still: StillHouse) -> None:
    """As long as the group has somebody, or a person is named who is there, the tier is called as always."""
    leaves(still, "lena")
    first = still.raises()
    still.runs(60)
    still.slack.change_group(group(still), members=())
    leaves(still, "marco")
    still.slack.change_person(still.requester("lena").user_id, deleted=False)
    ask_anew(still.engine.ctx, still.team, still.requester("lena").user_id)
    while still.engine.acquaintance.step():
        pass
    second = still.raises()
    still.runs(60)
    assert fallbacks(still, first) == fallbacks(still, second) == []
    assert still.visible("tier-3") == []


def test_a_group_that_empties_later_is_noticed_by_the_next_call(still: StillHouse) -> None:
    """Whoever was there for the card is gone when the ping comes: the next tier is called with it."""
    leaves(still, "lena")
    case = still.raises()
    still.runs(60)
    assert fallbacks(still, case) == []
    still.slack.change_group(group(still), members=())
    still.runs(600)
    assert fallbacks(still, case) == [("nobody_there", "next_tier")]
    assert len(still.visible("tier-3")) == 1


def test_above_an_empty_last_tier_stands_the_catcher(still: StillHouse) -> None:
    """With nobody left at the top the card is there, the catcher is told at once, and the case goes on waiting."""
    leaves(still, "carla")
    case = still.raises()
    still.runs(3 * 3600)
    assert fallbacks(still, case)[:1] == [("nobody_there", "catcher")]
    assert len(still.visible("support-managers")) >= 1
    card = still.row(Kind.CARD, 3)
    assert len(still.standing(card)) == 1
    assert still.case_of(card).state is State.WAITING


def test_where_groups_can_not_be_read_somebody_is_assumed(still: StillHouse) -> None:
    """A plan without groups, a declined scope or a silent Slack is no proof that nobody is there."""
    leaves(still, "lena")
    still.wire.faults.drop_before("usergroups.list")
    case = still.raises()
    still.runs(30)
    assert fallbacks(still, case) == []
    still.slack.installation.set_scopes(still.slack.app.scopes - {"usergroups:read"})
    still.slack.change_group(group(still), members=())
    still.runs(900)
    assert fallbacks(still, case) == []


def test_groups_are_asked_for_once_a_minute_at_most(still: StillHouse) -> None:
    """However many cases come, the list of groups is read once a minute, and never where a person is named."""
    for number in range(5):
        still.raises(f"refund {number}")
    still.runs(30)
    assert still.wire.of("usergroups.list") == []
    leaves(still, "lena")
    for number in range(20):
        still.raises(f"refund again {number}")
    still.runs(50)
    assert len(still.wire.of("usergroups.list")) == 1


def test_nobody_waits_for_what_another_asks_slack(still: StillHouse) -> None:
    """While the list of groups is read, others go on by what was heard last, or ask themselves if nothing was."""
    leaves(still, "lena")
    case = still.raises()
    ctx, wire = still.engine.ctx, still.wire
    with ctx.store.read() as tx:
        tier = ctx.rules(tx, case.workspace_id, case.policy_version).policies[case.policy].tiers[0]
    reach, answers = Reach(ctx, wire), list[bool]()
    asked = list[int]()

    def meanwhile(method: str, _: object) -> None:
        wire.during = lambda *_: None
        other = threading.Thread(
            target=lambda: answers.append(reach.is_empty(case.workspace_id, tier)), name=method, daemon=True
        )
        other.start()
        other.join(5)
        assert not other.is_alive()

    for seconds in (0, 61, 8 * 3600):
        still.clock.advance(timedelta(seconds=seconds))
        wire.during = meanwhile
        before = len(wire.of("usergroups.list"))
        assert not reach.is_empty(case.workspace_id, tier)
        asked.append(len(wire.of("usergroups.list")) - before)
    assert (answers, asked) == ([False] * 3, [2, 1, 2])


def test_a_failure_takes_the_place_of_no_answer_that_is_believed(still: StillHouse) -> None:
    """Of two who ask at once, the one who fails does not undo what the other heard."""
    leaves(still, "lena", "marco")
    case = still.raises()
    ctx, wire = still.engine.ctx, still.wire
    with ctx.store.read() as tx:
        tier = ctx.rules(tx, case.workspace_id, case.policy_version).policies[case.policy].tiers[0]
    reach = Reach(ctx, wire)

    def first(*_: object) -> None:
        wire.before = lambda *_: None
        assert reach.is_empty(case.workspace_id, tier)
        wire.faults.drop_before("usergroups.list")

    wire.before = first
    assert not reach.is_empty(case.workspace_id, tier)
    assert reach.is_empty(case.workspace_id, tier)
    assert len(wire.of("usergroups.list")) == 2
