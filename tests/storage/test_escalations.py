from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from slackbot.core.model import Arrival, Promise, Source, State, Timer, Visit
from slackbot.core.policy import Severity
from storage.escalations import Cursor
from tests.storage.house import MINUTE, NOW, House, acknowledged, furnish, ids

_instants = st.integers(0, 10**15).map(lambda count: NOW + timedelta(microseconds=count))
_spans = st.integers(0, 10**12).map(lambda count: timedelta(microseconds=count))
_visits = st.builds(
    Visit,
    st.integers(1, 99),
    st.integers(0, 9),
    st.sampled_from(Arrival),
    _instants,
    st.builds(Timer, _instants, _spans, st.booleans(), st.integers(0, 99)),
    st.integers(0, 9),
)
_promises = st.none() | st.builds(Promise, _instants, st.none() | _instants, st.integers(0, 5))
_sources = st.none() | st.builds(
    Source, st.just("C7"), st.none() | st.just("1.2"), st.none() | st.just("1.1"), st.booleans()
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(visit=_visits, promise=_promises, source=_sources, severity=st.sampled_from(Severity), moment=_instants)
def test_a_case_comes_back_as_it_was(
    house: House, visit: Visit, promise: Promise | None, source: Source | None, severity: Severity, moment: object
) -> None:
    """Every field survives the database, microseconds and missing parts included."""
    case = house.stored(
        visit=visit, promise=promise, source=source, severity=severity, next_at=moment, previous_owner="U3"
    )
    with house.store.read() as tx:
        assert tx.escalations.get(house.workspace_id, case.id) == case
        assert tx.escalations.by_number(house.workspace_id, case.number) == case


def test_a_case_belongs_to_its_workspace(house: House) -> None:
    """Another workspace finds a case neither by its id nor by its number."""
    case = house.stored()
    other = furnish(house.store, "T2")
    with house.store.read() as tx:
        assert tx.escalations.get(other.workspace_id, case.id) is None
        assert tx.escalations.by_number(other.workspace_id, case.number) is None


def test_a_saved_decision_is_read_back(house: House) -> None:
    """What compare-and-set stores is what is read next, in every part a decision changes."""
    case = house.stored(source=Source("C1", "1.0", None, private=True))
    after = replace(
        acknowledged(case),
        version=2,
        visit=Visit(2, 1, Arrival.NO_ANSWER, NOW, Timer(NOW, MINUTE, running=False, pings_done=3), 1),
        next_at=NOW + MINUTE,
    )
    with house.store.write() as tx:
        assert tx.escalations.save(after, expected_version=1)
    with house.store.read() as tx:
        assert tx.escalations.get(house.workspace_id, case.id) == after


def test_a_decision_made_from_an_old_version_is_not_stored(house: House) -> None:
    """Of two decisions on the same version the second one changes nothing and is told so."""
    case = house.stored()
    first, second = replace(acknowledged(case, "U2"), version=2), replace(acknowledged(case, "U3"), version=2)
    with house.store.write() as tx:
        assert tx.escalations.save(first, 1)
        assert not tx.escalations.save(second, 1)
    with house.store.read() as tx:
        assert tx.escalations.get(house.workspace_id, case.id) == first


def test_many_decisions_are_answered_one_by_one(house: House) -> None:
    """A bulk save stores those that fit and says which they were, in their order."""
    cases = [house.stored() for _ in range(3)]
    moved = house.save(cases[1])
    decided = [(replace(acknowledged(case), version=2), 1) for case in cases]
    with house.store.write() as tx:
        assert tx.escalations.save_many(decided) == [True, False, True]
        assert tx.escalations.save_many([]) == []
    with house.store.read() as tx:
        found = [tx.escalations.get(house.workspace_id, case.id) for case in cases]
    assert found == [decided[0][0], moved, decided[2][0]]


@pytest.mark.parametrize(
    "broken",
    [
        {"next_at": None},
        {"state": State.CLOSED},
        {"state": State.ACKNOWLEDGED, "acknowledged_at": NOW, "promise": Promise(NOW)},
        {"state": State.ACKNOWLEDGED, "owner": "U2", "acknowledged_at": NOW},
        {"state": State.RESOLVED},
        {"owner": "U2"},
        {"number": 0},
        {"policy_version": 404},
    ],
    ids=str,
)
def test_the_database_refuses_what_no_case_may_be(house: House, broken: dict[str, object]) -> None:
    """Silence, an owner nobody knows, a policy that is none: the database itself says no."""
    with pytest.raises(IntegrityError):
        house.stored(**broken)


def test_a_number_is_given_once(house: House) -> None:
    """Two cases of a workspace can't have the same number."""
    case = house.stored()
    with pytest.raises(IntegrityError):
        house.stored(number=case.number)


def test_pages_go_through_all_open_cases_by_their_next_moment(house: House) -> None:
    """Page after page every open case comes exactly once, soonest first, equal moments included."""
    moments = [3, 1, 2, 2, 2, 1, 5]
    cases = [house.stored(next_at=NOW + minutes * MINUTE) for minutes in moments]
    house.stored(state=State.CLOSED, next_at=None)
    wanted = [case.id for case in sorted(cases, key=lambda case: (str(case.next_at), case.id))]
    seen: list[str] = []
    cursor = None
    with house.store.read() as tx:
        while page := tx.escalations.open_page(house.workspace_id, None, cursor, 2):
            assert len(page) <= 2
            seen += ids(page)
            cursor = Cursor.after(page[-1])
        assert tx.escalations.count_open(house.workspace_id) == len(cases)
    assert seen == wanted


def test_a_page_of_ones_own_cases_shows_no_others(house: House) -> None:
    """Asked for one person's cases, pages and count hold theirs alone."""
    mine = [house.stored(raised_by="U7", next_at=NOW + n * MINUTE) for n in range(3)]
    taken = acknowledged(house.case(raised_by="U8", next_at=NOW + 3 * MINUTE), "U7")
    with house.store.write() as tx:
        tx.escalations.insert(taken)
    mine.append(taken)
    house.stored(raised_by="U8")
    with house.store.read() as tx:
        first = tx.escalations.open_page(house.workspace_id, "U7", None, 2)
        rest = tx.escalations.open_page(house.workspace_id, "U7", Cursor.after(first[-1]), 2)
        assert first + rest == mine
        assert tx.escalations.count_open(house.workspace_id, "U7") == 4


def test_cases_that_wait_for_proof_are_found_by_person(house: House) -> None:
    """Only the pending cases of that person are found."""
    pending = house.stored(state=State.PENDING, raised_by="U7")
    house.stored(raised_by="U7")
    house.stored(state=State.PENDING, raised_by="U8")
    with house.store.read() as tx:
        assert tx.escalations.pending_of(house.workspace_id, "U7") == [pending]
        assert tx.escalations.awaited(house.workspace_id) == {"U7", "U8"}
