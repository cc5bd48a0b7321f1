"""Installing an app over OAuth v2, token rotation and uninstalling, with the real client and Bolt's own flow."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_bolt import BoltRequest
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Bot, FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.oauth.token_rotation import TokenRotator

from slackbot.clock import ManualClock
from slackbot.simulator.server import Simulator
from tests.simulator.small_app import MANIFEST, furnished

BACK = "https://app.example/slack/oauth_redirect"
SCOPES = ["chat:write", "commands"]


def manifest(*, rotates: bool = False) -> dict[str, Any]:
    """Make the tiny app's manifest with an address to return to."""
    config = {**MANIFEST["oauth_config"], "redirect_urls": [BACK]}
    return {**MANIFEST, "oauth_config": config, "settings": {"token_rotation_enabled": rotates}}


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a running simulator of an app that can be installed."""
    with Simulator(furnished(clock, manifest())) as running:
        yield running


@pytest.fixture
def rotating(clock: ManualClock) -> Iterator[Simulator]:
    """Give the same with tokens that expire."""
    with Simulator(furnished(clock, manifest(rotates=True))) as running:
        yield running


def page(simulator: Simulator, **changed: str) -> str:
    """Write the address an app sends a browser to, as slack_sdk does."""
    generator = AuthorizeUrlGenerator(
        client_id=simulator.api.oauth.client_id,
        scopes=SCOPES,
        redirect_uri=BACK,
        authorization_url=f"{simulator.base_url}/oauth/v2/authorize",
    )
    url = generator.generate("the state")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} | changed
    return f"{url.partition('?')[0]}?{urlencode(query)}"


def visit(url: str) -> tuple[int, str, dict[str, str]]:
    """Open a page without following it on; says the status, the text and the query it redirects with."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        text = answer.read().decode()
        back = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
        return answer.status, text, {name: values[0] for name, values in back.items()}
    finally:
        connection.close()


def code_for(simulator: Simulator) -> str:
    """Allow the app and give the code that comes back."""
    return visit(page(simulator, answer="allow"))[2]["code"]


def access(simulator: Simulator, **args: Any) -> dict[str, Any]:
    """Call `oauth.v2.access` with slack_sdk, whose id and secret go by HTTP Basic; refusals are answers too."""
    given = {"client_id": simulator.api.oauth.client_id, "client_secret": simulator.api.oauth.client_secret, **args}
    try:
        answer = WebClient(base_url=simulator.api_url, retry_handlers=[]).oauth_v2_access(**given)
    except SlackApiError as error:
        answer = error.response
    assert isinstance(answer.data, dict)
    return answer.data


def said_by(simulator: Simulator, token: str) -> str:
    """Say what a token is answered with: its error, or `ok`."""
    try:
        WebClient(token, base_url=simulator.api_url, retry_handlers=[]).auth_test()
    except SlackApiError as error:
        return str(error.response["error"])
    return "ok"


def test_the_page_asks_and_the_code_brings_a_token(simulator: Simulator) -> None:
    """The page lists the scopes; allowed, it returns code and state; the code is worth a token that works."""
    status, text, _ = visit(page(simulator))
    assert (status, "chat:write" in text, "Allow" in text) == (200, True, True)
    lea = simulator.person("lea").id
    status, _, back = visit(page(simulator, **{"answer": "allow", "as": lea}))
    assert (status, back["state"]) == (302, "the state")
    got = access(simulator, code=back["code"], redirect_uri=BACK)
    assert (got["token_type"], got["scope"], got["team"]["id"]) == ("bot", "chat:write,commands", "T0001")
    assert (got["authed_user"], got["is_enterprise_install"]) == ({"id": lea}, False)
    assert "refresh_token" not in got
    assert said_by(simulator, got["access_token"]) == "ok"
    assert simulator.bot_token == got["access_token"]


def test_a_cancelled_request_returns_without_a_code(simulator: Simulator) -> None:
    """Cancel brings the browser back with `access_denied` and the state."""
    _, _, back = visit(page(simulator, answer="cancel"))
    assert back == {"error": "access_denied", "state": "the state"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": ""}, "no_scopes"),
    ],
)
def test_a_page_that_asks_wrongly_shows_an_error(simulator: Simulator, changed: dict[str, str], error: str) -> None:
    """A foreign client, address or scope gets no code, whatever is pressed."""
    status, text, back = visit(page(simulator, answer="allow", **changed))
    assert (status, error in text, back) == (400, True, {})


def test_a_code_is_good_once(simulator: Simulator) -> None:
    """The second exchange of a code is refused."""
    code = code_for(simulator)
    assert access(simulator, code=code)["ok"]
    assert access(simulator, code=code)["error"] == "invalid_code"


