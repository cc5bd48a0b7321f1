"""`rung run`: listen to Slack and escalate, until stopped."""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from slack_sdk.errors import SlackApiError

from slackbot.app import Rung
from slackbot.cli.doors import opened_doors
from slackbot.cli.logs import quiet_logging
from slackbot.cli.places import policy_text, who_types
from slackbot.cli.policy_reading import read_elsewhere
from slackbot.clock import Clocks, SystemClock
from slackbot.errors import PolicyError, SettingsError
from slackbot.runtime.transport import MakesTransport
from slackbot.services.installing import has_policy, put_in_force
from slackbot.services.timekeeping import timekeeper_of
from slackbot.settings import Settings, load_settings
from slackbot.slack.failures import AuthBroken, failure_of
from storage.engine import check_file, open_store, parse_url
from storage.errors import SchemaError
from storage.sqlite import database_file
from storage.unit_of_work import Store

log = logging.getLogger("rung")

LAST_MOMENT = 10.0
"""Seconds from SIGTERM, or from the death of a loop, to the end of the process, whatever is under way."""

HOST, PORT = "127.0.0.1", 3000
"""Where HTTP mode listens unless told otherwise; the port is Bolt's own default."""

EXIT_DEAD = 70
"""The exit code when a loop is dead: an internal error, in the words of sysexits.h."""
CHECKED_UP_TO = 200 * 1024 * 1024
"""Bytes of a SQLite file that is checked as a whole at each start; `rung check` looks through a larger one."""


def main(argv: Sequence[str]) -> int:
    """Run over Socket Mode until SIGINT or SIGTERM."""
    words = arguments(argv)
    return run(load_settings(http=False), verbose=words.verbose, restored=words.after_restore)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Understand the words of the command line; the dispatcher has looked for `--http` already."""
    parser = argparse.ArgumentParser(prog="rung run", description=__doc__, allow_abbrev=False)
    parser.add_argument("--verbose", action="store_true", help="say more in the log")
    parser.add_argument("--http", action="store_true", help="listen for signed HTTP requests instead of Socket Mode")
    parser.add_argument("--host", help=f"with --http: the address to listen on ({HOST} unless given)")
    parser.add_argument("--port", type=int, help=f"with --http: the port ({PORT} unless given)")
    parser.add_argument(
        "--after-restore",
        action="store_true",
        help="the database is a restored backup: look in Slack before sending what it holds, and tell the admins",
    )
    words = parser.parse_args(argv)
    if not words.http and (words.host is not None or words.port is not None):
        parser.error("--host and --port go with --http")
    return words


def run(settings: Settings, *, verbose: bool, restored: bool = False, transport: MakesTransport | None = None) -> int:
    """Run until SIGINT or SIGTERM, or until a loop is dead; says the exit code."""
    quiet_logging(logging.DEBUG if verbose else logging.INFO)
    stopping = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: _stop(stopping))
    return run_until(settings, stopping, transport, restored=restored)


def _stop(stopping: threading.Event) -> None:
    """Ask the house to stop; if something in it hangs, the process ends all the same."""
    if not stopping.is_set():
        stopping.set()
        guard = threading.Timer(LAST_MOMENT, _leave)
        guard.daemon = True
        guard.start()


def _leave() -> None:
    log.error("stopping takes too long; leaving what is left to the end of its leases")
    logging.shutdown()
    os._exit(1)


def run_until(
    settings: Settings, stopping: threading.Event, transport: MakesTransport | None = None, *, restored: bool = False
) -> int:
    """Start the house, keep it until the event is set, and stop it in order; says the exit code.

    Where a loop is dead, the process ends for a supervisor to start it anew: in order if it still can, else by force.
    `restored` says that the database is an older copy of what it was.

    Raises:
        RungError: it could not be started; the message says what to mend.
    """
    system = SystemClock()
    verdicts: list[str] = []

    def cries(verdict: str) -> None:
        verdicts.append(verdict)
        faulthandler.dump_traceback()
        force = threading.Timer(LAST_MOMENT, os._exit, (EXIT_DEAD,))
        force.daemon = True
        force.start()
        stopping.set()

    house = _built(settings, Clocks(case=system, wire=system), transport, cries)
    control, health = opened_doors(house, settings)
    _start(house, restored=restored)
    if control:
        control.start()
    log.info("Rung listens in %s, on %s", house.workspace.name, house.engine.ctx.store.engine)
    stopping.wait()
    log.info("stopping")
    if control:
        control.stop()
    house.stop()
    if health:
        health.stop()
    return EXIT_DEAD if verdicts else 0


def _built(settings: Settings, clocks: Clocks, transport: MakesTransport | None, cries: Callable[[str], None]) -> Rung:
    """Wire the house and see that it has a policy; where it can't be, the database is let go again."""
    with ExitStack() as opened:
        store = _opened(settings.database_url)
        opened.callback(store.close)
        try:
            timekeeper = timekeeper_of(store)
            shared = Clocks(timekeeper.clock, timekeeper.clock) if timekeeper else clocks
            house = Rung(settings, store, shared, transport=transport, cries=cries, timekeeper=timekeeper)
            ensure_policy(house, settings)
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


def ensure_policy(house: Rung, settings: Settings) -> None:
    """Apply the policy file where there is no policy yet; afterwards only `rung policy apply` does.

    Raises:
        PolicyError: there is no policy, and the file is missing or can't be used.
    """
    ctx, file = house.engine.ctx, settings.rung_policy
    if has_policy(ctx, house.workspace):
        return
    if not file.exists():
        raise PolicyError(
            f"There is no policy yet and no file {file}. Write one (examples/ has five to start from), "
            "or name another with RUNG_POLICY."
        )
    text = policy_text(file)
    # Whatever version the file says it was exported from: that one was of another database.
    rules = read_elsewhere(text, settings).rules
    try:
        version = put_in_force(ctx, house.workspace, rules, text, who_types(), after=None)
    except PolicyError:
        if not has_policy(ctx, house.workspace):
            raise
        log.info("another process has put a first policy in force meanwhile")
    else:
        log.info("policy version %s is in force, from %s", version.number, file)
