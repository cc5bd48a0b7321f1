"""`rung report`: text, JSON, CSV and a picture, beside a process that writes, with nothing written."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from slackbot.__main__ import main
from slackbot.cli import picture, report
from slackbot.clock import ManualClock
from slackbot.core.comparison import Measure
from slackbot.core.outages import Cause
from slackbot.core.policy import Severity
from slackbot.core.policy_document import to_document
from storage.engine import open_store
from storage.migrate import upgrade
from tests.core.builders import rules_with
from tests.storage.house import NOW as FURNISHED
from tests.storage.house import House
from tests.storage.told_cases import BEGINNING, Walk, tell

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
TAKEN = (("Ana acknowledges", timedelta(minutes=20)), ("resolve", timedelta(minutes=5)))


@pytest.fixture
def acme(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with twelve cases in each of five weeks, the last of them week 47."""
    monkeypatch.setattr(report, "SystemClock", lambda: ManualClock(NOW))
    url = f"sqlite:///{place / 'rung.db'}"
    upgrade(url)
    store = open_store(url)
    with store.write() as tx:
        workspace = tx.workspaces.add_or_refresh("T1", None, "UBOT", "Acme", FURNISHED)
        version = tx.policies.add(workspace.id, to_document(rules_with()), "digest", "U9", FURNISHED)
        tx.workspaces.use_policy(workspace.id, version.id)
    hours = [week * 7 * DAY + n * timedelta(hours=2) for week in range(5) for n in range(12)]
    walks = [Walk(at, "Billing", Severity.NORMAL, "U_ANA", verified=True, fields={}, letters=TAKEN) for at in hours]
    tell(House(store, workspace.id, version.id), walks)
    store.close()
    assert datetime(2026, 11, 16, tzinfo=UTC) == BEGINNING + 4 * 7 * DAY
    return place


@pytest.mark.usefixtures("acme")
def test_the_text_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Title, word, every figure beside what is usual."""
    assert main(["report", "last", "week"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Week 2026-W47, 16 Nov 2026 to 22 Nov 2026", "About as the four weeks before."]
    (raised,) = (line.split() for line in lines if line.startswith("Raised"))
    assert raised == ["Raised", "12", "12", "about", "the", "same"]
    assert any(line.startswith("Time until taken, median") and "21 min" in line for line in lines)


def test_the_text_names_what_is_left_out(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From when until when, as the clocks of the policy's time zone say it, and why."""
    began = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
    store = open_store(f"sqlite:///{acme / 'rung.db'}")
    with store.write() as tx:
        tx.uptime.note_outage(began, began + timedelta(minutes=45), Cause.SLACK)
    store.close()
    assert main(["report", "last", "week"]) == 0
    shift = began.astimezone(ZoneInfo(rules_with().timezone)).utcoffset() or timedelta()
    start, end = (f"2026-11-17 {(began + shift + after):%H:%M}" for after in (timedelta(), timedelta(minutes=45)))
    said = f"Not counted in any time: {start} to {end} (Slack did not answer)."
    assert said in capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("acme")
def test_the_json_has_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Spans are seconds; every measure is there."""
    assert main(["report", "2026-W47", "tier", "tier 0", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scope"] == {"kind": "tier", "value": "Tier 0"}
    assert found["figures"]["raised"] == 12
    assert found["figures"]["to_acknowledge"] == {"count": 12, "median": 1260.0, "p90": 1260.0}
    assert set(found["compared"]) == {measure.value for measure in Measure}


@pytest.mark.usefixtures("acme")
def test_the_csv_has_a_line_a_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """Under the names that the documents give."""
    assert main(["report", "2026-W47", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["figure"] for row in rows] == [measure.value for measure in Measure]
    assert tuple(rows[0]) == report.CSV_COLUMNS
    assert rows[0]["value"] == "12.0"


def test_the_picture_is_a_png(acme: Path) -> None:
    """It shows something, also of a week in which nothing was."""
    for period in ("2026-W47", "2026-W20"):
        assert main(["report", period, "--png", str(acme / "week.png")]) == 0
        with Image.open(acme / "week.png") as image:
            assert (image.format, image.size) == ("PNG", (1200, 675))
            colours = image.getcolors(1 << 20)
            assert colours is not None
            assert len(colours) > 20


@pytest.mark.parametrize("fonts", [picture._FONTS, ()])
def test_the_picture_has_the_letters_of_names(
    acme: Path, monkeypatch: pytest.MonkeyPatch, fonts: tuple[str, ...]
) -> None:
    """Letters with marks are no boxes, on a machine without fonts too; a long title stays within the picture."""
    monkeypatch.setattr(picture, "_FONTS", fonts)
    picture._face.cache_clear()
    picture._font.cache_clear()
    titles = []
    for number, customer in enumerate(("Zür", "Zér", "W" * 75)):
        file = acme / f"{number}.png"
        assert main(["report", "2026-W47", "customer", customer, "--png", str(file)]) == 0
        with Image.open(file) as image:
            titles.append(image.crop((0, 0, 1200, 80)).tobytes())
            margin = image.crop((1160, 0, 1200, 80)).getcolors()
        assert margin == [(40 * 80, (255, 255, 255))]
    assert titles[0] != titles[1]
    picture._face.cache_clear()
    picture._font.cache_clear()


def test_nothing_is_written_beside_a_running_process(acme: Path) -> None:
    """The process that holds the file goes on, and the file stays as it is."""
    holder = open_store(f"sqlite:///{acme / 'rung.db'}")
    before = (acme / "rung.db").read_bytes()
    assert main(["report", "last week"]) == 0
    assert (acme / "rung.db").read_bytes() == before
    holder.close()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2026-W50"], "lies ahead"),
        (["soon"], "can't read that as a period"),
        (["policy", "nobody"], "Known: support"),
        (["mine"], "is for Slack"),
        (["--team", "T9"], "In this database: T1 (Acme)"),
    ],
)
def test_what_can_not_be_reported_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on standard error, and the exit code 1."""
    assert main(["report", *words]) == 1
    assert said in capsys.readouterr().err
