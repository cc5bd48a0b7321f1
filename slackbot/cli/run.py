"""`rung run`: listen to Slack and escalate, until stopped."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from slack_sdk.errors import SlackApiError

from slackbot.app import Rung
from slackbot.cli.places import control_socket, who_types
from slackbot.clock import Clocks, SystemClock
from slackbot.errors import PolicyError, SettingsError
from slackbot.runtime.control import ControlDoor
from slackbot.services.policies import apply_first, apply_text, has_policy
from slackbot.settings import Settings, load_settings
from slackbot.slack.failures import AuthBroken, failure_of
from storage.engine import check_file, open_store, parse_url
from storage.errors import SchemaError
from storage.sqlite import database_file
from storage.unit_of_work import Store

log = logging.getLogger("rung")

CHECKED_UP_TO = 200 * 1024 * 1024
"""Bytes of a SQLite file that is checked as a whole at each start; `rung check` looks through a larger one."""

# slack_sdk and Bolt print whole payloads below this, customers' text included; websocket-client takes each lost
# connection for an error, and ours notes them.
_LEAST: Mapping[str, int] = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.WARNING,
    "websocket": logging.CRITICAL,
}


def main(argv: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="rung run", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="say more in the log")
    parser.add_argument(
        "--after-restore",
        action="store_true",
        help="the database is a restored backup: look in Slack before sending what it holds, and tell the admins",
    )
    words = parser.parse_args(argv)
    quiet_logging(logging.DEBUG if words.verbose else logging.INFO)
    settings = load_settings()
    stopping = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopping.set())
    run_until(settings, stopping, restored=words.after_restore)
    return 0


def run_until(settings: Settings, stopping: threading.Event, *, restored: bool = False) -> None:
    """Start the house, keep it until the event is set, and stop it in order; `restored`: from an older database.

    Raises:
        RungError: it could not be started; the message says what to mend.
    """
    system = SystemClock()
    house = _built(settings, Clocks(case=system, wire=system))
    door = _door(house, settings)
    _start(house, restored=restored)
    if door:
        door.start()
    log.info("Rung listens in %s, on %s", house.workspace.name, house.engine.ctx.store.engine)
    stopping.wait()
    log.info("stopping")
    if door:
        door.stop()
    house.stop()


def _built(settings: Settings, clocks: Clocks) -> Rung:
    """Wire the house and see that it has a policy; where it can't be, the database is let go again."""
    with ExitStack() as opened:
        store = _opened(settings.database_url)
        opened.callback(store.close)
        try:
            house = Rung(settings, store, clocks)
            ensure_policy(house, settings.rung_policy)
        except AuthBroken as failure:
            raise SettingsError(
                f"Slack refuses SLACK_BOT_TOKEN ({failure}). Copy it again from 'OAuth & Permissions' at "
                "https://api.slack.com/apps, after installing the app to the workspace."
            ) from failure
        opened.pop_all()
    return house


def _opened(url: str) -> Store:
    """Open the database, brought up to this release first where it is not.

    The upgrade runs in a process of its own: what it loads would stay in this one's memory for good.
    """
    if _is_quickly_checked(url):
        check_file(url)
    try:
        return open_store(url)
    except SchemaError:
        environment = os.environ | {"DATABASE_URL": url}
        command = [sys.executable, "-m", "slackbot", "db", "upgrade"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=environment, capture_output=True, text=True, check=False
        )
        log.info("database: %s", (done.stdout or done.stderr).strip())
        return open_store(url)


def _is_quickly_checked(url: str) -> bool:
    """Say whether the whole file can be looked through without keeping anybody waiting: a second at most."""
    target = parse_url(url)
    if target.get_backend_name() != "sqlite":
        return False
    file = database_file(target)
    return file.exists() and file.stat().st_size <= CHECKED_UP_TO


def _start(house: Rung, *, restored: bool) -> None:
    try:
        house.start(restored=restored)
    except SlackApiError as error:
        house.stop()
        refused = failure_of("apps.connections.open", str(error.response["error"]))
        if not isinstance(refused, AuthBroken):
            raise refused from error
        raise SettingsError(
            f"Slack refuses SLACK_APP_TOKEN ({refused}). Make one with the scope connections:write under "
            "'Basic Information' at https://api.slack.com/apps."
        ) from error


def ensure_policy(house: Rung, file: Path) -> None:
    """Apply the policy file where there is no policy yet; afterwards only `rung policy apply` does.

    Raises:
        PolicyError: there is no policy, and the file is missing or can't be used.
    """
    engine = house.engine
    if has_policy(engine.ctx, house.workspace):
        return
    if not file.exists():
        raise PolicyError(
            f"There is no policy yet and no file {file}. Write one (examples/ has five to start from), "
            "or name another with RUNG_POLICY."
        )
    version = apply_first(engine.ctx, engine.gateway, house.workspace, file.read_text("utf-8"), who_types())
    log.info("policy version %s is in force, from %s", version.number, file)


def quiet_logging(level: int) -> None:
    """Set up the log on standard error, without what says too much."""
    handler = logging.StreamHandler()
    handler.addFilter(_worth_reading)
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[handler])


def _worth_reading(record: logging.LogRecord) -> bool:
    # Asked of the record: the libraries set the levels of their loggers themselves.
    return record.levelno >= _LEAST.get(record.name.partition(".")[0], logging.NOTSET)


def _door(house: Rung, settings: Settings) -> ControlDoor | None:
    path = control_socket(settings.database_url)
    if path is None:
        return None

    def apply(request: Mapping[str, Any]) -> dict[str, Any]:
        engine = house.engine
        version = apply_text(engine.ctx, engine.gateway, house.workspace, str(request["text"]), str(request["by"]))
        return {"version": version.number}

    def retry(request: Mapping[str, Any]) -> dict[str, Any]:
        with house.engine.ctx.store.write() as tx:
            rearmed = tx.outbox.rearm(int(request["row"]))
        house.engine.ctx.wake()
        return {"rearmed": rearmed}

    return ControlDoor(path, {"apply": apply, "retry": retry})
