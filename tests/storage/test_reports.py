"""Every figure that the database counts is the one the slow model counts, on generated histories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackbot.core.comparison import Form, Measure, form_of
from slackbot.core.periods import Period
from slackbot.core.policy import Severity
from slackbot.core.summary import Behind, Dimension, Figures, Part, Rule, Window, merged, office_hours
from slackbot.core.summary import review as chosen
from slackbot.core.summary_request import Scope, ScopeKind, SummaryRequest
from slackbot.services.summaries import digest
from storage.report_statements import Sought
from storage.tables.uptime import outages
from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.storage import summary_model as model
from tests.storage.house import House
from tests.storage.told_cases import BEGINNING, WALKS, Walk, forget, tell

ZONE = "Europe/Madrid"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
SCOPES = [
    Scope(),
    Scope(ScopeKind.TIER, "Tier 1"),
    Scope(ScopeKind.POLICY, "support"),
    Scope(ScopeKind.CATEGORY, "Billing"),
    Scope(ScopeKind.CUSTOMER, "NORDIC"),
    Scope(ScopeKind.CUSTOMER, "åke AB"),
    Scope(ScopeKind.MINE, "U_ANA"),
]
ADDS_UP: tuple[str, ...] = ("raised", "acknowledged", "resolved", "in_time", "promises_kept", "promises_broken")
ADDS_UP += ("pings", "jumps", "withdrawn", "not_solved", "over_30_days")


@pytest.fixture(params=SQLITE_EVERY_DAY)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A migrated, empty database; every history anew on PostgreSQL is proof."""
    with databases.fresh(request.param) as url:
        yield url


generated = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
histories = st.lists(WALKS, max_size=8)


def sought(house: House, first_day: int, days: int, scope: Scope = SCOPES[0], *, down: bool = False) -> Sought:
    """Ask for some days, counted from the beginning; `down` leaves two windows out."""
    first = (BEGINNING + first_day * DAY).date()
    period = Period(first, first + days * DAY, ZONE)
    start, end = period.start, period.end
    windows = (Window(start - DAY, start + 2 * DAY), Window(end - DAY / 2, end - DAY / 4)) if down else ()
    return Sought(house.workspace_id, start, end, scope, merged(windows), office_hours(start, end, ZONE))


@generated
@given(
    walks=histories,
    first_day=st.integers(0, 40),
    days=st.sampled_from([1, 7, 30]),
    scope=st.sampled_from(SCOPES),
    down=st.booleans(),
)
def test_the_database_counts_as_the_model_does(
    house: House, walks: list[Walk], first_day: int, days: int, scope: Scope, *, down: bool
) -> None:
    """Every figure, every group, every scope, with and without windows left out."""
    told = tell(house, walks)
    asked = sought(house, first_day, days, scope, down=down)
    with house.store.read() as tx:
        found = tx.reports.figures(asked)
        brief = tx.reports.figures(asked, briefly=True)
    forget(house.store)
    expected = model.figures(told, asked)
    assert found == expected
    assert brief == replace(expected, groups=brief.groups)
    for dimension in Dimension:
        raised = {name: group.raised for name, group in brief.groups[dimension].items() if group.raised}
        assert raised == {name: group.raised for name, group in expected.groups[dimension].items() if group.raised}


@generated
@given(histories, st.integers(0, 40), st.sampled_from(SCOPES))
def test_the_cases_to_look_at_are_those_the_model_names(
    house: House, walks: list[Walk], first_day: int, scope: Scope
) -> None:
    """Each rule names its most striking case, and none that a rule before it named."""
    told = tell(house, walks)
    asked = sought(house, first_day, 7, scope)
    with house.store.read() as tx:
        found = tx.reports.review(asked)
    forget(house.store)
    assert found == chosen(model.review(told, asked))
    assert len({named.id for _, named in found}) == len(found) <= len(Rule)


@generated
@given(histories, st.integers(0, 40), st.sampled_from(SCOPES))
def test_the_cases_behind_a_figure_add_up_to_it(house: House, walks: list[Walk], first_day: int, scope: Scope) -> None:
    """What a list names is what the figure counts: cases once each, or as often as something happened to them."""
    tell(house, walks)
    asked = sought(house, first_day, 7, scope)
    with house.store.read() as tx:
        figures = tx.reports.figures(asked)
        lists = {each: tx.reports.behind(asked, each, 100) for each in Behind}
    forget(house.store)
    for each, expected in {
        Behind.RAISED: figures.raised,
        Behind.OPEN: figures.open_at_end,
        Behind.ACKNOWLEDGED: figures.acknowledged,
        Behind.IN_TIME: figures.in_time,
        Behind.LATE: figures.acknowledged - figures.in_time,
        Behind.RESOLVED: figures.resolved,
        Behind.OVERLONG: figures.over_30_days,
    }.items():
        assert len(lists[each]) == expected, each
    for each, expected in {
        Behind.KEPT: figures.promises_kept,
        Behind.BROKEN: figures.promises_broken,
        Behind.PINGS: figures.pings,
        Behind.JUMPS: figures.jumps,
        Behind.WITHDRAWN: figures.withdrawn,
        Behind.NOT_SOLVED: figures.not_solved,
    }.items():
        assert sum(named.weight for named in lists[each]) == expected, each


