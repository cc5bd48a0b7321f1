"""What every rendering needs: the compiled templates and the words."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from slackbot import ids
from slackbot.core.text import excerpt
from slackbot.slack.formatting import Mrkdwn, escaped_units, limited
from slackbot.slack.words import Words

FOLDERS = ("messages/", "views/", "partials/")


class Kit:
    """The templates, compiled once, and the words they speak."""

    def __init__(self, templates: dict[str, Template], words: Words) -> None:
        self._templates = templates
        self.words = words

    def fill(self, template: str, **values: object) -> Any:
        """Fill a template (`messages/card`) and read the JSON it writes.

        Raises:
            jinja2.UndefinedError: the template wants something that was not given.
            TypeError: text that was not made safe stands where mrkdwn is read.
        """
        return json.loads(self._templates[f"{template}.json.j2"].render(values))


def build_kit(words: Words) -> Kit:
    """Compile every template, to speak with these words.

    Raises:
        jinja2.TemplateSyntaxError: a template is damaged.
    """
    environment = Environment(
        loader=PackageLoader("templates", "."),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - JSON, not HTML: every string goes through `tojson`
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(tojson=json.dumps, cut=_cut, marked=_marked)
    environment.tests["mrkdwn"] = _is_mrkdwn
    environment.globals.update(words=words, ids=ids)
    names = environment.list_templates(filter_func=lambda name: name.startswith(FOLDERS) and name.endswith(".j2"))
    return Kit({name: environment.get_template(name) for name in names}, words)


def _cut(text: str, most: int) -> str:
    return excerpt(text, most, measure=escaped_units)


def _marked(text: object, most: int) -> Mrkdwn:
    """Let nothing into mrkdwn that could be read as Slack's syntax without being meant so."""
    if not isinstance(text, Mrkdwn):
        raise TypeError(f"{type(text).__name__} where Mrkdwn must stand; use words.mrkdwn or formatting.inline")
    return limited(text, most)


def _is_mrkdwn(value: object) -> bool:
    return isinstance(value, Mrkdwn)
