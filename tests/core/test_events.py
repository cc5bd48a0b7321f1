"""History as data: every event survives writing and reading."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.events import EVENTS, Acknowledged, Entered, Event, event_from, event_params
from slackbot.core.model import Arrival
from slackbot.core.outages import Cause

_INSTANTS = st.datetimes(timezones=st.just(UTC))
_VALUES: dict[object, st.SearchStrategy[object]] = {
    int: st.integers(),
    str: st.text(),
    bool: st.booleans(),
    datetime: _INSTANTS,
    Arrival: st.sampled_from(Arrival),
    Cause: st.sampled_from(Cause),
    str | None: st.none() | st.text(),
}


def _events(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _VALUES[hints[field.name]] for field in fields(kind)})


@pytest.mark.parametrize("code", sorted(EVENTS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_event_survives_the_book(code: str, data: st.DataObject) -> None:
    """What is written as code and JSON reads back as the same event, whatever its parameters."""
    event = data.draw(_events(EVENTS[code]))
    written = json.loads(json.dumps(event_params(event)))
    again = event_from(event.code, written)
    assert again == event
    assert [type(getattr(again, f.name)) for f in fields(again)] == [
        type(getattr(event, f.name)) for f in fields(event)
    ]


def test_every_kind_of_event_is_in_the_book() -> None:
    """No event is forgotten in the list that reads them back, and none shares its code."""
    assert {kind.__name__ for kind in EVENTS.values()} == {
        kind.__name__ for kind in Event.__subclasses__() if kind.__module__ == Event.__module__
    }
    assert all(kind.code == code for code, kind in EVENTS.items())


def test_instants_are_written_as_text() -> None:
    """An instant is ISO 8601 with its offset, and an arrival its code."""
    until = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert event_params(Acknowledged(until)) == {"until": "2026-03-02T09:00:00+00:00"}
    assert event_params(Entered(1, 0, "Leads", Arrival.RAISED))["arrival"] == "raised"


def test_a_code_of_a_newer_release_is_told() -> None:
    """Who reads the book learns that it holds a code unknown here."""
    with pytest.raises(KeyError, match="teleported"):
        event_from("teleported", {})
