from __future__ import annotations

from handlers.actions.form import FORMS_KEPT, LatestChoices


def test_an_older_choice_is_not_the_latest_however_late_it_comes() -> None:
    """Payloads may overtake one another; the moments of the presses decide."""
    choices = LatestChoices()
    choices.note("V1", "1795.000200")
    choices.note("V1", "1795.000100")
    assert not choices.is_latest("V1", "1795.000100")
    assert choices.is_latest("V1", "1795.000200")


def test_forms_long_closed_are_forgotten() -> None:
    """Nothing grows for ever; a form not known any more lets its choice pass."""
    choices = LatestChoices()
    for number in range(FORMS_KEPT + 10):
        choices.note(f"V{number}", "1795.0001")
    assert len(choices._made) == FORMS_KEPT
    assert choices.is_latest("V0", "1794.0001")
