"""The demo: the story to its end, and an honest end where something in it is broken."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slackbot.cli.demo import perform
from slackbot.cli.ink import Ink, ink_for
from slackbot.simulator.server import Simulator

ROOT = Path(__file__).parents[2]
KEY_LINES = (
    "Ana types /escalate",
    "Goes to Team leads in #tier-2. No answer in 10 min: Department managers.",
    "ESC-1 is with Team leads in #tier-2.",
    "@support-leads @lena please take this case.",
    "Rung calls in the thread:",
    "nobody has ESC-1 (call 2).",
    "nobody has ESC-1 (call 3).",
    "Rung calls in the thread and in the channel:",
    "last call for ESC-1",
    "Ten minutes without an answer",
    "@dana please take this case.",
    "Came from Team leads, where nobody answered in time.",
    "Dana presses Acknowledge.",
    "@dana has ESC-1 and promised a first answer by today at",
    "Dana calls the customer back",
    "A certificate had expired.",
    "Did it solve the case?",
    "Ana presses Solved.",
    "Closed.",
    "Rung: called the tier again (call 2).",
    "That was Rung",
)


@pytest.fixture(scope="module")
def told() -> str:
    """What `rung demo` prints, with no terminal, no settings, a proxy that is away, and a narrow page asked in vain."""
    bare = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    bare |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "slackbot", "demo", "--play", "--no-browser", "--port", "0"],
        cwd=ROOT,
        env={**bare, "COLUMNS": "400"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{done.stdout}\n{done.stderr}"
    return done.stdout


def _unwrapped(text: str) -> str:
    return re.sub(r"\s*\n\s*(\|   )?", " ", text)


def test_the_story_is_told_in_its_order(told: str) -> None:
    """Each step of the main job is on the page, one after the other."""
    text, at = _unwrapped(told), 0
    for line in KEY_LINES:
        found = text.find(line, at)
        assert found >= 0, f"{line!r} does not come after {text[max(0, at - 80) : at]!r}"
        at = found
    # It goes to another channel than the new card, before or after it.
    assert "It went on to Department managers today at 9:5" in text


def test_what_is_shown_is_what_people_see(told: str) -> None:
    """No markup of Slack's is left: no date or mention tokens, no stars, no escape codes."""
    assert not re.search(r"<[!@#]|\^|&\w+;|\*|\x1b|\{|\}", told)
    assert "Traceback" not in told


def test_no_line_is_longer_than_the_page(told: str) -> None:
    """However wide the terminal, lines stay readable, and none ends within a word."""
    assert max(map(len, told.splitlines())) <= 110


def test_the_story_waits_for_nothing_in_vain(told: str) -> None:
    """A minute of it takes a second: 18 are what its people need, and one wait in vain would cost 20 more."""
    times = re.findall(r"^ ?(\d+):(\d\d) AM", told, re.MULTILINE)
    first, last = (60 * int(hour) + int(minute) for hour, minute in (times[0], times[-1]))
    assert first >= 9 * 60 + 41
    assert 10 <= last - first <= 36


def _no_forms(simulator: Simulator) -> None:
    simulator.faults.error("views.open", "internal_error")


def _no_second_tier(simulator: Simulator) -> None:
    channel = simulator.channel("#tier-2").id
    simulator.faults.error("chat.postMessage", "is_archived", lambda call: call.get("channel") == channel, times=9)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(_no_forms, "There is no field 'Category'"), (_no_second_tier, "#tier-2 does not show 'ESC-1'")],
)
def test_a_broken_story_ends_with_the_reason(spoil: Callable[[Simulator], None], why: str, tmp_path: Path) -> None:
    """Where something that the story expects does not come, it says what, and does not claim to have gone well."""
    page = io.StringIO()
    assert not perform(tmp_path, Ink(page, 100, colours=False), beforehand=spoil, patience=2)
    assert "The story broke off." in page.getvalue()
    assert why in page.getvalue()
    assert "That was Rung" not in page.getvalue()


def test_a_broken_story_is_an_exit_code() -> None:
    """Scripts learn of it by the exit code 1."""
    script = (
        "import sys; from slackbot.cli import story; story.CASE['No such field'] = 'x';"
        "from slackbot.__main__ import main; sys.exit(main(['demo']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "There is no field 'No such field'" in _unwrapped(done.stdout)


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


@pytest.mark.parametrize(
    ("out", "environment", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    out: io.StringIO, environment: dict[str, str], *, coloured: bool
) -> None:
    """A file, a pipe, a dumb terminal and NO_COLOR get plain text."""
    ink = ink_for(out, environment)
    ink.line("9:41 AM", "#tier-2", "Dana presses *nothing*.", by_hand=True)
    assert ("\x1b[" in out.getvalue()) is coloured


@pytest.mark.parametrize(("columns", "width"), [("20", 60), ("80", 80), ("400", 110)])
def test_the_page_fits_the_terminal(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines wrap at the terminal's width, within reason, between words, and go on under their text."""
    monkeypatch.setenv("COLUMNS", columns)
    out = io.StringIO()
    ink_for(out, {}).aside("word " * 60)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert {word for line in lines for word in line.replace("|", "").split()} == {"word"}
    assert all(line.startswith(" " * 25 + "|") for line in lines)
