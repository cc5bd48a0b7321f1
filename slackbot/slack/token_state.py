"""What Slack last said of the token: whether anything can be said at all."""

from __future__ import annotations

from slackbot.slack.failures import SlackFailure

TOKEN_REFUSED = frozenset(
    {
        "token_revoked",
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "app_access_restricted",
        "accesslimited",
        "team_not_found",
    }
)
"""Answers that are about the token as a whole. A missing scope is not among them: the other calls go on."""


class TokenState:
    """Learns from every answer; unknown before the first one."""

    def __init__(self) -> None:
        self.trouble: str | None = "Slack has not answered yet"
        self.is_refused = False

    def heard(self, failure: SlackFailure | None) -> None:
        """Take note of an answer of Slack's; None is one without a failure."""
        if failure is None:
            self.trouble, self.is_refused = None, False
        elif failure.code in TOKEN_REFUSED:
            self.is_refused = True
            self.trouble = f"Slack refuses the token ({failure.code})"
