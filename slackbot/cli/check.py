"""`rung check`: what stands, what is stuck, and how to mend it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from slackbot.cli.places import control_socket, database_url
from slackbot.clock import SystemClock
from slackbot.errors import RungError
from slackbot.runtime.control import NobodyThereError, ask
from slackbot.services.stuck import send_again, stuck_rows, stuck_summaries
from slackbot.services.timekeeping import time_of
from slackbot.settings import load_settings
from storage.engine import check_file, open_store, parse_url
from storage.revisions import HEAD
from storage.unit_of_work import Transaction

_ALL = "all"


def main(argv: Sequence[str]) -> int:
    """Say how things are; 0 when nothing needs a person."""
    parser = argparse.ArgumentParser(prog="rung check", description=__doc__)
    parser.add_argument(
        "--retry",
        nargs="+",
        type=_row_or_all,
        metavar="ROW",
        help="send dead messages once more and look for unknown ones at once, by their row numbers, or `all`",
    )
    words = parser.parse_args(argv)
    if words.retry is not None:
        return _retry(words.retry)
    problems = [_looked_at("settings", _settings), _looked_at("database", _database)]
    return 1 if any(problems) else 0


def _row_or_all(word: str) -> int | str:
    return word if word == _ALL else int(word)


def _looked_at(what: str, look: Callable[[], tuple[str, int]]) -> int:
    """Print what was found; the number of problems that need a person."""
    try:
        found, problems = look()
    except RungError as error:
        found, problems = str(error), 1
    print(f"{what:<10} {found}")
    return problems


def _settings() -> tuple[str, int]:
    load_settings()
    return "ok", 0


def _database() -> tuple[str, int]:
    url = database_url()
    check_file(url)
    store = open_store(url, exclusive=False)
    try:
        with store.read() as tx:
            workspaces, problems = _workspaces(tx)
            stuck, summaries = stuck_rows(tx), stuck_summaries(tx)
            counts = ", ".join(f"{count} {state}" for state, count in sorted(tx.outbox.counts().items()))
    finally:
        store.close()
    lines = [
        f"{parse_url(url).render_as_string(hide_password=True)}, schema {HEAD}",
        *(f"workspace  {each}" for each in workspaces or ["none yet; `rung run` meets it"]),
        f"messages   {counts or 'none yet'}",
        *(f"  {each}" for each in stuck),
    ]
    if stuck:
        lines.append("Mend the cause, then `rung check --retry ROW ...`, or `all`.")
    if summaries:
        lines += [f"summaries  {len(summaries)} may be missing", *(f"  {each}" for each in summaries)]
    return "\n".join(lines), len(stuck) + len(summaries) + problems


def _workspaces(tx: Transaction) -> tuple[list[str], int]:
    said = []
    refused = {each.workspace_id: each for each in tx.refusals.all()}
    for workspace in tx.workspaces.all():
        latest = tx.policies.latest(workspace.id)
        policy = f"policy version {latest.number}" if latest else "no policy yet"
        said.append(f"{workspace.name or workspace.team_id}: {policy}, {tx.escalations.count_open(workspace.id)} open")
        if refusal := refused.get(workspace.id):
            said.append(f"  Slack refuses its token since {refusal.since:%Y-%m-%d %H:%M} UTC: {refusal.error}")
    return said, len(refused)


def _retry(wanted: Sequence[int | str]) -> int:
    rows = None if _ALL in wanted else [int(row) for row in wanted]
    done = _sent_again(rows)
    for row in done:
        print(f"Row {row} is on its way again.")
    missed = sorted(set(rows or ()) - set(done))
    for row in missed:
        print(f"Row {row} is neither dead nor unknown.")
    if not done and not missed:
        print("No message is dead or unknown.")
    return 1 if missed else 0


def _sent_again(rows: Sequence[int] | None) -> list[int]:
    """Ask the running process; where none runs on this database, or it is shared, write to it directly."""
    url = database_url()
    door = control_socket(url)
    if door is not None:
        try:
            return [int(row) for row in ask(door, {"verb": "retry", "rows": rows})["rows"]]
        except NobodyThereError:
            pass
    store = open_store(url)
    try:
        return send_again(store, rows, time_of(store, SystemClock()))
    finally:
        store.close()
