"""The ways into a running house beside Slack's: health and metrics for machines, a local socket for `rung`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from slackbot.app import Rung
from slackbot.cli.places import control_socket
from slackbot.cli.policy_reading import read_elsewhere
from slackbot.errors import SettingsError
from slackbot.runtime.control import ControlDoor
from slackbot.runtime.health import HealthDoor, Page
from slackbot.runtime.metrics import KIND
from slackbot.services.installing import put_in_force
from slackbot.services.stuck import send_again
from slackbot.settings import HEALTH_BY_DEFAULT, Settings

log = logging.getLogger("rung")


def opened_doors(house: Rung, settings: Settings) -> tuple[ControlDoor | None, HealthDoor | None]:
    """Open the ways in that are wanted; who asks for health may do so from now on, the local socket is to be started.

    Raises:
        SettingsError: the address that was asked for can't be opened; the house is stopped.
    """
    try:
        health = _health_door(house, settings)
        if health:
            health.start()
        return _control_door(house, settings), health
    except BaseException:
        house.stop()
        raise


def _health_door(house: Rung, settings: Settings) -> HealthDoor | None:
    address = settings.health_address
    if address is None:
        return None
    pages = {
        "/healthz": house.health.alive,
        "/readyz": house.health.ready,
        "/metrics": lambda: Page(HTTPStatus.OK, house.metrics.exposition(), KIND),
    }
    try:
        door = HealthDoor(address, pages)
    except (OSError, OverflowError) as error:
        if settings.rung_health != HEALTH_BY_DEFAULT:
            raise SettingsError(f"RUNG_HEALTH: {settings.rung_health} can't be opened ({error}).") from error
        log.warning("no health or metrics: %s can't be opened (%s); set RUNG_HEALTH", settings.rung_health, error)
        return None
    log.info("health and metrics on http://%s:%s", *door.address)
    return door


def _control_door(house: Rung, settings: Settings) -> ControlDoor | None:
    path = control_socket(settings.database_url)
    if path is None:
        return None

    def apply(request: Mapping[str, Any]) -> dict[str, Any]:
        text, by = str(request["text"]), str(request["by"])
        read = read_elsewhere(text, settings)
        version = put_in_force(house.engine.ctx, house.workspace, read.rules, text, by, after=read.after)
        return {"version": version.number}

    def retry(request: Mapping[str, Any]) -> dict[str, Any]:
        rows, ctx = request["rows"], house.engine.ctx
        sent = send_again(ctx.store, None if rows is None else [int(row) for row in rows], ctx.wire_now())
        ctx.wake()
        return {"rows": sent}

    return ControlDoor(path, {"apply": apply, "retry": retry})
