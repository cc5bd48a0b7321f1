"""What the environment says, read once and checked; secrets never show in a log or a repr."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from slackbot.errors import SettingsError

SLACK = "https://slack.com/api/"
HEALTH_BY_DEFAULT = "127.0.0.1:9464"
OFF = "off"


@dataclass(frozen=True, slots=True)
class Settings:
    """The names are Slack's and SQLAlchemy's own; see the README's table.

    Plain values, so that `rung run` keeps no validating library in its memory (docs/decisions/0016).
    """

    slack_bot_token: str = field(repr=False)
    slack_app_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_api_url: str = SLACK
    database_url: str = "sqlite:///rung.db"
    rung_policy: Path = Path("rung.toml")
    rung_health: str = HEALTH_BY_DEFAULT
    rung_alert_url: str | None = field(default=None, repr=False)

    @property
    def health_address(self) -> tuple[str, int] | None:
        """Where health and metrics are served; None where they are not."""
        if self.rung_health == OFF:
            return None
        host, _, port = self.rung_health.rpartition(":")
        return host.strip("[]"), int(port)

    def environment(self) -> dict[str, str]:
        """Give the variables that `load_settings` reads these from, for a process of our own."""
        given = ((each.name.upper(), getattr(self, each.name)) for each in fields(self))
        return {name: str(value) for name, value in given if value is not None}

    def app_token(self) -> str:
        """Give the token of Socket Mode.

        Raises:
            SettingsError: it was not given.
        """
        return _given("slack_app_token", self.slack_app_token)

    def signing_secret(self) -> str:
        """Give the secret of HTTP mode.

        Raises:
            SettingsError: it was not given.
        """
        return _given("slack_signing_secret", self.slack_signing_secret)


def _bot_token(said: str) -> str:
    # The two tokens are easily mixed up; Slack would say no more than `not_allowed_token_type`.
    return _sound(said, bool(said.strip()) and not said.startswith("xapp-"))


def _app_token(said: str) -> str:
    return _sound(said, said.startswith("xapp-"))


def _signing_secret(said: str) -> str:
    # Bolt would start with an empty one and then fail at each request.
    return _sound(said, said == said.strip() != "" and not said.startswith(("xoxb-", "xapp-")))


def _webhook(said: str) -> str | None:
    address = said.strip()
    return _sound(address, not address or address.startswith(("https://", "http://"))) or None


def _base(said: str) -> str:
    return said if said.endswith("/") else said + "/"


def _address(said: str) -> str:
    host, _, port = said.rpartition(":")
    there = bool(host) and port.isascii() and port.isdigit() and int(port) <= _HIGHEST_PORT
    return _sound(said, said == OFF or there)


def _sound(said: str, holds: bool) -> str:  # noqa: FBT001 - a judgement, made where it is called
    if not holds:
        raise ValueError
    return said


_HIGHEST_PORT = 65535
_READ: Mapping[str, Callable[[str], Any]] = {
    "slack_bot_token": _bot_token,
    "slack_app_token": _app_token,
    "slack_signing_secret": _signing_secret,
    "slack_api_url": _base,
    "database_url": str,
    "rung_policy": Path,
    "rung_health": _address,
    "rung_alert_url": _webhook,
}
_CURES: Mapping[str, str] = {
    "slack_bot_token": "SLACK_BOT_TOKEN (xoxb-...): see 'OAuth & Permissions' at https://api.slack.com/apps",
    "slack_app_token": "SLACK_APP_TOKEN (xapp-..., scope connections:write): see 'Basic Information' there",
    "slack_signing_secret": "SLACK_SIGNING_SECRET: see 'Basic Information', 'App Credentials' there",
    "rung_health": "RUNG_HEALTH: write host:port, such as 127.0.0.1:9464, or off",
    "rung_alert_url": "RUNG_ALERT_URL: an address that begins with https:// or http://, or nothing",
}


def load_settings(*, http: bool | None = None) -> Settings:
    """Read the settings from the environment.

    `http` says whether requests come by HTTP or over Socket Mode, which need a secret or a token of their own; None
    takes what is there.

    Raises:
        SettingsError: naming every variable that is missing, empty or the wrong token, and where to find it.
    """
    said = {each.name: os.environ[each.name.upper()] for each in fields(Settings) if each.name.upper() in os.environ}
    if http is None:
        http = "slack_signing_secret" in said and "slack_app_token" not in said
    needed = ("slack_bot_token", "slack_signing_secret" if http else "slack_app_token")
    unusable = [name for name in needed if name not in said]
    values: dict[str, Any] = {}
    for name, text in said.items():
        try:
            values[name] = _READ[name](text)
        except ValueError:
            unusable.append(name)
    if unusable:
        raise _incomplete(unusable)
    return Settings(**values)


def _given(name: str, value: str | None) -> str:
    if value is None:
        raise _incomplete([name])
    return value


def _incomplete(names: Sequence[str]) -> SettingsError:
    lines = [f"- {_CURES.get(name, f'{name.upper()} has no usable value')}" for name in names]
    return SettingsError("These settings are missing, empty or not what they should be:\n" + "\n".join(lines))
