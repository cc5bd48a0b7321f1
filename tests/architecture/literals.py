"""Ids live in ids.py, blocks in templates, Slack clients behind the gateway."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, Module, docstrings, dotted, imports, meanings

# The simulator is Slack: it has Slack's words of its own and learns the app's from its payloads.
IS_SLACK = ("slackbot.simulator",)

ID_KEYS = frozenset({"action_id", "block_id", "callback_id"})
# Bolt's registrations; their first argument is an id.
LISTENS = frozenset({"action", "view", "view_submission", "view_closed", "shortcut", "command"})
LISTENS |= {"options", "event", "message_shortcut", "global_shortcut"}

BLOCKS = frozenset(
    [
        "actions",
        "alert",
        "call",
        "card",
        "carousel",
        "context",
        "context_actions",
        "data_visualization",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "markdown",
        "plan",
        "rich_text",
        "section",
        "table",
        "task_card",
        "video",
    ]
)
ELEMENTS = frozenset(
    [
        "button",
        "channels_select",
        "checkboxes",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "email_text_input",
        "external_select",
        "feedback_buttons",
        "file_input",
        "home",
        "icon_button",
        "modal",
        "mrkdwn",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_external_select",
        "multi_static_select",
        "multi_users_select",
        "number_input",
        "overflow",
        "plain_text",
        "plain_text_input",
        "radio_buttons",
        "rich_text_list",
        "rich_text_preformatted",
        "rich_text_quote",
        "rich_text_section",
        "static_select",
        "timepicker",
        "url_text_input",
        "users_select",
        "workflow_button",
    ]
)

TEMPLATE_ID = re.compile(r'"(?:action_id|block_id|callback_id)"\s*:\s*"(?!\s*\{\{)([^"]*)"')


def declared_ids(module: Module) -> frozenset[str]:
    """Read the values of the constants of ids.py."""
    found: set[str] = set()
    for statement in module.tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.ClassDef):
            found |= {
                node.value
                for node in ast.walk(statement)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return frozenset(found)


def repeated_ids(module: Module, ids: frozenset[str]) -> Iterator[str]:
    """Find texts that equal an id of ids.py."""
    if module.within("slackbot.ids", *IS_SLACK):
        return
    described = docstrings(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and node not in described and node.value in ids:
            yield module.at(node, f"{node.value!r} is an id; take it from slackbot.ids")


def loose_ids(module: Module) -> Iterator[str]:
    """Find texts where only an id can stand, whether ids.py knows them or not."""
    if module.within("slackbot.ids", *IS_SLACK):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in ID_KEYS and _is_text(value):
                        yield module.at(value, f"an id as text under {key.value!r}")
            case ast.keyword(arg=arg, value=value) if arg in ID_KEYS and _is_text(value):
                yield module.at(value, f"an id as text for {arg}")
            case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_]) if attr in LISTENS:
                if _is_text(first) and module.within("handlers", "slackbot.app"):
                    yield module.at(first, f"an id as text in .{attr}()")


def _is_text(node: ast.expr) -> bool:
    """Say whether an expression is a text written out, f-strings included."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def ids_in_templates(path: Path) -> Iterator[str]:
    """Find ids written out in a template instead of handed to it."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for match in TEMPLATE_ID.finditer(line):
            yield f"{path.name}:{number}: {match[1]!r} is an id written out"


def template_files() -> tuple[Path, ...]:
    """List the templates."""
    return tuple(sorted((ROOT / "templates").rglob("*.j2")))


def block_literals(module: Module) -> Iterator[str]:
    """Find Block Kit written as Python: dictionaries of a block's type, or slack_sdk's classes."""
    if module.within(*IS_SLACK):
        return
    for imported, target in imports(module):
        if target.startswith(("slack_sdk.models.blocks", "slack_sdk.models.views")):
            yield module.at(imported, f"{target} builds blocks; templates do that")
    for node in ast.walk(module.tree):
        found = None
        match node:
            case ast.Dict(keys=keys, values=values):
                found = next((v for k, v in zip(keys, values, strict=True) if _is_type(k)), None)
            case ast.Call(func=ast.Name(id="dict"), keywords=words):
                found = next((word.value for word in words if word.arg == "type"), None)
        if isinstance(found, ast.Constant) and found.value in BLOCKS | ELEMENTS:
            yield module.at(node, f"a {found.value!r} block as Python; templates hold blocks")


def _is_type(key: ast.expr | None) -> bool:
    """Say whether a dictionary key is "type"."""
    return isinstance(key, ast.Constant) and key.value == "type"


def stray_clients(module: Module) -> Iterator[str]:
    """Find Slack clients made outside the gateway and the composition root."""
    allowed = module.within("slackbot.app") or module.name.startswith("slackbot.slack.gateway")
    if allowed:
        return
    known = meanings(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and dotted(node.func, known).endswith("WebClient"):
            yield module.at(node, "a Slack client is made here; the gateway holds it")


def calls_to_slack(module: Module) -> Iterator[str]:
    """Find handlers that call anything of Slack but `views.*`; the outbox does the rest."""
    if not module.within("handlers"):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="client"), attr=attr)) if not attr.startswith("views_"):
                yield module.at(node, f"client.{attr}: handlers open views only")
