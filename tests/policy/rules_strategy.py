"""Any rules that a policy file could have made, for properties."""

from __future__ import annotations

from datetime import time, timedelta

from hypothesis import strategies as st

from slackbot.core.policy import (
    REQUIRABLE,
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

CHANNELS = [f"C{number:03}" for number in range(8)]
PEOPLE = [f"U{number:03}" for number in range(8)]
GROUPS = [f"S{number:03}" for number in range(4)]

spans = st.integers(1, 86400).map(lambda seconds: timedelta(seconds=seconds))
labels = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=75)
    .map(str.strip)
    .filter(bool)
)
nicknames = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
people = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple)
choices = st.lists(st.sampled_from(["15m", "1h", "4h", "today", "1d 2h"]), min_size=1, unique=True)
notified = st.lists(
    st.sampled_from(
        [*(Notify(one, is_group=False) for one in PEOPLE), *(Notify(one, is_group=True) for one in GROUPS)]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)
timers = st.builds(lambda every, more: Timers(every, every + more), spans, spans)
last_tiers = st.builds(
    lambda every, growth, more: LastTier(every, growth, every + more), spans, st.floats(1, 10), spans
)
promises = st.builds(PromiseRules, spans, choices.map(tuple), spans, spans)


def distinct_labels(most: int) -> st.SearchStrategy[list[str]]:
    """Draw names that no reader could mix up."""
    return st.lists(labels, min_size=1, max_size=most, unique_by=str.casefold)


@st.composite
def policies(draw: st.DrawFn, name: str) -> Policy:
    """Draw a ladder whose tiers are all different."""
    names = draw(distinct_labels(3))
    channels = draw(st.permutations(CHANNELS))
    tiers = tuple(
        Tier(
            name=label,
            channel=channels[index],
            backup_channel=draw(st.sampled_from([None, channels[7]])),
            notify=tuple(draw(notified)),
            timers={severity: draw(timers) for severity in Severity},
        )
        for index, label in enumerate(names)
    )
    return Policy(name, tiers, draw(last_tiers))


CUSTOMERS = (CustomerTier("Gold", ("Nordic*", 'say "hi"')), CustomerTier("Basic", ("*",)))


def _weekly(policy: str) -> WeeklySummary:
    """Make a summary of a policy, or of all cases."""
    return WeeklySummary(policy, 5, time(17, 30), "Asia/Kolkata", CHANNELS[0])


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Draw a whole set of rules; the second route, if any, is narrower than all cases."""
    kinds = draw(distinct_labels(3))
    ladders = draw(distinct_labels(2))
    narrow = Route(
        draw(st.sampled_from(ladders)),
        frozenset(draw(st.lists(st.sampled_from(kinds)))),
        frozenset(draw(st.lists(st.sampled_from(list(Severity)), min_size=1))),
    )
    managers = draw(people)
    names = {one: f"#channel-{one}" for one in CHANNELS}
    names |= {one: draw(nicknames) for one in PEOPLE}
    names |= {one: f"@group-{one}" for one in GROUPS}
    return Rules(
        timezone=draw(st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kolkata"])),
        managers=managers,
        admins=draw(st.one_of(people, st.just(managers))),
        catcher=(draw(st.sampled_from([*CHANNELS, *PEOPLE])),),
        promise=draw(promises),
        close_after=draw(spans),
        tickets=tuple(draw(st.lists(st.sampled_from([r"#?\d{4,8}", 'say "(?:a|b)"', "[A-Z]{2,5}-\\d+"]), unique=True))),
        categories=tuple(
            Category(kind, tuple(draw(st.lists(st.sampled_from(REQUIRABLE), unique=True)))) for kind in kinds
        ),
        policies={name: draw(policies(name)) for name in ladders},
        routes=(*draw(st.sampled_from([(), (narrow,)])), Route(ladders[0])),
        names=names,
        admin_channel=draw(st.one_of(st.none(), st.sampled_from(CHANNELS))),
        customer_tiers=draw(st.sampled_from([(), CUSTOMERS])),
        summaries=draw(st.sampled_from([(), tuple(_weekly(name) for name in ("", *ladders))])),
    )
