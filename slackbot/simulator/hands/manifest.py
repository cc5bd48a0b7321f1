"""What the app's manifest offers people: slash commands and shortcuts.

Source: docs.slack.dev/reference/app-manifest. A workspace without a manifest offers everything by its id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slackbot.simulator.hands.stage import NotPossibleError
from slackbot.simulator.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slackbot.simulator.workspace import Workspace

AT = re.compile(r"(?<![\w@])@([\w.-]+)")
HASH = re.compile(r"(?<![\w#])#([\w-]+)")


def bot_events(workspace: Workspace) -> Iterable[str] | None:
    """List the events the app subscribes to; None without a manifest, which means all."""
    if not workspace.manifest:
        return None
    events = workspace.manifest.get("settings", {}).get("event_subscriptions", {})
    listed: list[str] = events.get("bot_events", [])
    return listed


def shortcut_id(workspace: Workspace, name: str, kind: str) -> str:
    """Find the callback id of a `message` or `global` shortcut by its name in the menu; raises NotPossibleError."""
    if not workspace.manifest:
        return name
    offered = [each for each in _features(workspace, "shortcuts") if each.get("type") == kind]
    for each in offered:
        if name in (each.get("name"), each.get("callback_id")):
            return str(each["callback_id"])
    there = ", ".join(repr(each.get("name")) for each in offered) or "none"
    message = f"The manifest has no {kind} shortcut {name!r}, but {there}."
    raise NotPossibleError(message)


def command_text(workspace: Workspace, command: str, text: str) -> str:
    """Say what the app gets of a command's text; raises NotPossibleError for a command nobody offers.

    With `should_escape` people and channels come as `<@U...>` and `<#C...|name>`
    (docs.slack.dev/interactivity/implementing-slash-commands).
    """
    if not workspace.manifest:
        return text
    offered = _features(workspace, "slash_commands")
    entry = next((each for each in offered if each.get("command") == command), None)
    if entry is None:
        there = ", ".join(str(each.get("command")) for each in offered) or "none"
        message = f"The manifest has no command {command}, but {there}."
        raise NotPossibleError(message)
    return _escaped(workspace, text) if entry.get("should_escape") else text


def bot_offers(workspace: Workspace, name: str, **like: str) -> list[dict[str, Any]]:
    """List what the manifest offers people (`slash_commands`, `shortcuts`), of one kind where `like` says which."""
    return [each for each in _features(workspace, name) if all(each.get(key) == it for key, it in like.items())]


def _features(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = workspace.manifest.get("features", {}).get(name, [])
    return features


def _escaped(workspace: Workspace, text: str) -> str:
    people = {each.name: each for each in workspace.people()}

    def person(match: re.Match[str]) -> str:
        found = people.get(match[1])
        return match[0] if found is None else f"<@{found.id}|{found.name}>"

    def channel(match: re.Match[str]) -> str:
        found = workspace.channel_named(match[1])
        if found is None:
            return match[0]
        return f"<#{found.id}|{'' if found.private else found.name}>"

    return HASH.sub(channel, AT.sub(person, escape(text)))
