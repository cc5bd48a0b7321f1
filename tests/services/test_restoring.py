"""Yesterday's backup in the place of today's database: nothing is said twice, and nobody is left in the dark."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from slackbot.clock import Clocks
from slackbot.core.messages import Kind
from slackbot.core.model import State
from slackbot.engine import build_engine
from slackbot.services.composing import keys_in
from slackbot.services.deliver import OneByOne
from slackbot.services.installing import meet_workspace
from slackbot.services.restoring import after_restore
from storage.engine import open_store
from storage.outbox_rows import OutboxState
from storage.restored import NUMBERS_LEFT_OUT
from tests.services.conftest import REST
from tests.services.still_house import ENDS, StillHouse, still_house


def backed_up(folder: Path) -> Path:
    """Make a copy as the operating notes say."""
    copy = folder / "backup.db"
    with closing(sqlite3.connect(folder / "rung.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def restored(house: StillHouse, copy: Path, folder: Path) -> None:
    """Put a copy in the place of the database and start Rung on it."""
    house.engine.ctx.store.close()
    for name in ("rung.db-wal", "rung.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(copy, folder / "rung.db")
    clocks = Clocks(case=house.clock, wire=house.clock)
    store = open_store(f"sqlite:///{folder / 'rung.db'}")
    house.engine = build_engine(store, house.wire, clocks, wake=lambda: None, carriers=OneByOne())
    meet_workspace(house.engine.ctx, house.wire)
    after_restore(house.engine.ctx)
    house.engine.heartbeat.begin(restored=True)


def assert_each_once(house: StillHouse) -> None:
    """Check that every message the copy knows of came to its end, and stands once where it was sent."""
    rows = house.rows()
    assert [row for row in rows if row.state not in ENDS] == []
    carried = [key for message in house.visible() for key in keys_in(message.metadata)]
    assert len(carried) == len(set(carried)), "a message is visible twice"
    posts = {row.key for row in rows if row.state is OutboxState.SENT and row.method == "chat.postMessage"}
    assert posts <= set(carried)


def test_what_had_left_since_is_not_said_again(template: Path, tmp_path: Path) -> None:
    """A card and a direct message unsent in the copy, sent in truth: they are found, not sent a second time."""
    with still_house(template, tmp_path) as house:
        house.engine.heartbeat.begin()
        case = house.raises()
        copy = backed_up(tmp_path)
        house.runs(60)
        before = len(house.visible())
        house.clock.advance(timedelta(days=1))
        restored(house, copy, tmp_path)
        house.runs(REST)
        assert_each_once(house)
        assert house.row(Kind.CARD).state is OutboxState.SENT
        assert len(house.visible("tier-2")) == 1
        note = house.direct("dana")
        assert len(house.visible()) == before + len(note)
        assert "restored" in note[0].text
        assert [event.cause for event in house.events(case, "house_down")] == ["restored"]
        house.engine.ctx.store.close()


def test_a_card_shows_what_the_copy_knows(template: Path, tmp_path: Path) -> None:
    """Taken since the copy was made: the card says again that nobody has it, the tier is called once, a press works."""
    with still_house(template, tmp_path) as house:
        house.engine.heartbeat.begin()
        case = house.raises()
        house.runs(60)
        copy = backed_up(tmp_path)
        house.acknowledges(case)
        house.runs(60)
        lost = house.raises("raised since")
        house.runs(60)
        house.clock.advance(timedelta(days=1))
        restored(house, copy, tmp_path)
        house.runs(REST)
        assert_each_once(house)
        card = house.standing(house.row(Kind.CARD))[0]
        assert "Nobody has it" in card.text
        assert len(house.rows(Kind.PING, Kind.PING_BROADCAST)) == 1
        assert house.case_of(house.row(Kind.CARD)).state is State.WAITING
        house.acknowledges(case)
        fresh = house.raises("new one")
        assert fresh.number == case.number + NUMBERS_LEFT_OUT + 1
        assert fresh.number > lost.number
        house.runs(60)
        house.engine.ctx.store.close()
