"""What every call is checked against: method, token, scopes, arguments, the form it comes in; and the journal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slackbot.simulator.facts import load_facts
from slackbot.simulator.model import Json
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.web_api.call import Rules
from slackbot.simulator.web_api.routes import ROUTES
from slackbot.simulator.workspace import Workspace

Caller = Callable[..., Json]


def test_the_declared_methods_are_the_routes() -> None:
    """Whatever has facts has an answer, and the other way round."""
    assert set(load_facts()) == set(ROUTES)


def test_an_unknown_method_is_named_so(call: Caller) -> None:
    """Slack's own words for it."""
    assert call("chat.shout") == {"ok": False, "error": "unknown_method"}


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("", "not_authed"), ("xoxb-1", "invalid_auth")])
def test_a_wrong_token_opens_nothing(api: WebApi, token: str | None, error: str) -> None:
    """No method answers a stranger; `oauth.v2.access` asks for the app's own id and secret in place of a token."""
    for method in [each for each in ROUTES if each != "oauth.v2.access"]:
        reply = api.call(method, token=token, args={})
        assert (reply.status, reply.headers) == (200, {})
        assert reply.body == {"ok": False, "error": error}
    assert api.call("oauth.v2.access", token=token, args={}).body["error"] == "invalid_client_id"


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
def test_a_revoked_token_says_why(call: Caller, workspace: Workspace, error: str) -> None:
    """The app can tell an uninstallation from a typing error."""
    workspace.revoke_token(error=error)
    assert call("auth.test") == {"ok": False, "error": error}


def test_each_token_has_its_methods(api: WebApi, workspace: Workspace) -> None:
    """The app-level token opens connections and nothing else; the bot token does the rest."""
    api.connect = lambda: "ws://127.0.0.1/link"
    opened = api.call("apps.connections.open", token=workspace.app.app_token, args={})
    assert opened.body == {"ok": True, "url": "ws://127.0.0.1/link"}
    wrong = [("apps.connections.open", workspace.app.bot_token), ("auth.test", workspace.app.app_token)]
    for method, token in wrong:
        assert api.call(method, token=token, args={}).body["error"] == "not_allowed_token_type"


def test_auth_test_says_who_calls(api: WebApi, workspace: Workspace) -> None:
    """Bolt learns its own ids and scopes from it."""
    reply = api.call("auth.test", token=workspace.app.bot_token, args={})
    assert reply.body["user_id"] == workspace.app.bot_user_id
    assert reply.body["bot_id"] == workspace.app.bot_id
    assert reply.body["team_id"] == workspace.team_id
    assert "chat:write" in reply.headers["x-oauth-scopes"].split(",")


def test_a_missing_scope_is_named(call: Caller, workspace: Workspace) -> None:
    """The answer says what is needed and what is there."""
    workspace.installation.set_scopes(["commands"])
    answer = call("chat.postMessage", channel="C1", text="x")
    assert answer == {"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"}


def test_every_method_with_scopes_refuses_without_any(call: Caller, workspace: Workspace) -> None:
    """No method forgets its scope, and methods without one go on working."""
    workspace.installation.set_scopes([])
    for name, fact in load_facts().items():
        if name != "apps.connections.open":
            refused = call(name)["error"] == "missing_scope" if fact.scopes else True
            assert refused, name


def test_required_arguments_are_required(call: Caller) -> None:
    """What is missing is named in Slack's words."""
    answer = call("chat.update", text="x")
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] missing required field: channel",
        "[ERROR] missing required field: ts",
    ]


def test_unknown_arguments_are_refused_but_team_id(api: WebApi, call: Caller) -> None:
    """A misspelt argument is caught; Bolt's `team_id` is not; a lenient Slack lets both through."""
    assert call("auth.test", team_id="T0001")["ok"]
    assert call("auth.test", chanel="C1")["error"] == "invalid_arguments"
    api.rules = Rules(unknown_arguments=True)
    assert call("auth.test", chanel="C1")["ok"]


def test_json_is_refused_where_slack_takes_forms(api: WebApi, workspace: Workspace) -> None:
    """Exactly the methods whose table says so take a JSON body."""
    for name, fact in load_facts().items():
        token = workspace.app.app_token if name == "apps.connections.open" else workspace.app.bot_token
        api.connect = lambda: "ws://127.0.0.1/link"
        api.call(name, token=token, args={}, json_body=True)
        rule = workspace.journal.calls()[-1].rule or ""
        assert ("takes a form, not JSON" in rule) != fact.json_input_supported, name


@pytest.mark.parametrize(
    ("json_body", "charset", "warning"),
    [
        (True, True, None),
        (True, False, "missing_charset"),
        (False, True, "superfluous_charset"),
        (False, False, None),
        (True, None, None),
    ],
)
def test_charset_warnings(
    api: WebApi, workspace: Workspace, *, json_body: bool, charset: bool | None, warning: str | None
) -> None:
    """JSON wants a charset, a form wants none."""
    token = workspace.app.bot_token
    body = api.call("auth.test", token=token, args={}, json_body=json_body, charset=charset).body
    assert body["ok"]
    assert body.get("warning") == warning
    if warning:
        assert body["response_metadata"]["warnings"] == [warning]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("include_locale", "1", None),
        ("include_locale", "false", None),
        ("include_locale", True, None),
        ("include_locale", "maybe", "invalid_arguments"),
        ("limit", "2", None),
        ("limit", "two", "invalid_arguments"),
        ("limit", "1.5", "invalid_arguments"),
        ("cursor", 7, "invalid_cursor"),
        ("cursor", {"a": 1}, "invalid_arguments"),
        ("cursor", True, "invalid_arguments"),
    ],
)
def test_arguments_have_types(call: Caller, name: str, value: object, error: str | None) -> None:
    """Forms carry text, JSON carries values; nonsense is refused."""
    assert call("users.list", **{name: value}).get("error") == error


def test_the_journal_keeps_every_call_without_its_token(call: Caller, workspace: Workspace) -> None:
    """What was asked, what came back, which rule was broken; no secret."""
    call("auth.test", token="ignored")
    call("chat.postMessage", channel="C404", text="x")
    fine, refused = workspace.journal.calls()
    assert (fine.method, fine.args, fine.status, fine.error) == ("auth.test", {}, 200, None)
    assert (refused.args, refused.error) == ({"channel": "C404", "text": "x"}, "channel_not_found")
    assert refused.rule
    assert workspace.journal.refused() == [refused]
    assert workspace.journal.calls("auth.test") == [fine]


def test_team_and_bot_can_be_asked_about(call: Caller, workspace: Workspace) -> None:
    """Both answer for what is there and refuse what is not."""
    assert call("team.info")["team"]["domain"] == "acme"
    assert call("team.info", team="T9")["error"] == "team_not_found"
    assert call("bots.info", bot=workspace.app.bot_id)["bot"]["app_id"] == workspace.app.app_id
    assert call("bots.info", bot="B9")["error"] == "bot_not_found"


def test_without_a_socket_there_is_no_address(api: WebApi, workspace: Workspace) -> None:
    """In process nobody listens, and the answer says so."""
    answer = api.call("apps.connections.open", token=workspace.app.app_token, args={})
    assert answer.body["error"] == "internal_error"
