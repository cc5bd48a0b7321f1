"""`rung report`: the summary of a stretch of time as text, JSON, CSV or a picture; it only reads."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slackbot.cli.picture import draw
from slackbot.cli.places import database_url
from slackbot.clock import SystemClock
from slackbot.core.comparison import Compared, form_of
from slackbot.core.digest import Digest
from slackbot.core.model import Workspace
from slackbot.core.periods import LONGEST_DAYS, PeriodProblem
from slackbot.core.policy_document import from_document
from slackbot.core.summary_request import ScopeKind, SummaryRequest, read_request
from slackbot.errors import RungError
from slackbot.services.summaries import Unusable, digest, looked_up
from slackbot.services.timekeeping import time_of
from slackbot.slack.rendering import figures
from slackbot.slack.words import Words, read_words
from storage.engine import open_store
from storage.unit_of_work import Transaction

CSV_COLUMNS = ("figure", "form", "value", "base", "usual", "usual_base", "trend", "change")
_FIGURE = 44
_VALUE = 16


class ReportError(RungError):
    """There is no such report; the message says why."""


def main(argv: Sequence[str]) -> int:
    """Write the report to standard output, and a picture to a file where one is named."""
    parser = argparse.ArgumentParser(prog="rung report", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        help="as in /escalations summary: a period (last week, 2026-W46, 1-15 nov, 30 days), then tier, policy, "
        "category or customer and a name; nothing means this week",
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw a picture as well")
    parser.add_argument("--team", help="Slack's id of the workspace, where the database has several")
    words = parser.parse_args(argv)
    found = _digest(" ".join(words.what), words.team)
    catalogue = read_words("en")
    sys.stdout.write(FORMATS[words.format](catalogue, found))
    if words.png is not None:
        draw(catalogue, found, words.png)
    return 0


def _digest(text: str, team: str | None) -> Digest:
    store = open_store(database_url(), exclusive=False)
    try:
        now = time_of(store, SystemClock())
        with store.read() as tx:
            workspace = _workspace(tx, team)
            return digest(tx, workspace, _request(tx, workspace, text, now), now)
    finally:
        store.close()


def _workspace(tx: Transaction, team: str | None) -> Workspace:
    found = [each for each in tx.workspaces.all() if team in {None, each.team_id}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.team_id} ({each.name})" for each in tx.workspaces.all()) or "none"
    raise ReportError(f"Name the workspace with --team. In this database: {known}.")


def _request(tx: Transaction, workspace: Workspace, text: str, now: datetime) -> SummaryRequest:
    in_force = tx.policies.latest(workspace.id)
    zone = "UTC" if in_force is None else from_document(in_force.document).timezone
    asked = read_request(text, now, zone)
    if isinstance(asked, PeriodProblem):
        raise ReportError(_said(asked))
    if asked.scope.kind is ScopeKind.MINE:
        raise ReportError("`mine` is for Slack: the command line does not know who you are there.")
    found = looked_up(tx, workspace, asked, "")
    if isinstance(found, Unusable):
        raise ReportError(_said(found.problem, found))
    return found


def _said(problem: str, what: Unusable | None = None) -> str:
    kind, value = (what.scope.kind, what.scope.value) if what else ("", "")
    known = ", ".join(what.known if what else ()) or "none"
    said = read_words("en").plain(f"summary.{problem}", kind=kind, name=value, known=known, days=LONGEST_DAYS)
    return said.replace("`", "'")


def _text(words: Words, found: Digest) -> str:
    verdict = words.plain(f"summary.{found.verdict}").strip("*")
    return (
        "\n".join(
            [
                figures.title(words, found),
                verdict,
                "",
                *_rows(words, found),
                *_looks(words, found),
                *_left_out(words, found),
            ]
        )
        + "\n"
    )


def _rows(words: Words, found: Digest) -> Iterator[str]:
    columns = tuple(words.plain(f"summary.columns_{name}") for name in ("figure", "value", "usual", "change"))
    for name, value, usual, changed in (columns, *(figures.measured(words, each) for each in found.compared)):
        yield f"{name:<{_FIGURE}}{value:>{_VALUE}}{usual:>{_VALUE}}  {changed}".rstrip()


def _looks(words: Words, found: Digest) -> Iterator[str]:
    for pick in found.picks:
        yield f"{pick.label}: {figures.reason(words, pick)} {pick.link}".rstrip()
    for text, count in found.lessons:
        yield words.plain("summary.lesson", text=text, count=count)
    for each in found.growths:
        dimension, name, usual = figures.grown(words, each)
        yield words.plain("summary.growth", dimension=dimension, name=name, count=each.count, usual=usual)


def _left_out(words: Words, found: Digest) -> Iterator[str]:
    zone = ZoneInfo(found.request.period.zone)
    windows = []
    for each in found.left_out:
        start, end = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (each.start, each.end))
        windows.append(words.plain("summary.window", start=start, end=end, cause=words.plain(f"cause.{each.cause}")))
    if windows:
        yield words.plain("summary.left_out", windows="; ".join(windows))


def _json(_words: Words, found: Digest) -> str:
    request = found.request
    whole = {
        "period": {"first": request.period.first, "days": request.period.days, "zone": request.period.zone},
        "scope": asdict(request.scope),
        "running": found.is_running,
        "verdict": found.verdict,
        "figures": asdict(found.figures),
        "compared": {each.measure: _compared(each) for each in found.compared},
        "look": [asdict(pick) for pick in found.picks],
        "lessons": [{"text": text, "count": count} for text, count in found.lessons],
        "grew": [{**asdict(each), "usual": float(each.usual)} for each in found.growths],
        "left_out": [asdict(each) for each in found.left_out],
    }
    return json.dumps(whole, indent=2, default=_plain) + "\n"


def _compared(each: Compared) -> dict[str, Any]:
    return {
        "form": form_of(each.measure),
        "value": _number(each.value.number),
        "base": each.value.base,
        "usual": _number(each.usual.number),
        "usual_base": each.usual.base,
        "trend": each.trend,
        "change": _number(each.change),
    }


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 4)


def _plain(value: Any) -> Any:
    """Write spans as seconds and days and instants as ISO 8601."""
    return value.total_seconds() if isinstance(value, timedelta) else value.isoformat()


def _csv(_words: Words, found: Digest) -> str:
    with io.StringIO(newline="") as lines:
        writer = csv.DictWriter(lines, CSV_COLUMNS)
        writer.writeheader()
        for each in found.compared:
            writer.writerow({"figure": each.measure, **_compared(each)})
        return lines.getvalue()


FORMATS: Mapping[str, Callable[[Words, Digest], str]] = {"text": _text, "json": _json, "csv": _csv}