def test_a_code_grows_old(simulator: Simulator, clock: ManualClock) -> None:
    """After ten minutes nobody takes it."""
    code = code_for(simulator)
    clock.advance(timedelta(minutes=10, seconds=1))
    assert access(simulator, code=code)["error"] == "invalid_code"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"client_secret": "other"}, "bad_client_secret"),
        ({"redirect_uri": "https://app.example/elsewhere"}, "bad_redirect_uri"),
        ({"code": "never given"}, "invalid_code"),
        ({"grant_type": "password"}, "invalid_grant_type"),
    ],
)
def test_an_exchange_must_fit_what_was_asked(simulator: Simulator, changed: dict[str, str], error: str) -> None:
    """Each part of an exchange that does not fit has its own error."""
    assert access(simulator, **{"code": code_for(simulator), **changed})["error"] == error


def test_the_secret_stands_in_no_journal(simulator: Simulator) -> None:
    """The journal shows the call and not the secret."""
    access(simulator, code=code_for(simulator))
    (call,) = simulator.workspace.journal.calls("oauth.v2.access")
    assert "client_secret" not in call.args
    assert simulator.api.oauth.client_secret not in str(call)


def test_rotated_tokens_expire_and_are_refreshed(rotating: Simulator, clock: ManualClock) -> None:
    """A token lives twelve hours; its refresh token buys the next one, once."""
    got = access(rotating, code=code_for(rotating))
    assert (got["expires_in"], got["access_token"][:9], got["refresh_token"][:7]) == (43_200, "xoxe.xoxb", "xoxe-1-")
    clock.advance(timedelta(hours=12))
    assert said_by(rotating, got["access_token"]) == "token_expired"
    again = {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    new = access(rotating, **again)
    assert said_by(rotating, new["access_token"]) == "ok"
    assert access(rotating, **again)["error"] == "invalid_refresh_token"


def test_bolts_own_flow_installs_the_app(simulator: Simulator, tmp_path: Path) -> None:
    """The flow every Bolt app has: a state in a cookie, the page, the callback, a token kept that works."""
    store = FileInstallationStore(base_dir=str(tmp_path))
    settings = OAuthSettings(
        client_id=simulator.api.oauth.client_id,
        client_secret=simulator.api.oauth.client_secret,
        scopes=SCOPES,
        redirect_uri=BACK,
        authorization_url=f"{simulator.base_url}/oauth/v2/authorize",
        install_page_rendering_enabled=False,
        installation_store=store,
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(tmp_path)),
    )
    flow = OAuthFlow(client=WebClient(base_url=simulator.api_url, retry_handlers=[]), settings=settings)
    sent = flow.handle_installation(BoltRequest(body=""))
    _, _, back = visit(sent.headers["location"][0] + "&answer=allow")
    cookie = sent.headers["set-cookie"][0].partition(";")[0]
    done = flow.handle_callback(BoltRequest(body="", query=dict(back), headers={"cookie": cookie}))
    assert done.status == 200
    bot = store.find_bot(enterprise_id=None, team_id="T0001")
    assert bot is not None
    assert said_by(simulator, bot.bot_token) == "ok"
    assert bot.bot_id == simulator.workspace.app.bot_id


def test_slack_sdk_rotates_a_token_in_time(rotating: Simulator) -> None:
    """slack_sdk's own rotator turns a token about to expire into the next one."""
    got = access(rotating, code=code_for(rotating))
    oauth = rotating.api.oauth
    client = WebClient(base_url=rotating.api_url, retry_handlers=[])
    rotator = TokenRotator(client_id=oauth.client_id, client_secret=oauth.client_secret, client=client)
    bot = Bot(
        bot_token=got["access_token"],
        bot_id="B1",
        bot_user_id=got["bot_user_id"],
        bot_refresh_token=got["refresh_token"],
        bot_token_expires_at=int(time.time()) + 60,
        installed_at=time.time(),
    )
    new = rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=120)
    assert new is not None
    assert new.bot_token != bot.bot_token
    assert said_by(rotating, new.bot_token) == "ok"


def test_an_uninstalled_app_can_come_back(simulator: Simulator) -> None:
    """Uninstalled, every token is dead and both events are told; a new installation brings a token that works."""
    told: list[str] = []
    simulator.workspace.on_event(lambda event: told.append(event["type"]))
    first = access(simulator, code=code_for(simulator))["access_token"]
    second = access(simulator, code=code_for(simulator))["access_token"]
    simulator.uninstall()
    assert sorted(told) == ["app_uninstalled", "tokens_revoked"]
    assert [said_by(simulator, token) for token in (first, second)] == ["account_inactive"] * 2
    third = access(simulator, code=code_for(simulator))["access_token"]
    assert said_by(simulator, third) == "ok"
    assert said_by(simulator, first) == "account_inactive"


def test_the_page_is_on_loopback_and_loads_nothing(simulator: Simulator) -> None:
    """What the page shows of the query is escaped, and it refers to no other place."""
    url = page(simulator, state='"><script>')
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 loopback only
        text = answer.read().decode()
    assert "<script>" not in text
    assert "src=" not in text
