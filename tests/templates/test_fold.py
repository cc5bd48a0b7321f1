"""Calls folded into one message: every case is there, can be taken, and calls nobody but whom its tier names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot import ids
from slackbot.core.messages import FOLD_ABOVE, FOLD_AT_MOST
from slackbot.core.policy import Notify, Rules, Severity
from slackbot.simulator.text import Mentions
from slackbot.slack.render import Renderer
from slackbot.slack.views import CaseView, Payload
from tests.templates.cases import FIELDS, GROUP, HEAD, LEAD, Story, story
from tests.templates.everything import called, objects, outsiders, wrong_with
from tests.templates.hostile import TEXTS

URL = "https://a-rather-long-name-of-a-workspace.enterprise.slack.com/archives/C0123456789/p1795275000000000"


def numbered(view: CaseView, number: int, **fields: str) -> CaseView:
    """Make another case of it."""
    case = replace(view.escalation, number=number, id=f"e{number:020}")
    return replace(view, escalation=case, fields={**FIELDS, **fields}, links={1: URL, 2: URL})


def many(count: int, situation: str = "pinged", **fields: str) -> list[CaseView]:
    """Make so many cases with six digits that wait."""
    view = story(situation).view()
    return [numbered(view, 100_000 + number, **fields) for number in range(count)]


def crowded(rules: Rules, count: int) -> Rules:
    """Let every tier name so many groups besides."""
    crowd = tuple(Notify(f"S0GROUP{n:04}", is_group=True) for n in range(count))
    policies = {
        key: replace(policy, tiers=tuple(replace(tier, notify=(*tier.notify, *crowd)) for tier in policy.tiers))
        for key, policy in rules.policies.items()
    }
    return replace(rules, policies=policies)


def sections(payload: Payload) -> list[str]:
    """Give the lines of a message as they are marked up."""
    return [block["text"]["text"] for block in payload.blocks if block["type"] == "section"]


def options(payload: Payload) -> list[tuple[str, str]]:
    """Give what can be chosen: words and value."""
    (select,) = [each for each in objects(payload.blocks) if each.get("type") == "static_select"]
    assert select["action_id"] == ids.PRESS_ACKNOWLEDGE_ONE
    return [(each["text"]["text"], each["value"]) for each in select["options"]]


def test_each_case_has_its_line(renderer: Renderer) -> None:
    """A line says which case it is, how severe, how long it waits and what it is about, and links its card."""
    view = story("waiting").view()
    urgent = Story(severity=Severity.URGENT).view({**FIELDS, "summary": "Site is down"})
    payload = renderer.fold([numbered(urgent, 7, summary="Site is down"), *(numbered(view, n) for n in range(8, 14))])
    call, first, *others = sections(payload)
    assert call == f"<!subteam^{GROUP}> <@{LEAD}> nobody has these 7 cases."
    since = int(view.escalation.visit.began_at.timestamp())
    assert first.startswith(f"*<{URL}|ESC-7>* · Urgent · posted <!date^{since}^{{ago}}|")
    assert first.endswith("\nSite is down")
    assert [line.partition("|")[2].partition(">")[0] for line in others] == [f"ESC-{n}" for n in range(8, 14)]
    assert [line.partition(" ·")[0] for line in payload.text.splitlines()[1:]] == [f"*ESC-{n}*" for n in range(7, 14)]


def test_each_case_can_be_taken(renderer: Renderer) -> None:
    """The select offers every case by number and severity, and carries what a button would."""
    views = many(FOLD_AT_MOST)
    assert options(renderer.fold(views)) == [
        (f"{view.escalation.label} · High", ids.press_value(view.escalation.id, 1)) for view in views
    ]


def test_a_full_message_still_says_everything(renderer: Renderer) -> None:
    """As many cases as a message takes have a link, a waiting time and some words each; more are left out."""
    payload = renderer.fold(many(FOLD_AT_MOST + 20, summary="Refund for invoice 7731 was never booked"))
    lines = sections(payload)[1:]
    assert len(lines) == len(options(payload)) == len(payload.text.splitlines()) - 1 == FOLD_AT_MOST
    for line, spoken in zip(lines, payload.text.splitlines()[1:], strict=True):
        assert URL in line
        assert "{ago}" in line
        assert "\nRefund for invoice" in line
        assert ">: Refund for" in spoken
    assert wrong_with(payload) == []


def test_a_case_without_a_card_is_named_without_a_link(renderer: Renderer) -> None:
    """A case whose card is not known is called for all the same."""
    bare = [replace(view, links={}) for view in many(6)]
    assert sections(renderer.fold(bare))[1].startswith("*ESC-100000* · High")


def test_all_tiers_are_called_once(renderer: Renderer) -> None:
    """Where the cases go by different policies or tiers, everybody whom one of them names is called, once."""
    above = [numbered(story("last tier").view(), 7)]
    payload = renderer.fold([*many(6), *above])
    assert called(payload) == Mentions(users=frozenset({LEAD, HEAD}), groups=frozenset({GROUP}))
    assert sections(payload)[0].count(f"<@{LEAD}>") == 1


@settings(max_examples=40, deadline=None)
@given(
    summaries=st.lists(TEXTS, min_size=FOLD_ABOVE + 1, max_size=FOLD_AT_MOST),
    situation=st.sampled_from(("waiting", "pinged", "last tier", "promise broken", "not solved")),
    crowd=st.sampled_from((0, 3, 100)),
    url=st.sampled_from((URL, URL + "?" + "&" * 300, "", "javascript:alert(1)")),
    gone=st.sampled_from((0, 0, 1, 5)),
)
def test_any_text_stays_within_the_limits_and_calls_nobody(
    renderer: Renderer, summaries: list[str], situation: str, crowd: int, url: str, gone: int
) -> None:
    """Whatever stands in the summaries, every case is in the message, Slack takes it, and nobody else is called.

    That holds too when some of the cases do not wait there any more.
    """
    view = story(situation, crowded(story(situation).rules, crowd)).view()
    views = [
        replace(numbered(view, 100_000 + number, summary=text), links={1: url, 2: url})
        for number, text in enumerate(summaries)
    ]
    payload = renderer.fold(views[gone:], views[:gone])
    assert wrong_with(payload) == []
    assert outsiders(view, called(payload)) == set()
    lines = "\n".join(sections(payload)[1:])
    for each in views:
        assert each.escalation.label in lines
        assert each.escalation.label in payload.text
    assert len(options(payload)) == len(views) - gone


def test_where_all_are_gone_nobody_is_called(renderer: Renderer) -> None:
    """A message whose cases were all taken names each, calls nobody and offers nothing."""
    taken = [numbered(story("acknowledged").view(), number) for number in range(FOLD_AT_MOST)]
    payload = renderer.fold([], taken)
    assert wrong_with(payload) == []
    assert called(payload) == Mentions()
    assert [line.partition(":")[0] for line in sections(payload)[1:]] == [f"ESC-{n}" for n in range(FOLD_AT_MOST)]
    assert "static_select" not in str(payload.blocks)


@pytest.mark.parametrize("count", [1, 2])
def test_few_are_drawn_too(renderer: Renderer, count: int) -> None:
    """Where most cases were taken before the message left, it names those that are left."""
    assert wrong_with(renderer.fold(many(count))) == []
