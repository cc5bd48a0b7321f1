"""Where the bytes of a file go: a raw body or a form with one file (docs.slack.dev/messaging/working-with-files)."""

from __future__ import annotations

from email import message_from_bytes
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from slackbot.simulator.files import Files


class UploadEndpoint:
    """`/upload/v1/<file id>`: takes the bytes of a file for which room was made."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def answer(self, request: Request) -> Response:
        """Take one upload: 200, or 400 with the reason."""
        content = _content(request.headers.get("content-type", ""), await request.body())
        try:
            await run_in_threadpool(self._files.take, request.path_params["file_id"], content)
        except RefusedError as refused:
            return PlainTextResponse(str(refused), 400)
        return PlainTextResponse(f"OK - {len(content)}")


def _content(kind: str, body: bytes) -> bytes:
    if not kind.startswith("multipart/"):
        return body
    parts = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload()
    first = parts[0] if isinstance(parts, list) and parts else None
    held = None if first is None or isinstance(first, str) else first.get_payload(decode=True)
    return held if isinstance(held, bytes) else b""
