"""The steps of the house, wired: what `Rung` puts loops around, and tests and simulations call without any thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from slackbot.clock import Clocks
from slackbot.services.context import ServiceContext
from slackbot.services.deliver import Carriers, Sender, Sending
from slackbot.services.elsewhere import Elsewhere
from slackbot.services.housekeeping import Housekeeping
from slackbot.services.meters import Meter, Unmeasured
from slackbot.services.mishaps import Mishaps
from slackbot.services.people import Acquaintance
from slackbot.services.reach import Reach
from slackbot.services.reconcile import Reconciler
from slackbot.services.sweep import Sweep
from slackbot.services.tokens import TellOutside, TokenWatch, tell_nobody
from slackbot.services.uptime import Heartbeat
from slackbot.services.weekly import WeeklySummaries
from slackbot.slack.gateway import Gateway
from slackbot.slack.render import Renderer, build_renderer
from storage.pace import Pace
from storage.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Engine:
    """The steps, each a pass that does what is due now."""

    ctx: ServiceContext
    gateway: Gateway
    renderer: Renderer
    heartbeat: Heartbeat
    sweep: Sweep
    sender: Sender
    reconciler: Reconciler
    tokens: TokenWatch
    acquaintance: Acquaintance
    housekeeping: Housekeeping
    weekly: WeeklySummaries


def build_engine(
    store: Store,
    gateway: Gateway,
    clocks: Clocks,
    *,
    wake: Callable[[], None],
    carriers: Carriers,
    pace: Pace | None = None,
    meter: Meter | None = None,
    tell_outside: TellOutside = tell_nobody,
) -> Engine:
    """Wire the steps."""
    ctx = ServiceContext(store, clocks, wake, meter or Unmeasured())
    renderer = build_renderer()
    elsewhere = Elsewhere(ctx, gateway, Reach(ctx, gateway))
    tokens = TokenWatch(ctx, gateway, tell_outside)
    mishaps = Mishaps(ctx, elsewhere, tokens, tell_outside)
    sending = Sending(ctx, gateway, renderer, mishaps, elsewhere, pace or Pace(), carriers)
    return Engine(
        ctx=ctx,
        gateway=gateway,
        renderer=renderer,
        heartbeat=Heartbeat(ctx, time.monotonic, gateway.silence),
        sweep=Sweep(ctx),
        sender=Sender(sending),
        reconciler=Reconciler(ctx, gateway),
        tokens=tokens,
        acquaintance=Acquaintance(ctx, gateway),
        housekeeping=Housekeeping(ctx),
        weekly=WeeklySummaries(ctx, gateway, renderer, tell_outside),
    )
