"""A summary as a message: one word, a table, two charts, what to look at, and what can be asked further."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from slackbot import ids
from slackbot.core.comparison import ENOUGH, TELLING, Trend
from slackbot.core.digest import Digest
from slackbot.core.summary import Window
from slackbot.core.text import clean, excerpt
from slackbot.core.weekly import Missed, Schedule
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import figures, parts, spoken
from slackbot.slack.rendering.buttons import Button
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.weekly import weekly_button, weekly_gap
from slackbot.slack.views import Payload

_LESSON = 120
_LESSON_READ = 1_000
_FEWEST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Series:
    """A line or row of bars, with a value for each label of its chart."""

    name: str
    values: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a template draws it; the labels are the weeks."""

    title: str
    kind: str
    labels: list[str]
    series: list[Series]


def summary(
    kit: Kit, digest: Digest, *, public: bool, standing: Schedule | None = None, missed: Missed | None = None
) -> Payload:
    """Draw a summary; in public it asks for no more than the cases behind it.

    `standing` is what brings it to this channel by itself, `missed` what ought to have come before it and did not.
    """
    gap = weekly_gap(kit, missed)
    heading = figures.title(kit.words, digest)
    blocks = kit.fill(
        "messages/summary",
        title=heading,
        verdict=_verdict(kit, digest),
        rows=_table(kit, digest) if _something(digest) else [],
        charts=list(_charts(kit, digest)),
        sections=[text for text in (gap, *_sections(kit, digest)) if text],
        basis=kit.words.mrkdwn("summary.basis", enough=ENOUGH),
        key=digest.request.key,
        select=parts.select(kit, digest) if _something(digest) else None,
        buttons=[] if public else _buttons(kit, digest, standing),
    )
    return Payload(told(kit, digest, gap), blocks)


def _something(digest: Digest) -> bool:
    found = digest.figures
    return any((found.raised, found.acknowledged, found.resolved, found.open_at_end, found.pings, found.withdrawn))


def _verdict(kit: Kit, digest: Digest) -> Mrkdwn:
    if not _something(digest):
        return kit.words.mrkdwn("summary.nothing")
    said = [kit.words.mrkdwn(f"summary.{digest.verdict}")]
    for trend in (Trend.WORSE, Trend.BETTER):
        telling = [each for each in digest.compared if each.measure in TELLING and each.trend is trend]
        names = "; ".join(figures.moved(kit.words, each) for each in telling)
        said += [kit.words.mrkdwn(f"summary.{trend}_by", names=names)] if names else []
    return f.joined(said)


def _table(kit: Kit, digest: Digest) -> list[tuple[str, ...]]:
    """Give the rows, headings first; where nothing at all can be compared, the figures alone."""
    names = tuple(kit.words.plain(f"summary.columns_{name}") for name in ("figure", "value", "usual", "change"))
    rows = [names, *(figures.measured(kit.words, each) for each in digest.compared)]
    if all(each.trend is Trend.TOO_FEW for each in digest.compared):
        return [row[:2] for row in rows]
    return rows


def told(kit: Kit, digest: Digest, *notes: Mrkdwn) -> Mrkdwn:
    """Say the same figures as text, for those who listen and where no table can stand."""
    lines = [f.inline(figures.title(kit.words, digest)), _verdict(kit, digest), *notes]
    if _something(digest):
        lines += [f.inline(figures.line(kit.words, each)) for each in digest.compared]
        lines += [_looks(kit, digest), _left_out(kit, digest)]
    return spoken.limit(f.joined(lines, "\n"))


def _sections(kit: Kit, digest: Digest) -> Iterator[Mrkdwn]:
    yield _looks(kit, digest)
    yield _lessons(kit, digest)
    yield _growths(kit, digest)
    yield from parts.lines(kit, digest)
    yield _left_out(kit, digest)


def _looks(kit: Kit, digest: Digest) -> Mrkdwn:
    lines = [
        kit.words.mrkdwn(
            "summary.pick", link=f.link(pick.link, f.inline(pick.label)), reason=figures.reason(kit.words, pick)
        )
        for pick in digest.picks
    ]
    return f.joined([kit.words.mrkdwn("summary.look"), *lines], "\n") if lines else Mrkdwn()


def _lessons(kit: Kit, digest: Digest) -> Mrkdwn:
    lines = [
        kit.words.mrkdwn("summary.lesson", text=excerpt(clean(text, _LESSON_READ), _LESSON), count=count)
        for text, count in digest.lessons
    ]
    return f.joined([kit.words.mrkdwn("summary.lessons"), *lines], "\n") if lines else Mrkdwn()


def _growths(kit: Kit, digest: Digest) -> Mrkdwn:
    lines = []
    for each in digest.growths:
        dimension, name, usual = figures.grown(kit.words, each)
        values = {"dimension": dimension, "name": name, "count": each.count, "usual": usual}
        lines.append(kit.words.mrkdwn("summary.growth", **values))
    return f.joined([kit.words.mrkdwn("summary.grew"), *lines], "\n") if lines else Mrkdwn()


def _left_out(kit: Kit, digest: Digest) -> Mrkdwn:
    if not digest.left_out:
        return Mrkdwn()
    windows = f.joined([_window(kit, each) for each in digest.left_out], "; ")
    return kit.words.mrkdwn("summary.left_out", windows=windows)


def _window(kit: Kit, each: Window) -> Mrkdwn:
    return kit.words.mrkdwn(
        "summary.window", start=f.date(each.start), end=f.date(each.end), cause=kit.words.plain(f"cause.{each.cause}")
    )


def _charts(kit: Kit, digest: Digest) -> Iterator[Chart]:
    """Draw cases a week and the median until somebody has them, where there are weeks to stand beside."""
    if not digest.weeks or not _something(digest):
        return
    points = figures.points(kit.words, digest)
    if digest.request.period.is_week:
        counts = [
            Series(kit.words.plain("measure.raised"), [found.raised for _, found in points]),
            Series(kit.words.plain("measure.resolved"), [found.resolved for _, found in points]),
        ]
        yield Chart(kit.words.plain("summary.chart_counts"), "bar", [label for label, _ in points], counts)
    medians = [(label, found.to_acknowledge.median) for label, found in points]
    known = [(label, round(middle.total_seconds() / 60, 1)) for label, middle in medians if middle is not None]
    if len(known) >= _FEWEST_POINTS:
        lines = [Series(kit.words.plain("measure.acknowledged"), [minutes for _, minutes in known])]
        yield Chart(kit.words.plain("summary.chart_times"), "line", [label for label, _ in known], lines)


def _buttons(kit: Kit, digest: Digest, standing: Schedule | None) -> list[Button]:
    request = digest.request
    names = [("post", ids.PRESS_SUMMARY_POST, request.key), ("export", ids.PRESS_SUMMARY_EXPORT, request.key)]
    earlier, later = request.moved(-1), request.moved(1)
    names.insert(0, ("earlier", ids.PRESS_SUMMARY_EARLIER, earlier.key))
    if later.period.start <= digest.now:
        names.insert(1, ("later", ids.PRESS_SUMMARY_LATER, later.key))
    buttons = [Button(action, kit.words.plain(f"button.{name}"), value) for name, action, value in names]
    return [*buttons, *weekly_button(kit, request.scope, request.key, standing)]
