from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from slackbot.app import SingleToken
from slackbot.cli.acme import acme
from slackbot.clock import Clocks, ManualClock
from slackbot.engine import build_engine
from slackbot.services.deliver import OneByOne
from slackbot.services.installing import meet_workspace
from slackbot.simulator.server import Simulator
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from storage.migrate import upgrade
from tests.house import MONDAY_MORNING

NEW = ("nora", "omar", "pia")


def test_a_pause_that_slack_wants_holds_for_everybody(tmp_path: Path) -> None:
    """After a 429 nobody else is asked about until the pause is over, and nobody is forgotten."""
    url, clock = f"sqlite:///{tmp_path / 'rung.db'}", ManualClock(MONDAY_MORNING)
    upgrade(url)
    with Simulator(acme(clock)) as slack:
        gateway = Gateway(SingleToken(slack.bot_token), lambda token: bare_client(token, slack.api_url))
        engine = build_engine(
            open_store(url), gateway, Clocks(case=clock, wire=clock), wake=lambda: None, carriers=OneByOne()
        )
        home = meet_workspace(engine.ctx, gateway)
        people = [slack.workspace.add_person(name).id for name in NEW]
        with engine.ctx.store.write() as tx:
            for person in people:
                tx.people.meet(home.id, person, home.team_id, clock.now())
        slack.faults.status("users.info", 429, retry_after=30)

        assert not engine.acquaintance.step()
        assert not engine.acquaintance.step()
        assert slack.workspace.journal.calls("users.info") == []
        assert engine.acquaintance.next_moment() == clock.now() + timedelta(seconds=30)
        clock.set(clock.now() + timedelta(seconds=30))
        assert engine.acquaintance.step()
        with engine.ctx.store.read() as tx:
            known = [tx.people.get(home.id, person) for person in people]
        assert [person.verified for person in known if person] == [True, True, True]
        engine.ctx.store.close()
