"""The page on which a person allows an app into the workspace, or does not."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from slackbot.simulator.oauth import AUTHORIZE_PATH
from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from slackbot.simulator.oauth import OAuth
    from slackbot.simulator.workspace import Workspace

_FOUND = 302


class AuthorizePage:
    """`/oauth/v2/authorize`: what an app asks for, Allow and Cancel; `as` in the query says who answers."""

    def __init__(self, workspace: Workspace, oauth: OAuth) -> None:
        self._workspace = workspace
        self._oauth = oauth

    async def answer(self, request: Request) -> Response:
        """Show the page, or with `answer=allow` or `cancel` send the browser back to the app."""
        return await run_in_threadpool(self._answered, dict(request.query_params))

    def _answered(self, query: dict[str, str]) -> Response:
        try:
            asked = self._oauth.ask(query)
        except RefusedError as refused:
            return HTMLResponse(f"<!DOCTYPE html><title>Slack</title><p>{escape(str(refused))}", 400)
        person = query.get("as") or next(each.id for each in self._workspace.people() if not each.is_bot)
        match query.get("answer"):
            case "allow":
                return RedirectResponse(self._oauth.allow(asked, person), _FOUND)
            case "cancel":
                return RedirectResponse(self._oauth.cancel(asked), _FOUND)
            case _:
                return HTMLResponse(_page(self._workspace, sorted(asked.scopes), query))


def _page(workspace: Workspace, scopes: list[str], query: dict[str, str]) -> str:
    name, place = escape(workspace.app.name), escape(workspace.domain.title())
    kept = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in query.items()
    )
    asked = "".join(f"<li>{escape(scope)}" for scope in scopes)
    return (
        f'<!DOCTYPE html><html lang="en"><title>{name} asks for access</title>'
        f"<h1>{name} asks for access to {place}</h1><ul>{asked}</ul>"
        f'<form action="{AUTHORIZE_PATH}">{kept}<button name="answer" value="cancel">Cancel</button> '
        '<button name="answer" value="allow">Allow</button></form></html>'
    )
