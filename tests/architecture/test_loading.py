"""What `rung run` loads: nothing that only the demo, the tests or an upgrade need."""

from __future__ import annotations

import subprocess
import sys

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
)
LISTING = "import sys, slackbot.cli.run; print('\\n'.join(sys.modules))"


def test_running_loads_only_what_it_needs() -> None:
    """A process that runs has no simulator, no web server and no migrations in its memory."""
    command = [sys.executable, "-c", LISTING]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    found = [name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in NOT_FOR_RUNNING)]
    assert found == []
