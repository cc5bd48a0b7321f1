"""A summary's cases parted by tier, category, severity and customer tier: the lines, and the lists one can ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from slackbot import ids
from slackbot.core.comparison import Form
from slackbot.core.digest import Digest
from slackbot.core.summary import Behind, Dimension, Group, Part
from slackbot.core.text import units
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import figures
from slackbot.slack.rendering.inputs import GroupedSelect, Option, OptionGroup
from slackbot.slack.rendering.kit import Kit

_TIERS, _OTHERS = 6, 4
_HEADINGS = {
    Dimension.TIER: "summary.by_tier",
    Dimension.CATEGORY: "summary.by_category",
    Dimension.SEVERITY: "summary.by_severity",
    Dimension.CUSTOMER_TIER: "summary.by_customer_tier",
}
_LONGEST_VALUE = 75
"""What an option carries at most by the stricter of Slack's own sources; its pages say 150 by now."""


def lines(kit: Kit, digest: Digest) -> Iterator[Mrkdwn]:
    """Tell of the busiest of each dimension of which anything is known, a line each."""
    for dimension, heading in _HEADINGS.items():
        known = _known(digest, dimension)
        shown = _busiest(known, dimension)
        draw = _tier if dimension is Dimension.TIER else _group
        said = [draw(kit, part, known[part.name], digest.usual(dimension, part.name)) for part in shown]
        if said:
            yield f.joined([kit.words.mrkdwn(heading), *said, *_more(kit, len(known) - len(shown))], "\n")


def select(kit: Kit, digest: Digest) -> GroupedSelect:
    """Offer the lists of cases: behind each figure, behind each part that is named, and behind what grew."""
    figures_of_all = tuple(Option(kit.words.plain(f"behind.{each}"), each) for each in Behind)
    groups = [OptionGroup(kit.words.plain("summary.choose_all"), figures_of_all)]
    for dimension in Dimension:
        shown = _busiest(_known(digest, dimension), dimension) if dimension in _HEADINGS else []
        grown = [Part(dimension, each.name) for each in digest.growths if each.dimension is dimension]
        options = [
            Option(figures.part_name(kit.words, part), part.key)
            for part in dict.fromkeys([*shown, *grown])
            if units(part.key) <= _LONGEST_VALUE
        ]
        if options:
            groups.append(OptionGroup(kit.words.plain(f"dimension.{dimension}"), tuple(options)))
    return GroupedSelect(ids.PRESS_SUMMARY_BEHIND, kit.words.plain("summary.choose"), tuple(groups))


def _known(digest: Digest, dimension: Dimension) -> Mapping[str, Group]:
    """Leave out a dimension of which nothing is known, and the tier of cases that no tier was called for."""
    groups = digest.figures.groups.get(dimension, {})
    if dimension is Dimension.TIER:
        return {name: group for name, group in groups.items() if name}
    return groups if any(groups) else {}


def _busiest(groups: Mapping[str, Group], dimension: Dimension) -> list[Part]:
    """Choose where most cases came or stand."""
    ordered = sorted(groups, key=lambda name: (-groups[name].raised - groups[name].open_at_end, name))
    return [Part(dimension, name) for name in ordered[: _TIERS if dimension is Dimension.TIER else _OTHERS]]


def _more(kit: Kit, more: int) -> list[Mrkdwn]:
    """Say how many have no place."""
    return [kit.words.mrkdwn("summary.group_more", more=more)] if more > 0 else []


def _usual(kit: Kit, usual: Fraction | None) -> Mrkdwn | str:
    if usual is None:
        return ""
    return kit.words.mrkdwn("summary.group_usual", usual=figures.number(kit.words, Form.COUNT, usual))


def _group(kit: Kit, part: Part, group: Group, usual: Fraction | None) -> Mrkdwn:
    return kit.words.mrkdwn(
        "summary.group",
        name=figures.part_name(kit.words, part),
        raised=group.raised,
        usual=_usual(kit, usual),
        taken=group.acknowledged,
        resolved=group.resolved,
        open=group.open_at_end,
    )


def _tier(kit: Kit, part: Part, group: Group, usual: Fraction | None) -> Mrkdwn:
    middle = group.to_acknowledge
    span = "" if middle is None else figures.short_span(kit.words, middle)
    out = group.pings_out_of_hours
    return kit.words.mrkdwn(
        "summary.tier",
        name=figures.part_name(kit.words, part),
        arrived=group.raised,
        usual=_usual(kit, usual),
        resolved=group.resolved,
        taken=group.acknowledged,
        median=kit.words.mrkdwn("summary.tier_median", median=span) if span else "",
        open=group.open_at_end,
        pings=group.pings,
        out=kit.words.mrkdwn("summary.tier_out", out=out) if out else "",
    )
