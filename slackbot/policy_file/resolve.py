"""Turns the names of a policy file into the ids of one workspace: the rules that a policy version stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slackbot.core.policy import (
    Category,
    CustomerTier,
    LastTier,
    Policy,
    PromiseRules,
    Route,
    Rules,
    Tier,
    WeeklySummary,
)
from slackbot.policy_file.directory import Directory
from slackbot.policy_file.lookup import UNKNOWN, Lookup
from slackbot.policy_file.problems import PolicyFileError, Problem
from slackbot.policy_file.schema import PolicyFile, PolicyTable, PromiseTable, RouteTable, SummaryTable, TierTable
from slackbot.policy_file.values import WEEKDAYS


def resolve(file: PolicyFile, directory: Directory) -> Rules:
    """Find everything a checked file names in a workspace; the managers are the admins where none are named.

    Raises:
        PolicyFileError: with every name that is unknown or can't be used.
        RungError: whatever the directory raises when Slack can't be asked.
    """
    lookup = Lookup(directory)
    managers = _each(lookup.person, "managers", file.managers)
    admins = _each(lookup.person, "admins", file.admins)
    rules = Rules(
        timezone=file.timezone,
        managers=managers,
        admins=admins or managers,
        catcher=_each(lookup.person_or_channel, "catcher", file.catcher),
        promise=_promise(file.promise),
        close_after=file.close_after,
        tickets=tuple(file.tickets),
        categories=tuple(Category(c.name, tuple(c.require)) for c in file.categories),
        policies={p.name: _policy(lookup, f"policies[{i}]", p) for i, p in enumerate(file.policies)},
        routes=tuple(_route(route) for route in file.routes),
        names=lookup.names,
        admin_channel=None if file.admin_channel is None else lookup.channel("admin_channel", file.admin_channel),
        summaries=tuple(
            _summary(lookup, f"summaries[{index}]", table, file.timezone) for index, table in enumerate(file.summaries)
        ),
        customer_tiers=tuple(CustomerTier(each.name, tuple(each.customers)) for each in file.customer_tiers),
    )
    problems = [*lookup.problems, *_same_places(rules)]
    if problems:
        raise PolicyFileError(problems)
    return rules


def channel_cautions(rules: Rules, directory: Directory) -> tuple[Problem, ...]:
    """Name the channels that other organisations can read: allowed, and worth knowing."""
    facts = {fact.id: fact for fact in directory.channels().values()}
    used = {tier.channel for policy in rules.policies.values() for tier in policy.tiers}
    used |= {tier.backup_channel for policy in rules.policies.values() for tier in policy.tiers if tier.backup_channel}
    used |= set(rules.catcher) | ({rules.admin_channel} if rules.admin_channel else set())
    return tuple(
        Problem(
            f"#{facts[channel].name}",
            None,
            "is shared with another organisation, which will read every case posted there",
            "name another channel if that is not meant",
        )
        for channel in sorted(used & facts.keys())
        if facts[channel].is_ext_shared
    )


def _each(find: Callable[[str, str], str], path: str, references: list[str]) -> tuple[str, ...]:
    """Find each; somebody named twice, as by e-mail and id, counts once."""
    found = (find(f"{path}[{index}]", reference) for index, reference in enumerate(references))
    return tuple(dict.fromkeys(found))


def _promise(table: PromiseTable) -> PromiseRules:
    return PromiseRules(table.default, tuple(dict.fromkeys(table.choices)), table.grace, table.remind)


def _policy(lookup: Lookup, path: str, table: PolicyTable) -> Policy:
    last = table.last_tier
    return Policy(
        name=table.name,
        tiers=tuple(_tier(lookup, f"{path}.tiers[{index}]", tier) for index, tier in enumerate(table.tiers)),
        last_tier=LastTier(last.ping_every, last.growth, last.at_most),
    )


def _tier(lookup: Lookup, path: str, table: TierTable) -> Tier:
    backup = table.backup_channel
    named = (lookup.notify(f"{path}.notify[{index}]", who) for index, who in enumerate(table.notify))
    return Tier(
        name=table.name,
        channel=lookup.channel(f"{path}.channel", table.channel),
        backup_channel=None if backup is None else lookup.channel(f"{path}.backup_channel", backup),
        notify=tuple(dict.fromkeys(named)),
        timers=table.timers(),
    )


def _summary(lookup: Lookup, path: str, table: SummaryTable, zone: str) -> WeeklySummary:
    return WeeklySummary(
        policy=table.policy or "",
        day=WEEKDAYS.index(table.day) + 1,
        at=table.at,
        zone=table.timezone or zone,
        channel=lookup.channel(f"{path}.channel", table.channel),
    )


def _route(table: RouteTable) -> Route:
    when = table.when
    return Route(table.policy, frozenset(when.category or ()), frozenset(when.severity or ()))


def _same_places(rules: Rules) -> Iterator[Problem]:
    """Find loops that only ids show: one channel by name and by id, one person by e-mail and by id."""
    for number, policy in enumerate(rules.policies.values()):
        seen: dict[tuple[str, frozenset[str]], int] = {}
        for index, tier in enumerate(policy.tiers):
            path = f"policies[{number}].tiers[{index}]"
            channel = rules.names.get(tier.channel, UNKNOWN)
            place = tier.channel, frozenset(who.id for who in tier.notify)
            if UNKNOWN in {place[0], *place[1]}:
                continue
            if tier.backup_channel == tier.channel:
                cure = "name another one, or take it out"
                yield Problem(f"{path}.backup_channel", channel, "is the channel itself", cure)
            if (first := seen.setdefault(place, index)) != index:
                message = f"and notify are those of tiers[{first}]: the case would climb to where it was"
                yield Problem(f"{path}.channel", channel, message, "name others, or take the tier out")
