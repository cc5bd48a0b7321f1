"""Rung in a process of its own, as in a house that runs: it can be killed, and its clock is set from outside."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from slackbot.errors import RungError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slackbot.clock import ScaledClock

log = logging.getLogger(__name__)

READY = "ready"
PROGRAM = ("-m", "slackbot.cli.workplace.app")
_PATIENCE = 3.0
_LOG_LINES = 3


class AppStartError(RungError):
    """The app did not start; the message says what it wrote last."""


class AppProcess:
    """Starts, kills and starts Rung again; `environment` names tokens, addresses and the database.

    `program` is what follows the interpreter's name.
    """

    def __init__(
        self,
        environment: Callable[[], dict[str, str]],
        clock: ScaledClock,
        log_file: Path,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._program = program
        self._environment = environment
        self._clock = clock
        self._log_file = log_file
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ready = False

    @property
    def running(self) -> bool:
        """Say whether the process is alive and listens to Slack."""
        return self._ready and self._alive

    def prepare(self) -> None:
        """Have its program loaded; it begins when `start` tells it the time."""
        with self._lock:
            self._loaded()

    def start(self) -> None:
        """Start it unless it runs, and return when it listens to Slack.

        Raises:
            AppStartError: it ended before it was ready.
        """
        with self._lock:
            if self.running:
                return
            process = self._loaded()
            self._tell()
            if self._pipe(process.stdout).readline().strip() != READY:
                process.wait()
                raise AppStartError(f"The app did not start. It wrote last: {self._last_words()}")
            self._ready = True

    def kill(self) -> None:
        """End it at once, as a crash does."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._close_pipes(self._process)

    def stop(self) -> None:
        """Let it finish what is at hand and end."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                return
            self._pipe(process.stdin).close()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._pipe(process.stdout).close()

    def set_clock(self) -> None:
        """Tell it how its clock stands and runs now."""
        with self._lock:
            if self.running:
                self._tell()

    @property
    def _alive(self) -> bool:
        process = self._process
        return process is not None and process.poll() is None

    def _loaded(self) -> subprocess.Popen[str]:
        if self._process is not None and self._alive:
            return self._process
        self._ready = False
        environment = {**os.environ, **self._environment()}
        with self._log_file.open("a", encoding="utf-8") as log_file:
            self._process = subprocess.Popen(  # noqa: S603 a program of ours
                [sys.executable, *self._program],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                text=True,
                start_new_session=True,
            )
        return self._process

    def _tell(self) -> None:
        process = self._process
        if process is None:
            return
        since, at = self._clock.anchor
        line = json.dumps({"since": since.isoformat(), "at": at.isoformat(), "rate": self._clock.rate})
        try:
            pipe = self._pipe(process.stdin)
            pipe.write(line + "\n")
            pipe.flush()
        except OSError as error:
            log.warning("the app could not be told the time: %s", error)

    def _last_words(self) -> str:
        lines = self._log_file.read_text("utf-8", errors="replace").splitlines()
        return " / ".join(lines[-_LOG_LINES:]) or "nothing"

    def _close_pipes(self, process: subprocess.Popen[str]) -> None:
        for pipe in (process.stdin, process.stdout):
            try:
                self._pipe(pipe).close()
            except OSError as error:
                # What was not yet written has nobody to read it any more.
                log.debug("a pipe to the killed app was broken: %s", error)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise AppStartError("The app has no pipe to it.")
        return pipe
