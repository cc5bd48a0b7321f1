"""`oauth.v2.access`: tokens for a code or a refresh token (docs.slack.dev/reference/methods/oauth.v2.access)."""

from __future__ import annotations

from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.web_api.call import Call


def access(call: Call) -> Json:
    """`oauth.v2.access`: exchange a code once, or a refresh token; the client's id and secret stand for a token."""
    args = call.args
    call.oauth.check_client(args.text("client_id"), args.text("client_secret"))
    match args.text("grant_type", "authorization_code"):
        case "authorization_code":
            return call.oauth.exchange(args.text("code"), args.text("redirect_uri"))
        case "refresh_token":
            return call.oauth.refresh(args.text("refresh_token"))
        case other:
            raise RefusedError("invalid_grant_type", f"there is no grant_type {other!r}")
