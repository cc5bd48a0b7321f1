"""The door for the command line opens to its owner alone, and answers whatever is said to it."""

from __future__ import annotations

import logging
import socket
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from slackbot.errors import RungError
from slackbot.runtime import control
from slackbot.runtime.control import ControlDoor, NobodyThereError, ask


def echo(request: Mapping[str, Any]) -> dict[str, Any]:
    """Say what was said."""
    return {"said": request["text"]}


def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse with a reason that a person can read."""
    raise RungError("Not today.")


def fail(_: Mapping[str, Any]) -> dict[str, Any]:
    """Break."""
    raise ValueError("a fault of ours")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Open a door for all and give its place."""
    place = tmp_path_factory.mktemp("door") / "rung.sock"
    opened = ControlDoor(place, {"echo": echo, "refuse": refuse, "fail": fail})
    opened.start()
    yield place
    opened.stop()
    assert not place.exists()


def test_it_answers(door: Path) -> None:
    """What is asked by name is answered, accents and large texts included."""
    text = "Grüße " * 20_000
    assert ask(door, {"verb": "echo", "text": text}) == {"said": text}


def test_only_the_owner_may_knock(door: Path) -> None:
    """Nobody but the owner of the process may open the socket."""
    assert stat.S_IMODE(door.stat().st_mode) == 0o600


def test_a_refusal_is_told(door: Path) -> None:
    """Why something can't be done reaches whoever asked."""
    with pytest.raises(RungError, match="Not today"):
        ask(door, {"verb": "refuse"})


@pytest.mark.parametrize("verb", ["fail", "no such verb"])
def test_a_fault_is_told_without_its_trace(door: Path, verb: str, caplog: pytest.LogCaptureFixture) -> None:
    """What breaks is in the log; whoever asked is told where to look, and the door stays open."""
    with caplog.at_level(logging.ERROR), pytest.raises(RungError, match="log"):
        ask(door, {"verb": verb})
    assert "a request of the command line failed" in caplog.text
    assert ask(door, {"verb": "echo", "text": "still there"}) == {"said": "still there"}


@pytest.mark.parametrize("said", [b"nonsense\n", b"\n", b"[1]\n", b""])
def test_nonsense_is_answered_too(door: Path, said: bytes) -> None:
    """Whatever is written to the socket, the door says that it failed, and stays open to others."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(door))
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        assert b"error" in line.makefile("rb").read()
    assert ask(door, {"verb": "echo", "text": "still there"}) == {"said": "still there"}


def test_silence_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that takes a request and hangs, or dies over it, is told from an answer."""
    monkeypatch.setattr(control, "_TIMEOUT", 0.05)
    place = tmp_path / "rung.sock"
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(place))
        line.listen()
        with pytest.raises(RungError, match="did not answer"):
            ask(place, {"verb": "echo"})


def test_nobody_there(tmp_path: Path) -> None:
    """Without a process, and beside a socket that one left behind, it says that nobody is there."""
    with pytest.raises(NobodyThereError):
        ask(tmp_path / "rung.sock", {"verb": "echo"})
    left = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(left))
    with pytest.raises(NobodyThereError):
        ask(left, {"verb": "echo"})


def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    """A process that was killed leaves its socket; the next one takes its place."""
    place = tmp_path / "rung.sock"
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(place))
    door = ControlDoor(place, {"echo": echo})
    door.start()
    try:
        assert ask(place, {"verb": "echo", "text": "here"}) == {"said": "here"}
    finally:
        door.stop()
