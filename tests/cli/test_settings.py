"""Settings: what is missing is named, with its cure; secrets never show."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.errors import SettingsError
from slackbot.settings import load_settings

BOT, APP, SECRET = "xoxb-1-canary", "xapp-1-canary", "canary1b10e8888abcd99"


def _complaint() -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return str(refused.value)


@pytest.mark.usefixtures("place")
def test_everything_that_is_missing_is_named_at_once() -> None:
    """Both tokens are named, with the page where each stands."""
    said = _complaint()
    assert "SLACK_BOT_TOKEN" in said
    assert "SLACK_APP_TOKEN" in said
    assert "api.slack.com/apps" in said


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("bot", "app", "wrong"),
    [
        ("", APP, "SLACK_BOT_TOKEN"),
        ("  ", APP, "SLACK_BOT_TOKEN"),
        (APP, APP, "SLACK_BOT_TOKEN"),
        (BOT, "", "SLACK_APP_TOKEN"),
        (BOT, BOT, "SLACK_APP_TOKEN"),
    ],
)
def test_an_empty_or_mixed_up_token_is_named(bot: str, app: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is empty, or the other one, is named alone, and its value is not repeated."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", bot)
    monkeypatch.setenv("SLACK_APP_TOKEN", app)
    said = _complaint()
    (other,) = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"} - {wrong}
    assert wrong in said
    assert other not in said
    assert "canary" not in said


def test_defaults_are_those_of_the_readme(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the two tokens alone everything else has its default, and a base without a slash gets one."""
    assert place.is_dir()
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    settings = load_settings()
    assert (settings.database_url, settings.rung_policy) == ("sqlite:///rung.db", Path("rung.toml"))
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:8000/api")
    assert load_settings().slack_api_url == "http://127.0.0.1:8000/api/"


@pytest.mark.usefixtures("place")
def test_no_secret_shows_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed or logged, the settings keep the tokens and the secret to themselves."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    assert "canary" not in f"{load_settings()} {load_settings()!r}"


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("secret", [None, "", "  ", f" {SECRET}", BOT, APP])
def test_http_mode_needs_a_signing_secret(secret: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, empty, with a blank pasted along or mixed up with a token: it is named alone and never shown."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    if secret is not None:
        monkeypatch.setenv("SLACK_SIGNING_SECRET", secret)
    with pytest.raises(SettingsError) as refused:
        load_settings(http=True)
    said = str(refused.value)
    assert "SLACK_SIGNING_SECRET" in said
    assert "SLACK_APP_TOKEN" not in said
    assert "canary" not in said


@pytest.mark.usefixtures("place")
def test_each_mode_needs_its_own_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP mode asks for no app-level token, Socket Mode for no secret; who does not say takes what is there."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    assert load_settings(http=True).signing_secret() == SECRET
    assert load_settings().signing_secret() == SECRET
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        load_settings(http=False)
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        load_settings().app_token()
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    assert load_settings(http=False).app_token() == APP


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("said", "meant"),
    [("off", None), ("0.0.0.0:8080", ("0.0.0.0", 8080)), ("[::1]:0", ("::1", 0)), ("host:65535", ("host", 65535))],  # noqa: S104 - an admin may want it
)
def test_health_is_served_where_it_is_wanted(
    said: str, meant: tuple[str, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address and port, or nowhere."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    assert load_settings().health_address == ("127.0.0.1", 9464)
    monkeypatch.setenv("RUNG_HEALTH", said)
    assert load_settings().health_address == meant


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("said", ["", "on", "9464", ":9464", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "h:-1"])
def test_no_address_is_named(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no host:port is refused at the start, with an example."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    monkeypatch.setenv("RUNG_HEALTH", said)
    assert "RUNG_HEALTH: write host:port" in _complaint()
