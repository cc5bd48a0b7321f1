"""An answer that breaks off: the head promises all of the body, half of it comes, then the connection ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send


class BrokenOffResponse(Response):
    """A JSON answer of which the client reads the first half; `cut` ends its connection."""

    def __init__(self, body: bytes, cut: Callable[[], None]) -> None:
        super().__init__(body, media_type="application/json")
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body, then cut."""
        del scope
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})
        self._cut()
        while (await receive())["type"] != "http.disconnect":
            pass
