"""Real payloads with something in them changed: each is answered, and nobody gets to do what they may not."""

from __future__ import annotations

import copy
import itertools
import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackbot.errors import RungError
from storage.tables.cases import case_fields, escalations, history
from storage.unit_of_work import Transaction
from tests.engines import copied
from tests.http_house import HttpHouse, http_house

Keys = tuple[str | int, ...]

JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 1.5, "", " ", "\x00", "é" * 200, "x" * 5000),
    *("<!channel>", "U1", "T0001", "e0:1", "{}", "1.2", [], {}, [[]], [None], {"": {}}, {"id": 7}, [{"value": []}]),
)
OF_CASES = (escalations, case_fields, history)


def stumbles(records: list[logging.LogRecord]) -> list[BaseException]:
    """List what our own code raised without having meant to; Bolt reads payloads before us, and stumbles too."""
    raised = [record.exc_info[1] for record in records if record.exc_info and record.exc_info[1]]
    return [error for error in raised if not isinstance(error, RungError) and is_ours(error)]


def is_ours(error: BaseException) -> bool:
    """Say whether it was raised in this house."""
    last = traceback.extract_tb(error.__traceback__)[-1].filename
    return any(part in last for part in ("/handlers/", "/slackbot/", "/storage/"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A house in HTTP mode, and what Slack sent it while people did one of each thing: kind and payload."""

    desk: HttpHouse
    guest: str
    sent: tuple[tuple[str, dict[str, Any]], ...]

    def settles(self) -> None:
        """Wait until Slack has told of everybody who raised a case, and all that is wanted has been said."""

        def nobody_is_asked_about(tx: Transaction) -> bool:
            return tx.connection.scalar(sa.select(sa.func.count()).where(escalations.c.state == "pending")) == 0

        self.desk.house.waits_until(nobody_is_asked_about)
        self.desk.house.comes_to_rest()

    def cases(self) -> list[str]:
        """Read all that is stored about cases."""
        with self.desk.house.rung.engine.ctx.store.read() as tx:
            return sorted(repr(row) for table in OF_CASES for row in tx.connection.execute(sa.select(table)))


@pytest.fixture(scope="module")
def recorded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """Live through a case by every kind of request."""
    with http_house(copied(template, tmp_path_factory.mktemp("mutated"))) as desk:
        house = desk.house
        guest = house.newcomer("gus", guest=True)
        ana, lena = house.person("ana"), house.person("lena")
        ana.types("/escalate", in_="#support")
        ana.chooses("Category", "Account")
        ana.modal_shows("Goes to")
        ana.fills(Summary="refund stuck", Customer="Nordic")
        ana.submits()
        ana.modal_shows("ESC-")
        ana.closes()
        card = house.channel("#tier-2").shows("refund stuck")
        lena.clicks("Acknowledge", on=card)
        lena.clicks("Resolve", on=card.now())
        lena.fills(**{"What to tell the customer": "it is sent"})
        lena.submits()
        ana.clicks("Solved", on=ana.dm.shows("refund stuck", "Did it solve the case?"))
        ana.types("/escalations open", in_="#support")
        ana.opens_home()
        ana.uses_shortcut("Escalate conversation", on=ana.says("my refund is stuck", in_="#support"))
        ana.closes()
        house.escalates(summary="left open")
        house.comes_to_rest()
        sent = tuple((each.kind, copy.deepcopy(each.payload)) for each in house.simulator.deliveries)
        yield Recorded(desk, guest.id, sent)


def paths(tree: Any, here: Keys = ()) -> list[Keys]:
    """List where something stands in a payload."""
    inside: Mapping[Any, Any] = (
        tree if isinstance(tree, dict) else dict(enumerate(tree)) if isinstance(tree, list) else {}
    )
    below = [path for key, value in inside.items() for path in paths(value, (*here, key))]
    return [here, *below] if here else below


def changed(payload: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """Leave out or replace one to three things of a payload."""
    told = copy.deepcopy(payload)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(paths(told) or [("x",)]))
        holder: Any = told
        for step in way:
            holder = holder[step]
        if data.draw(st.booleans()) and holder:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    return told


def in_the_name_of(payload: Any, user: str) -> Any:
    """Make somebody else of every person who is named as the one acting."""
    if isinstance(payload, list):
        return [in_the_name_of(each, user) for each in payload]
    if not isinstance(payload, dict):
        return payload
    told = {key: in_the_name_of(value, user) for key, value in payload.items()}
    named: dict[str, Any] = {key: user for key in ("user", "user_id") if key in told}
    if isinstance(told.get("user"), dict):
        named["user"] = told["user"] | {"id": user}
    return told | named


def times(examples: int) -> settings:
    """Try so many payloads on one house."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def test_every_kind_of_request_is_among_them(recorded: Recorded) -> None:
    """The payloads are of every kind that Slack sends us."""
    kinds = {payload.get("type") or "command" for _, payload in recorded.sent}
    assert kinds >= {"command", "block_actions", "view_submission", "message_action", "event_callback"}


@pytest.mark.parametrize("examples", [60, pytest.param(1_500, marks=pytest.mark.proof)])
def test_whatever_is_changed_is_answered(recorded: Recorded, examples: int, caplog: pytest.LogCaptureFixture) -> None:
    """A payload with anything in it left out or replaced is no server error, and is refused where it is not read."""

    @times(examples)
    @given(sent=st.sampled_from(recorded.sent), data=st.data())
    def tries(sent: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
        kind, payload = sent
        caplog.clear()
        assert recorded.desk.client.delivers(kind, changed(payload, data)).status < 500
        assert stumbles(caplog.records) == []

    tries()


@pytest.mark.parametrize("examples", [30, pytest.param(700, marks=pytest.mark.proof)])
def test_a_guest_changes_no_case_whatever_is_sent(recorded: Recorded, examples: int) -> None:
    """In the name of somebody who may do nothing, nothing about any case is written."""
    recorded.settles()
    before, requests = recorded.cases(), itertools.count()

    @times(examples)
    @given(sent=st.sampled_from(recorded.sent), data=st.data())
    def tries(sent: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
        kind, payload = sent
        # What was asked for once is done already: nobody would see whether a guest may ask for it.
        anew = payload | ({"trigger_id": f"{next(requests)}.2.guest"} if "trigger_id" in payload else {})
        forged = in_the_name_of(changed(anew, data), recorded.guest)
        assert recorded.desk.client.delivers(kind, forged).status < 500
        assert recorded.cases() == before

    tries()
    recorded.settles()
    assert recorded.cases() == before
