"""A policy's ladder: each tier another one, each with time for a ping before the next tier is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slackbot.core.durations import format_duration
from slackbot.core.policy import Severity
from slackbot.policy_file.problems import Problem
from slackbot.policy_file.raw import span, table, tables, text, texts
from slackbot.policy_file.schema import (
    LAST_AT_MOST,
    LAST_PING_EVERY,
    PING_EVERY,
    RESPOND_WITHIN,
)


def ladder_problems(path: str, policy: Mapping[str, Any]) -> Iterator[Problem]:
    """Find what is wrong between the keys of one policy."""
    yield from _loops(path, policy)
    for index, tier in tables(policy, "tiers"):
        yield from _tier_problems(f"{path}.tiers[{index}]", tier)
    last = table(policy, "last_tier")
    every = span(last, "ping_every", LAST_PING_EVERY)
    most = span(last, "at_most", LAST_AT_MOST)
    if every is not None and most is not None and most < every:
        message = f"is shorter than ping_every ({format_duration(every)})"
        cure = f"write {format_duration(every)} or more"
        yield Problem(f"{path}.last_tier.at_most", format_duration(most), message, cure)


def _loops(path: str, policy: Mapping[str, Any]) -> Iterator[Problem]:
    """Find tiers that stand twice: the case would climb to where it already was."""
    names: dict[str, int] = {}
    places: dict[tuple[str, frozenset[str]], int] = {}
    for index, tier in tables(policy, "tiers"):
        name, channel, notify = text(tier, "name"), text(tier, "channel"), texts(tier, "notify")
        here = f"{path}.tiers[{index}]"
        if name is not None and (first := names.setdefault(name.casefold(), index)) != index:
            message = f"is also the name of tiers[{first}]: the case would climb to where it was"
            yield Problem(f"{here}.name", name, message, "rename one, or take it out")
        if channel is None or not notify:
            continue
        place = channel.casefold(), frozenset(who.casefold() for who in notify)
        if (first := places.setdefault(place, index)) != index:
            message = f"and notify are those of tiers[{first}]: the case would climb to where it was"
            cure = "name others, another channel, or take the tier out"
            yield Problem(f"{here}.channel", channel, message, cure)


def _tier_problems(path: str, tier: Mapping[str, Any]) -> Iterator[Problem]:
    channel, backup = text(tier, "channel"), text(tier, "backup_channel")
    if channel is not None and backup is not None and channel.casefold() == backup.casefold():
        cure = "name another one, or take it out"
        yield Problem(f"{path}.backup_channel", backup, "is the channel itself", cure)
    every = span(tier, "ping_every", PING_EVERY)
    within = span(tier, "respond_within", RESPOND_WITHIN)
    if every is None or within is None:
        return
    if every >= within:
        key = "ping_every" if "ping_every" in tier else "respond_within"
        yield _no_ping(f"{path}.{key}", format_duration(every), format_duration(within))
        return
    for severity in Severity:
        own = table(tier, severity.value)
        own_every = span(own, "ping_every", every)
        own_within = span(own, "respond_within", within)
        if own_every is not None and own_within is not None and own_every >= own_within:
            key = "ping_every" if "ping_every" in own else "respond_within"
            here = f"{path}.{severity.value}.{key}"
            yield _no_ping(here, format_duration(own_every), format_duration(own_within))


def _no_ping(path: str, every: str, within: str) -> Problem:
    message = f"leaves no ping: the next tier comes after {within}, the first ping after {every}"
    return Problem(path, None, message, "write a ping_every shorter than respond_within")
