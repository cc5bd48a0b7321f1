"""What can be seen in Slack as it happens, and what must happen within a minute of something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from slackbot.core.messages import Kind
from slackbot.services.composing import keys_in
from slackbot.simulator.model import Message
from tests.simulation.process import Replica
from tests.simulation.sightings import Sight
from tests.simulation.watch import Check, Row, Watch, micros
from tests.simulation.weather import Fault
from tests.simulation.wire import Args
from tests.simulation.world import World

_POST, _UPDATE, _DELETE = "chat.postMessage", "chat.update", "chat.delete"
_MAY_HAVE_A_TWIN = frozenset({Kind.CARD, Kind.CASE, Kind.NEWS})
"""Kinds that are sent again after three seconds: their loss is worse than a second copy for a minute."""

_MINUTE = timedelta(seconds=60)
_LONGEST_EXTRA = timedelta(seconds=20)


class Onlooker:
    """Hears of everything Slack has taken; `read` is called with each new message of ours and the row it is for."""

    def __init__(self, world: World, watch: Watch, read: Callable[[Row, str, str], None]) -> None:
        self._world = world
        self._watch = watch
        self._read = read
        self.deleted_by_people: set[tuple[str, str]] = set()
        world.line.posted = self.taken
        world.line.told_to_wait = self._told_to_wait
        world.line.token_refused = lambda: world.sightings.saw(Sight.TOKEN_GONE)

    def taken(self, method: str, args: Args, answer: Mapping[str, Any]) -> None:
        """Hear of a call that Slack carried out."""
        if method == _POST:
            self._posted(args, str(answer["channel"]), str(answer["ts"]))
        elif method == _DELETE:
            self._gone(str(args["channel"]), str(args["ts"]))
            self._world.sightings.saw(Sight.FENCED if self._watch.doing == "errand" else Sight.SURPLUS)
        elif method == _UPDATE:
            self._named_anew(args)
        elif method == "conversations.join":
            self._world.sightings.saw(Sight.JOINED)

    def person_deletes(self, message: Message) -> None:
        """Let somebody delete a message of ours."""
        self._world.line.slack.history.delete(message)
        self.deleted_by_people.add((message.channel, message.ts))
        self._gone(message.channel, message.ts)

    def unreachable(self, case: str) -> None:
        """Expect that somebody can read of a case within a minute, after one of its tiers could not be reached."""
        since = self._world.timeline.now()
        self._world.timeline.after(60, lambda: self._reached(case, since.timestamp()))

    def look_hourly(self, replicas: list[Replica]) -> None:
        """Look each hour whether something is overdue."""
        now = self._world.timeline.now()
        if any(each.is_undisturbed_since(now - _MINUTE) for each in replicas):
            late = self._world.database.rows(
                "SELECT id, next_at FROM escalations WHERE next_at < ? AND hold_until IS NULL",
                micros(now - _MINUTE),
            )
            for id_, next_at in late:
                self._watch.broken(Check.OVERDUE, f"{id_} is {(micros(now) - next_at) / 1e6:.0f} s overdue")
        self._world.timeline.after(3600, lambda: self.look_hourly(replicas))

    def _posted(self, args: Args, channel: str, ts: str) -> None:
        keys = keys_in(args.get("metadata"))
        if len(keys) > 1:
            self._world.sightings.saw(Sight.FOLDED)
        if str(args.get("text", "")).startswith("minimal"):
            self._world.sightings.saw(Sight.UNDRAWABLE)
        if str(args.get("text", "")).startswith("weekly_"):
            self._watch.weekly_notes.append(str(args["text"]))
        for key in keys:
            if key in self._watch.weeklies:
                self._weekly(key)
                continue
            places = self._watch.visible[key]
            places.add((channel, ts))
            row = self._watch.by_key.get(key)
            if row is None:
                self._watch.broken(Check.GHOST, f"a message in {channel} carries the unknown key {key}")
                continue
            line = self._world.line
            # What was sent again while nobody could look says so itself.
            only_late = key in line.late_keys and key not in line.delayed_keys and not row.may_be_twice
            if len(places) > 1 and only_late and row.kind not in _MAY_HAVE_A_TWIN and line.weather.history:
                self._watch.broken(Check.TWIN, f"{row.kind} of {row.case} stands {len(places)} times")
            self._read(row, channel, ts)

    def _weekly(self, key: str) -> None:
        self._watch.weeklies[key] += 1
        if self._watch.weeklies[key] > 1:
            self._watch.broken(Check.WEEKLY, f"{key} was posted {self._watch.weeklies[key]} times")

    def _named_anew(self, args: Args) -> None:
        """Hear that a message stands only for these calls from now on."""
        keys, place = keys_in(args.get("metadata")), (str(args["channel"]), str(args["ts"]))
        for key, places in self._watch.visible.items() if keys else ():
            if key not in keys:
                places.discard(place)

    def _gone(self, channel: str, ts: str) -> None:
        for places in self._watch.visible.values():
            places.discard((channel, ts))

    def _reached(self, case: str, since: float) -> None:
        """Judge only where nothing else stood in the way meanwhile."""
        world, now = self._world, self._world.timeline.now()
        line = world.line
        began = now - _MINUTE - _LONGEST_EXTRA
        disturbed = line.troubled_at is not None and line.troubled_at >= began
        if disturbed or line.down or line.storming or line.read_only or not self._all_worked(began):
            return
        keys = [row.key for row in self._watch.by_key.values() if row.case == case]
        if self._watch.cases[case].state != "waiting":
            return
        if not any(float(ts) >= since for key in keys for _, ts in self._watch.visible[key]):
            self._watch.broken(Check.FALLBACK, f"nobody can read of {case} a minute after its tier was unreachable")

    def _all_worked(self, since: Any) -> bool:
        return all(
            isinstance(each, Replica) and each.is_undisturbed_since(since) for each in self._world.replicas
        ) and not self._world.weather.has(Fault.STORAGE)

    def _told_to_wait(self, method: str, args: Args, seconds: float) -> None:
        """Expect that the pause is stored, unless the process that heard of it could not store it."""
        world = self._world
        replica = next((each for each in world.replicas if each.name == self._watch.acting), None)
        keys = keys_in(args.get("metadata"))
        world.sightings.saw(Sight.PAUSE)
        if replica is None or not keys or keys[0] in self._watch.weeklies or seconds < 10 or method != _POST:
            return
        life, row, until = replica.life, self._watch.by_key[keys[0]], world.timeline.now() + timedelta(seconds=seconds)
        lane = row.destination

        def look() -> None:
            if replica.life != life or replica.frozen_until is not None or world.weather.has(Fault.STORAGE):
                return
            found = world.database.rows("SELECT paused_until FROM lanes WHERE method = ? AND channel = ?", method, lane)
            if not found or found[0][0] < micros(until) - 3_000_000:
                self._watch.broken(Check.TOLD_TO_WAIT, f"{lane} goes on in spite of Retry-After {seconds:.0f}")

        world.timeline.after(3, look)
