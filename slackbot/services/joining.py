"""Entering a public channel that Rung is to post to and is not in."""

from __future__ import annotations

import logging

from slackbot.services.histories import is_passing
from slackbot.slack.failures import SlackFailure
from slackbot.slack.gateway import Gateway

log = logging.getLogger(__name__)

NOT_IN_CHANNEL = "not_in_channel"
"""What Slack answers then, for a private channel too, which nobody can enter uninvited."""


def joined(gateway: Gateway, workspace_id: int, channel: str) -> bool:
    """Join a channel; False where that can't be done, as Slack alone knows whether it is public.

    Source: docs.slack.dev/reference/methods/conversations.join.

    Raises:
        SlackFailure: Slack could not be asked now, but may be soon.
    """
    try:
        gateway.call(workspace_id, "conversations.join", channel=channel)
    except SlackFailure as failure:
        log.warning("channel %s can't be joined: %s", channel, failure)
        if is_passing(failure):
            raise
        return False
    return True
