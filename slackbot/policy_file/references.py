"""How a policy file names channels, groups and people."""

from __future__ import annotations

import re
from enum import Enum


class Reference(Enum):
    """The six ways to name somebody or something."""

    CHANNEL_NAME = re.compile(r"#[^\s#@]{1,80}")
    CHANNEL_ID = re.compile(r"[CG][A-Z0-9]+")
    GROUP_HANDLE = re.compile(r"@[^\s@]+")
    GROUP_ID = re.compile(r"S[A-Z0-9]+")
    PERSON_ID = re.compile(r"[UW][A-Z0-9]+")
    EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


CHANNEL = frozenset({Reference.CHANNEL_NAME, Reference.CHANNEL_ID})
GROUP = frozenset({Reference.GROUP_HANDLE, Reference.GROUP_ID})
PERSON = frozenset({Reference.PERSON_ID, Reference.EMAIL})


def reference_of(text: str) -> Reference | None:
    """Tell which way of naming a text is; None if it is none of them."""
    return next((way for way in Reference if way.value.fullmatch(text)), None)
