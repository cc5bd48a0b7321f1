"""Serving the page: the furnished house, its past, Rung beside it, until Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from slackbot.cli.acme import ZONE
from slackbot.cli.workplace.app_process import AppProcess
from slackbot.cli.workplace.backstage import DemoBackstage
from slackbot.cli.workplace.furnish import TITLES, furnished, policy
from slackbot.cli.workplace.past import Past
from slackbot.cli.workplace.showing import show
from slackbot.clock import ScaledClock, SystemClock
from slackbot.simulator.limits import Limits
from slackbot.simulator.page.site import WorkspacePage
from slackbot.simulator.server import Simulator
from slackbot.slack.render import build_renderer
from storage.engine import open_store
from storage.migrate import upgrade

BEGINS = time(9, 41)
CONNECTS_WITHIN = 20.0

_BEFORE_THE_PAST = timedelta(days=365)
"""How long before the morning the house is furnished: longer ago than anything of the past that is played."""

KEPT = 100
"""Deliveries, calls and pings that the simulator remembers: more than the panel shows, and no more on the tenth day."""

_GREETING = (
    "Acme's support house, with Rung at work. Slack is played by a stand-in on this machine: no account is needed and "
    "nothing leaves it. Open"
)


@dataclass(frozen=True, slots=True)
class Workplace:
    """The demo while it runs."""

    simulator: Simulator
    page: WorkspacePage
    backstage: DemoBackstage

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return self.page.url


@contextmanager
def workplace(folder: Path, port: int = 0, day: date | None = None) -> Iterator[Workplace]:
    """Open the whole house in a folder, on the morning of a day, or of today; it closes at the end.

    Raises:
        RungError: the port is taken, or Rung does not start.
    """
    url = f"sqlite:///{folder / 'demo.db'}"
    upgrade(url)
    system = SystemClock()
    calendar = ScaledClock(system, 0)
    morning = _morning(day or system.now().astimezone(ZoneInfo(ZONE)).date())
    calendar.set(morning - _BEFORE_THE_PAST, 0)
    limits = Limits(system, enforce=False)
    with ExitStack() as opened:
        simulator = Simulator(furnished(system, calendar), port=port, limits=limits, kept=KEPT)
        store = open_store(url, exclusive=False)
        opened.callback(store.close)
        app = AppProcess(lambda: _environment(simulator, url), calendar, folder / "demo.log")
        backstage = DemoBackstage(
            app, calendar, store, build_renderer(), simulator.workspace.team_id, lambda mine: show(simulator, mine)
        )
        page = WorkspacePage(simulator, backstage, TITLES)
        opened.enter_context(simulator)
        app.prepare()
        opened.callback(app.stop)
        Past(simulator, url, calendar, policy()).play(morning)
        limits.enforce = True
        calendar.set(morning, 1)
        app.start()
        simulator.wait_connected(timeout=CONNECTS_WITHIN)
        page.house.marks.mark_everything()
        page.start()
        opened.callback(page.stop)
        yield Workplace(simulator, page, backstage)


def serve(folder: Path, *, port: int, browser: bool) -> None:
    """Serve the page until Ctrl-C or SIGTERM; `browser` asks for it to be opened where that can be done.

    Raises:
        RungError: as `workplace`.
    """
    with workplace(folder, port) as demo:
        sys.stdout.write(f"{_GREETING}\n\n    {demo.url}\n\nCtrl-C ends it.\n")
        sys.stdout.flush()
        if browser and not webbrowser.open(demo.url):
            sys.stdout.write("No browser could be opened here; open the address yourself.\n")
        _until_told()
    sys.stdout.write("\nThe workspace is gone, and nothing of it is left.\n")


def _until_told() -> None:
    # Set for both: a program that a script started beside itself would not even hear of Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def _environment(simulator: Simulator, url: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": simulator.bot_token,
        "SLACK_APP_TOKEN": simulator.app_token,
        "SLACK_API_URL": simulator.api_url,
        "DATABASE_URL": url,
    }


def _morning(day: date) -> datetime:
    return datetime.combine(day, BEGINS, ZoneInfo(ZONE)).astimezone(UTC)
