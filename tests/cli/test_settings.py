"""Settings: what is missing is named, with its cure; secrets never show."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.errors import SettingsError
from slackbot.settings import load_settings

BOT, APP = "xoxb-1-secret", "xapp-1-secret"


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
    assert "secret" not in said


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
    """Printed or logged, the settings keep the tokens to themselves."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    assert "secret" not in f"{load_settings()} {load_settings()!r}"
