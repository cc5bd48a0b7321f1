"""Each way in which a message of each kind can fail, and what becomes of it (see slackbot/services/reactions.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from slackbot.core.messages import LEVEL_TRIGGERED, Kind
from slackbot.services.reactions import DOUBTED, REACTIONS, Do
from slackbot.simulator.facts import load_facts
from slackbot.simulator.faults import FaultScript, Predicate
from slackbot.slack.failures import FAILURES, DestinationBroken, SlackFailure, UnknownCode, failure_of
from storage.outbox_rows import OutboxRow, OutboxState
from storage.pace import method_of
from tests.services.still_house import StillHouse
from tests.services.stories import STORIES, of_kind

ARRIVES = OutboxState.SENT
CALLS = frozenset({Kind.PING, Kind.PING_BROADCAST, Kind.OWNER_PING})
LONGEST = 1_000.0
"""Seconds, above the pause after a limit of the plan."""


EVERY_DAY = frozenset({Kind.CARD, Kind.PING, Kind.CARD_EDIT})
"""What matters most; `make proof` takes the others too."""

KINDS = [pytest.param(kind, marks=() if kind in EVERY_DAY else (pytest.mark.proof,)) for kind in STORIES]


def _outcome_of_broken(kind: Kind) -> OutboxState:
    reaction = REACTIONS[kind]
    if reaction.to[DestinationBroken] is Do.LET_GO:
        return OutboxState.OBSOLETE
    if not reaction.links:
        return OutboxState.DEAD
    # A call can only be carried on by a card in another place; all others go there under their own row.
    return OutboxState.DIVERTED if kind in {Kind.PING, Kind.PING_BROADCAST} else OutboxState.SENT


Play = Callable[[FaultScript, str, Predicate], None]

FAULTS: Mapping[str, Play] = {
    "rate_limited": lambda script, method, when: script.status(method, 429, when, retry_after=7),
    "not_applied": lambda script, method, when: script.error(method, "request_timeout", when),
    "lost_after": lambda script, method, when: script.drop_after(method, when),
    "lost_before": lambda script, method, when: script.drop_before(method, when),
    "server_error": lambda script, method, when: script.status(method, 503, when),
    "half_done": lambda script, method, when: script.apply_then_error(method, "fatal_error", when),
    "not_half_done": lambda script, method, when: script.error(method, "internal_error", when),
    "auth": lambda script, method, when: script.error(method, "token_revoked", when),
    "plan": lambda script, method, when: script.error(method, "message_limit_exceeded", when),
    "payload": lambda script, method, when: script.error(method, "invalid_blocks", when),
    "metadata": lambda script, method, when: script.error(method, "metadata_too_large", when),
    "unknown": lambda script, method, when: script.error(method, "flux_capacitor_empty", when),
}
"""What Slack answers once, by name; after each the message arrives in the end."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_fails_once_arrives_once(still: StillHouse, kind: Kind, fault: str) -> None:
    """After any one failure that may pass, a message of any kind is there, and there once."""
    FAULTS[fault](still.wire.faults, method_of(kind), of_kind(still, kind))
    STORIES[kind](still)
    still.runs(LONGEST)
    first = still.rows(kind)[0]
    if fault == "plan" and first.state is OutboxState.OBSOLETE:
        assert kind in CALLS, "only a call can be too late to be wanted"
        return
    assert first.state is ARRIVES
    if kind not in LEVEL_TRIGGERED:
        assert len(still.standing(first)) == 1


@pytest.mark.parametrize("code", ["is_archived", "flux_capacitor_empty"])
@pytest.mark.parametrize("kind", KINDS)
def test_broken_destination(still: StillHouse, kind: Kind, code: str) -> None:
    """A destination that is broken, or whose code nobody knows at all, is treated as the table says for the kind."""
    times = 1 if code == "is_archived" else DOUBTED if kind in LEVEL_TRIGGERED else 2
    still.wire.faults.error(method_of(kind), code, of_kind(still, kind), times=times)
    STORIES[kind](still)
    still.runs(LONGEST)
    first = still.rows(kind)[0]
    assert first.state is _outcome_of_broken(kind)
    if first.state is OutboxState.DEAD:
        assert _admins_heard_of(still, first)


