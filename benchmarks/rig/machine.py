"""Processes under measurement: started, looked at through /proc, stopped or killed by their own number."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ARMS = Path(__file__).parent / "arms"

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_EVERY = 0.005
_LEAVING = 20.0


class BenchError(RuntimeError):
    """A measurement could not be made; the message says which part did not do what."""


@dataclass(slots=True)
class Arm:
    """One process; what it says goes to `log`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Say its number."""
        return self.process.pid

    def cpu_seconds(self) -> float:
        """Say how much processor time it has used so far, its ended threads included (proc(5), stat)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_megabytes(self) -> float:
        """Say how much memory it holds (proc(5), status, VmRSS)."""
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        (line,) = (each for each in lines if each.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def said(self) -> str:
        """Give what it has said so far."""
        return self.log.read_text("utf-8", errors="replace")

    def wait_for_line(self, text: str, timeout: float = 30.0) -> None:
        """Wait real seconds until it has said a text; raises BenchError."""
        wait_until(lambda: text in self.said(), f"{self.name} to say {text!r}", timeout, self)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end and wait; a control that does not listen is killed."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_LEAVING)
        except subprocess.TimeoutExpired:
            self.kill()


def start(name: str, command: list[str], environment: Mapping[str, str], folder: Path) -> Arm:
    """Start a process of this project's interpreter; `command` is what follows the interpreter's name."""
    log = folder / f"{name}-{time.monotonic_ns()}.log"
    whole = {**_surroundings(), **environment}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, *command], env=whole, cwd=folder, stdout=output, stderr=output)  # noqa: S603 our own programs
    return Arm(name, process, log)


def answer(command: list[str]) -> str:
    """Run a program of ours to its end and give what it said; raises CalledProcessError."""
    run = subprocess.run([sys.executable, *command], check=True, stdout=subprocess.PIPE, text=True, env=_surroundings())  # noqa: S603 our own programs
    return run.stdout


def _surroundings() -> dict[str, str]:
    paths = [str(ROOT), str(ROOT / "benchmarks"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def wait_until(there: Callable[[], bool], what: str, timeout: float, arm: Arm | None = None) -> float:
    """Wait real seconds until something holds and say how many it took; raises BenchError."""
    began = time.monotonic()
    while not there():
        passed = time.monotonic() - began
        ended = arm is not None and arm.process.poll() is not None
        if passed > timeout or ended:
            said = "" if arm is None else f"; it said:\n{arm.said()[-2000:]}"
            raise BenchError(f"waited {passed:.1f} s in vain for {what}{said}")
        time.sleep(_LOOK_EVERY)
    return time.monotonic() - began


def notes() -> str:
    """Describe the machine, as far as it matters to the figures."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next(
        (int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0.0
    )
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} x {model}, {memory:.0f} GB; Python {platform.python_version()}; load {load}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8", errors="replace").splitlines()
