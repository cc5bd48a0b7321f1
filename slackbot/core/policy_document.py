"""The stored form of a policy version: plain JSON values, the same ones for the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from slackbot.core.durations import format_duration, parse_duration
from slackbot.core.policy import (
    Category,
    CustomerTier,
    LastTier,
    Notify,
    Policy,
    PromiseRules,
    Route,
    Rules,
    Severity,
    Tier,
    Timers,
    WeeklySummary,
)

SCHEMA = 1
"""The number of this form. A version once stored is never rewritten, so every number stays readable."""


def to_document(rules: Rules) -> dict[str, Any]:
    """Write rules as JSON values for an immutable policy version.

    Durations are text (`10m`, whole seconds), sets are sorted lists: equal rules give equal documents.
    """
    return {
        "schema": SCHEMA,
        "timezone": rules.timezone,
        "managers": list(rules.managers),
        "admins": list(rules.admins),
        "admin_channel": rules.admin_channel,
        "catcher": list(rules.catcher),
        "promise": {
            "default": format_duration(rules.promise.default),
            "choices": list(rules.promise.choices),
            "grace": format_duration(rules.promise.grace),
            "remind": format_duration(rules.promise.remind),
        },
        "close_after": format_duration(rules.close_after),
        "tickets": list(rules.tickets),
        "categories": [{"name": c.name, "require": list(c.require)} for c in rules.categories],
        "policies": [_policy_out(rules.policies[name]) for name in sorted(rules.policies)],
        "routes": [_route_out(route) for route in rules.routes],
        "names": {key: rules.names[key] for key in sorted(rules.names)},
        "summaries": [_summary_out(each) for each in rules.summaries],
        "customer_tiers": [{"name": each.name, "customers": list(each.customers)} for each in rules.customer_tiers],
    }


def from_document(document: Mapping[str, Any]) -> Rules:
    """Read rules out of a stored policy version.

    Raises:
        ValueError: the document is of a schema this release does not know, or is damaged.
    """
    schema = document.get("schema")
    if schema != SCHEMA:
        raise ValueError(
            f"the stored policy has schema {schema!r} and this Rung reads {SCHEMA}; "
            "run the release that wrote it, or a newer one"
        )
    try:
        return _rules_in(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"the stored policy is damaged: {error!r}; apply a policy file") from error


def names_in(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Go through what a stored version names: `tier`, `policy` or `category`, each with a name."""
    for policy in document.get("policies", ()):
        yield "policy", policy["name"]
        yield from (("tier", tier["name"]) for tier in policy["tiers"])
    yield from (("category", category["name"]) for category in document.get("categories", ()))


def _policy_out(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "tiers": [_tier_out(tier) for tier in policy.tiers],
        "last_tier": {
            "ping_every": format_duration(policy.last_tier.ping_every),
            "growth": policy.last_tier.growth,
            "at_most": format_duration(policy.last_tier.at_most),
        },
    }


def _tier_out(tier: Tier) -> dict[str, Any]:
    return {
        "name": tier.name,
        "channel": tier.channel,
        "backup_channel": tier.backup_channel,
        "notify": [{"id": who.id, "is_group": who.is_group} for who in tier.notify],
        "timers": {
            severity.value: {
                "ping_every": format_duration(tier.timers[severity].ping_every),
                "respond_within": format_duration(tier.timers[severity].respond_within),
            }
            for severity in Severity
        },
    }


def _route_out(route: Route) -> dict[str, Any]:
    return {
        "policy": route.policy,
        "categories": sorted(route.categories),
        "severities": [severity.value for severity in Severity if severity in route.severities],
    }


def _rules_in(document: Mapping[str, Any]) -> Rules:
    promise = document["promise"]
    policies = [_policy_in(policy) for policy in document["policies"]]
    return Rules(
        timezone=document["timezone"],
        managers=tuple(document["managers"]),
        admins=tuple(document["admins"]),
        catcher=tuple(document["catcher"]),
        promise=PromiseRules(
            default=parse_duration(promise["default"]),
            choices=tuple(promise["choices"]),
            grace=parse_duration(promise["grace"]),
            remind=parse_duration(promise["remind"]),
        ),
        close_after=parse_duration(document["close_after"]),
        tickets=tuple(document["tickets"]),
        categories=tuple(Category(c["name"], tuple(c["require"])) for c in document["categories"]),
        policies={policy.name: policy for policy in policies},
        routes=tuple(_route_in(route) for route in document["routes"]),
        names=dict(document["names"]),
        admin_channel=document["admin_channel"],
        summaries=tuple(_summary_in(each) for each in document.get("summaries", ())),
        customer_tiers=tuple(
            CustomerTier(each["name"], tuple(each["customers"])) for each in document.get("customer_tiers", ())
        ),
    )


def _summary_out(summary: WeeklySummary) -> dict[str, Any]:
    return {
        "policy": summary.policy,
        "day": summary.day,
        "at": f"{summary.at:%H:%M}",
        "zone": summary.zone,
        "channel": summary.channel,
    }


def _summary_in(summary: Mapping[str, Any]) -> WeeklySummary:
    at = time.fromisoformat(summary["at"])
    return WeeklySummary(summary["policy"], int(summary["day"]), at, summary["zone"], summary["channel"])


def _policy_in(policy: Mapping[str, Any]) -> Policy:
    last_tier = policy["last_tier"]
    return Policy(
        name=policy["name"],
        tiers=tuple(_tier_in(tier) for tier in policy["tiers"]),
        last_tier=LastTier(
            ping_every=parse_duration(last_tier["ping_every"]),
            growth=float(last_tier["growth"]),
            at_most=parse_duration(last_tier["at_most"]),
        ),
    )


def _tier_in(tier: Mapping[str, Any]) -> Tier:
    return Tier(
        name=tier["name"],
        channel=tier["channel"],
        backup_channel=tier["backup_channel"],
        notify=tuple(Notify(who["id"], who["is_group"]) for who in tier["notify"]),
        timers={severity: _timers_in(tier["timers"][severity.value]) for severity in Severity},
    )


def _timers_in(timers: Mapping[str, Any]) -> Timers:
    return Timers(parse_duration(timers["ping_every"]), parse_duration(timers["respond_within"]))


def _route_in(route: Mapping[str, Any]) -> Route:
    return Route(
        policy=route["policy"],
        categories=frozenset(route["categories"]),
        severities=frozenset(Severity(severity) for severity in route["severities"]),
    )
