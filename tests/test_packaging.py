"""The wheel holds the house and nothing else, and the locks hold what pyproject.toml asks for."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("slackbot", "handlers", "storage", "templates")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> None:
    """Run a command to its end and fail with what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built once with what is installed here."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    (built,) = folder.glob("rung-*.whl")
    return built


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    """Read a lock: every package and its version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {canonicalize_name(package): version for package, version in PIN.findall(text)}


def in_wheel(wheel: Path) -> set[str]:
    """List the files of the wheel, its own description excepted."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_exactly_the_house(wheel: Path) -> None:
    """Every file of the four packages is in the wheel, and what the demo reads from elsewhere; nothing else is."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    in_tree = {
        path.relative_to(ROOT).as_posix() for path in files if path.is_file() and "__pycache__" not in path.parts
    }
    assert in_wheel(wheel) == in_tree | {"slackbot/shipped/manifest.yml", "slackbot/shipped/rung.toml"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"templates/messages/.+\.json\.j2",
        r"templates/views/.+\.json\.j2",
        r"storage/migrations/.+\.py",
        r"slackbot/simulator/page/templates/.+\.html\.j2",
        r"slackbot/simulator/page/static/.+\.(js|css|svg)",
        r"slackbot/cli/workplace/acme\.toml",
    ],
)
def test_the_wheel_holds_what_is_read_while_running(wheel: Path, pattern: str) -> None:
    """Templates, migrations and the page's files are no Python packages of their own, and come along all the same."""
    assert [name for name in in_wheel(wheel) if re.fullmatch(pattern, name)]


def test_the_wheel_brings_the_command_and_the_licence(wheel: Path) -> None:
    """Installing the wheel gives `rung`, and the licence lies beside it."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
        assert "rung = slackbot.__main__:main" in archive.read(entry).decode()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_locks_hold_what_the_project_asks_for(project: dict[str, Any]) -> None:
    """Each dependency is pinned inside its range; where not, `make lock` was forgotten."""
    wanted = {"requirements.lock": project["project"]["dependencies"]}
    wanted["requirements-dev.lock"] = wanted["requirements.lock"] + project["dependency-groups"]["dev"]
    for lock, lines in wanted.items():
        pinned = pins(lock)
        for requirement in map(Requirement, lines):
            version = pinned.get(canonicalize_name(requirement.name), "0")
            assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {requirement} is not {version}"


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    """The development lock repeats the other one, package by package."""
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_by_hash_and_names_no_index(lock: str) -> None:
    """Every package has its hashes, and where to fetch from is left to the machine."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def apart() -> dict[str, str]:
    """Give an environment in which nothing points to this tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SLACK_", "RUNG_"))}
    kept.pop("DATABASE_URL", None)
    return kept


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel and what the lock names into an empty venv, and give its folder of commands."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (scripts / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=folder)
    run(*pip, "--no-deps", wheel, cwd=folder)
    return scripts


@pytest.mark.proof
def test_the_demo_plays_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    """In an empty venv the wheel and the lock are enough: the demo plays to its end."""
    run(installed / "rung", "demo", "--play", cwd=tmp_path, env=apart())


@pytest.mark.proof
def test_the_page_answers_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    """Installed, the demo's page is drawn with a case in it, its script and styles are there, and it ends when told."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    command = [str(installed / "rung"), "demo", "--no-browser", "--port", url.rpartition(":")[2]]
    said = tmp_path / "said.txt"
    with said.open("w", encoding="utf-8") as output:
        demo = subprocess.Popen(command, cwd=tmp_path, env=apart(), stdout=output, stderr=output)
    try:
        page = once_it_answers(f"{url}/?as=lena&in=C0003", demo)
        assert "Export of orders stops" in page, said.read_text("utf-8")
        for name in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert once_it_answers(url + name, demo)
        assert once_it_answers(f"{url}/static/log.js", demo)
    finally:
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(30) == 0
    assert "nothing of it is left" in said.read_text("utf-8")


def once_it_answers(url: str, program: subprocess.Popen[bytes]) -> str:
    """Ask for an address until it answers with 200, at most two minutes, and give what it says."""
    deadline = time.monotonic() + 120
    while program.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 our own loopback address
                return str(answer.read().decode())
        except OSError:
            threading.Event().wait(0.2)
    pytest.fail(f"{url} does not answer")
