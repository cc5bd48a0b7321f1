"""The cases and the timeline behind a summary as CSV files: stable columns, UTC and local times, no formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slackbot.core.model import Workspace
from slackbot.core.summary_request import ScopeKind, SummaryRequest
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.summaries import sought_by
from slackbot.slack.uploading import SentFile
from storage.unit_of_work import Transaction

CASE_HEADINGS = (
    *("case", "state", "severity", "category", "policy", "customer", "ticket", "why", "raised_by", "owner"),
    *("raised_at_utc", "raised_at_local", "taken_at_utc", "taken_at_local", "resolved_at_utc", "resolved_at_local"),
    *("seconds_until_taken", "seconds_until_resolved", "pings", "jumps", "customer_tier"),
)
TIMELINE_HEADINGS = ("case", "at_utc", "at_local", "event", "actor", "details")
"""The columns are promised in docs/summaries.md: new ones come at the end."""

MOST_ROWS = 100_000
"""Rows of one file; what is beyond is left out, and the message with the files says so."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Named:
    """Who may be named: everybody, or only one."""

    only: str | None

    def __call__(self, person: object) -> object:
        """Write somebody's id, where it may be read."""
        return person if self.only in {None, person} else None


def export(ctx: ServiceContext, requester: Requester, request: SummaryRequest) -> tuple[list[SentFile], bool]:
    """Write both files, with a word on whether all rows are in them."""
    now = ctx.now()
    with ctx.store.read() as tx:
        return written(tx, ctx.workspace(tx, requester.team_id), request, now)


def written(
    tx: Transaction, workspace: Workspace, request: SummaryRequest, now: datetime
) -> tuple[list[SentFile], bool]:
    """Write both files of a workspace; those of somebody's own cases name nobody else."""
    tx.reports.take_time()
    sought = sought_by(workspace.id, request, now, ())
    zone = ZoneInfo(request.period.zone)
    name = f"{request.period.first}-{request.period.days}d"
    named = Named(request.scope.value if request.scope.kind is ScopeKind.MINE else None)
    rows = tx.reports.case_rows(sought, MOST_ROWS + 1)
    cases, all_cases = _file(CASE_HEADINGS, (_case(row, zone, named) for row in rows))
    rows = tx.reports.timeline_rows(sought, MOST_ROWS + 1)
    timeline, all_events = _file(TIMELINE_HEADINGS, (_event(row, zone, named) for row in rows))
    files = [SentFile(f"cases-{name}.csv", cases), SentFile(f"timeline-{name}.csv", timeline)]
    return files, all_cases and all_events


def neutral(value: object) -> str:
    """Write a cell so that no spreadsheet takes it for a formula (owasp.org/www-community/attacks/CSV_Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _file(headings: tuple[str, ...], rows: Iterable[Iterable[object]]) -> tuple[bytes, bool]:
    """Write a file as spreadsheets read it: UTF-8 with a mark, lines that end in CR LF."""
    count = 0
    with io.StringIO(newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(headings)
        for row in rows:
            count += 1
            if count > MOST_ROWS:
                break
            writer.writerow([neutral(cell) for cell in row])
        return lines.getvalue().encode("utf-8-sig"), count <= MOST_ROWS


def _case(row: tuple[object, ...], zone: ZoneInfo, named: Named) -> Iterator[object]:
    number, *told, raised_by, owner, raised_at, taken_at, resolved_at, pings, jumps, customer_tier = row
    instants = [each if isinstance(each, datetime) else None for each in (raised_at, taken_at, resolved_at)]
    yield f"ESC-{number}"
    yield from told
    yield from (named(raised_by), named(owner))
    for at in instants:
        yield from _times(at, zone)
    for at in instants[1:]:
        yield None if at is None or instants[0] is None else round((at - instants[0]).total_seconds())
    yield from (pings, jumps, customer_tier)


def _event(row: tuple[object, ...], zone: ZoneInfo, named: Named) -> Iterator[object]:
    number, at, code, actor, params = row
    yield f"ESC-{number}"
    yield from _times(at if isinstance(at, datetime) else None, zone)
    yield from (code, named(actor), json.dumps(params, sort_keys=True, ensure_ascii=False))


def _times(at: datetime | None, zone: ZoneInfo) -> tuple[str, str]:
    """Write an instant twice, in UTC and where the people are, to the second."""
    if at is None:
        return "", ""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.astimezone(zone).isoformat(timespec="seconds")
