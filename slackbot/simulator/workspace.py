"""A Slack workspace as a plain object: who and what is in it, and the builders that furnish it.

It knows what Slack knows, not what Slack forbids: the Web API (`web_api`) checks a call before it changes anything
here. Everything is guarded by one lock; `changed` is notified at every change.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from slackbot.clock import Clock
from slackbot.simulator.changes import Changes, EventListener
from slackbot.simulator.files import Files
from slackbot.simulator.history import History
from slackbot.simulator.installation import Installation, app_from_manifest
from slackbot.simulator.journal import Journal
from slackbot.simulator.model import App, Author, Channel, Draft, Group, Json, Message, Person, Ping
from slackbot.simulator.triggers import Triggers
from slackbot.simulator.views import Views

_CHANNEL_TYPES = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
    "mpim": "mpim",
}


class Workspace:
    """One Slack workspace with one app installed; see the module.

    Without a manifest the app has every scope of `ALL_BOT_SCOPES` and both tabs. `paid_plan` switches user groups.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        team_id: str = "T0001",
        domain: str = "acme",
        manifest: Mapping[str, Any] | None = None,
    ) -> None:
        self.changes = Changes(clock)
        self.clock = clock
        self.team_id = team_id
        self.domain = domain
        self.manifest: Mapping[str, Any] = manifest or {}
        self.paid_plan = True
        self.history = History(self.changes, team_id)
        self.triggers = Triggers(self.changes)
        self.views = Views(self.changes, self.triggers)
        self.journal = Journal(self.changes)
        self.files = Files(self.changes)
        self._numbers: Counter[str] = Counter()
        self._people: dict[str, Person] = {}
        self._channels: dict[str, Channel] = {}
        self._groups: dict[str, Group] = {}
        self.installation = Installation(self.changes, self._install(manifest))

    @property
    def app(self) -> App:
        """The installed app as it is now."""
        return self.installation.app

    @property
    def changed(self) -> threading.Condition:
        """Notified, with the lock held, at every change."""
        return self.changes.changed

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return self.changes.revision

    @property
    def pings(self) -> list[Ping]:
        """Every message of the app that mentioned somebody, oldest first."""
        with self.changes.lock:
            return list(self.history.pings)

    def wait_for(self, predicate: Callable[[], bool], *, timeout: float = 5.0) -> bool:
        """Wait until a predicate over the workspace holds; say whether it did within `timeout` real seconds."""
        return self.changes.wait_for(predicate, timeout)

    def on_event(self, listener: EventListener) -> None:
        """Have a callback told every event the app can see, as the inner `event` of Slack's Events API.

        It is called under the lock and may only hand the event on. Which events the manifest subscribes to is the
        listener's business; that the bot must be in the conversation is checked here.
        """
        self.changes.listen(lambda event: self._pass_on(event, listener))

    def person(self, user_id: str) -> Person | None:
        """Find somebody by id."""
        with self.changes.lock:
            return self._people.get(user_id)

    def people(self) -> list[Person]:
        """List everybody, bots and deactivated people included, in the order they came."""
        with self.changes.lock:
            return list(self._people.values())

    def channel(self, channel_id: str) -> Channel | None:
        """Find a conversation by id."""
        with self.changes.lock:
            return self._channels.get(channel_id)

    def channels(self) -> list[Channel]:
        """List every conversation, direct messages included, in the order they were made."""
        with self.changes.lock:
            return list(self._channels.values())

    def channel_named(self, name: str) -> Channel | None:
        """Find a conversation by its name, with or without `#`."""
        wanted = name.removeprefix("#")
        return next((each for each in self.channels() if each.name == wanted and wanted), None)

    def group(self, group_id: str) -> Group | None:
        """Find a user group by id."""
        with self.changes.lock:
            return self._groups.get(group_id)

    def groups(self) -> list[Group]:
        """List every user group, disabled ones included."""
        with self.changes.lock:
            return list(self._groups.values())

    def add_person(self, name: str, **details: Any) -> Person:
        """Add a person; `details` are fields of `Person`. Zone and names have defaults, an e-mail address has none."""
        with self.changes.lock:
            given = {"real_name": name.title(), "display_name": name, "email": None, "tz": "Europe/Madrid"}
            defaults = {**given, "locale": "en-US", "team_id": self.team_id}
            person = Person(**{"id": self._next_id("U"), "name": name, **defaults, **details})
            self._people[person.id] = person
            self.changes.emit({"type": "team_join", "user": {"id": person.id}})
            self.changes.touch()
            return person

    def change_person(self, user_id: str, **details: Any) -> Person:
        """Change fields of a person; raises KeyError for an unknown one."""
        with self.changes.lock:
            person = replace(self._people[user_id], **details)
            self._people[user_id] = person
            self.changes.emit({"type": "user_change", "user": {"id": user_id, "deleted": person.deleted}})
            self.changes.touch()
            return person

    def deactivate(self, user_id: str) -> Person:
        """Deactivate an account, as an admin does when somebody leaves; raises KeyError for an unknown one."""
        return self.change_person(user_id, deleted=True)

    def add_channel(
        self,
        name: str,
        *,
        members: Iterable[str] = (),
        with_app: bool = True,
        private: bool = False,
        ext_shared: bool = False,
    ) -> Channel:
        """Add a channel; `with_app` says whether the app's bot user was invited."""
        with self.changes.lock:
            bot = (self.app.bot_user_id,) if with_app else ()
            return self._put_channel(
                Channel(
                    id=self._next_id("C"),
                    name=name.removeprefix("#"),
                    created=self.changes.now(),
                    members=tuple(dict.fromkeys((*members, *bot))),
                    private=private,
                    ext_shared=ext_shared,
                )
            )

    def direct_message(self, *user_ids: str) -> Channel:
        """Open the direct message of the app with a person, or the group message with several; once made it stays."""
        with self.changes.lock:
            members = tuple(dict.fromkeys((*user_ids, self.app.bot_user_id)))
            for each in self._channels.values():
                if (each.is_im or each.is_mpim) and set(each.members) == set(members):
                    return each
            single = len(user_ids) == 1
            return self._put_channel(
                Channel(
                    id=self._next_id("D" if single else "G"),
                    name="" if single else f"mpdm-{self._numbers['G']}",
                    created=self.changes.now(),
                    members=members,
                    private=not single,
                    is_im=single,
                    is_mpim=not single,
                )
            )

    def archive(self, channel_id: str, *, archived: bool = True) -> Channel:
        """Archive a channel, or bring it back; raises KeyError for an unknown one."""
        with self.changes.lock:
            kind = "channel_archive" if archived else "channel_unarchive"
            self.changes.emit({"type": kind, "channel": channel_id})
            return self._put_channel(replace(self._channels[channel_id], archived=archived))

    def rename(self, channel_id: str, name: str) -> Channel:
        """Give a channel another name; raises KeyError for an unknown one."""
        with self.changes.lock:
            self.changes.emit({"type": "channel_rename", "channel": {"id": channel_id, "name": name}})
            return self._put_channel(replace(self._channels[channel_id], name=name))

    def invite(self, channel_id: str, user_id: str) -> Channel:
        """Add somebody, the bot user included, to a channel; raises KeyError for an unknown one."""
        with self.changes.lock:
            old = self._channels[channel_id]
            members = tuple(dict.fromkeys((*old.members, user_id)))
            channel = self._put_channel(replace(old, members=members))
            self.changes.emit({"type": "member_joined_channel", "channel": channel_id, "user": user_id})
            return channel

    def kick(self, channel_id: str, user_id: str | None = None) -> Channel:
        """Remove somebody from a channel, by default the app's bot user; raises KeyError for an unknown one."""
        with self.changes.lock:
            gone = user_id or self.app.bot_user_id
            old = self._channels[channel_id]
            kind = "member_left_channel"
            if gone == self.app.bot_user_id:
                kind = "group_left" if old.private else "channel_left"
            self.changes.emit({"type": kind, "channel": channel_id, "user": gone})
            return self._put_channel(replace(old, members=tuple(m for m in old.members if m != gone)))

    def add_group(self, handle: str, *, members: Iterable[str] = (), disabled: bool = False) -> Group:
        """Add a user group by its handle, without `@`."""
        with self.changes.lock:
            group_id = self._next_id("S")
            return self._put_group(Group(group_id, handle, handle.title(), tuple(members), disabled))

    def change_group(self, group_id: str, **details: Any) -> Group:
        """Change fields of a user group (`members=(...)`, `disabled=True`); raises KeyError for an unknown one."""
        with self.changes.lock:
            group = self._put_group(replace(self._groups[group_id], **details))
            self.changes.emit({"type": "subteam_updated", "subteam": {"id": group_id}})
            return group

    def say(self, user_id: str, channel_id: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Post a message as a person does, and tell the app when it can see it."""
        return self.history.post(channel_id, Author(user_id), Draft(text=text, thread_ts=thread_ts))

    def revoke_token(self, *, error: str = "token_revoked") -> None:
        """Make the bot token answer with an error from now on; `installation` can do more."""
        self.installation.revoke(error=error)

    def issue_trigger(self, user_id: str, *, in_view: str | None = None) -> str:
        """Give out a trigger id: one form, three seconds; `in_view` is the view whose interaction caused it."""
        return self.triggers.issue(user_id, in_view=in_view)

    def permalink(self, channel_id: str, ts: str, thread_ts: str | None = None) -> str:
        """Write the link to a message as Slack does; a reply's link names its thread."""
        link = f"https://{self.domain}.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"
        if thread_ts is None or thread_ts == ts:
            return link
        return f"{link}?thread_ts={thread_ts}&cid={channel_id}"

    def _install(self, manifest: Mapping[str, Any] | None) -> App:
        bot = self._next_id("U")
        app = app_from_manifest(manifest, app_id=self._next_id("A"), bot_user_id=bot, bot_id=self._next_id("B"))
        self._people[bot] = Person(
            id=bot,
            name=app.name.lower(),
            real_name=app.name,
            display_name=app.name,
            email=None,
            tz="America/Los_Angeles",
            locale="en-US",
            team_id=self.team_id,
            is_bot=True,
        )
        return app

    def _next_id(self, prefix: str) -> str:
        self._numbers[prefix] += 1
        return f"{prefix}{self._numbers[prefix]:04d}"

    def _put_channel(self, channel: Channel) -> Channel:
        self._channels[channel.id] = channel
        self.changes.touch()
        return channel

    def _put_group(self, group: Group) -> Group:
        self._groups[group.id] = group
        self.changes.touch()
        return group

    def _pass_on(self, event: Json, listener: EventListener) -> None:
        place = event.get("channel") or event.get("item", {}).get("channel")
        channel = self._channels.get(str(place))
        if channel is None:
            listener(event)
        elif self.app.bot_user_id in channel.members:
            listener({**event, "channel_type": _CHANNEL_TYPES[channel.kind]})
