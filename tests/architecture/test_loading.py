"""What `rung run` loads: nothing that only the demo, the tests or an upgrade need."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

NOT_FOR_RUNNING = (
    "alembic",
    "mako",
    "slackbot.simulator",
    "starlette",
    "uvicorn",
    "websockets",
    "yaml",
    "pygments",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "PIL",
    "pydantic",
)
LISTING = "import sys, {}; print('\\n'.join(sys.modules))"
HTTP_SERVER = ("starlette", "uvicorn", "h11", "anyio", "slackbot.runtime.http_mode")


def test_running_loads_only_what_it_needs() -> None:
    """A process that runs has no simulator, no web server and no migrations in its memory."""
    assert found_in("slackbot.cli.run", (*NOT_FOR_RUNNING, *HTTP_SERVER)) == []


def test_http_mode_loads_its_server_and_nothing_else_besides() -> None:
    """With `--http` the web server is there, and still neither simulator nor migrations nor the asynchronous Bolt."""
    others = [name for name in NOT_FOR_RUNNING if name not in {"starlette", "uvicorn"}]
    assert found_in("slackbot.cli.run_http", (*others, "slack_bolt.async_app", "prometheus_client.twisted")) == []
    assert "uvicorn" in found_in("slackbot.cli.run_http", ["uvicorn"])


def found_in(module: str, names: Sequence[str]) -> list[str]:
    """Give which of these a process has loaded that loads a module."""
    command = [sys.executable, "-c", LISTING.format(module)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return [name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in names)]
