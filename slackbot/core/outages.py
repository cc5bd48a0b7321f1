"""Why Rung did not run for a while, or did not know that time passed."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What an outage was; all of them are minutes in which nobody could answer."""

    DOWN = "down"
    CLOCK = "clock"
    RESTORED = "restored"
