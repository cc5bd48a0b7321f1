"""The log of the command line: on standard error, and never with what customers wrote."""

from __future__ import annotations

import logging
from collections.abc import Mapping

# slack_sdk and Bolt print whole payloads below this, customers' text included; websocket-client takes each lost
# connection for an error, and ours notes them.
_LEAST: Mapping[str, int] = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.WARNING,
    "websocket": logging.CRITICAL,
}


def quiet_logging(level: int) -> None:
    """Set up the log on standard error, without what says too much."""
    handler = logging.StreamHandler()
    handler.addFilter(_worth_reading)
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[handler])


def _worth_reading(record: logging.LogRecord) -> bool:
    # Asked of the record: the libraries set the levels of their loggers themselves.
    return record.levelno >= _LEAST.get(record.name.partition(".")[0], logging.NOTSET)
