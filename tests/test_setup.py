"""Setting up happens once, again only when something changed, and says plainly what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Stands in for Python: knows its release, makes a .venv holding itself, writes down what pip is asked for.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
    *"version_info <"*) exit {too_old} ;;
    *"print("*) echo {release} ;;
    *"import ensurepip"*) exit {no_venv} ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo venv >>calls ;;
    *"pip --version"*) ;;
    "-m uv "*) echo "uv $*" >>calls; exit {no_uv} ;;
    *"pip "*) echo "pip $*" >>calls ;;
    "-V") echo "Python {release}.0" ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy of the files that setting up reads, with stand-ins for Python."""

    root: Path

    def python(self, name: str, release: str = "3.11", *, too_old: int = 0, no_venv: int = 0, no_uv: int = 0) -> Path:
        """Put a stand-in for an interpreter on the path."""
        path = self.root / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            FAKE_PYTHON.format(release=release, too_old=too_old, no_venv=no_venv, no_uv=no_uv), encoding="utf-8"
        )
        path.chmod(0o755)
        return path

    def set_up(self, asked: str = "") -> subprocess.CompletedProcess[str]:
        """Run the set-up with nothing but the stand-ins and the system's own tools on the path."""
        path = f"{self.root / 'bin'}{os.pathsep}{self.root / 'tools'}"
        return subprocess.run(
            ["/bin/sh", str(self.root / ".ci" / "setup"), asked],
            env={"PATH": path},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def calls(self) -> list[str]:
        """Give what was installed since the last time, and forget it."""
        log = self.root / "calls"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A fresh clone with one usable Python."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "tools").mkdir()
    for tool in ("cat", "cksum", "cp", "dirname", "mkdir", "rm", "sed", "sh", "tr"):
        found = shutil.which(tool)
        assert found, f"{tool} is part of every POSIX system"
        (tmp_path / "tools" / tool).symlink_to(found)
    for name in (".ci/setup", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    tree = Tree(tmp_path)
    tree.python("python3")
    return tree


def test_the_first_run_installs_the_lock_and_then_the_project(tree: Tree) -> None:
    """A fresh clone gets a .venv, every pinned package checked by its hash, and the project on top."""
    done = tree.set_up()
    assert done.returncode == 0, done.stderr
    venv, uv, lock, project = tree.calls()
    assert venv == "venv"
    assert uv.startswith("pip")
    assert "--require-hashes -r .venv/uv.lock" in uv
    assert (tree.root / ".venv/uv.lock").read_text(encoding="utf-8").startswith("uv==")
    assert lock.startswith("uv")
    assert "--require-hashes -r requirements-dev.lock" in lock
    assert "--no-deps --no-build-isolation --editable ." in project


def test_where_uv_fails_pip_installs_the_lock(tree: Tree) -> None:
    """A mirror that only pip is told of is enough."""
    tree.python("python3", no_uv=2)
    done = tree.set_up()
    assert done.returncode == 0, done.stderr
    *_, lock, project = tree.calls()
    assert lock.startswith("pip")
    assert "--require-hashes -r requirements-dev.lock" in lock
    assert "--editable ." in project


def test_the_second_run_does_and_says_nothing(tree: Tree) -> None:
    """What is ready is left alone, without a word."""
    tree.set_up()
    tree.calls()
    done = tree.set_up()
    assert (done.returncode, done.stdout, done.stderr, tree.calls()) == (0, "", "", [])


@pytest.mark.parametrize("name", ["requirements-dev.lock", "pyproject.toml"])
def test_a_change_of_the_dependencies_installs_again(tree: Tree, name: str) -> None:
    """After a pull that changes the lock the same .venv is brought up to date, once."""
    tree.set_up()
    tree.calls()
    with (tree.root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert tree.set_up().returncode == 0
    assert [call.split()[0] for call in tree.calls()] == ["pip", "uv", "pip"]
    tree.set_up()
    assert tree.calls() == []


def test_a_moved_tree_installs_again(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A copied tree does not go on using the code of the one it was copied from."""
    tree.set_up()
    tree.calls()
    moved = Tree(tmp_path_factory.mktemp("moved") / "tree")
    shutil.copytree(tree.root, moved.root, symlinks=True)
    assert moved.set_up().returncode == 0
    assert moved.calls()


def test_an_interrupted_run_is_taken_up_again(tree: Tree) -> None:
    """A .venv without its stamp is finished, not trusted."""
    tree.set_up()
    tree.calls()
    for stamp in (tree.root / ".venv").glob("ready-*"):
        stamp.unlink()
    tree.set_up()
    assert tree.calls()


def test_another_python_is_taken_when_asked_for(tree: Tree) -> None:
    """PYTHON=python3.12 makes .venv anew with it; asking for the one in use, or none, changes nothing."""
    tree.python("python3.12", "3.12")
    tree.set_up()
    tree.calls()
    assert tree.set_up("python3.12").returncode == 0
    assert "venv" in tree.calls()
    tree.set_up("python3.12")
    tree.set_up()
    assert tree.calls() == []


def test_an_old_default_python_is_passed_over(tree: Tree) -> None:
    """Where `python3` is too old but a newer one is installed, that one is taken."""
    tree.python("python3", "3.9", too_old=1)
    tree.python("python3.13", "3.13")
    assert tree.set_up().returncode == 0
    assert "3.13" in (tree.root / ".venv" / "bin" / "python").read_text(encoding="utf-8")


def test_no_usable_python_is_said(tree: Tree) -> None:
    """Without a Python of 3.11 or newer the message says so and how to name one."""
    tree.python("python3", "3.9", too_old=1)
    done = tree.set_up()
    assert done.returncode == 1
    assert "no Python of 3.11 or newer found" in done.stderr
    assert "PYTHON=" in done.stderr


def test_an_old_python_asked_for_is_refused(tree: Tree) -> None:
    """A Python that is too old is named with its release."""
    tree.python("python3.9", "3.9", too_old=1)
    done = tree.set_up("python3.9")
    assert done.returncode == 1
    assert "'python3.9' is no Python of 3.11 or newer (Python 3.9.0)" in done.stderr


def test_a_missing_venv_module_is_said(tree: Tree) -> None:
    """Where the system splits venv off, the message names the package to install."""
    tree.python("python3", no_venv=1)
    done = tree.set_up()
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (tree.root / ".venv").exists()


def test_the_described_verbs_are_the_verbs_there_are() -> None:
    """CONTRIBUTING.md names no verb that the Makefile lacks, and leaves out only parts of other verbs."""
    verbs = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert named <= verbs
    assert verbs - named == {"help", "setup", "lint", "types"}
