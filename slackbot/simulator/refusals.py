"""How the simulated Slack says no."""

from __future__ import annotations

from typing import Any

from slackbot.errors import RungError


class RefusedError(RungError):
    """The simulated Slack refused a call; `error` is Slack's name for it, `rule` says which rule was broken.

    `body` is merged into the answer (`needed`, `response_metadata`, ...); `retry_after` in seconds makes it a 429.
    """

    def __init__(
        self,
        error: str,
        rule: str,
        *,
        body: dict[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{error}: {rule}")
        self.error = error
        self.rule = rule
        self.body = body or {}
        self.retry_after = retry_after


def invalid_arguments(*messages: str) -> RefusedError:
    """Refuse arguments the way Slack does: the reasons stand in `response_metadata.messages`."""
    listed = [f"[ERROR] {message}" for message in messages]
    body = {"response_metadata": {"messages": listed}}
    return RefusedError("invalid_arguments", "; ".join(messages), body=body)
