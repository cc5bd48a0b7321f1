"""What Slack publishes about each Web API method the simulator supports: the table and its reader.

Source: docs.slack.dev/reference/methods, as of August 2026, reduced to what a call is checked against.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).with_name("method_facts.json")


@dataclass(frozen=True, slots=True)
class MethodFact:
    """The published facts of one method; tier 0 is Slack's "special", `scopes` are one-of."""

    name: str
    tier: int
    json_input_supported: bool
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    errors: frozenset[str]


def load_facts() -> Mapping[str, MethodFact]:
    """Read the table of supported methods, by name."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        name: MethodFact(
            name=name,
            tier=int(entry["tier"]),
            json_input_supported=bool(entry["json_input_supported"]),
            scopes=tuple(entry["scopes"]),
            required=tuple(entry["required"]),
            optional=tuple(entry["optional"]),
            errors=frozenset(entry["errors"]),
        )
        for name, entry in table.items()
    }
