"""Files on their way into a workspace: an address to upload to, the bytes, and being finished with.

Source: docs.slack.dev/messaging/working-with-files. What Slack answers to an upload of another length than was named is
not published; here it is turned away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slackbot.simulator.changes import Changes
from slackbot.simulator.refusals import RefusedError

UPLOAD_PATH = "/upload/v1/"


@dataclass(frozen=True, slots=True)
class Share:
    """A message by which a file was shown somewhere."""

    channel: str
    ts: str
    private: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file: `content` is there once uploaded, `completed_at` once finished with."""

    id: str
    name: str
    length: int
    alt_text: str
    created: datetime
    content: bytes | None = None
    title: str = ""
    completed_at: datetime | None = None
    shares: tuple[Share, ...] = ()


class Files:
    """Every file of a workspace; a finished one can be shown in an image block after `processing` has passed.

    `host` is where files are uploaded to and read from; a server puts its own address there.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._files: dict[str, File] = {}
        self.processing = timedelta(0)
        self.host = "https://files.slack.com"

    def reserve(self, name: str, length: int, alt_text: str) -> File:
        """Make room for a file of so many bytes."""
        with self._changes.lock:
            file_id = f"F{self._changes.next_serial():09d}"
            return self._keep(File(file_id, name, length, alt_text, self._changes.now()))

    def upload_url(self, file: File) -> str:
        """Say where the bytes of a reserved file go."""
        return f"{self.host}{UPLOAD_PATH}{file.id}"

    def url(self, file: File) -> str:
        """Say where a finished file is read."""
        return f"{self.host}/files-pri/{file.id}/{file.name}"

    def take(self, file_id: str, content: bytes) -> File:
        """Take a reserved file's bytes; raises RefusedError where nothing is reserved or the length is another."""
        with self._changes.lock:
            file = self._files.get(file_id)
            if file is None or file.completed_at is not None:
                raise RefusedError("file_not_found", "nothing is to be uploaded here")
            if len(content) != file.length:
                raise RefusedError("length_mismatch", f"{file.length} bytes were announced, {len(content)} came")
            return self._keep(replace(file, content=content))

    def complete(self, file_id: str, title: str) -> File:
        """Finish an uploaded file, once; raises RefusedError `file_not_found`."""
        with self._changes.lock:
            file = self._files.get(file_id)
            if file is None or file.content is None:
                raise RefusedError("file_not_found", f"no bytes were uploaded for {file_id!r}")
            if file.completed_at is not None:
                raise RefusedError("file_update_failed", "a file is completed once")
            return self._keep(replace(file, title=title or file.name, completed_at=self._changes.now()))

    def share(self, file: File, shares: tuple[Share, ...]) -> File:
        """Note the messages a file was shown by."""
        with self._changes.lock:
            return self._keep(replace(file, shares=(*file.shares, *shares)))

    def get(self, file_id: str) -> File | None:
        """Find a file by its id."""
        with self._changes.lock:
            return self._files.get(file_id)

    def is_processed(self, file: File) -> bool:
        """Say whether a file was finished so long ago that Slack is done with it too."""
        return file.completed_at is not None and self._changes.now() - file.completed_at >= self.processing

    def can_be_shown(self, slack_file: dict[str, str]) -> bool:
        """Say whether a `slack_file` object names, by id or address, a file an image block can show."""
        with self._changes.lock:
            found = [
                each
                for each in self._files.values()
                if each.id == slack_file.get("id") or self.url(each) == slack_file.get("url")
            ]
            return any(self.is_processed(each) for each in found)

    def _keep(self, file: File) -> File:
        self._files[file.id] = file
        self._changes.touch()
        return file
