"""What figures say beside those of the four weeks before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.comparison import Compared, Measure, Trend, compare, verdict, weeks_before
from slackbot.core.periods import Period
from slackbot.core.summary import (
    Behind,
    Figures,
    Named,
    Part,
    Rule,
    Times,
    Window,
    counted,
    merged,
    nearest_rank,
    office_hours,
    review,
    times_of,
)
from slackbot.core.summary_request import read_behind
from slackbot.core.text import clean

MADRID = "Europe/Madrid"
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 23), MADRID)


def figures(count: int, minutes: int = 30, kept: int = 8) -> Figures:
    """Make a week's figures."""
    times = Times(count, timedelta(minutes=minutes), timedelta(minutes=3 * minutes))
    return Figures(
        raised=count,
        acknowledged=count,
        resolved=count,
        to_acknowledge=times,
        to_resolve=times,
        in_time=kept,
        promises_kept=kept,
        promises_broken=10 - kept,
    )


def said(now: Figures, before: list[Figures], measure: Measure, scale: Fraction = Fraction(1)) -> Compared:
    """Compare, and give what is said of one measure."""
    return next(each for each in compare(now, before, scale) if each.measure is measure)


def test_nearest_rank_is_as_the_books_have_it() -> None:
    """The value at rank ceil(p x n / 100): of five the third, and the fifth."""
    spans = [timedelta(minutes=m) for m in (15, 20, 35, 40, 50)]
    assert nearest_rank(spans, 50) == timedelta(minutes=35)
    assert nearest_rank(spans, 90) == timedelta(minutes=50)
    assert nearest_rank(spans[:2], 50) == timedelta(minutes=15)
    assert times_of([]) == Times(0, None, None)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40), st.sampled_from([50, 90]))
def test_nearest_rank_is_the_smallest_that_so_many_do_not_exceed(seconds: list[int], percent: int) -> None:
    """Told from the definition."""
    ordered = sorted(timedelta(seconds=each) for each in seconds)
    enough = [v for v in ordered if 100 * sum(o <= v for o in ordered) >= percent * len(ordered)]
    assert nearest_rank(ordered, percent) == enough[0]


def test_time_in_which_rung_was_down_does_not_count() -> None:
    """Of each window only what overlaps is left out."""
    start, end = NOW, NOW + 10 * HOUR
    down = [Window(NOW - HOUR, NOW + HOUR), Window(NOW + 9 * HOUR, NOW + 20 * HOUR), Window(NOW + 30 * HOUR, NOW)]
    assert counted(start, end, down) == 8 * HOUR
    assert counted(start, end, []) == 10 * HOUR


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=12))
def test_merged_windows_are_apart_and_cover_the_same_minutes(pairs: list[tuple[int, int]]) -> None:
    """Whatever overlaps or touches is one; every minute that lay in any window lies in one, and no other does."""
    windows = [Window(NOW + m * MINUTE, NOW + (m + long) * MINUTE, "down") for m, long in pairs]
    found = merged(windows)
    assert all(before.end < after.start for before, after in pairwise(found))
    assert all(each.start < each.end for each in found)
    for minute in range(75):
        at = NOW + minute * MINUTE
        assert any(w.start <= at < w.end for w in found) == any(w.start <= at < w.end for w in windows), minute
    assert counted(NOW, NOW + 75 * MINUTE, found) >= timedelta()


def test_what_two_outages_share_is_left_out_once() -> None:
    """Rung was down for 48 minutes of an hour, and Slack for the same ones: 12 minutes count."""
    down, slack = (Window(NOW, NOW + 48 * MINUTE, cause) for cause in ("down", "slack"))
    assert counted(NOW, NOW + HOUR, merged([slack, down])) == 12 * MINUTE


def test_beside_a_whole_week_stand_four_whole_weeks() -> None:
    """They follow one another up to the week's beginning, however the clocks change."""
    windows = weeks_before(WEEK, NOW)
    assert [window.start for window in windows[1:]] == [window.end for window in windows[:-1]]
    assert windows[-1].end == WEEK.start
    assert windows[0].start == datetime(2026, 10, 18, 22, tzinfo=UTC), "summer time then"


def test_beside_a_week_that_runs_stand_as_many_hours_of_each() -> None:
    """Wednesday noon is not compared with whole weeks."""
    running = WEEK.moved(7)
    windows = weeks_before(running, NOW)
    assert [window.end - window.start for window in windows] == [NOW - running.start] * 4
    assert windows[-1].start == WEEK.start


