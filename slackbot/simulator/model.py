"""What a simulated workspace is made of: people, channels, groups, the app, messages, views; all of it immutable.

The parts of a workspace replace these values as a whole, so whoever read one holds a snapshot that stays true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public_channel", "private_channel", "im", "mpim"]


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace, a bot user included.

    `guest` is Slack's multi-channel guest (`is_restricted`), `ultra_restricted` the single-channel guest, `stranger`
    somebody known through Slack Connect alone, `deleted` a deactivated account.
    """

    id: str
    name: str
    real_name: str
    display_name: str
    email: str | None
    tz: str
    locale: str
    team_id: str
    is_bot: bool = False
    guest: bool = False
    ultra_restricted: bool = False
    stranger: bool = False
    deleted: bool = False
    primary_owner: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation; `members` are ids in the order of joining, `is_im` marks the direct message with the app."""

    id: str
    name: str
    created: datetime
    members: tuple[str, ...] = ()
    private: bool = False
    archived: bool = False
    ext_shared: bool = False
    is_im: bool = False
    is_mpim: bool = False

    @property
    def kind(self) -> ChannelKind:
        """Say the type by the name `conversations.list` knows it by."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "private_channel" if self.private else "public_channel"


@dataclass(frozen=True, slots=True)
class Group:
    """A user group, mentioned as `<!subteam^S...>`; exists on paid plans only."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Whom a message is from: a person, or an app's bot user with both ids."""

    user: str
    bot_id: str | None = None
    app_id: str | None = None


@dataclass(frozen=True, slots=True)
class App:
    """The installed app, its tokens and what its manifest grants and switches on."""

    app_id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    scopes: frozenset[str]
    home_tab: bool
    messages_tab: bool

    @property
    def author(self) -> Author:
        """The app as the author of a message."""
        return Author(self.bot_user_id, self.bot_id, self.app_id)


@dataclass(frozen=True, slots=True)
class RequestUrls:
    """Where an app that does without Socket Mode wants to be told what happens (docs.slack.dev/apis/events-api)."""

    commands: str
    interactivity: str
    options: str
    events: str

    @classmethod
    def all_at(cls, url: str) -> RequestUrls:
        """Give one address for everything, as most apps do."""
        return cls(url, url, url, url)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants a message to say; `metadata` None means none.

    `parsed` marks `parse=full` or `link_names`: then a plain `@here` in the text calls people.
    """

    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    parsed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now; `ts` is its identity within its channel.

    `deleted` is a tombstone: the parent of a thread that lives on. `to_user` marks an ephemeral message.
    """

    channel: str
    ts: str
    author: Author
    text: str
    blocks: tuple[Json, ...]
    posted_at: datetime
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    parsed: bool = False
    edited_ts: str | None = None
    deleted: bool = False
    to_user: str | None = None
    changed_at: datetime | None = None
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Say whether it stands in a thread without being its parent."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True)
class Ping:
    """One message of the app that called somebody: whom, where and with which words.

    `how` says what called: an `edit` changes what is read but notifies nobody.
    """

    at: datetime
    channel: str
    ts: str
    users: frozenset[str]
    groups: frozenset[str]
    everyone: frozenset[str]
    text: str
    how: Literal["post", "edit", "ephemeral"] = "post"


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a Home tab on a person's screen; `state` holds what stands in its fields right now.

    `content` is the view as the app sent it with block and action ids filled in; `state` maps block id to action id to
    the element's state as payloads carry it (`{"type": ..., "value": ...}`).
    """

    id: str
    user: str
    content: Json
    state: Mapping[str, Mapping[str, Json]]
    hash: str
    root_id: str
    previous_id: str | None
    opened_at: datetime
    changed_at: datetime

    @property
    def type(self) -> str:
        """Say whether it is a `modal` or the `home` tab."""
        return str(self.content.get("type", ""))

    @property
    def callback_id(self) -> str:
        """The name by which the app knows this view; empty when it gave none."""
        return str(self.content.get("callback_id") or "")

    @property
    def external_id(self) -> str:
        """The app's own unique id of this view; empty when it gave none."""
        return str(self.content.get("external_id") or "")

    @property
    def private_metadata(self) -> str:
        """What the app hung on the view for itself."""
        return str(self.content.get("private_metadata") or "")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of a Web API method as the journal keeps it; `rule` says in words which rule of Slack's it broke."""

    at: datetime
    method: str
    args: Json
    status: int
    error: str | None = None
    rule: str | None = None
    warnings: tuple[str, ...] = ()
