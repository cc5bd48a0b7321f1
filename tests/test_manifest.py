"""The manifest is one that Slack accepts, and asks for what Rung uses: nothing less, nothing more."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from slackbot import ids
from slackbot.runtime.http_mode import PATH
from slackbot.slack.methods import METHODS

ROOT = Path(__file__).parents[1]

# What an event must be paid for with (docs.slack.dev/reference/events); no entry means nothing.
EVENT_SCOPES: dict[str, set[str]] = {"user_change": {"users:read"}, "app_home_opened": set()}

# Scopes that no method needs: slash commands and shortcuts ask for this one.
BESIDES_METHODS = {"commands"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """What manifest.yml says."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    """Slack's limits as a schema."""
    schema = json.loads((ROOT / "tests" / "manifest_schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def named(prefix: str) -> set[str]:
    """Give the ids whose constants start with a word."""
    return {value for name, value in vars(ids).items() if name.startswith(prefix)}


def scopes(manifest: dict[str, Any], kind: str = "bot") -> set[str]:
    """Give the scopes the manifest asks for."""
    return set(manifest["oauth_config"]["scopes"][kind])


def test_slack_accepts_the_manifest(manifest: dict[str, Any], validator: jsonschema.Draft7Validator) -> None:
    """Every key is known to Slack and every text within its limits."""
    assert [error.message for error in validator.iter_errors(manifest)] == []


def test_the_changes_for_http_mode_make_a_manifest(
    manifest: dict[str, Any], validator: jsonschema.Draft7Validator
) -> None:
    """What docs/operating.md has an admin change for HTTP mode fits: each request has the address that Rung serves."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", page.split("\n## HTTP mode\n")[1], re.DOTALL)
    assert block is not None
    changes = yaml.safe_load(block[1])
    changed = copy.deepcopy(manifest)
    urls = {each["command"]: each["url"] for each in changes["features"]["slash_commands"]}
    for command in changed["features"]["slash_commands"]:
        command["url"] = urls.pop(command["command"])
    assert urls == {}
    for name, change in changes["settings"].items():
        changed["settings"][name] = {**changed["settings"][name], **change} if isinstance(change, dict) else change
    assert [error.message for error in validator.iter_errors(changed)] == []
    asked = re.findall(r"https://\S+", block[1])
    assert len(asked) == 4
    assert {"/" + url.split("/", 3)[3] for url in asked} == {PATH}
    assert changed["settings"]["socket_mode_enabled"] is False


BREAKS: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda m: m["display_information"].update(name="x" * 36),
    lambda m: m["display_information"].update(description="x" * 141),
    lambda m: m["display_information"].update(long_description="too short"),
    lambda m: m["features"]["shortcuts"][0].update(name="x" * 25),
    lambda m: m["features"]["shortcuts"][0].pop("description"),
    lambda m: m["features"]["slash_commands"][0].update(command="escalate"),
    lambda m: m["features"].update(unknown=True),
    lambda m: m["features"].update(slash_commands=[]),
    lambda m: m["oauth_config"]["scopes"]["bot"].append("chat:write"),
    lambda m: m["settings"].update(surprise=1),
)


@pytest.mark.parametrize("spoil", BREAKS)
def test_the_schema_refuses_what_slack_refuses(
    manifest: dict[str, Any], validator: jsonschema.Draft7Validator, spoil: Callable[[dict[str, Any]], object]
) -> None:
    """One fault of each kind is enough to be refused."""
    spoiled = copy.deepcopy(manifest)
    spoil(spoiled)
    assert not validator.is_valid(spoiled)


def test_commands_are_those_of_the_code(manifest: dict[str, Any]) -> None:
    """Each slash command has a listener's id and the other way round, and hands ids over, not names."""
    commands = manifest["features"]["slash_commands"]
    assert {command["command"] for command in commands} == named("COMMAND_")
    assert all(command["should_escape"] for command in commands)


def test_shortcuts_are_those_of_the_code(manifest: dict[str, Any]) -> None:
    """The message shortcut and the global one carry the ids that the code listens to."""
    shortcuts = {shortcut["type"]: shortcut["callback_id"] for shortcut in manifest["features"]["shortcuts"]}
    assert shortcuts == {"message": ids.SHORTCUT_MESSAGE, "global": ids.SHORTCUT_GLOBAL}
    assert set(shortcuts.values()) == named("SHORTCUT_")


def test_events_are_those_of_the_code(manifest: dict[str, Any]) -> None:
    """The app subscribes to what it listens to."""
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == named("EVENT_")


def test_scopes_are_those_the_code_needs(manifest: dict[str, Any]) -> None:
    """The scopes are what the called methods and the events need, and no others."""
    needed = BESIDES_METHODS | {scope for method in METHODS.values() for scope in method.scopes}
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        needed |= EVENT_SCOPES[event]
    assert scopes(manifest) == needed


def test_optional_scopes_are_asked_for_too(manifest: dict[str, Any]) -> None:
    """Slack wants a scope that may be declined in both lists; what Rung can't do without is in one."""
    assert scopes(manifest, "bot_optional") < scopes(manifest)
    assert not scopes(manifest, "bot_optional") & {"commands", "chat:write", "im:write", "users:read"}


def test_every_scope_says_what_for() -> None:
    """Who installs the app can read, beside each scope, why it is asked."""
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    asked = text.partition("    bot:\n")[2].partition("    # May be")[0].splitlines()
    assert asked
    assert all(" # " in line for line in asked)


def test_the_app_connects_without_an_address(manifest: dict[str, Any]) -> None:
    """Socket Mode carries events and presses, so no address of a server stands in the manifest."""
    settings = manifest["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert not settings["token_rotation_enabled"]
    assert "url" not in json.dumps(manifest)


def test_direct_messages_can_arrive(manifest: dict[str, Any]) -> None:
    """With the messages tab off Slack answers `messages_tab_disabled` to every direct message."""
    assert manifest["features"]["app_home"]["messages_tab_enabled"]
