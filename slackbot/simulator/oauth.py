"""How an app gets into a workspace: the page that asks, the code that comes back, the tokens it is worth.

Sources: docs.slack.dev/authentication/installing-with-oauth and docs.slack.dev/authentication/using-token-rotation. How
long a code lives is not published; ten minutes are what apps in the field count with.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from slackbot.simulator.model import Json
    from slackbot.simulator.workspace import Workspace

AUTHORIZE_PATH = "/oauth/v2/authorize"
CODE_LIFETIME = timedelta(minutes=10)
TOKEN_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks on the page: rights, where to return to, and a word of its own to be given back."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str


@dataclass(frozen=True, slots=True)
class _Code:
    asked: Asked
    person: str
    issued_at: datetime


class OAuth:
    """The installations of one app: asked for, allowed or cancelled, exchanged once, refreshed.

    Whether tokens expire stands in the manifest (`settings.token_rotation_enabled`), as do the addresses a code may go
    to (`oauth_config.redirect_urls`); without a manifest any may.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._codes: dict[str, _Code] = {}
        self._refresh: set[str] = set()
        self.client_id = f"1.{workspace.app.app_id}"
        self.client_secret = f"secret-of-{workspace.app.app_id}".lower()

    @property
    def rotates(self) -> bool:
        """Say whether tokens expire after twelve hours."""
        return bool(self._workspace.manifest.get("settings", {}).get("token_rotation_enabled"))

    def ask(self, query: Mapping[str, str]) -> Asked:
        """Read what the page was called with; raises RefusedError where Slack shows an error in its place."""
        if query.get("client_id") != self.client_id:
            raise RefusedError("invalid_client_id", "no app has this client_id")
        scopes = frozenset(each for each in query.get("scope", "").split(",") if each)
        if not scopes:
            raise RefusedError("no_scopes", "an app asks for at least one scope")
        config = self._workspace.manifest.get("oauth_config", {})
        wanted = config.get("scopes", {})
        listed = {*wanted.get("bot", ()), *wanted.get("bot_optional", ())}
        if listed and not scopes <= listed:
            raise RefusedError("invalid_scope", f"the manifest has no {', '.join(sorted(scopes - listed))}")
        allowed = [str(each) for each in config.get("redirect_urls", ())]
        redirect_uri = query.get("redirect_uri") or (allowed[0] if allowed else "")
        if not urlsplit(redirect_uri).scheme or (allowed and not redirect_uri.startswith(tuple(allowed))):
            raise RefusedError("bad_redirect_uri", "the manifest does not list this redirect_uri")
        return Asked(scopes, redirect_uri, query.get("state", ""))

    def allow(self, asked: Asked, person: str) -> str:
        """Allow what was asked, as a person; says where their browser goes, the code in its query."""
        with self._workspace.changed:
            code = f"{self._workspace.team_id}.{self._workspace.changes.next_serial():010x}"
            self._codes[code] = _Code(asked, person, self._workspace.clock.now())
        return _returned(asked, code=code)

    def cancel(self, asked: Asked) -> str:
        """Say no; says where the browser goes, `error=access_denied` in its query."""
        return _returned(asked, error="access_denied")

    def exchange(self, code: str, redirect_uri: str) -> Json:
        """Give the tokens for a code, once, and install the app with the scopes allowed; raises RefusedError."""
        with self._workspace.changed:
            found = self._codes.pop(code, None)
            now = self._workspace.clock.now()
            if found is None or now - found.issued_at > CODE_LIFETIME:
                raise RefusedError("invalid_code", "the code was never given, was used before, or is too old")
            if redirect_uri and redirect_uri != found.asked.redirect_uri:
                raise RefusedError("bad_redirect_uri", "redirect_uri is another than the page was called with")
            self._workspace.installation.set_scopes(found.asked.scopes)
            return {**self._issue(), "authed_user": {"id": found.person}}

    def refresh(self, refresh_token: str) -> Json:
        """Give new tokens for a refresh token, which is spent by it; raises RefusedError."""
        with self._workspace.changed:
            if refresh_token not in self._refresh:
                raise RefusedError("invalid_refresh_token", "the refresh token was never given or is spent")
            self._refresh.discard(refresh_token)
            return self._issue()

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise RefusedError unless it is the app who asks."""
        if client_id != self.client_id:
            raise RefusedError("invalid_client_id", "no app has this client_id")
        if not hmac.compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise RefusedError("bad_client_secret", "the client_secret is another")

    def _issue(self) -> Json:
        workspace = self._workspace
        serial = workspace.changes.next_serial()
        token = f"xoxb-{workspace.app.app_id}-{serial}"
        rotation: Json = {}
        if self.rotates:
            token, refresh = f"xoxe.{token}", f"xoxe-1-{workspace.app.app_id}-{serial}"
            self._refresh.add(refresh)
            rotation = {"expires_in": int(TOKEN_LIFETIME.total_seconds()), "refresh_token": refresh}
        workspace.installation.renew(token, expires_at=workspace.clock.now() + TOKEN_LIFETIME if self.rotates else None)
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(sorted(workspace.app.scopes)),
            "bot_user_id": workspace.app.bot_user_id,
            "app_id": workspace.app.app_id,
            "team": {"id": workspace.team_id, "name": workspace.domain.title()},
            "enterprise": None,
            "is_enterprise_install": False,
            **rotation,
        }


def _returned(asked: Asked, **more: str) -> str:
    query = urlencode({**more, "state": asked.state})
    return f"{asked.redirect_uri}{'&' if urlsplit(asked.redirect_uri).query else '?'}{query}"
