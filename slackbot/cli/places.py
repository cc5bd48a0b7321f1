"""What the command line knows without any token: the database, the policy file, the door, who is typing."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from slackbot.errors import PolicyError
from storage.engine import parse_url
from storage.sqlite import database_file

TYPED = Path("-")


def database_url() -> str:
    """Say which database is meant."""
    return os.environ.get("DATABASE_URL") or "sqlite:///rung.db"


def policy_file() -> Path:
    """Say which policy file is meant."""
    return Path(os.environ.get("RUNG_POLICY") or "rung.toml")


def policy_text(file: Path) -> str:
    """Read a policy file's text; `-` is what is typed or piped in.

    Raises:
        PolicyError: there is no such file, or it is no text.
    """
    try:
        return (sys.stdin.buffer.read() if file == TYPED else file.read_bytes()).decode("utf-8")
    except OSError as error:
        raise PolicyError(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{file} is no UTF-8 text; save it as UTF-8") from error


def who_types() -> str:
    """Say who gives the command; in a container the user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def control_socket(url: str) -> Path | None:
    """Say where the process that holds a database listens to the command line; None where the database is shared."""
    target = parse_url(url)
    if target.get_backend_name() != "sqlite":
        return None
    file = database_file(target)
    return file.with_name(file.name + ".sock")