def test_a_change_of_a_tenth_is_told_and_less_is_none() -> None:
    """Longer waits and broken promises are worse; more cases are only more."""
    before = [figures(40)] * 4
    assert said(figures(40), before, Measure.RAISED).trend is Trend.SAME
    assert said(figures(43), before, Measure.RAISED).trend is Trend.SAME
    assert said(figures(50), before, Measure.RAISED).trend is Trend.MORE
    assert said(figures(50), before, Measure.RAISED).change == Fraction(1, 4)
    assert said(figures(40, minutes=60), before, Measure.ACKNOWLEDGE_MEDIAN).trend is Trend.WORSE
    assert said(figures(40, minutes=15), before, Measure.ACKNOWLEDGE_P90).trend is Trend.BETTER
    assert said(figures(40, kept=4), before, Measure.KEPT).trend is Trend.WORSE


def test_of_few_cases_nothing_is_said() -> None:
    """Nine are too few on either side, for a time; a count may fall from enough to nothing."""
    assert said(figures(9), [figures(40)] * 4, Measure.ACKNOWLEDGE_MEDIAN).trend is Trend.TOO_FEW
    assert said(figures(40), [figures(2)] * 4, Measure.ACKNOWLEDGE_MEDIAN).trend is Trend.TOO_FEW
    assert said(figures(40), [Figures()] * 4, Measure.RAISED).trend is Trend.TOO_FEW
    assert said(figures(0), [figures(40)] * 4, Measure.RAISED).trend is Trend.LESS
    assert said(figures(0), [figures(40)] * 4, Measure.ACKNOWLEDGE_MEDIAN).trend is Trend.TOO_FEW


def test_counts_are_scaled_to_the_period_and_times_are_not() -> None:
    """Two weeks stand beside twice a usual week."""
    before = [figures(10), figures(20), figures(30), figures(40)]
    doubled = said(figures(50), before, Measure.RAISED, Fraction(2))
    assert doubled.usual.number == 50
    assert said(figures(50), before, Measure.ACKNOWLEDGE_MEDIAN, Fraction(2)).usual.number == 1800
    assert said(figures(50), before, Measure.OPEN, Fraction(2)).usual.number == 0


def test_a_share_of_four_weeks_is_over_all_of_them() -> None:
    """A week with many promises weighs more."""
    before = [replace(figures(40), promises_kept=1, promises_broken=0), replace(figures(40), promises_kept=9)] * 2
    before = [replace(each, promises_broken=each.promises_kept * 2) for each in before]
    assert said(figures(40), before, Measure.KEPT).usual.number == Fraction(1, 3)


def test_one_word_says_better_or_worse() -> None:
    """By the telling figures; where they disagree, the same; where none can be told, too few."""
    before = [figures(40)] * 4
    assert verdict(compare(figures(40, minutes=10), before, Fraction(1))) is Trend.BETTER
    assert verdict(compare(figures(40, minutes=90), before, Fraction(1))) is Trend.WORSE
    assert verdict(compare(figures(40, minutes=20, kept=2), before, Fraction(1))) is Trend.SAME
    few = replace(figures(2, kept=2), promises_broken=0)
    assert verdict(compare(few, before, Fraction(1))) is Trend.TOO_FEW


def test_five_cases_are_chosen_and_none_twice() -> None:
    """A case that two rules name is named by the first; the second names its next."""
    a, b = Named("a", 1, 9), Named("b", 2, 5)
    assert review({Rule.WAITED: [a, b], Rule.PINGED: [a, b], Rule.SILENT: [a, b]}) == [
        (Rule.WAITED, a),
        (Rule.PINGED, b),
    ]


def test_office_hours_are_those_of_the_place() -> None:
    """Monday to Friday from 8 to 18 there, summer time or not."""
    october = Period(date(2026, 10, 23), date(2026, 10, 27), MADRID)
    hours = office_hours(october.start, october.end, MADRID)
    assert [(each.start.day, each.start.hour) for each in hours] == [(23, 6), (26, 7), (27, 7)]
    assert {each.end - each.start for each in hours} == {10 * HOUR}


@given(
    st.sampled_from(["", "raised ", "tier", "mood:high", ":x", "category:\ud800", "tier:\x00", "tier:" + "x" * 76])
    | st.text()
)
def test_what_is_no_figure_and_no_part_is_not_read(key: str) -> None:
    """Whatever a choice carries, only what Rung offers is read, and every part is read as it was written."""
    found = read_behind(key)
    if isinstance(found, Part):
        assert found.key == key
        assert found.name == clean(found.name, 75)
    else:
        assert found in {None, *Behind}
    assert read_behind("category:\ud800") is read_behind("tier:" + "x" * 76) is read_behind("mood:high") is None