@pytest.mark.parametrize("kind", KINDS)
def test_payload_refused_twice_is_dead(still: StillHouse, kind: Kind) -> None:
    """What Slack refuses in its plain form too is given up, and the admins are told with Slack's own word for it."""
    still.wire.faults.error(method_of(kind), "invalid_blocks", of_kind(still, kind), times=2)
    STORIES[kind](still)
    still.runs(LONGEST)
    first = still.rows(kind)[0]
    assert first.state is OutboxState.DEAD
    assert _admins_heard_of(still, first) is (kind is not Kind.ADMIN_NOTICE)


def _admins_heard_of(still: StillHouse, row: OutboxRow) -> bool:
    said = str(row.error).rpartition(": ")[2]
    return any("could not" in message.text and said in message.text for message in still.direct("dana"))


CODES = {kind: code for code, kind in reversed([*FAILURES.items()])} | {UnknownCode: "flux_capacitor_empty"}
"""The first code of every class that Slack's answer can be put into."""

ENDS_WELL = {
    Do.LET_GO: {OutboxState.OBSOLETE},
    Do.POST_ANEW: {OutboxState.OBSOLETE},
    Do.DIE: {OutboxState.DEAD},
    Do.GO_ELSEWHERE: {OutboxState.SENT, OutboxState.DIVERTED, OutboxState.DEAD},
}
"""How a row may end; it is sent in the end after everything else."""

EVERY_CELL = [
    pytest.param(kind, failure, marks=() if kind in EVERY_DAY else (pytest.mark.proof,))
    for kind in STORIES
    for failure in CODES
]


@pytest.mark.parametrize(("kind", "failure"), EVERY_CELL)
def test_every_cell_of_the_table(still: StillHouse, kind: Kind, failure: type[SlackFailure]) -> None:
    """Each kind of message after each class of failure, met once, ends as its cell says, and never in between."""
    still.wire.faults.error(method_of(kind), CODES[failure], of_kind(still, kind))
    STORIES[kind](still)
    still.runs(LONGEST)
    first, do = still.rows(kind)[0], REACTIONS[kind].to[failure]
    expected = ENDS_WELL.get(do, {OutboxState.SENT})
    if do is Do.BACK_OFF and kind in CALLS:
        expected = expected | {OutboxState.OBSOLETE}
    assert first.state in expected


def test_the_table_is_whole() -> None:
    """Every kind says what it does about every class that a failure can be of."""
    classes = set(CODES) | {failure_of("chat.postMessage", "ratelimited").__class__}
    assert {kind: set(reaction.to) for kind, reaction in REACTIONS.items()} == dict.fromkeys(Kind, classes)


def test_every_kind_has_a_story() -> None:
    """No kind of message is left out of the tables above."""
    assert set(STORIES) == set(Kind)


def test_fault_names_are_of_the_script() -> None:
    """Each fault of the table is one that the script can play."""
    for play in FAULTS.values():
        script = FaultScript()
        play(script, "chat.postMessage", lambda _: True)
        assert len(script.left()) == 1


NEVER_OURS: Mapping[str, str] = {
    "as_user_not_supported": "`as_user` is never given",
    "send_on_behalf_not_allowed": "nothing is sent in anybody's name",
    "draft_already_deleted draft_already_sent draft_has_conflict draft_not_found": "no draft is sent",
    "invalid_attachments": "no message has attachments",
    "missing_file_data file_deleted file_is_deleted file_not_found file_share_limit_reached": "no message has files",
    "blocked_file_type max_file_sharing_exceeded unable_to_share_files": "no message has files",
    "slack_connect_blocked_file_type slack_connect_file_upload_sharing_blocked": "no message has files",
    "slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked": "no message has files",
    "slack_connect_canvas_sharing_blocked slack_connect_lists_sharing_blocked": "no message has a canvas or list",
    "cant_broadcast_message no_dual_broadcast_content_update": "no edit asks for a broadcast",
    "not_enough_users too_many_users users_list_not_supplied": "users are named, eight at most",
}


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.delete", "conversations.open"])
def test_every_published_answer_has_its_reaction(method: str) -> None:
    """Whatever Slack's page of a delivering method lists is known here, or can't be caused by what Rung sends."""
    never = {code for codes in NEVER_OURS for code in codes.split()}
    unknown = {code for code in load_facts()[method].errors if isinstance(failure_of(method, code), UnknownCode)}
    assert unknown <= never
    assert not never & set(FAILURES)
