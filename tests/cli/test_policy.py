"""`rung policy`: checking a file, and what is said when there is nothing to work with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from slackbot.__main__ import main

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_sound(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the README tells people to copy passes the check."""
    assert main(["policy", "check", str(example)]) == 0
    assert f"{example} is sound" in capsys.readouterr().out


def test_the_file_of_the_settings_is_checked_by_default(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name the check reads rung.toml, or what RUNG_POLICY names."""
    shutil.copy(EXAMPLES[0], place / "rung.toml")
    assert main(["policy", "check"]) == 0
    monkeypatch.setenv("RUNG_POLICY", "other.toml")
    assert main(["policy", "check"]) == 1


def test_a_bad_file_is_refused_with_every_problem(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each problem is named with its place and its value, all of them at once."""
    text = (EXAMPLES[0].parent / "small-team.toml").read_text(encoding="utf-8")
    (place / "rung.toml").write_text(f'close_after = "soon"\npromises = 3\n{text}', encoding="utf-8")
    assert main(["policy", "check"]) == 1
    said = capsys.readouterr().err
    assert "close_after" in said
    assert "soon" in said
    assert "promises" in said


@pytest.mark.parametrize(
    ("content", "wrong"), [(None, "No such file"), (b"timezone = \xff", "UTF-8"), (b"timezone =", "no TOML")]
)
def test_a_file_that_is_no_policy_is_refused(
    content: bytes | None, wrong: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is missing, no text or no TOML is refused in words."""
    if content is not None:
        (place / "rung.toml").write_bytes(content)
    assert main(["policy", "check"]) == 1
    assert wrong in capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_there_is_nothing_to_export_yet(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first policy the export says where one comes from."""
    main(["db", "upgrade"])
    assert main(["policy", "export"]) == 1
    assert "`rung run` applies the first one" in capsys.readouterr().err
