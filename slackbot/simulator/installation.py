"""The app as it is installed in a simulated workspace: its ids, its tokens, its scopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from slackbot.simulator.changes import Changes
from slackbot.simulator.model import App, RequestUrls
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.scopes import ALL_BOT_SCOPES, manifest_scopes


def app_from_manifest(manifest: Mapping[str, Any] | None, *, app_id: str, bot_user_id: str, bot_id: str) -> App:
    """Build the app a manifest describes; without one it may do everything and has both tabs.

    A tab is on only where the manifest says so (docs.slack.dev/reference/app-manifest).
    """
    given = manifest or {}
    features = given.get("features", {})
    home = features.get("app_home", {})
    named = given.get("display_information", {}).get("name", "Rung")
    return App(
        app_id=app_id,
        name=str(features.get("bot_user", {}).get("display_name", named)),
        bot_user_id=bot_user_id,
        bot_id=bot_id,
        bot_token=f"xoxb-{app_id}-{bot_user_id}",
        app_token=f"xapp-1-{app_id}-{bot_user_id}",
        signing_secret=f"signed-by-{app_id}-{bot_user_id}".lower(),
        scopes=ALL_BOT_SCOPES if manifest is None else manifest_scopes(manifest),
        home_tab=manifest is None or bool(home.get("home_tab_enabled")),
        messages_tab=manifest is None or bool(home.get("messages_tab_enabled")),
    )


class Installation:
    """The app with its tokens, which can be revoked and given back, and the way it is told what happens.

    `request_urls` None means Socket Mode; with them everything goes over HTTP and nothing by socket, as in Slack
    (docs.slack.dev/apis/events-api/comparing-http-socket-mode).
    """

    def __init__(self, changes: Changes, app: App) -> None:
        self._changes = changes
        self._token_errors: dict[str, str] = {}
        self._expiries: dict[str, datetime] = {}
        self._earlier: set[str] = set()
        self.app = app
        self.request_urls: RequestUrls | None = None

    def deliver_to(self, urls: RequestUrls | None) -> None:
        """Switch to signed posts at these addresses, or with None to Socket Mode."""
        with self._changes.lock:
            self.request_urls = urls
            self._changes.touch()

    def set_scopes(self, scopes: Iterable[str]) -> None:
        """Change what the bot token is granted, as a reinstallation does."""
        with self._changes.lock:
            self.app = replace(self.app, scopes=frozenset(scopes))
            self._changes.touch()

    def renew(self, token: str, *, expires_at: datetime | None = None) -> None:
        """Give the bot another token; the one before stays good until it expires, if it does."""
        with self._changes.lock:
            self._earlier.add(self.app.bot_token)
            self.app = replace(self.app, bot_token=token)
            if expires_at is not None:
                self._expiries[token] = expires_at
            self._changes.touch()

    def revoke(self, token: str | None = None, *, error: str = "token_revoked") -> None:
        """Make a token, by default the bot's, answer with an error (`account_inactive`, ...)."""
        with self._changes.lock:
            gone = {token} if token else {self.app.bot_token, *self._earlier}
            self._token_errors.update(dict.fromkeys(gone, error))
            tokens = {"oauth": [], "bot": [self.app.bot_user_id]}
            self._changes.emit({"type": "tokens_revoked", "tokens": tokens})
            self._changes.touch()

    def restore(self, token: str | None = None) -> None:
        """Make a revoked token, by default the bot's, good again."""
        with self._changes.lock:
            self._token_errors.pop(token or self.app.bot_token, None)
            self._changes.touch()

    @property
    def revoked(self) -> bool:
        """Say whether the bot's token answers with an error."""
        with self._changes.lock:
            return self.app.bot_token in self._token_errors

    def identify(self, token: str | None) -> Literal["bot", "app"]:
        """Say whose token it is; raises `RefusedError` with Slack's error when it opens nothing."""
        with self._changes.lock:
            if not token:
                raise RefusedError("not_authed", "no token was sent")
            if token in self._token_errors:
                raise RefusedError(self._token_errors[token], "the token was revoked")
            expires_at = self._expiries.get(token)
            if expires_at is not None and self._changes.now() >= expires_at:
                raise RefusedError("token_expired", "the token's twelve hours are over")
            if token == self.app.bot_token or token in self._earlier:
                return "bot"
            if token == self.app.app_token:
                return "app"
            raise RefusedError("invalid_auth", "the token belongs to nobody here")
