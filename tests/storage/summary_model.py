"""A second telling of every figure: slow, from the events alone, one case after the other; shares no code with SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.core import events as e
from slackbot.core.model import Arrival
from slackbot.core.summary import OVERLONG, Dimension, Figures, Group, Named, Rule, counted, times_of
from slackbot.core.summary_request import Scope, ScopeKind
from storage.report_statements import Sought

_ALONE = (Arrival.NO_ANSWER, Arrival.UNREACHABLE)
_DONE = (e.Resolved, e.Withdrawn, e.Refused)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A case as its history and its texts tell it; the history is in order."""

    id: str
    number: int
    category: str
    severity: str
    policy: str
    raised_by: str
    raised_at: datetime
    fields: Mapping[str, str]
    history: Sequence[tuple[datetime, e.Event]]

    def before(self, at: datetime) -> list[tuple[datetime, e.Event]]:
        """Give what had happened before an instant."""
        return [line for line in self.history if line[0] < at]

    def within(self, sought: Sought) -> Iterator[tuple[int, datetime, e.Event]]:
        """Go through what happened in the stretch of time, with its place in the whole history."""
        for place, (at, event) in enumerate(self.history):
            if sought.start <= at < sought.end:
                yield place, at, event

    def tier(self, place: int) -> str:
        """Say at which tier it stood before something happened; none before the first was called."""
        entered = [event.tier_name for _, event in self.history[:place] if isinstance(event, e.Entered)]
        return entered[-1] if entered else ""

    def first(self, kind: type[e.Event]) -> tuple[int, datetime] | None:
        """Find the first event of a kind."""
        found = [(place, at) for place, (at, event) in enumerate(self.history) if isinstance(event, kind)]
        return found[0] if found else None

    def open_at(self, at: datetime) -> bool:
        """Say whether somebody had to do something for it."""
        stands = False
        for _, event in self.before(at):
            if isinstance(event, e.Raised | e.NotSolved):
                stands = True
            elif isinstance(event, _DONE):
                stands = False
        return stands

    def is_meant(self, scope: Scope, end: datetime) -> bool:
        """Say whether a scope takes it in."""
        match scope.kind:
            case ScopeKind.ALL:
                return True
            case ScopeKind.POLICY:
                return self.policy == scope.value
            case ScopeKind.CATEGORY:
                return self.category == scope.value
            case ScopeKind.MINE:
                return self.raised_by == scope.value
            case ScopeKind.CUSTOMER:
                return self.fields.get("customer", "").lower() == scope.value.lower()
            case ScopeKind.TIER:
                return any(isinstance(o, e.Entered) and o.tier_name == scope.value for _, o in self.before(end))


def figures(cases: Sequence[Told], sought: Sought) -> Figures:
    """Count everything."""
    meant = [case for case in cases if case.is_meant(sought.scope, sought.end)]
    taken = _firsts(meant, sought, e.Acknowledged)
    solved = _firsts(meant, sought, e.Resolved)
    events = [event for case in meant for _, _, event in case.within(sought)]
    promises = [kept for case in meant for at, kept in _promises(case) if sought.start <= at < sought.end]
    return Figures(
        raised=sum(_raised(case, sought) for case in meant),
        acknowledged=len(taken),
        resolved=len(solved),
        open_at_end=sum(case.open_at(sought.end) for case in meant),
        to_acknowledge=times_of(span for _, _, span in taken),
        to_resolve=times_of(span for _, _, span in solved),
        in_time=sum(not _is_late(case, place) for case, place, _ in taken),
        promises_kept=sum(promises),
        promises_broken=len(promises) - sum(promises),
        pings=sum(isinstance(event, e.Pinged) for event in events),
        jumps=sum(isinstance(event, e.Entered) and event.arrival in _ALONE for event in events),
        withdrawn=sum(isinstance(event, e.Withdrawn) for event in events),
        not_solved=sum(isinstance(event, e.NotSolved) for event in events),
        over_30_days=sum(span > OVERLONG for _, _, span in solved),
        groups={each: _groups(meant, sought, each) for each in Dimension},
    )


