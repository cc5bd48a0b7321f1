"""What the environment says, read once and checked; secrets never show in a log or a repr."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, ValidationInfo, field_validator

from slackbot.errors import SettingsError

SLACK = "https://slack.com/api/"


class Settings(BaseModel):
    """The names are Slack's and SQLAlchemy's own; see the README's table."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr
    slack_app_token: SecretStr
    slack_api_url: str = SLACK
    database_url: str = "sqlite:///rung.db"
    rung_policy: Path = Path("rung.toml")
    rung_alert_url: SecretStr | None = None

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _right_token(cls, value: SecretStr, field: ValidationInfo) -> SecretStr:
        # The two are easily mixed up; Slack would say no more than `not_allowed_token_type`.
        is_app_token = value.get_secret_value().startswith("xapp-")
        if not value.get_secret_value().strip() or is_app_token != (field.field_name == "slack_app_token"):
            raise ValueError("is empty or the other token")
        return value

    @field_validator("rung_alert_url")
    @classmethod
    def _is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        address = value.get_secret_value().strip() if value else ""
        if address and not address.startswith(("https://", "http://")):
            raise ValueError("is no address")
        return SecretStr(address) if address else None

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"


_CURES: Mapping[str, str] = {
    "slack_bot_token": "SLACK_BOT_TOKEN (xoxb-...): see 'OAuth & Permissions' at https://api.slack.com/apps",
    "slack_app_token": "SLACK_APP_TOKEN (xapp-..., scope connections:write): see 'Basic Information' there",
    "rung_alert_url": "RUNG_ALERT_URL: an address that begins with https:// or http://, or nothing",
}


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: naming every variable that is missing, empty or the wrong token, and where to find it.
    """
    given = {name: os.environ[name.upper()] for name in Settings.model_fields if name.upper() in os.environ}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        names = [str(problem["loc"][0]) for problem in error.errors()]
        lines = [f"- {_CURES.get(name, f'{name.upper()} has no usable value')}" for name in names]
        raise SettingsError(
            "These settings are missing, empty or not what they should be:\n" + "\n".join(lines)
        ) from None
