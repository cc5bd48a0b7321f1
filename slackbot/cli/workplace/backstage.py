"""What the page asks about Rung: what it plans, why it did what it did, its clock, its process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from slackbot.cli.workplace.app_process import AppProcess
from slackbot.clock import Clocks, ScaledClock
from slackbot.core.deadlines import Step, next_step
from slackbot.core.model import Escalation
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.looking import MayNotLook, look_at
from slackbot.simulator.page.backstage import Caption, Plan, Upcoming
from slackbot.slack.render import Renderer
from storage.unit_of_work import Store, Transaction

MOST = 12

_DOES: Mapping[Step, str] = {
    Step.VERIFY: "looks up who raised {label}",
    Step.PING: "calls again for {label}",
    Step.JUMP: "takes {label} one tier up",
    Step.CATCHER: "tells the catcher of {label}",
    Step.PROMISE_DUE: "finds the promise for {label} due",
    Step.GRACE_OVER: "gives {label} back to the tier",
    Step.REMIND: "asks how {label} stands",
    Step.CLOSE: "closes {label}",
}


@dataclass(slots=True)
class DemoBackstage:
    """Reads Rung's database beside the running process; sets the clock of both sides.

    `story` is what "show me" plays; it is given this object to say what it shows.
    """

    app: AppProcess
    clock: ScaledClock
    store: Store
    renderer: Renderer
    team_id: str
    story: Callable[[DemoBackstage], None]
    caption: Caption | None = None
    _playing: threading.Thread | None = None
    _ctx: ServiceContext = field(init=False)

    def __post_init__(self) -> None:
        self._ctx = ServiceContext(self.store, Clocks(case=self.clock, wire=self.clock), lambda: None)

    @property
    def running(self) -> bool:
        """Say whether Rung's process is alive."""
        return self.app.running

    def set_rate(self, rate: float) -> None:
        """Let time run at a pace, on both sides."""
        self._set(self.clock.now(), rate)

    def upcoming(self) -> Upcoming | None:
        """Find what happens next."""
        now = self.clock.now()
        with self.store.read() as tx:
            for case in self._open(tx):
                found = self._next(tx, case)
                if found is not None and found.at > now:
                    return found
        return None

    def skip(self) -> Upcoming | None:
        """Move the clock to what happens next and say what that is."""
        found = self.upcoming()
        if found is not None:
            self._set(found.at, self.clock.rate)
        return found

    def plans(self, person_id: str) -> Sequence[Plan]:
        """List the open cases as far as somebody may see them."""
        requester = Requester(self.team_id, person_id, self.team_id)
        with self.store.read() as tx:
            cases = [(case, self._next(tx, case)) for case in self._open(tx)]
        found = [(look_at(self._ctx, requester, case.number, history=True), upcoming) for case, upcoming in cases]
        return [
            Plan(
                label=view.escalation.label,
                title=view.fields.get("summary", ""),
                state=view.escalation.state.value,
                upcoming=upcoming,
                blocks=self.renderer.why(view).blocks,
            )
            for view, upcoming in found
            if not isinstance(view, MayNotLook)
        ]

    def next_label(self) -> str:
        """Say which number the next case will get."""
        with self.store.read() as tx:
            workspace = self._ctx.workspace(tx, self.team_id)
            free = next(number for number in count(1) if tx.escalations.by_number(workspace.id, number) is None)
        return f"ESC-{free}"

    def kill(self) -> None:
        """Kill Rung's process."""
        self.app.kill()

    def restart(self) -> None:
        """Start it again."""
        self.app.start()

    def play(self) -> None:
        """Play the story, unless one is played already."""
        if self._playing is None or not self._playing.is_alive():
            self._playing = threading.Thread(target=self.story, args=(self,), name="story", daemon=True)
            self._playing.start()

    def _set(self, to: datetime, rate: float) -> None:
        self.clock.set(to, rate)
        self.app.set_clock()

    def _open(self, tx: Transaction) -> list[Escalation]:
        workspace = self._ctx.workspace(tx, self.team_id)
        return tx.escalations.open_page(workspace.id, None, None, MOST)

    def _next(self, tx: Transaction, case: Escalation) -> Upcoming | None:
        step = next_step(case, self._ctx.rules(tx, case.workspace_id, case.policy_version))
        if step is None or case.next_at is None:
            return None
        return Upcoming(case.next_at, _DOES[step.step].format(label=case.label))
