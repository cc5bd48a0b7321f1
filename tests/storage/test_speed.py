"""How long the raise transaction takes; printed with `pytest -s`, not judged: nothing here depends on the machine."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from slackbot.core.events import Entered, Raised
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Arrival, Person
from tests.storage.house import NOW, House, card

TEXTS = {"summary": "s" * 120, "customer": "Ann", "tried": "t" * 400, "asked": "a" * 80}


def test_raising_stores_everything_in_one_commit(house: House) -> None:
    """Dedupe, number, case, texts, history and messages of a raise are stored together, each once."""
    with house.store.write() as tx:
        tx.people.learn(house.workspace_id, Person("U1", "T1"), NOW)
    spans = []
    for n in range(60):
        began = perf_counter()
        _raise(house, n)
        spans.append(perf_counter() - began)
    print(f"\nraise on {house.store.engine}: p50 {median(spans) * 1000:.2f} ms, max {max(spans) * 1000:.2f} ms")  # noqa: T201 - the point
    with house.store.read() as tx:
        assert tx.escalations.count_open(house.workspace_id) == 60
        assert tx.outbox.counts() == {"pending": 120}


def _raise(house: House, n: int) -> None:
    with house.store.write() as tx:
        workspace = tx.workspaces.by_team("T1")
        assert workspace is not None
        assert tx.inbox.claim(workspace.id, f"view:{n}", "", NOW) is None
        assert tx.people.get(workspace.id, "U1") is not None
        number, policy = tx.workspaces.take_number(workspace.id)
        assert policy == house.policy_version
        case = house.case(number=number)
        tx.escalations.insert(case)
        tx.fields.write(workspace.id, case.id, TEXTS, "U1", NOW)
        tx.history.append(
            case, [Raised(1, "support", pending=False), Entered(1, 0, "Leads", Arrival.RAISED)], "U1", NOW
        )
        tx.outbox.enqueue(case, [(card(), f"card-{n}"), (Wanted(Kind.CASE, 0, "U1"), f"case-{n}")], NOW)
