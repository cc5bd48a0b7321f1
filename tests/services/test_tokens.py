"""Slack refuses the token: nothing leaves, nothing is lost, deadlines go on, somebody outside is told, once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from slackbot.core.messages import Kind
from slackbot.runtime.loop import SAFETY_TICK
from slackbot.services.tokens import refused_tokens
from slackbot.slack.failures import failure_of
from storage.outbox_rows import OutboxState
from tests.services.still_house import StillHouse, to

POST = "chat.postMessage"
MINUTE = 60.0


class Outside:
    """Somebody outside Slack; refuses to listen so often at first."""

    def __init__(self, *, deaf: int = 0) -> None:
        self.told: list[Mapping[str, str]] = []
        self.asked = 0
        self._deaf = deaf

    def tell(self, alert: Mapping[str, str]) -> bool:
        """Take an alert, or not."""
        self.asked += 1
        if self.asked <= self._deaf:
            return False
        self.told.append(alert)
        return True


def listening(still: StillHouse, monkeypatch: pytest.MonkeyPatch, *, deaf: int = 0) -> Outside:
    """Have somebody listen outside."""
    outside = Outside(deaf=deaf)
    monkeypatch.setattr(still.engine.tokens, "_tell_outside", outside.tell)
    return outside


def test_a_refused_token_stops_the_workspace(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ten cases waiting Slack is asked once a minute whether the token is good, and nothing else is tried."""
    outside = listening(still, monkeypatch)
    still.slack.revoke_token()
    still.raises()
    still.runs(1)
    tried = len(still.wire.calls)
    for number in range(10):
        still.raises(f"refund {number}")
    still.runs(8 * MINUTE - 1)
    asked = [method for method, _ in still.wire.calls[tried:]]
    assert asked == ["auth.test"] * 8
    assert {row.state for row in still.rows()} == {OutboxState.PENDING}
    (refusal,) = refused_tokens(still.engine.ctx)
    assert "token_revoked" in refusal.error
    assert [alert["event"] for alert in outside.told] == ["token_refused"]
    still.slack.installation.restore()
    still.runs(1.5 * MINUTE)
    assert len([m for m in still.visible("tier-2") if not m.is_reply]) == 11
    still.runs(2 * MINUTE)
    assert refused_tokens(still.engine.ctx) == []
    assert [alert["event"] for alert in outside.told] == ["token_refused", "token_accepted"]


def test_deadlines_go_on_and_each_case_catches_up_once(still: StillHouse) -> None:
    """After twenty-five minutes with a refused token the tier is called once more, not once for each slot."""
    case = still.raises()
    still.runs(10)
    still.slack.revoke_token()
    still.runs(25 * MINUTE)
    assert len(still.events(case, "pinged")) == 2
    assert still.wire.of(POST)[-1]["channel"] == still.channel_id("tier-2")
    still.slack.installation.restore()
    still.runs(90)
    (call,) = [message for message in still.visible("tier-2") if message.is_reply]
    assert "last call" in call.text
    assert [event.reason for event in still.events(case, "ping_suppressed")] == ["overtaken"]
    assert still.row(Kind.PING).state is OutboxState.OBSOLETE
    assert still.row(Kind.PING_BROADCAST).state is OutboxState.SENT


@pytest.mark.proof
def test_the_top_is_called_once_after_a_day(still: StillHouse) -> None:
    """After a day with a refused token every place hears once of the case, catcher included."""
    still.raises()
    still.runs(10)
    still.slack.revoke_token()
    still.runs(24 * 3600)
    still.slack.installation.restore()
    before = len(still.visible())
    still.runs(90)
    after = still.visible()[before:]
    assert len({message.channel for message in after}) == len(after)
    assert len(still.visible("support-managers")) == 1


def test_a_scope_that_is_missing_is_named_and_stays_refused(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """`auth.test` knows nothing of scopes: messages are tried again each minute, and somebody is told only once."""
    outside = listening(still, monkeypatch)
    scopes = still.slack.app.scopes
    still.slack.installation.set_scopes(scopes - {"chat:write"})
    still.raises()
    still.runs(5 * MINUTE)
    (refusal,) = refused_tokens(still.engine.ctx)
    assert "missing_scope" in refusal.error
    assert "chat:write" in refusal.error
    assert [alert["event"] for alert in outside.told] == ["token_refused"]
    still.slack.installation.set_scopes(scopes)
    still.runs(3 * MINUTE)
    assert refused_tokens(still.engine.ctx) == []
    assert len(still.visible("tier-2")) == 1


def test_who_does_not_listen_is_told_again(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert that nobody took is repeated each minute until somebody does, and never more often."""
    outside = listening(still, monkeypatch, deaf=3)
    still.slack.revoke_token(error="account_inactive")
    still.raises()
    still.runs(10 * MINUTE)
    assert outside.asked == 4
    (alert,) = outside.told
    assert alert["workspace"] == "Acme"
    assert "account_inactive" in alert["text"]
    still.slack.installation.restore()
    still.runs(3 * MINUTE)


def test_slack_that_does_not_answer_is_no_good_token(still: StillHouse) -> None:
    """Where the check itself gets no answer, the workspace stays stopped."""
    still.slack.revoke_token()
    still.raises()
    still.runs(1)
    still.wire.faults.drop_before("auth.test", times=3)
    still.slack.installation.restore()
    still.runs(3 * MINUTE)
    assert still.visible() == []
    still.runs(2 * MINUTE)
    assert len(still.visible("tier-2")) == 1


def test_a_press_is_taken_meanwhile(still: StillHouse) -> None:
    """A case can be taken while nothing can be sent; the call that waited is not made afterwards."""
    case = still.raises()
    still.runs(10)
    still.slack.revoke_token()
    still.runs(11 * MINUTE)
    still.acknowledges(case)
    still.slack.installation.restore()
    still.runs(3 * MINUTE)
    assert still.row(Kind.PING).state is OutboxState.OBSOLETE
    (card,) = still.visible("tier-2")
    assert "promised" in str(card.blocks)


def test_one_refused_look_does_not_stop_what_can_be_sent(still: StillHouse) -> None:
    """History scopes that were declined stop nothing: they are optional."""
    still.slack.installation.set_scopes(still.slack.app.scopes - {"channels:history"})
    still.wire.faults.drop_before(POST, to(still.channel_id("tier-2")))
    still.raises()
    still.runs(70)
    assert refused_tokens(still.engine.ctx) == []
    assert len(still.visible("tier-2")) == 1


def test_a_refused_token_is_asked_about_by_one_alone(still: StillHouse) -> None:
    """While messages wait for a refused token, and the gateway knows of it too, Slack is asked once a minute in all."""
    still.slack.revoke_token()
    still.wire.token_state.heard(failure_of(POST, "token_revoked"))
    still.raises()
    still.runs(1)
    before = len(still.wire.of("auth.test"))
    still.runs(5 * MINUTE)
    assert len(still.wire.of("auth.test")) - before == 5
    still.slack.installation.restore()
    still.runs(3 * MINUTE)


def test_a_refusal_that_no_message_met_is_told(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused when something else was asked, and nothing to be said: within seconds somebody outside knows."""
    outside = listening(still, monkeypatch)
    still.slack.revoke_token()
    still.wire.token_state.heard(failure_of("users.info", "token_revoked"))
    still.runs(SAFETY_TICK)
    assert [alert["event"] for alert in outside.told] == ["token_refused"]
    still.slack.installation.restore()
    still.wire.token_state.heard(None)
    still.runs(3 * MINUTE)
    assert [alert["event"] for alert in outside.told] == ["token_refused", "token_accepted"]
