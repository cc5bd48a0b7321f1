"""Reading the list of people while somebody unknown raises a case: on PostgreSQL both happen at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest

from slackbot.core.model import Person, State
from slackbot.services.installing import meet_workspace
from storage.people import People
from tests.engines import POSTGRESQL, Databases
from tests.services.still_house import still_house_on


def test_a_case_raised_meanwhile_is_let_in(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever raises a case just before the list is stored is known by it, and the case goes to its tier at once."""
    learn_many = People.learn_many
    with databases.fresh(POSTGRESQL) as url, still_house_on(url) as still:
        still.slack.add_person("nora")

        def learn_later(people: People, workspace_id: int, known: Iterable[Person], now: datetime) -> None:
            monkeypatch.setattr(People, "learn_many", learn_many)
            still.raises(who="nora")
            learn_many(people, workspace_id, known, now)

        monkeypatch.setattr(People, "learn_many", learn_later)
        still.engine.acquaintance.learn_everybody(meet_workspace(still.engine.ctx, still.wire))
        still.runs(5)
        (card,) = still.visible("tier-2")
        assert "refund stuck" in card.text
        assert {still.case_of(row).state for row in still.rows()} == {State.WAITING}
