"""`rung check`: what stands, what is stuck, and how to mend it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from slackbot.cli.places import control_socket, database_url
from slackbot.errors import RungError
from slackbot.runtime.control import ask
from slackbot.settings import load_settings
from storage.engine import open_store, parse_url
from storage.revisions import HEAD
from storage.unit_of_work import Transaction


def main(argv: Sequence[str]) -> int:
    """Say how things are; 0 when nothing needs a person."""
    parser = argparse.ArgumentParser(prog="rung check", description=__doc__)
    parser.add_argument("--retry", type=int, metavar="ROW", help="send a dead message once more, by its row number")
    words = parser.parse_args(argv)
    if words.retry is not None:
        return _retry(words.retry)
    problems = [_looked_at("settings", _settings), _looked_at("database", _database)]
    return 1 if any(problems) else 0


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
    store = open_store(url, exclusive=False)
    try:
        with store.read() as tx:
            workspaces, stuck = _workspaces(tx), tx.outbox.loud()
            counts = ", ".join(f"{count} {state}" for state, count in sorted(tx.outbox.counts().items()))
    finally:
        store.close()
    lines = [
        f"{parse_url(url).render_as_string(hide_password=True)}, schema {HEAD}",
        *(f"workspace  {each}" for each in workspaces or ["none yet; `rung run` meets it"]),
        f"messages   {counts or 'none yet'}",
        *(
            f"  row {row.id}: {row.kind} of {row.escalation_id} to {row.destination} is {row.state}: {row.error}"
            for row in stuck
        ),
    ]
    if stuck:
        lines.append("Mend the cause, then `rung check --retry ROW`.")
    return "\n".join(lines), len(stuck)


def _workspaces(tx: Transaction) -> list[str]:
    said = []
    for workspace in tx.workspaces.all():
        latest = tx.policies.latest(workspace.id)
        policy = f"policy version {latest.number}" if latest else "no policy yet"
        said.append(f"{workspace.name or workspace.team_id}: {policy}, {tx.escalations.count_open(workspace.id)} open")
    return said


def _rearmed(row: int) -> bool:
    """Want a message anew in a database that replicas share; one of them sees it within seconds."""
    store = open_store(database_url())
    try:
        with store.write() as tx:
            return tx.outbox.rearm(row)
    finally:
        store.close()


def _retry(row: int) -> int:
    door = control_socket(database_url())
    done = _rearmed(row) if door is None else ask(door, {"verb": "retry", "row": row})["rearmed"]
    print(f"Row {row} is on its way again." if done else f"Row {row} is neither dead nor unknown.")
    return 0 if done else 1
