"""`rung run`: listen to Slack and escalate, until stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from slackbot.app import Rung
from slackbot.cli.places import control_socket, who_types
from slackbot.clock import Clocks, SystemClock
from slackbot.errors import PolicyError
from slackbot.runtime.control import ControlDoor
from slackbot.services.policies import apply_first, apply_text, has_policy
from slackbot.settings import Settings, load_settings
from storage.engine import open_store
from storage.migrate import upgrade

log = logging.getLogger("rung")


def main(argv: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="rung run", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="say more in the log")
    words = parser.parse_args(argv)
    quiet_logging(logging.DEBUG if words.verbose else logging.INFO)
    settings = load_settings()
    stopping = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopping.set())
    run_until(settings, stopping)
    return 0


def run_until(settings: Settings, stopping: threading.Event) -> None:
    """Start the house, keep it until the event is set, and stop it in order.

    Raises:
        RungError: it could not be started; the message says what to mend.
    """
    upgrade(settings.database_url)
    system = SystemClock()
    house = Rung(settings, open_store(settings.database_url), Clocks(case=system, wire=system))
    ensure_policy(house, settings.rung_policy)
    door = _door(house, settings)
    house.start()
    if door:
        door.start()
    log.info("Rung listens in %s", house.workspace.name)
    stopping.wait()
    log.info("stopping")
    if door:
        door.stop()
    house.stop()


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
    """Set up the log. slack_sdk and Bolt stay above DEBUG and INFO: there they print whole payloads."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("slack_sdk", "slack_bolt", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It takes each lost connection for an error; ours notes them. A level would not hold: slack_sdk sets it anew.
    logging.getLogger("websocket").disabled = True


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
