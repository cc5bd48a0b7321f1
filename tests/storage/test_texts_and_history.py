from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from slackbot.core.events import Acknowledged, Entered, PingSuppressed, Raised
from slackbot.core.model import Arrival
from storage.history import Entry, Unknown
from storage.tables.cases import case_fields, history
from tests.storage.house import MINUTE, NOW, House, acknowledged

RAISED = (Raised(1, "support", pending=False), Entered(1, 0, "Leads", Arrival.RAISED))


def test_texts_are_written_over_and_erased(house: House) -> None:
    """A text replaces the older one of its name; erasing leaves none and keeps the history."""
    case = house.stored()
    with house.store.write() as tx:
        tx.history.append(case, RAISED, "U1", NOW)
        tx.fields.write(case.workspace_id, case.id, {"summary": "old", "customer": "Ann"}, "U1", NOW)
        tx.fields.write(case.workspace_id, case.id, {"summary": "new"}, "U1", NOW, sensitive=frozenset({"summary"}))
        tx.fields.write(case.workspace_id, case.id, {}, "U1", NOW)
    with house.store.write() as tx:
        assert tx.fields.read(case.workspace_id, case.id) == {"summary": "new", "customer": "Ann"}
        marked = {row.name: row.sensitive for row in tx.connection.execute(case_fields.select())}
        assert marked == {"summary": True, "customer": False}
        tx.fields.erase(case.workspace_id, case.id)
        assert tx.fields.read(case.workspace_id, case.id) == {}
        assert len(tx.history.of(case.workspace_id, case.id)) == 2


def test_history_is_read_in_the_order_it_happened(house: House) -> None:
    """Decisions and notes between them come back typed, in order, with who and when."""
    case = house.stored()
    taken = house.save(acknowledged(case))
    note = PingSuppressed(1, 2, "acknowledged")
    with house.store.write() as tx:
        tx.history.append(case, RAISED, "U1", NOW)
        tx.history.note(case.workspace_id, case.id, note, NOW)
        tx.history.note(case.workspace_id, case.id, note, NOW)
        tx.history.append(taken, [Acknowledged(NOW + MINUTE)], "U2", NOW + MINUTE)
        tx.history.append(taken, [], "U2", NOW + MINUTE)
    with house.store.read() as tx:
        found = tx.history.of(case.workspace_id, case.id)
        last = tx.history.last_change(case.workspace_id, case.id)
    assert [entry.event for entry in found] == [*RAISED, note, note, Acknowledged(NOW + MINUTE)]
    assert [entry.version for entry in found] == [1, 1, None, None, 2]
    assert last == found[-1] == Entry(NOW + MINUTE, "U2", Acknowledged(NOW + MINUTE), 2)


def test_a_decision_is_written_down_once(house: House) -> None:
    """The same version can't be written into the history twice."""
    case = house.stored()
    with house.store.write() as tx:
        tx.history.append(case, RAISED, "U1", NOW)
    with pytest.raises(IntegrityError), house.store.write() as tx:
        tx.history.append(case, RAISED[:1], "U1", NOW)


def test_the_database_refuses_to_change_the_past(house: House) -> None:
    """Not even by SQL can a line of the history be rewritten."""
    case = house.stored()
    with house.store.write() as tx:
        tx.history.append(case, RAISED, "U1", NOW)
    with pytest.raises(DBAPIError, match="never changed"), house.store.write() as tx:
        tx.connection.execute(history.update().values(actor="U9"))


@pytest.mark.parametrize(
    ("code", "params"), [("teleported", {"to": 3}), ("acknowledged", {"until": "soon"}), ("closed", {})]
)
def test_history_of_another_release_is_still_readable(house: House, code: str, params: dict[str, object]) -> None:
    """A code or parameters this release does not know become an entry that says so."""
    case = house.stored()
    row = {"workspace_id": case.workspace_id, "escalation_id": case.id, "at": NOW, "code": code, "params": params}
    with house.store.write() as tx:
        tx.connection.execute(history.insert(), row)
        (entry,) = tx.history.of(case.workspace_id, case.id)
    assert entry.event == Unknown(code, params)
