"""What goes wrong by itself in a week: outages, broken channels, revoked tokens, deploys, kills, other policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from slackbot.core.model import Workspace
from slackbot.core.policy import Category
from slackbot.engine import Engine
from slackbot.services.installing import put_in_force
from tests.simulation.onlooker import Onlooker
from tests.simulation.people import People
from tests.simulation.process import Replica
from tests.simulation.weather import Fault
from tests.simulation.world import NobodyThereError, World

_HOUR = 3600.0
_DAY = 86400.0
_CHANNELS = ("tier-2", "tier-2", "tier-3", "tier-4", "support")
_LEAVING = ((("marco",), False), (("dana",), False), (("lena",), True), (("marco", "lena"), True), (("carla",), False))
"""Who leaves at once, and whether the group of team leads is emptied too: some are all that a tier calls."""

_GONE = "Billing"
"""A category that some versions of the policy don't have; forms that were opened before still name it."""

_LOOKS_REFUSED = ("ratelimited", "missing_scope", "internal_error")


class Mischief:
    """Plans a week's trouble and ends it."""

    def __init__(
        self, world: World, replicas: list[Replica], people: People, onlooker: Onlooker, workspace: Workspace
    ) -> None:
        self._world = world
        self._replicas = replicas
        self._people = people
        self._onlooker = onlooker
        self._workspace = workspace
        self._chance = world.timeline.chance("mischief")
        self._scopes = world.line.slack.app.scopes
        self._policies = 0
        self._categories: tuple[Category, ...] = ()
        self._members = {group.id: group.members for group in world.line.slack.groups()}
        if not world.weather.history:
            self._scopes = frozenset(scope for scope in self._scopes if not scope.endswith(":history"))
            world.line.slack.installation.set_scopes(self._scopes)

    def plan(self) -> None:
        """Draw when what goes wrong."""
        plans: tuple[tuple[Fault, float, Callable[[], None]], ...] = (
            (Fault.CRASH, 6, self._kill_somebody),
            (Fault.FREEZE, 4, self._freeze_somebody),
            (Fault.LOOP, 3, lambda: self._chance.choice(self._replicas).lose_loop()),
            (Fault.DEPLOY, 2, self._deploy),
            (Fault.STORM, 2, lambda: self._for_a_while(600, "storming")),
            (Fault.OUTAGE, 1.5, lambda: self._for_a_while(2 * _HOUR, "down")),
            (Fault.HISTORY, 8, self._refuse_looks),
            (Fault.CHANNEL, 4, self._break_channel),
            (Fault.PEOPLE, 2, self._lose_people),
            (Fault.TOKEN, 1, self._revoke),
            (Fault.SCOPE, 1, self._narrow),
            (Fault.DELETION, 14, self._delete),
            (Fault.POLICY, 3, self._change_policy),
            (Fault.DOWN, 1, self._all_down),
            (Fault.BURST, 0.8, lambda: self._people.raise_many(self._chance.choice((7, 12, 30)))),
        )
        weather = self._world.weather
        for fault, times_a_week, what in plans:
            chance = self._world.timeline.chance(f"mischief {fault}")
            times = times_a_week * weather.harshness * weather.days / 7 if weather.has(fault) else 0.0
            whole = int(times) + (chance.random() < times % 1)
            for _ in range(whole):
                self._world.timeline.outside(chance.uniform(0, weather.days * _DAY * 0.95), what)

    def mend(self) -> None:
        """End all trouble: from now on everything works."""
        world, line = self._world, self._world.line
        line.calm = True
        line.down = line.storming = False
        line.looks_refused = None
        line.read_only.clear()
        line.slack.installation.restore()
        line.slack.installation.set_scopes(self._scopes)
        for name in set(_CHANNELS):
            self._mend_channel(name)
        self._come_back()
        for replica in self._replicas:
            replica.down_until = None
            world.timeline.after(1, replica.start)

    def _kill_somebody(self) -> None:
        self._chance.choice(self._replicas).kill()

    def _freeze_somebody(self) -> None:
        self._chance.choice(self._replicas).freeze(60)

    def _deploy(self) -> None:
        for place, replica in enumerate(self._replicas):
            self._world.timeline.after(40.0 * place, replica.end)

    def _all_down(self) -> None:
        """Stop everything for hours or days."""
        until = self._world.timeline.now() + timedelta(seconds=self._chance.choice((1.0, 5.0, 70.0)) * _HOUR)
        self._world.timeline.note("everything down until", until)
        for replica in self._replicas:
            replica.stay_down(until)

    def _for_a_while(self, seconds: float, what: str) -> None:
        line = self._world.line
        self._world.timeline.note("slack", what)
        setattr(line, what, True)
        line.troubled_at = self._world.timeline.now() + timedelta(seconds=seconds)
        self._world.timeline.after(seconds, lambda: setattr(line, what, False))

    def _refuse_looks(self) -> None:
        line = self._world.line
        line.looks_refused = self._chance.choice(_LOOKS_REFUSED)
        self._world.timeline.after(self._chance.choice((30.0, 600.0)), lambda: setattr(line, "looks_refused", None))

    def _break_channel(self) -> None:
        line, name = self._world.line, self._chance.choice(_CHANNELS)
        channel = line.slack.channel_named(name)
        if channel is None or channel.archived:
            return
        how = self._chance.choice(("archived", "kicked", "kicked", "read_only"))
        self._world.timeline.note("channel", name, how)
        if how == "archived":
            line.slack.archive(channel.id)
        elif how == "kicked":
            line.slack.kick(channel.id)
        else:
            line.read_only.add(channel.id)
        self._world.timeline.after(self._chance.choice((0.2, 2.0, 12.0)) * _HOUR, lambda: self._mend_channel(name))

    def _mend_channel(self, name: str) -> None:
        slack = self._world.line.slack
        channel = slack.channel_named(name)
        if channel is None:
            return
        if channel.archived:
            slack.archive(channel.id, archived=False)
        slack.invite(channel.id, slack.app.bot_user_id)
        self._world.line.read_only.discard(channel.id)

    def _lose_people(self) -> None:
        """Deactivate all whom one tier calls, or some, and let them come back hours later."""
        names, group_too = self._chance.choice(_LEAVING)
        self._world.timeline.note("leaving", names)
        self._leave(names, group_too=group_too)
        self._world.timeline.after(self._chance.choice((0.5, 6.0, 30.0)) * _HOUR, self._come_back)

    def _leave(self, names: tuple[str, ...], *, group_too: bool) -> None:
        slack = self._world.line.slack
        for person in slack.people():
            if person.name in names:
                slack.deactivate(person.id)
                self._people.changed(person.id)
        for group in slack.groups() if group_too else ():
            slack.change_group(group.id, members=())

    def _come_back(self) -> None:
        slack = self._world.line.slack
        for person in slack.people():
            if person.deleted:
                slack.change_person(person.id, deleted=False)
                self._people.changed(person.id)
        for group, members in self._members.items():
            slack.change_group(group, members=members)

    def _revoke(self) -> None:
        installation = self._world.line.slack.installation
        installation.revoke(error=self._chance.choice(("token_revoked", "account_inactive", "invalid_auth")))
        self._world.timeline.after(self._chance.choice((0.1, 3.0)) * _HOUR, installation.restore)

    def _narrow(self) -> None:
        installation = self._world.line.slack.installation
        installation.set_scopes(self._scopes - {"chat:write"})
        self._world.timeline.after(_HOUR, lambda: installation.set_scopes(self._scopes))

    def _delete(self) -> None:
        ours = [each for each in self._world.line.slack.history.everything() if each.author.app_id and not each.deleted]
        if ours:
            self._onlooker.person_deletes(self._chance.choice(ours[-20:]))

    def _change_policy(self) -> None:
        """Put another version in force: another promise, and in every second one a category less."""
        self._policies += 1
        serving = [each for each in self._replicas if each.is_serving]
        if not serving:
            return
        number = self._policies
        try:
            self._chance.choice(serving).serve(lambda engine: self._put_in_force(engine, number))
        except NobodyThereError:
            return

    def _put_in_force(self, engine: Engine, number: int) -> None:
        with engine.ctx.store.read() as tx:
            latest = tx.policies.latest(self._workspace.id)
            _, rules = engine.ctx.rules_in_force(tx, self._workspace.id)
        self._categories = self._categories or rules.categories
        changed = replace(
            rules,
            promise=replace(rules.promise, default=rules.promise.default + timedelta(minutes=number)),
            categories=tuple(each for each in self._categories if number % 2 == 0 or each.name != _GONE),
        )
        after = latest.number if latest else None
        put_in_force(engine.ctx, self._workspace, changed, f"version {number}", "simulation", after=after)
