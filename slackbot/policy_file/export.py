"""Writes stored rules back as a policy file: ids, with today's names beside them as comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from slackbot.core.durations import format_duration
from slackbot.core.policy import (
    Category,
    CustomerTier,
    LastTier,
    Policy,
    Route,
    Rules,
    Severity,
    Tier,
    Timers,
    WeeklySummary,
)
from slackbot.policy_file.values import WEEKDAYS

_VERSION = re.compile(r"^# Rung policy, exported from version (\d+)\.\r?$", re.MULTILINE)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_toml(rules: Rules, *, version: int) -> str:
    """Write rules as a policy file that `read_policy_file` reads and `resolve` turns into the same rules.

    Channels, groups and people are ids, since a name may mean another channel tomorrow.
    """
    lines = [
        f"# Rung policy, exported from version {version}.",
        "# `rung policy apply` takes it only while that version is still the newest, so keep the line above.",
        "# Ids stay the same when somebody renames something; the names behind them are for you.",
        "",
        *_head(rules),
        *(line for category in rules.categories for line in _category(category)),
        *(line for policy in rules.policies.values() for line in _policy(policy, rules.names)),
        *(line for route in rules.routes for line in _route(route)),
        *(line for summary in rules.summaries for line in _summary(summary, rules.names)),
        *(line for tier in rules.customer_tiers for line in _customer_tier(tier)),
    ]
    return "\n".join(lines) + "\n"


def exported_version(text: str) -> int | None:
    """Read which version a file was exported from; None if it was written by hand."""
    found = _VERSION.search(text)
    return int(found[1]) if found else None


def _head(rules: Rules) -> Iterator[str]:
    yield f"timezone = {_quoted(rules.timezone)}"
    yield from _ids("managers", rules.managers, rules.names)
    yield from _ids("admins", rules.admins, rules.names)
    if rules.admin_channel is not None:
        yield f"admin_channel = {_quoted(rules.admin_channel)}{_comment(rules.names, rules.admin_channel)}"
    yield from _ids("catcher", rules.catcher, rules.names)
    yield f"close_after = {_span(rules.close_after)}"
    yield f"tickets = {_quoted_list(rules.tickets)}"
    yield ""
    yield "[promise]"
    yield f"default = {_span(rules.promise.default)}"
    yield f"choices = {_quoted_list(rules.promise.choices)}"
    yield f"grace = {_span(rules.promise.grace)}"
    yield f"remind = {_span(rules.promise.remind)}"


def _category(category: Category) -> Iterator[str]:
    yield ""
    yield "[[categories]]"
    yield f"name = {_quoted(category.name)}"
    yield f"require = {_quoted_list(category.require)}"


def _policy(policy: Policy, names: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield "[[policies]]"
    yield f"name = {_quoted(policy.name)}"
    yield f"last_tier = {_last_tier(policy.last_tier)}"
    for tier in policy.tiers:
        yield from _tier(tier, names)


def _last_tier(last: LastTier) -> str:
    every, most = _span(last.ping_every), _span(last.at_most)
    return f"{{ ping_every = {every}, growth = {last.growth!r}, at_most = {most} }}"


def _tier(tier: Tier, names: Mapping[str, str]) -> Iterator[str]:
    usual = tier.timers[Severity.NORMAL]
    yield ""
    yield "  [[policies.tiers]]"
    yield f"  name = {_quoted(tier.name)}"
    yield f"  channel = {_quoted(tier.channel)}{_comment(names, tier.channel)}"
    if tier.backup_channel is not None:
        yield f"  backup_channel = {_quoted(tier.backup_channel)}{_comment(names, tier.backup_channel)}"
    yield from (f"  {line}" for line in _ids("notify", (who.id for who in tier.notify), names))
    yield f"  ping_every = {_span(usual.ping_every)}"
    yield f"  respond_within = {_span(usual.respond_within)}"
    for severity in Severity:
        yield from _override(severity, tier.timers[severity], usual)


def _override(severity: Severity, own: Timers, usual: Timers) -> Iterator[str]:
    if own == usual:
        return
    yield ""
    yield f"    [policies.tiers.{severity.value}]"
    if own.ping_every != usual.ping_every:
        yield f"    ping_every = {_span(own.ping_every)}"
    if own.respond_within != usual.respond_within:
        yield f"    respond_within = {_span(own.respond_within)}"


def _summary(summary: WeeklySummary, names: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield "[[summaries]]"
    if summary.policy:
        yield f"policy = {_quoted(summary.policy)}"
    yield f"day = {_quoted(WEEKDAYS[summary.day - 1])}"
    yield f"at = {_quoted(f'{summary.at:%H:%M}')}"
    yield f"timezone = {_quoted(summary.zone)}"
    yield f"channel = {_quoted(summary.channel)}{_comment(names, summary.channel)}"


def _customer_tier(tier: CustomerTier) -> Iterator[str]:
    yield ""
    yield "[[customer_tiers]]"
    yield f"name = {_quoted(tier.name)}"
    yield f"customers = {_quoted_list(tier.customers)}"


def _route(route: Route) -> Iterator[str]:
    conditions = []
    if route.categories:
        conditions.append(f"category = {_quoted_list(sorted(route.categories))}")
    if route.severities:
        chosen = [severity.value for severity in Severity if severity in route.severities]
        conditions.append(f"severity = {_quoted_list(chosen)}")
    yield ""
    yield "[[routes]]"
    if conditions:
        yield f"when = {{ {', '.join(conditions)} }}"
    yield f"policy = {_quoted(route.policy)}"


def _ids(key: str, ids: Iterable[str], names: Mapping[str, str]) -> Iterator[str]:
    entries = [f"  {_quoted(one)},{_comment(names, one)}" for one in ids]
    if entries:
        yield from (f"{key} = [", *entries, "]")
    else:
        yield f"{key} = []"


def _comment(names: Mapping[str, str], one: str) -> str:
    name = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in names.get(one, ""))
    return f"  # {name}" if name else ""


def _span(span: timedelta) -> str:
    return _quoted(format_duration(span))


def _quoted(text: str) -> str:
    """Write a basic string (toml.io/en/v1.0.0#string): control characters and two others are escaped."""
    return f'"{"".join(_ESCAPES.get(letter) or _letter(letter) for letter in text)}"'


def _letter(letter: str) -> str:
    return f"\\u{ord(letter):04X}" if unicodedata.category(letter) == "Cc" else letter


def _quoted_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(text) for text in texts)}]"
