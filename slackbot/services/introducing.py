"""Asking Slack about the token again while it is not known to be good: nothing else may have to be said meanwhile."""

from __future__ import annotations

import logging
from datetime import datetime

from slackbot.services.context import ServiceContext
from slackbot.services.installing import FIRST_WORKSPACE
from slackbot.services.reactions import AUTH_PAUSE
from slackbot.slack.failures import SlackFailure
from slackbot.slack.gateway import Gateway

log = logging.getLogger(__name__)


class Introduction:
    """The question who we are, as a step without a thread."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._due = ctx.wire_now() + AUTH_PAUSE

    def step(self) -> bool:
        """Ask once a minute while the token is in doubt; there is never more to do."""
        now = self._ctx.wire_now()
        if self._gateway.token_state.trouble is None or now < self._due:
            return False
        self._due = now + AUTH_PAUSE
        try:
            self._gateway.call(FIRST_WORKSPACE, "auth.test")
        except SlackFailure as failure:
            log.warning("it is not known whether the token is good: %s", failure)
        else:
            log.info("Slack takes the token")
        return False

    def next_moment(self) -> datetime | None:
        """Say when to ask next (wire time); None while the token is known to be good."""
        return None if self._gateway.token_state.trouble is None else self._due
