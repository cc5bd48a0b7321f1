"""What the environment says, read once and checked; secrets never show in a log or a repr."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, ValidationInfo, field_validator

from slackbot.errors import SettingsError

SLACK = "https://slack.com/api/"
HEALTH_BY_DEFAULT = "127.0.0.1:9464"
OFF = "off"


class Settings(BaseModel):
    """The names are Slack's and SQLAlchemy's own; see the README's table."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK
    database_url: str = "sqlite:///rung.db"
    rung_policy: Path = Path("rung.toml")
    rung_health: str = HEALTH_BY_DEFAULT
    rung_alert_url: SecretStr | None = None

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _right_token(cls, value: SecretStr, field: ValidationInfo) -> SecretStr:
        # The two are easily mixed up; Slack would say no more than `not_allowed_token_type`.
        is_app_token = value.get_secret_value().startswith("xapp-")
        if not value.get_secret_value().strip() or is_app_token != (field.field_name == "slack_app_token"):
            raise ValueError("is empty or the other token")
        return value

    @field_validator("slack_signing_secret")
    @classmethod
    def _is_a_signing_secret(cls, value: SecretStr) -> SecretStr:
        # Bolt would start with an empty one and then fail at each request.
        said = value.get_secret_value()
        if said != said.strip() or not said or said.startswith(("xoxb-", "xapp-")):
            raise ValueError("is empty, has blanks around it or is a token")
        return value

    @field_validator("rung_alert_url")
    @classmethod
    def _is_a_webhook(cls, value: SecretStr | None) -> SecretStr | None:
        address = value.get_secret_value().strip() if value else ""
        if address and not address.startswith(("https://", "http://")):
            raise ValueError("is no address")
        return SecretStr(address) if address else None

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @field_validator("rung_health")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value != OFF and not (host and port.isascii() and port.isdigit() and int(port) <= _HIGHEST_PORT):
            raise ValueError("is no host:port")
        return value

    @property
    def health_address(self) -> tuple[str, int] | None:
        """Where health and metrics are served; None where they are not."""
        if self.rung_health == OFF:
            return None
        host, _, port = self.rung_health.rpartition(":")
        return host.strip("[]"), int(port)

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


_HIGHEST_PORT = 65535
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
    given = {name: os.environ[name.upper()] for name in Settings.model_fields if name.upper() in os.environ}
    if http is None:
        http = "slack_signing_secret" in given and "slack_app_token" not in given
    names = [name for name in ["slack_signing_secret" if http else "slack_app_token"] if name not in given]
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        names = [str(problem["loc"][0]) for problem in error.errors()] + names
    if names:
        raise _incomplete(names)
    return settings


def _given(name: str, value: SecretStr | None) -> str:
    if value is None:
        raise _incomplete([name])
    return value.get_secret_value()


def _incomplete(names: Sequence[str]) -> SettingsError:
    lines = [f"- {_CURES.get(name, f'{name.upper()} has no usable value')}" for name in names]
    return SettingsError("These settings are missing, empty or not what they should be:\n" + "\n".join(lines))
