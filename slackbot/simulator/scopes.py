"""Which scope a call needs where Slack's table says only "one of these" (docs.slack.dev/reference/scopes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbot.simulator.model import ChannelKind

# The scopes a bot token is granted when a workspace is built without a manifest.
ALL_BOT_SCOPES = frozenset(
    {
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)

_PREFIX: Mapping[ChannelKind, str] = {
    "public_channel": "channels",
    "private_channel": "groups",
    "im": "im",
    "mpim": "mpim",
}
CHANNEL_KINDS: tuple[ChannelKind, ...] = tuple(_PREFIX)
"""The types `conversations.list` knows."""


def scope_for(kind: ChannelKind, verb: str) -> str:
    """Name the scope a kind of conversation needs for a verb: `read`, `history` or `write`."""
    return f"{_PREFIX[kind]}:{verb}"


def manifest_scopes(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Read the bot scopes a manifest asks for; optional ones count as granted."""
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    return frozenset((*scopes.get("bot", ()), *scopes.get("bot_optional", ())))