def review(cases: Sequence[Told], sought: Sought) -> dict[Rule, list[Named]]:
    """Weigh every case by every rule, the most striking first."""
    meant = [case for case in cases if case.is_meant(sought.scope, sought.end)]
    weights: dict[Rule, dict[str, int]] = {rule: {} for rule in Rule}
    for case in meant:
        open_then = case.open_at(sought.end)
        if open_then and not any(isinstance(event, e.Acknowledged) for _, event in case.before(sought.end)):
            weights[Rule.WAITED][case.id] = counted(case.raised_at, sought.end, sought.left_out) // _MICROSECOND
        if open_then:
            weights[Rule.SILENT][case.id] = (sought.end - case.before(sought.end)[-1][0]) // _MICROSECOND
        events = [event for _, _, event in case.within(sought)]
        climbs = (*_ALONE, Arrival.BY_HAND)
        weights[Rule.CLIMBED][case.id] = sum(isinstance(o, e.Entered) and o.arrival in climbs for o in events)
        weights[Rule.PINGED][case.id] = sum(isinstance(o, e.Pinged) for o in events)
        ends = [kept for at, kept in _promises(case) if sought.start <= at < sought.end]
        weights[Rule.BROKEN][case.id] = len(ends) - sum(ends)
    for case, _, span in _firsts(meant, sought, e.Acknowledged):
        weights[Rule.WAITED][case.id] = span // _MICROSECOND
    number = {case.id: case.number for case in meant}
    named = {
        rule: [Named(id_, number[id_], weight) for id_, weight in of.items() if weight] for rule, of in weights.items()
    }
    return {rule: sorted(each, key=lambda n: (-n.weight, n.number)) for rule, each in named.items()}


_First = tuple[Told, int, timedelta]


def _firsts(cases: Sequence[Told], sought: Sought, kind: type[e.Event]) -> list[_First]:
    found = []
    for case in cases:
        first = case.first(kind)
        if first is not None and sought.start <= first[1] < sought.end:
            found.append((case, first[0], counted(case.raised_at, first[1], sought.left_out)))
    return found


def _is_late(case: Told, place: int) -> bool:
    return any(
        isinstance(event, e.CatcherTold) or (isinstance(event, e.Entered) and event.arrival is Arrival.NO_ANSWER)
        for _, event in case.history[:place]
    )


def _promises(case: Told) -> Iterator[tuple[datetime, bool]]:
    """Say when each promise ended and whether it was kept; one given up with its visit ends nothing."""
    given = False
    for at, event in case.history:
        match event:
            case e.Acknowledged() | e.PromiseChanged():
                given = True
            case e.Entered():
                given = False
            case e.Answered() | e.Resolved() | e.PromiseMissed() if given:
                given = False
                yield at, isinstance(event, e.Resolved) or (isinstance(event, e.Answered) and event.in_time)


def _raised(case: Told, sought: Sought) -> bool:
    return sought.start <= case.raised_at < sought.end


_OF_CASE: Mapping[Dimension, Callable[[Told], str]] = {
    Dimension.CATEGORY: lambda case: case.category,
    Dimension.SEVERITY: lambda case: case.severity,
    Dimension.CUSTOMER_TIER: lambda case: case.fields.get("customer_tier", ""),
    Dimension.REASON: lambda case: case.fields.get("why", ""),
}


def _groups(cases: Sequence[Told], sought: Sought, dimension: Dimension) -> dict[str, Group]:
    if dimension is Dimension.TIER:
        return _tiers(cases, sought)
    name = _OF_CASE[dimension]
    found = {}
    for value in {name(case) for case in cases}:
        alike = [case for case in cases if name(case) == value]
        group = Group(raised=sum(_raised(case, sought) for case in alike))
        if dimension is not Dimension.REASON:
            taken = _firsts(alike, sought, e.Acknowledged)
            group = Group(
                raised=group.raised,
                acknowledged=len(taken),
                resolved=len(_firsts(alike, sought, e.Resolved)),
                open_at_end=sum(case.open_at(sought.end) for case in alike),
                to_acknowledge=times_of(span for _, _, span in taken).median,
            )
        if group != Group():
            found[value] = group
    return found


def _tiers(cases: Sequence[Told], sought: Sought) -> dict[str, Group]:
    happened = [(case.tier(place), at, event) for case in cases for place, at, event in case.within(sought)]
    arrived = [event.tier_name for _, _, event in happened if isinstance(event, e.Entered)]
    pinged = [(tier, at) for tier, at, event in happened if isinstance(event, e.Pinged)]
    taken = [(case.tier(place), span) for case, place, span in _firsts(cases, sought, e.Acknowledged)]
    solved = [case.tier(place) for case, place, _ in _firsts(cases, sought, e.Resolved)]
    standing = [case.tier(len(case.before(sought.end))) for case in cases if case.open_at(sought.end)]
    names = {*arrived, *standing, *solved, *(tier for tier, _ in (*pinged, *taken))}
    return {
        name: Group(
            raised=arrived.count(name),
            acknowledged=sum(tier == name for tier, _ in taken),
            resolved=solved.count(name),
            open_at_end=standing.count(name),
            to_acknowledge=times_of(span for tier, span in taken if tier == name).median,
            pings=sum(tier == name for tier, _ in pinged),
            pings_out_of_hours=sum(
                tier == name and not any(hours.start <= at < hours.end for hours in sought.hours) for tier, at in pinged
            ),
        )
        for name in names
    }
