"""Every Web API method Rung calls, with the scopes it needs; the manifest asks for these and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is called: form methods take no JSON body (docs.slack.dev/apis/web-api)."""

    scopes: frozenset[str] = frozenset()
    form: bool = False


_READ = frozenset({"channels:read", "groups:read"})
_HISTORY = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "auth.test": Method(),
        "chat.postMessage": Method(frozenset({"chat:write"})),
        "chat.update": Method(frozenset({"chat:write"})),
        "chat.delete": Method(frozenset({"chat:write"})),
        "views.open": Method(),
        "views.update": Method(),
        "views.publish": Method(),
        "conversations.list": Method(_READ, form=True),
        "conversations.join": Method(frozenset({"channels:join"})),
        "conversations.open": Method(frozenset({"im:write", "mpim:write"})),
        "conversations.history": Method(_HISTORY),
        "conversations.replies": Method(_HISTORY, form=True),
        "files.getUploadURLExternal": Method(frozenset({"files:write"}), form=True),
        "files.completeUploadExternal": Method(frozenset({"files:write"})),
        "users.info": Method(frozenset({"users:read"}), form=True),
        "users.list": Method(frozenset({"users:read"}), form=True),
        "users.lookupByEmail": Method(frozenset({"users:read.email"}), form=True),
        "usergroups.list": Method(frozenset({"usergroups:read"}), form=True),
    }
)
