"""A summary as a picture for slides and mail: the word on top, the key figures, two charts of five weeks.

Drawn with Pillow alone, which nothing but `rung report` loads.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from slackbot.core.comparison import TELLING, Trend
from slackbot.core.digest import Digest
from slackbot.slack.rendering import figures
from slackbot.slack.words import Words

WIDTH, HEIGHT = 1200, 675
_MARGIN = 48
_INK, _PALE, _BLUE, _GREEN, _RED = "#1d1c1d", "#8a8a8a", "#1f3a5f", "#2e7d4f", "#b3403a"
_SIGNS = {Trend.BETTER: _GREEN, Trend.WORSE: _RED}
_TITLE, _WORD, _BODY, _SMALL = 34, 28, 20, 16
_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "segoeui.ttf")
_FLOOR, _CEILING = HEIGHT - 80, 360
_HALF = (WIDTH - 3 * _MARGIN) // 2


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: for each label one bar a series; None where there is nothing to show."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, str, Sequence[float | None]]]


def draw(words: Words, digest: Digest, file: Path) -> None:
    """Draw a summary into a PNG file."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    _write(pen, (_MARGIN, 32), figures.title(words, digest), _TITLE, _INK)
    verdict = words.plain(f"summary.{digest.verdict}").strip("*")
    _write(pen, (_MARGIN, 84), verdict, _WORD, _SIGNS.get(digest.verdict, _BLUE))
    telling = [each for each in digest.compared if each.measure in TELLING]
    for row, each in enumerate(telling):
        name, value, usual, changed = figures.measured(words, each)
        y = 146 + row * 34
        _write(pen, (_MARGIN, y), name, _BODY, _INK)
        _write(pen, (420, y), value, _BODY, _INK)
        _write(pen, (600, y), usual, _BODY, _PALE)
        _write(pen, (760, y), changed, _BODY, _SIGNS.get(each.trend, _PALE))
    for place, chart in enumerate(_charts(words, digest)):
        _bars(pen, _MARGIN + place * (_HALF + _MARGIN), chart)
    image.save(file, "PNG")


def _charts(words: Words, digest: Digest) -> Iterator[Bars]:
    """Draw the median time, and beside a week how many cases there were in each."""
    points = figures.points(words, digest)
    labels = [label for label, _ in points]
    medians = [found.to_acknowledge.median for _, found in points]
    minutes = [None if each is None else each / timedelta(minutes=1) for each in medians]
    yield Bars(
        words.plain("summary.chart_times"), labels, [(words.plain("measure.acknowledge_median"), _BLUE, minutes)]
    )
    if digest.request.period.is_week:
        raised = (words.plain("measure.raised"), _BLUE, [float(found.raised) for _, found in points])
        resolved = (words.plain("measure.resolved"), _GREEN, [float(found.resolved) for _, found in points])
        yield Bars(words.plain("summary.chart_counts"), labels, [raised, resolved])


def _bars(pen: ImageDraw.ImageDraw, left: int, chart: Bars) -> None:
    _write(pen, (left, _CEILING - 62), chart.title, _BODY, _INK)
    across = left
    for name, colour, _ in chart.series:
        pen.rectangle((across, _CEILING - 28, across + 12, _CEILING - 16), fill=colour)
        _write(pen, (across + 18, _CEILING - 32), name, _SMALL, _PALE)
        across += 160
    known = [value for _, _, values in chart.series for value in values if value is not None]
    highest = max(known, default=0.0) or 1.0
    step = _HALF // len(chart.labels)
    width = (step - 24) // len(chart.series)
    for place, label in enumerate(chart.labels):
        for number, (_, colour, values) in enumerate(chart.series):
            value = values[place]
            if value is not None:
                _bar(pen, left + place * step + number * width, width - 4, value, highest, colour)
        _write(pen, (left + place * step, _FLOOR + 8), label, _SMALL, _PALE)
    pen.line((left, _FLOOR, left + _HALF, _FLOOR), fill=_PALE)


def _bar(pen: ImageDraw.ImageDraw, left: int, width: int, value: float, highest: float, colour: str) -> None:
    top = _FLOOR - round((_FLOOR - _CEILING - 24) * value / highest)
    pen.rectangle((left, top, left + width, _FLOOR), fill=colour)
    _write(pen, (left, top - 20), f"{value:.0f}", _SMALL, _INK)


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, colour: str) -> None:
    """Write a line, smaller or cut off where it would leave the picture."""
    room, shown = WIDTH - _MARGIN - at[0], text if _face() else _in_ascii(text)
    while size > _SMALL and pen.textlength(shown, _font(size)) > room:
        size -= 1
    while pen.textlength(shown, _font(size)) > room:
        shown = f"{shown[:-4]}..."
    pen.text(at, shown, fill=colour, font=_font(size))


@cache
def _face() -> str | None:
    """Find a font on this machine that knows most alphabets."""
    for name in _FONTS:
        with suppress(OSError):
            ImageFont.truetype(name, _BODY)
            return name
    return None


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Take the machine's font or, without any, Pillow's own, which knows English."""
    face = _face()
    return ImageFont.truetype(face, size) if face else ImageFont.load_default(size)


def _in_ascii(text: str) -> str:
    """Leave the marks of letters out; what has no letter here becomes a question mark."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return bare.encode("ascii", "replace").decode()
