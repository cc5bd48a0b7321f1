"""Who may talk to the page: this machine's browser, from the page itself.

The server listens on loopback, but any web page in the same browser can send requests there, and a name that somebody
else's DNS points at 127.0.0.1 can read the answers too. So the Host header must name this server, and what changes
something must come from the page's own origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SAFE = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def refusal(request: Request, base_url: str) -> Response | None:
    """Say no to a request from elsewhere; None lets it pass."""
    port = base_url.rpartition(":")[2]
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if request.headers.get("host") not in hosts:
        return PlainTextResponse("This page answers to its own address only.", 421, HEADERS)
    origin = request.headers.get("origin")
    if request.method not in SAFE and origin not in {f"http://{host}" for host in hosts}:
        return PlainTextResponse("This can be done from the page itself only.", 403, HEADERS)
    return None
