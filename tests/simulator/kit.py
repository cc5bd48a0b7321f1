"""The parts the table of Block Kit rules is written with: short makers of blocks, elements, views and calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
URL = "https://example.com/a.png"


@dataclass(frozen=True, slots=True)
class Ask:
    """A call whose place (channel, trigger, person, message) is filled in when it is made."""

    method: str
    args: Json


@dataclass(frozen=True, slots=True)
class KitRule:
    """One rule of Slack's: what just keeps it, what just breaks it, Slack's code for that and words in the answer."""

    name: str
    good: Ask
    bad: Ask
    says: str
    error: str = ""

    @property
    def code(self) -> str:
        """Say the error the bad call is refused with; views and messages have their own for a broken block."""
        if self.error:
            return self.error
        return "invalid_arguments" if self.bad.method.startswith("views.") else "invalid_blocks"


def message(*blocks: Json, **args: Any) -> Ask:
    """Make a post of blocks."""
    return Ask("chat.postMessage", {"text": "t", "blocks": list(blocks), **args})


def modal(*blocks: Json, **fields: Any) -> Ask:
    """Make the opening of a modal."""
    view = {"type": "modal", "title": plain(5), "submit": plain(5), "blocks": list(blocks) or [DIVIDER], **fields}
    return Ask("views.open", {"view": {name: value for name, value in view.items() if value is not None}})


def home(*blocks: Json, **fields: Any) -> Ask:
    """Make the publishing of a Home tab."""
    return Ask("views.publish", {"view": {"type": "home", "blocks": list(blocks), **fields}})


def letters(count: int) -> str:
    """Make a text of a length."""
    return "x" * count


def plain(count: int) -> Json:
    """Make a plain_text object of a length."""
    return {"type": "plain_text", "text": letters(count)}


def mrkdwn(count: int) -> Json:
    """Make a mrkdwn object of a length."""
    return {"type": "mrkdwn", "text": letters(count)}


WORD = plain(4)
PICTURE: Json = {"type": "image", "image_url": URL, "alt_text": "a"}
DIVIDER: Json = {"type": "divider"}
OPTION: Json = {"text": WORD, "value": "v"}
CONFIRM: Json = {"title": WORD, "text": WORD, "confirm": WORD, "deny": WORD}


def options(count: int) -> list[Json]:
    """Make that many options."""
    return [{"text": WORD, "value": str(number)} for number in range(count)]


def block(kind: str, **fields: Any) -> Json:
    """Make a block."""
    return {"type": kind, **fields}


def section(**fields: Any) -> Json:
    """Make a section."""
    return block("section", **fields)


def button(**fields: Any) -> Json:
    """Make a button."""
    return {"type": "button", "text": WORD, **fields}


def actions(*elements: Json) -> Json:
    """Make an actions block."""
    return block("actions", elements=list(elements))


def pressed(**fields: Any) -> Json:
    """Make an actions block with one button."""
    return actions(button(**fields))


def field(kind: str, **fields: Any) -> Json:
    """Make an input block around an element."""
    return block("input", label=WORD, element={"type": kind, **fields})


def select(**fields: Any) -> Json:
    """Make an input block around a static select."""
    return field("static_select", **({"options": [OPTION]} | fields))


def image(**fields: Any) -> Json:
    """Make an image block."""
    return block("image", **{"image_url": URL, "alt_text": "a", **fields})


def table(rows: int = 1, cells: int = 1, text: str = "x", kind: str = "table", **fields: Any) -> Json:
    """Make a table or data table."""
    return block(kind, rows=[[{"type": "raw_text", "text": text}] * cells] * rows, **fields)


def data_table(rows: int = 2, cells: int = 1, text: str = "x", **fields: Any) -> Json:
    """Make a data table."""
    return table(rows, cells, text, "data_table", **{"caption": "c", **fields})


def pie(segments: int = 1, label: int = 1, value: float = 1, **fields: Any) -> Json:
    """Make a pie chart."""
    parts = [{"label": letters(label), "value": value}] * segments
    return block("data_visualization", **{"title": "t", "chart": {"type": "pie", "segments": parts}, **fields})


def bars(names: list[str], categories: list[str], points: list[str] | None = None, **axes: Any) -> Json:
    """Make a bar chart: series by name, one point for each category unless other points are given."""
    data = [{"label": label, "value": -1} for label in (categories if points is None else points)]
    series = [{"name": name, "data": data} for name in names]
    chart = {"type": "bar", "series": series, "axis_config": {"categories": categories, **axes}}
    return block("data_visualization", title="t", chart=chart)


def card(**fields: Any) -> Json:
    """Make a card."""
    return block("card", **fields)


def container(*children: Json, **fields: Any) -> Json:
    """Make a container."""
    return block("container", **{"title": WORD, "child_blocks": list(children) or [DIVIDER], **fields})


def video(**fields: Any) -> Json:
    """Make a video."""
    given = {"alt_text": "a", "title": WORD, "video_url": URL, "thumbnail_url": URL}
    return block("video", **{**given, **fields})


def rich(*parts: Json) -> Json:
    """Make a rich text of one line."""
    return block("rich_text", elements=[{"type": "rich_text_section", "elements": list(parts)}])


def fits(name: str, make: Any, most: int, *, says: str = "", error: str = "") -> KitRule:
    """Make the rule of a longest text: `make` builds the call for a length."""
    return KitRule(name, make(most), make(most + 1), says or f"must be less than {most + 1} characters", error)


def counts(name: str, make: Any, most: int) -> KitRule:
    """Make the rule of a longest list."""
    return KitRule(name, make(most), make(most + 1), f"no more than {most} items allowed")
