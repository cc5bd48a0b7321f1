"""A summary as it is drawn: within Slack's limits whatever the names, the same figures in the text, a word on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.comparison import Measure, compare, weeks_before
from slackbot.core.digest import Digest, Growth, Pick
from slackbot.core.outages import Cause
from slackbot.core.periods import Period
from slackbot.core.summary import Behind, Dimension, Figures, Group, Part, Rule, Times, Window
from slackbot.core.summary_request import Scope, ScopeKind, SummaryRequest, read_behind, read_scope
from slackbot.core.weekly import Missed, Schedule
from slackbot.services.summaries import LISTED, LISTED_EACH
from slackbot.slack.render import Renderer
from slackbot.slack.views import BehindView, Payload, WeeklyView
from slackbot.slack.words import read_words
from tests.templates.cases import story
from tests.templates.everything import called, wrong_with, wrong_with_view
from tests.templates.hostile import NAMES, TEXTS

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 23), "Europe/Madrid")


def figures(count: int, minutes: int, name: str = "Billing") -> Figures:
    """Make a week's figures with groups of every kind."""
    times = Times(count, timedelta(minutes=minutes), timedelta(minutes=2 * minutes))
    group = Group(count, count, count, 3, timedelta(minutes=minutes), count, 2)
    named = {name: group, **{f"{name[:20]}{n}": group for n in range(9)}}
    groups: dict[Dimension, dict[str, Group]] = {each: named for each in Dimension if each is not Dimension.SEVERITY}
    return Figures(
        raised=count,
        acknowledged=count,
        resolved=count,
        open_at_end=count,
        to_acknowledge=times,
        to_resolve=times,
        in_time=count // 2,
        promises_kept=count,
        pings=3 * count,
        groups={**groups, Dimension.SEVERITY: {"high": group}},
    )


def digest_of(name: str = "Billing", text: str = "Check the gateway", *, weeks: int = 4) -> Digest:
    """Put together a summary in which everything that can be there is."""
    request = SummaryRequest(WEEK, Scope(ScopeKind.CUSTOMER, name[:75]))
    before = [(window, figures(40, 20 + n)) for n, window in enumerate(weeks_before(WEEK, NOW)[:weeks])]
    now = figures(42, 10, name)
    url = "https://acme.slack.com/archives/C1/p100000001"
    return Digest(
        request=request,
        now=NOW,
        figures=now,
        compared=compare(now, [each for _, each in before], Fraction(1)),
        weeks=before,
        picks=[Pick(rule, f"ESC-{n}", 3 * 3_600_000_000, url) for n, rule in enumerate(Rule)],
        lessons=[(text, 5)] * 3,
        growths=[
            Growth(Dimension.CATEGORY, name, 5, Fraction(4, 3)),
            Growth(Dimension.REASON, "complex", 5, Fraction(1)),
        ],
        left_out=[Window(NOW - timedelta(days=7), NOW - timedelta(days=6), "down")],
    )


@settings(max_examples=30, deadline=None)
@given(name=NAMES, text=TEXTS, public=st.booleans())
def test_any_name_stays_within_the_limits_and_calls_nobody(
    renderer: Renderer, name: str, text: str, *, public: bool
) -> None:
    """Slack takes the message whatever tiers, customers and advice are called."""
    drawn = renderer.summary(digest_of(name or "x", text), public=public)
    assert wrong_with(drawn) == []
    found = called(drawn)
    assert {*found.users, *found.groups, *found.broadcasts} == set()


def test_one_look_says_better_or_worse(renderer: Renderer) -> None:
    """The word, and what makes it so, stand right under the title; the text that is listened to begins with both."""
    drawn = renderer.summary(digest_of(), public=False)
    assert "Better than the four weeks before" in str(drawn.blocks[1])
    said = "Better: Time until taken, median -53 %; Time until resolved, median -53 %."
    assert drawn.text.splitlines()[1] == f"*Better than the four weeks before.* {said}"
    assert said in str(drawn.blocks[1])


def test_the_text_has_every_figure_of_the_table(renderer: Renderer) -> None:
    """Who listens hears the same as who looks."""
    drawn = renderer.summary(digest_of(), public=False)
    rows = table(drawn.blocks)
    assert len(rows) == 1 + len(Measure)
    lines = [line for line in drawn.text.splitlines() if ": " in line]
    for name, value, usual, _ in rows[1:]:
        told = next(line for line in lines if line.startswith(f"{name}: "))
        assert value in told
        assert usual in told or "too few" in told


def test_charts_show_the_weeks_before_and_this_one(renderer: Renderer) -> None:
    """Two charts, five points each; without four weeks to stand beside there is none."""
    drawn = renderer.summary(digest_of(), public=False)
    charts = [block["chart"] for block in drawn.blocks if block["type"] == "data_visualization"]
    assert [chart["axis_config"]["categories"] for chart in charts] == [
        ["19 Oct", "26 Oct", "2 Nov", "9 Nov", "16 Nov"]
    ] * 2
    assert [[point["value"] for point in each["data"]] for each in charts[1]["series"]] == [
        [20.0, 21.0, 22.0, 23.0, 10.0]
    ]
    alone = replace(digest_of(), weeks=[], compared=compare(figures(42, 10), [], Fraction(1)))
    drawn = renderer.summary(alone, public=False)
    assert not [block for block in drawn.blocks if block["type"] == "data_visualization"]
    assert "Too few cases" in drawn.text
    assert {len(row) for row in table(drawn.blocks)} == {2}, "nothing to stand beside it"
    assert wrong_with(drawn) == []