@generated
@given(histories, st.integers(0, 40), st.sampled_from(SCOPES))
def test_the_cases_behind_a_part_add_up_to_its_figures(
    house: House, walks: list[Walk], first_day: int, scope: Scope
) -> None:
    """What the lists of a tier, category, severity, customer tier or reason name is what is counted of it."""
    tell(house, walks)
    asked = sought(house, first_day, 7, scope)
    with house.store.read() as tx:
        groups = tx.reports.figures(asked).groups
        parts = {Part(each, name): group for each in groups for name, group in groups[each].items()}
        lists = {part: {each: tx.reports.behind(asked, each, 100, part) for each in part.figures} for part in parts}
    forget(house.store)
    for part, group in parts.items():
        named = lists[part]
        visits = sum(each.weight for each in named[Behind.RAISED])
        assert (visits if part.dimension is Dimension.TIER else len(named[Behind.RAISED])) == group.raised, part
        assert len(named.get(Behind.ACKNOWLEDGED, ())) == group.acknowledged, part
        assert len(named.get(Behind.RESOLVED, ())) == group.resolved, part
        # A case that no tier was called for stands at none.
        nowhere = part == Part(Dimension.TIER, "")
        assert nowhere or len(named.get(Behind.OPEN, ())) == group.open_at_end, part
        assert sum(each.weight for each in named.get(Behind.PINGS, ())) == group.pings, part


@generated
@given(histories, st.integers(0, 40), st.sampled_from(SCOPES))
def test_the_export_has_every_case_behind_a_figure(
    house: House, walks: list[Walk], first_day: int, scope: Scope
) -> None:
    """Also those that only stood open: whatever a list or a rule names is in the file, once."""
    told = tell(house, walks)
    asked = sought(house, first_day, 7, scope)
    with house.store.read() as tx:
        named = {each.number for figure in Behind for each in tx.reports.behind(asked, figure, 100)}
        named |= {each.number for _, each in tx.reports.review(asked)}
        exported = [row[0] for row in tx.reports.case_rows(asked, 100)]
    forget(house.store)
    assert named <= set(exported)
    assert len(exported) == len(set(exported))
    meant = [case for case in told if case.is_meant(scope, asked.end)]
    assert set(exported) == {case.number for case in meant if any(case.within(asked)) or case.open_at(asked.end)}


@generated
@given(histories, st.sampled_from([0, 7, 14]), st.sampled_from(SCOPES))
def test_seven_days_add_up_to_their_week(house: House, walks: list[Walk], first_day: int, scope: Scope) -> None:
    """What counts events is counted once; what stands open at the end of the last day does at the end of the week."""
    told = tell(house, walks)
    # Which cases stood at a tier is asked at the end, so that a day may not know yet what the week does.
    scope = Scope() if scope.kind is ScopeKind.TIER else scope
    week = sought(house, first_day, 7, scope)
    with house.store.read() as tx:
        whole = tx.reports.figures(week)
        days = [tx.reports.figures(sought(house, first_day + day, 1, scope)) for day in range(7)]
    forget(house.store)
    for name in ADDS_UP:
        assert sum(getattr(day, name) for day in days) == getattr(whole, name), name
    assert days[-1].open_at_end == whole.open_at_end
    # Where a case stood one day it need not stand at the end of the week; what it was pinged there stays counted.
    pinged = {name: group.pings for name, group in whole.groups[Dimension.TIER].items()}
    for day in days:
        for name, group in day.groups[Dimension.TIER].items():
            assert group.pings <= pinged.get(name, 0)
    assert model.figures(told, week).open_at_end == whole.open_at_end


def test_the_case_of_no_letter_matters_in_a_customers_name(house: House) -> None:
    """On every engine alike, whatever the alphabet."""
    names = ["Åke AB", "ÅKE AB", "ΟΔΟΣ", "οδοσ", "ЖУК", "жук", "İstanbul", "istanbul", "Nordic", "nordic"]
    raised = _solved(0)
    tell(house, [replace(raised, fields={"customer": name}) for name in names])
    with house.store.read() as tx:
        for name in (*names, *(each.upper() for each in names[:6])):
            asked = sought(house, 0, 7, Scope(ScopeKind.CUSTOMER, name))
            assert tx.reports.figures(asked).raised == 2, name


