"""Bolt in HTTP mode misreads forms, and reads bodies before it knows who sent them: the traps, and that we are past."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from slackbot.runtime.http_guard import Refusal, RefusedError, check_signature, payload_in
from tests.services.still_house import NOWHERE

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = {"command": "/escalate", "text": "the payload parser is broken", "team_id": "T1", "user_id": "U1"}


@pytest.fixture
def heard() -> list[str]:
    """Collect the texts of commands."""
    return []


@pytest.fixture
def plain(heard: list[str]) -> App:
    """Give an app as Bolt's own pages make it."""
    app = App(
        client=WebClient(base_url=NOWHERE, retry_handlers=[]),
        signing_secret=SECRET,
        process_before_response=True,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-x", bot_user_id="U9"),
    )

    @app.command("/escalate")
    def listener(ack: Ack, command: Mapping[str, str]) -> None:
        heard.append(command["text"])
        ack()

    return app


def signed(body: str, kind: str, **changed: str) -> dict[str, str | Sequence[str]]:
    """Sign a body as Slack does."""
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
        "content-type": kind,
        **changed,
    }


def test_the_trap_of_the_word_payload_is_there(plain: App, heard: list[str]) -> None:
    """Stock Bolt answers a command with the word in its text by 404, and never runs its listener."""
    body = urlencode(COMMAND)
    assert plain.dispatch(BoltRequest(body=body, headers=signed(body, FORM))).status == 404
    assert heard == []


def test_a_command_is_read_as_a_command(plain: App, heard: list[str]) -> None:
    """The same bytes, read by us and handed to the same Bolt, reach the listener."""
    body = payload_in(urlencode(COMMAND).encode(), f"{FORM}; charset=utf-8")
    assert plain.dispatch(BoltRequest(body=body, headers=signed(body, JSON))).status == 200
    assert heard == [COMMAND["text"]]


def test_the_trap_of_unsigned_json_is_there() -> None:
    """Stock Bolt parses before it verifies: malformed JSON of a stranger raises."""
    with pytest.raises(json.JSONDecodeError):
        BoltRequest(body="{", headers={"content-type": JSON})


@pytest.mark.parametrize("changed", [{"x-slack-request-timestamp": "soon"}, {"x-slack-signature": "v0=é"}])
def test_the_trap_of_strange_headers_is_there(plain: App, changed: dict[str, str]) -> None:
    """Stock Bolt answers headers that are no number, or not ASCII, with a server error."""
    body = urlencode(COMMAND)
    assert plain.dispatch(BoltRequest(body=body, headers=signed(body, FORM, **changed))).status == 500


def refused(body: bytes, timestamp: str | None, signature: str | None) -> Refusal:
    """Give the reason for which our guard refuses."""
    with pytest.raises(RefusedError) as error:
        check_signature(SECRET.encode(), body, timestamp, signature, 1531420618.0)
    return error.value.why


def test_our_guard_names_the_reason() -> None:
    """The same headers are refused for what is wrong with them, before anything of the body is looked at."""
    now, some = "1531420618", "v0=" + "0" * 64
    assert refused(b"{", now, some) is Refusal.WRONG_SIGNATURE
    assert refused(b"{", "soon", some) is Refusal.NO_TIMESTAMP
    assert refused(b"{", now, "v0=é") is Refusal.NO_SIGNATURE
    assert refused(b"{", "1531420000", some) is Refusal.TOO_OLD
    assert refused(b"x" * 1_000_001, now, some) is Refusal.TOO_LARGE


def test_the_example_of_slacks_own_page_is_taken() -> None:
    """The request and signature on docs.slack.dev/authentication/verifying-requests-from-slack agree for us, too."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    check_signature(SECRET.encode(), body, "1531420618", signature, 1531420618.0)
