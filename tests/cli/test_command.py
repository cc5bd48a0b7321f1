"""The command itself: what it offers, what it refuses, how it ends."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from slackbot.__main__ import VERBS, main
from slackbot.errors import RungError


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help_lists_every_verb(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for help is no error, and says what each verb does."""
    assert main([word]) == 0
    said = capsys.readouterr().out
    assert all(f"rung {verb}" in said and what in said for verb, what in VERBS.items())


def test_nothing_typed_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a verb the usage goes to standard error, and the exit code is 2."""
    assert main([]) == 2
    assert "rung run" in capsys.readouterr().err


def test_an_unknown_verb_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A verb that is not there is repeated, with those that are; the exit code is 2."""
    assert main(["rum"]) == 2
    said = capsys.readouterr().err
    assert "no verb 'rum'" in said
    assert "rung run" in said


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each verb has a module with `main`, and help of its own."""
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"slackbot.cli.{verb}").main(["--help"])
    assert ended.value.code == 0
    assert f"usage: rung {verb}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["db"], ["db", "downgrade"], ["policy"], ["demo", "--port", "many"], ["run", "fast"]]
)
def test_wrong_words_for_a_verb_end_with_two(words: list[str], place: Path) -> None:
    """What a verb does not understand ends with 2 and does nothing."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert list(place.iterdir()) == []


def test_an_error_of_ours_is_one_message_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Rung raises on purpose ends with 1 and its message, after the verb's name."""

    def fail(_argv: list[str]) -> int:
        raise RungError("The disk is on fire; put it out.")

    monkeypatch.setattr("slackbot.cli.db.main", fail)
    assert main(["db"]) == 1
    assert capsys.readouterr().err == "rung db: The disk is on fire; put it out.\n"