def test_the_busiest_tiers_stand_there_and_the_others_are_counted(renderer: Renderer) -> None:
    """Busy is where cases came or wait; of eight tiers six are named, and nobody believes that there are no others."""
    tiers = {f"Tier {n}": Group(raised=n) for n in range(7)} | {"Overrun": Group(open_at_end=9), "": Group(raised=50)}
    digest = digest_of()
    groups = {**digest.figures.groups, Dimension.TIER: tiers}
    drawn = renderer.summary(replace(digest, figures=replace(digest.figures, groups=groups)), public=False)
    (text,) = (block["text"]["text"] for block in drawn.blocks if "*By tier*" in str(block))
    lines = text.split("*By tier*\n")[1].splitlines()
    assert [line.split(":")[0] for line in lines[:6]] == ["Overrun", "Tier 6", "Tier 5", "Tier 4", "Tier 3", "Tier 2"]
    assert lines[6] == "2 more"
    six = {name: tiers[name] for name in ("Overrun", *(f"Tier {n}" for n in range(5)))}
    groups[Dimension.TIER] = six
    drawn = renderer.summary(replace(digest, figures=replace(digest.figures, groups=groups)), public=False)
    (text,) = (block["text"]["text"] for block in drawn.blocks if "*By tier*" in str(block))
    assert "more" not in text.split("*By tier*\n")[1].split("*")[0]


def test_every_group_stands_beside_its_four_weeks(renderer: Renderer) -> None:
    """What came, was taken, was resolved and is open stands there by category, severity and customer tier."""
    digest = digest_of()
    now, few = Group(raised=12, acknowledged=10, resolved=8, open_at_end=3), Group(raised=2)
    week = {dimension: {"high": Group(raised=9), "low": few} for dimension in Dimension}
    changed = replace(
        digest,
        figures=replace(digest.figures, groups={each: {"high": now, "low": few} for each in Dimension}),
        weeks=[(window, replace(figures, groups=week)) for window, figures in digest.weeks],
    )
    said = str(renderer.summary(changed, public=False).blocks)
    for heading, name in (("category", "high"), ("severity", "High"), ("customer tier", "high")):
        line = f"{name}: 12 raised (usual 9), 10 taken, 8 resolved, 3 open"
        assert f"*By {heading}*\\n{line}\\n{name[0].replace('h', 'l').replace('H', 'L')}ow: 2 raised, 0 taken" in said
    assert "high: 12 came (usual 9), 10 taken, 8 resolved, 3 open" in said


def test_time_left_out_is_named(renderer: Renderer) -> None:
    """When and why, also for those who listen and on the Home tab; a thousand outages break no limit."""
    digest = digest_of()
    drawn = renderer.summary(digest, public=True)
    for said in (str(drawn.blocks), drawn.text, str(renderer.home(None, digest))):
        assert "Not counted in any time" in said
        assert "Rung was not running" in said
    hour = timedelta(hours=1)
    many = [Window(NOW + n * hour, NOW + (n + 1) * hour, "slack") for n in range(1_000)]
    assert wrong_with(renderer.summary(replace(digest, left_out=many), public=False)) == []
    assert wrong_with_view(renderer.home(None, replace(digest, left_out=many))) == []


def test_a_public_summary_has_no_buttons_that_change_it(renderer: Renderer) -> None:
    """Only the cases behind it can be asked for."""
    own, public = (renderer.summary(digest_of(), public=each) for each in (False, True))
    assert [block["type"] for block in own.blocks[-2:]] == ["actions", "actions"]
    assert [block["type"] for block in public.blocks[-2:]] == ["context", "actions"]


@pytest.mark.parametrize("figure", Behind)
def test_the_list_behind_a_figure_is_drawn(renderer: Renderer, figure: Behind) -> None:
    """Forty cases, and that there are more; or that there is none."""
    view = story("acknowledged").view({})
    full = renderer.behind([BehindView(figure, [(view, 3_600_000_000)] * LISTED, more=True)], figure, WEEK)
    assert wrong_with_view(full) == []
    assert wrong_with_view(renderer.behind([BehindView(figure, [], more=False)], figure, WEEK)) == []