def test_an_empty_house_has_figures_too(house: House) -> None:
    """Nothing happened, nothing stands open, and no time has a median."""
    with house.store.read() as tx:
        found = tx.reports.figures(sought(house, 0, 7))
        assert tx.reports.review(sought(house, 0, 7)) == []
        assert tx.reports.lessons(sought(house, 0, 7), 3) == []
    assert found == Figures(groups={each: {} for each in Dimension})
    assert {form_of(measure) for measure in Measure} == set(Form)


def test_advice_that_came_up_three_times_is_told(house: House) -> None:
    """The same words, whatever their case and the blanks around them; twice is not often."""
    walks = [_solved(number) for number in range(6)]
    told = tell(house, walks)
    said = ["Check the gateway", " check the gateway", "CHECK THE GATEWAY ", "Ask billing", "ask billing", " "]
    with house.store.write() as tx:
        for case, text in zip(told, said, strict=True):
            tx.fields.write(house.workspace_id, case.id, {"prevention.1": text}, "U1", BEGINNING)
        found = tx.reports.lessons(sought(house, 0, 7), 3)
    assert [(text.lower(), count) for text, count in found] == [("check the gateway", 3)]


def test_advice_in_capitals_is_the_same_advice(house: House) -> None:
    """Whatever the alphabet."""
    told = tell(house, [_solved(number) for number in range(3)])
    with house.store.write() as tx:
        for case, text in zip(told, ["Öffnen", "ÖFFNEN", "öffnen"], strict=True):
            tx.fields.write(house.workspace_id, case.id, {"prevention.1": text}, "U1", BEGINNING)
        found = tx.reports.lessons(sought(house, 0, 7), 3)
    assert [(text.lower(), count) for text, count in found] == [("öffnen", 3)]


def _solved(number: int) -> Walk:
    letters = (("Ana acknowledges", DAY / 24), ("resolve", DAY / 24))
    return Walk(number * DAY / 24, "Billing", Severity.NORMAL, "U_ANA", verified=True, fields={}, letters=letters)


def test_a_thousand_outages_are_left_out_like_one(house: House) -> None:
    """Every figure and every list can be asked, and is what the model counts."""
    told = tell(house, [_solved(0), _solved(30), replace(_solved(50), letters=())])
    asked = replace(sought(house, 0, 7), left_out=_gaps(1_000))
    with house.store.read() as tx:
        assert tx.reports.figures(asked) == model.figures(told, asked)
        assert tx.reports.review(asked) == chosen(model.review(told, asked))
        lists = {each: tx.reports.behind(asked, each, 100) for each in Behind}
    assert [named.weight for named in lists[Behind.RESOLVED]] == [(122 - 61) * MINUTE // MICROSECOND] * 2


def test_summaries_after_a_thousand_outages_leave_no_time_out_twice(house: House) -> None:
    """What Rung and Slack missed at once is missed once: no time is below nothing, and all are named."""
    tell(house, [_solved(0), _solved(30)])
    rows = [
        {"started_at": each.start + late, "ended_at": each.end + late, "cause": cause, "settled_at": None}
        for each in _gaps(500)
        for cause, late in (("down", timedelta()), ("slack", MINUTE))
    ]
    with house.store.write() as tx:
        tx.connection.execute(sa.insert(outages), rows)
        (workspace,) = tx.workspaces.all()
        request = SummaryRequest(Period(BEGINNING.date(), BEGINNING.date() + 7 * DAY, "UTC"))
        found = digest(tx, workspace, request, BEGINNING + 8 * DAY)
    assert found.figures.to_acknowledge.median == (61 - 40) * MINUTE
    assert found.figures.to_resolve.median == (122 - 81) * MINUTE
    assert len(found.left_out) == len(rows)


def _gaps(count: int) -> list[Window]:
    """Make windows of three minutes, one every six minutes from the beginning."""
    starts = [BEGINNING + MINUTE + n * 6 * MINUTE for n in range(count)]
    return [Window(start, start + 3 * MINUTE, "down") for start in starts]


def test_time_in_which_rung_was_down_is_left_out_and_named(house: House) -> None:
    """An hour of two that a case waited does not count; the summary says when it was."""
    tell(house, [_solved(0)])
    began = BEGINNING + DAY / 48
    with house.store.write() as tx:
        tx.connection.execute(
            sa.insert(outages).values(started_at=began, ended_at=began + DAY / 96, cause="down", settled_at=None)
        )
        (workspace,) = tx.workspaces.all()
        period = Period(BEGINNING.date(), BEGINNING.date() + 7 * DAY, "UTC")
        found = digest(tx, workspace, SummaryRequest(period), BEGINNING + 8 * DAY)
    waited = DAY / 24 + DAY / 1440
    assert found.figures.to_acknowledge.median == waited - DAY / 96
    assert [(each.start, each.cause) for each in found.left_out] == [(began, "down")]
