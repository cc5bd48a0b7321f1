"""The house as a whole keeps its rules: no rings, short functions, ids and blocks in their place."""

from __future__ import annotations

from pathlib import Path

from tests.architecture import arrows, literals, shape
from tests.architecture.source import Module, sample


def test_no_import_goes_round(house: tuple[Module, ...]) -> None:
    """Our files import one another without a ring, imports for types included."""
    assert list(arrows.cycles(house)) == []


def test_a_ring_of_imports_is_caught() -> None:
    """A ring over three files is found, a type-only arrow closing it included."""
    ring = (
        sample("storage.a", "from storage import b"),
        sample("storage.b", "from storage.c import thing"),
        sample("storage.c", "if TYPE_CHECKING:\n    from storage.a import other"),
    )
    assert len(list(arrows.cycles(ring))) == 1
    assert list(arrows.cycles(ring[:2])) == []


def test_most_functions_are_short(house: tuple[Module, ...]) -> None:
    """The 90th percentile of function lengths stays within its budget."""
    assert list(shape.lengthy_as_a_whole(house)) == []


def test_a_house_of_long_functions_is_caught() -> None:
    """One long function in twenty is fine, one in five is not."""
    short, long = (sample("storage.a", "def f() -> None:\n" + "    pass\n" * lines) for lines in (4, 29))
    assert list(shape.lengthy_as_a_whole([*[short] * 19, long])) == []
    assert list(shape.lengthy_as_a_whole([*[short] * 4, long]))


def test_no_id_is_written_twice(house: tuple[Module, ...]) -> None:
    """A text that ids.py declares stands in no other file."""
    ids = next(module for module in house if module.name == "slackbot.ids")
    known = literals.declared_ids(ids)
    assert known
    found = [finding for module in house for finding in literals.repeated_ids(module, known)]
    assert found == []


def test_a_repeated_id_is_caught() -> None:
    """An id written out again is found; the same word in a docstring or in Slack's own is not."""
    known = literals.declared_ids(sample("slackbot.ids", '"""Ids."""\nX = "esc_ack"\ndef f(): g("y")'))
    assert known == {"esc_ack"}
    assert list(literals.repeated_ids(sample("handlers.x", "f('esc_ack')"), known))
    assert list(literals.repeated_ids(sample("handlers.x", '"""esc_ack"""'), known)) == []
    assert list(literals.repeated_ids(sample("slackbot.simulator.x", "'esc_ack'"), known)) == []


def test_templates_are_handed_their_ids() -> None:
    """No template spells out an action, block or callback id."""
    files = literals.template_files()
    assert files
    assert [finding for path in files for finding in literals.ids_in_templates(path)] == []


def test_an_id_in_a_template_is_caught(tmp_path: Path) -> None:
    """A written id is found, one handed in is not."""
    template = tmp_path / "card.json.j2"
    template.write_text('{"action_id": "ack",\n"block_id": "{{ ids.CARD }}"}', encoding="utf-8")
    assert list(literals.ids_in_templates(template)) == ["card.json.j2:1: 'ack' is an id written out"]
