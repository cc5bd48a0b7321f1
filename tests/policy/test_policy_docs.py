"""docs/policy.md says what the code does."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from slackbot.core.durations import format_duration
from slackbot.core.policy import REQUIRABLE
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.schema import TABLES, OverrideTable

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text("utf-8")
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = {key: default for key, _, default in ROW.findall(PAGE)}
FIELDS = {
    ".".join((*place, key)): (table, field)
    for place, table in TABLES.items()
    for key, field in table.model_fields.items()
}


def documented(value: object) -> str:
    """Write a default as the page does, which is how a file would say it."""
    if isinstance(value, timedelta):
        return f'`"{format_duration(value)}"`'
    if isinstance(value, time):
        return f'`"{value:%H:%M}"`'
    if isinstance(value, list):
        return f"`{json.dumps(value)}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def test_every_key_is_explained() -> None:
    """The tables of the page name every key of the schema, and none that there is not."""
    assert ROWS.keys() == FIELDS.keys()


@pytest.mark.parametrize("key", FIELDS)
def test_every_default_is_the_real_one(key: str) -> None:
    """A default on the page is the schema's; what has none is called needed."""
    table, field = FIELDS[key]
    if field.is_required():
        assert ROWS[key] == "needed"
    elif isinstance(field.default, BaseModel):
        assert ROWS[key] in {"its defaults", "all cases"}
    elif field.default is None:
        expected = (
            {"the tier's"}
            if table is OverrideTable
            else {"none", "every category", "every severity", "all cases", "the file's"}
        )
        assert ROWS[key] in expected
    else:
        assert ROWS[key].split(": ")[0] == documented(field.default)


def test_every_form_field_is_named() -> None:
    """Whoever writes a category sees which fields it may require."""
    row = next(line for line in PAGE.splitlines() if line.startswith("| `categories.require`"))
    assert all(f"`{field}`" in row for field in REQUIRABLE)


def test_the_shown_file_is_good() -> None:
    """The file on the page can be copied."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert blocks
    for block in blocks:
        assert tomllib.loads(block)
        assert read_policy_file(block)


def test_every_example_is_linked() -> None:
    """The page leads to every shipped example, and to nothing that is gone."""
    linked = set(re.findall(r"\.\./examples/([a-z-]+\.toml)", PAGE))
    assert linked == {path.name for path in (ROOT / "examples").glob("*.toml")}
