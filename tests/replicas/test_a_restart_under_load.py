"""PostgreSQL goes away under load and comes back: nothing that was said to be stored is lost, nothing stands twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from time import monotonic

import pytest
import sqlalchemy as sa

from slackbot.errors import StorageError
from slackbot.services.intake import submit_line
from slackbot.services.raising import Submitted
from storage.tables.cases import case_fields, escalations
from tests.cluster import Cluster, started
from tests.house import house
from tests.services.still_house import StillHouse, still_house_on

AGENTS = 4
PATIENCE = 30.0
BACK_WITHIN = 5.0
"""Seconds; it takes a fifth of one (`pytest -s` prints it), but a test must not depend on how busy a machine is."""
END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'rung_%%'"


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A server that a test may stop: nobody else's."""
    with started() as running:
        yield running


@dataclass(slots=True)
class Agents:
    """Several who raise one case after the other, each in other words, and remember what they were told."""

    still: StillHouse
    told: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Raise cases until it is enough."""
        while not self._stopping.is_set():
            with self._changed:
                words = f"refund number {next(self._numbers)}"
            text = f'{words} category:Account customer:"Nordic"'
            try:
                outcome = submit_line(self.still.engine.ctx, self.still.requester("ana"), text)
            except StorageError as error:
                self.refused.append(f"{words}: {error}")
                continue
            assert isinstance(outcome, Submitted)
            with self._changed:
                self.told[words] = outcome.view.escalation.number
                self._changed.notify_all()

    def wait_for_more(self, more: int) -> float:
        """Wait until so many further cases were raised; says after how many seconds the first of them was."""
        began, before = monotonic(), len(self.told)
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) > before, PATIENCE)
            first = monotonic() - began
            assert self._changed.wait_for(lambda: len(self.told) >= before + more, PATIENCE)
        return first

    def go_home(self) -> None:
        """Have them finish."""
        self._stopping.set()


def stored(still: StillHouse) -> dict[str, int]:
    """Read every case's number by its words; a case that stands twice fails."""
    columns = (case_fields.c.value, escalations.c.number)
    joined = sa.select(*columns).join(escalations, escalations.c.id == case_fields.c.escalation_id)
    with still.engine.ctx.store.read() as tx:
        found = tx.connection.execute(joined.where(case_fields.c.name == "summary")).all()
        total = tx.connection.execute(sa.select(sa.func.count()).select_from(escalations)).scalar_one()
    assert len({row[0] for row in found}) == len(found) == total
    return {row[0]: row[1] for row in found}


@pytest.mark.proof
def test_no_case_is_lost_or_doubled(own: Cluster) -> None:
    """Sessions ended, a restart in order, a crash: who was told a number has that case; it goes on at once."""
    with own.database() as url, still_house_on(url) as still, ThreadPoolExecutor(AGENTS) as pool:
        agents = Agents(still)
        work = [pool.submit(agents.work) for _ in range(AGENTS)]
        try:
            agents.wait_for_more(10)
            for _ in range(5):
                own.sql(END_SESSIONS)
                agents.wait_for_more(5)
            for mode in ("fast", "immediate"):
                own.stop(mode)
                own.start()
                back = agents.wait_for_more(5)
                print(f"\nback {back:.2f} s after PostgreSQL took connections again ({mode})")  # noqa: T201 - the figure
                assert back < BACK_WITHIN
        finally:
            agents.go_home()
        for each in work:
            each.result(PATIENCE)
        found = stored(still)
        assert {words: found.get(words) for words in agents.told} == agents.told
        assert agents.refused == []
        assert sorted(found.values()) == list(range(1, len(found) + 1))


def test_a_running_house_goes_on(own: Cluster) -> None:
    """After a crash of the database the loops work by themselves again: a case is raised, called for and taken."""
    with own.database() as url, house(url) as acme:
        acme.escalates(summary="before")
        acme.comes_to_rest()
        own.stop("immediate")
        own.start()
        card = acme.escalates(summary="after")
        acme.passes("10m")
        acme.channel("#tier-2").thread(card).shows("nobody has ESC-2")
        acme.person("lena").clicks("Acknowledge", on=card)
        acme.channel("#tier-2").shows("after", "has it and promised")
