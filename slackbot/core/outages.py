"""Why Rung did not run for a while, did not know that time passed, or could reach nobody."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What an outage was; all of them are minutes in which nobody could answer.

    `SLACK` is Slack's own: Rung ran, so that no case is taken up after it.
    """

    DOWN = "down"
    CLOCK = "clock"
    RESTORED = "restored"
    SLACK = "slack"


OF_THE_HOUSE = (Cause.DOWN, Cause.CLOCK, Cause.RESTORED)
"""After these every open case is taken up, and the admins are told."""
