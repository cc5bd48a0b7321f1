"""Stored rules written back as a file."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings

from slackbot.core.policy import Rules
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.export import exported_version, to_toml
from slackbot.policy_file.resolve import resolve
from tests.policy.rules_strategy import rules
from tests.policy.workspace import SMALL, workspace_for, workspace_of


@settings(max_examples=50, deadline=None)
@given(rules())
def test_an_export_is_read_back_as_the_same_rules(written: Rules) -> None:
    """Export, read and resolve give the same rules, whatever names people chose; only unused names go."""
    read = resolve(read_policy_file(to_toml(written, version=3)), workspace_of(written))
    used = {one: name for one, name in written.names.items() if one in read.names}
    assert read.names == used
    assert (read.policies, read.routes, read.categories) == (written.policies, written.routes, written.categories)
    assert (read.managers, read.admins, read.catcher) == (written.managers, written.admins, written.catcher)
    assert (read.promise, read.tickets) == (written.promise, written.tickets)
    assert (read.timezone, read.close_after) == (written.timezone, written.close_after)


def test_names_stand_beside_ids() -> None:
    """Whoever edits an export sees who is behind an id, and which version it came from."""
    file = read_policy_file(SMALL)
    text = to_toml(resolve(file, workspace_for(file)), version=7)
    assert '  channel = "C3"  # #tier-2\n' in text
    assert '    "S4",  # @support-leads\n' in text
    assert '  "U1",  # Head\n' in text
    assert text.startswith("# Rung policy, exported from version 7.\n")


def test_the_version_is_read_from_an_export_only() -> None:
    """Applying needs the version a file came from; a file written by hand has none."""
    file = read_policy_file(SMALL)
    text = to_toml(resolve(file, workspace_for(file)), version=12)
    assert exported_version(text) == 12
    assert exported_version("# a friend's\r\n" + text.replace("\n", "\r\n")) == 12
    assert exported_version(SMALL) is None


def test_only_what_differs_is_written_for_a_severity() -> None:
    """A severity's table appears only where its timers differ from the tier's, with the keys that differ."""
    text = SMALL.replace(
        'name = "Team leads"', 'name = "Team leads"\nurgent = { ping_every = "3m" }\nlow = { respond_within = "2h" }'
    )
    file = read_policy_file(text)
    tier = tomllib.loads(to_toml(resolve(file, workspace_for(file)), version=1))["policies"][0]["tiers"][0]
    assert tier["urgent"] == {"ping_every": "3m"}
    assert tier["low"] == {"respond_within": "2h"}
    assert not tier.keys() & {"normal", "high"}