@settings(max_examples=25, deadline=None)
@given(dimension=st.sampled_from(Dimension), name=NAMES)
def test_the_lists_behind_a_part_are_drawn(renderer: Renderer, dimension: Dimension, name: str) -> None:
    """All of them full, whatever the part is called; each says which figure it is behind."""
    part, view, words = Part(dimension, name), story("acknowledged").view({}), read_words("en")
    lists = [BehindView(each, [(view, 3_600_000_000)] * LISTED_EACH, more=True) for each in part.figures]
    drawn = renderer.behind(lists, part, WEEK)
    assert wrong_with_view(drawn) == []
    said = [block["text"]["text"] for block in drawn["blocks"] if block["type"] == "section"]
    expected = [f"*{words.plain(f'behind.{each}')}*" for each in part.figures]
    expected[0] = "*Came*" if dimension is Dimension.TIER else "*Raised*"
    assert [each for each in said if each in expected] == expected


@settings(max_examples=25, deadline=None)
@given(name=NAMES)
def test_the_cases_of_every_part_that_is_named_can_be_asked_for(renderer: Renderer, name: str) -> None:
    """Each line of a group has its option, which is read as that group; only a name too long for an option has none."""
    digest = digest_of(name)
    drawn = renderer.summary(digest, public=True)
    (select,) = (block["elements"][0] for block in drawn.blocks if block["type"] == "actions")
    first, *parted = select["option_groups"]
    assert [each["value"] for each in first["options"]] == list(Behind)
    offered = {read_behind(each["value"]) for group in parted for each in group["options"]}
    groups = digest.figures.groups
    named = {
        Part(dimension, each)
        for dimension, most in ((Dimension.TIER, 6), (Dimension.CATEGORY, 4), (Dimension.CUSTOMER_TIER, 4))
        for each in sorted(groups[dimension], key=lambda one: (-groups[dimension][one].raised, one))[:most]
    }
    named |= {Part(Dimension.SEVERITY, "high"), *(Part(each.dimension, each.name) for each in digest.growths)}
    assert offered == {part for part in named if len(part.key.encode("utf-16-le")) <= 150}


def test_a_case_that_came_twice_says_so(renderer: Renderer) -> None:
    """The list of what came to a tier adds up to its figure."""
    part, view = Part(Dimension.TIER, "Team leads"), story("acknowledged").view({})
    shown = str(renderer.behind([BehindView(Behind.RAISED, [(view, 2), (view, 1)], more=False)], part, WEEK))
    assert shown.count("2 times") == 1
    assert "once" not in shown


@settings(max_examples=25, deadline=None)
@given(name=NAMES, many=st.integers(0, 60))
def test_the_form_for_every_week_keeps_within_limits(renderer: Renderer, name: str, many: int) -> None:
    """Whatever a tier is called, and however many come already; only those that people set up can be stopped."""
    scope = Scope(ScopeKind.TIER, name[:75])
    made = Schedule(scope, 1, time(9), "Europe/Madrid", "C0SUPPORT", NOW, "U0DANA")
    schedules = [replace(made, channel=f"C{n}", by=None if n % 2 else made.by) for n in range(many)]
    view = renderer.weekly_form(WeeklyView(scope, "D0", "Europe/Madrid", schedules))
    assert wrong_with_view(view) == []
    stops = [block for block in view["blocks"] if "accessory" in block]
    assert len(stops) == (min(many, 20) + 1) // 2
    assert wrong_with_view(renderer.notice_view("Rung", renderer.weekly_done(made, NOW))) == []


def test_every_measure_and_rule_has_words() -> None:
    """Whatever is counted is named."""
    words = read_words("en")
    for prefix, members in {"measure": Measure, "behind": Behind, "look": Rule, "dimension": Dimension}.items():
        assert [each for each in members if f"{prefix}.{each}" not in words] == []


def table(blocks: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Read the rows of a message's table."""
    (found,) = (block for block in blocks if block["type"] == "table")
    return [tuple(cell["text"] for cell in row) for row in found["rows"]]


@pytest.mark.parametrize("key", ["weekly_unknown", "weekly_elsewhere", "weekly_dead"])
@settings(max_examples=25, deadline=None)
@given(name=NAMES | TEXTS | st.sampled_from(("`x`", "*L2* & <!channel> @here")))
def test_a_note_about_a_weekly_one_calls_nobody(renderer: Renderer, key: str, name: str) -> None:
    """Whatever the tier is called, the note pings nobody, and the command in it stays one piece of code."""
    scope = read_scope(f"tier|{name}")
    assert scope is not None
    note = Payload(renderer.weekly_note(key, "2026-W47", scope, "C0123456789"), [])
    assert wrong_with(note) == []
    found = called(note)
    assert [*found.users, *found.groups, *found.broadcasts] == []
    harmless = note.text.count("`\u200b")
    assert note.text.count("`") - harmless == (0 if key == "weekly_elsewhere" else 2)


def test_the_weeks_before_that_did_not_come_are_named_with_the_reason(renderer: Renderer) -> None:
    """In the text and in the blocks; where none was missed nothing is said."""
    drawn = renderer.weekly_summary(digest_of(), Missed("2026-W44", "2026-W46", Cause.CLOCK))
    assert wrong_with(drawn) == []
    for said in (drawn.text, str(drawn.blocks)):
        assert "No summary came for 2026-W44 to 2026-W46: the clock was set." in said
    assert renderer.weekly_summary(digest_of(), None) == renderer.summary(digest_of(), public=True)
