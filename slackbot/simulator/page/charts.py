"""Where the lines, bars and slices of a `data_visualization` block stand; the template draws them as SVG.

Source: docs.slack.dev/reference/block-kit/blocks (data visualization).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 480, 200
LEFT, BOTTOM, TOP = 44, 24, 10
STEPS = 4
BAR_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape: its SVG path, the number of its colour, and what it says."""

    path: str
    colour: int
    title: str
    line: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, at a place."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to draw; `legend` names the colours, `rows` say every value to whoever can't see it."""

    kind: str
    marks: tuple[Mark, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    legend: tuple[str, ...]
    rows: tuple[tuple[str, str, str], ...]


def chart_of(chart: Mapping[str, Any]) -> Chart:
    """Lay a chart out."""
    return _pie(chart["segments"]) if chart["type"] == "pie" else _plot(chart)


def _pie(segments: list[dict[str, Any]]) -> Chart:
    total = sum(each["value"] for each in segments)
    marks: list[Mark] = []
    angle = -math.pi / 2
    radius, middle_x, middle_y = 84.0, 110.0, HEIGHT / 2
    for index, segment in enumerate(segments):
        # A whole circle has no arc: its ends would be the same point.
        turn = min(segment["value"] / total, 0.9999) * 2 * math.pi
        ends = [(middle_x + radius * math.cos(at), middle_y + radius * math.sin(at)) for at in (angle, angle + turn)]
        (x1, y1), (x2, y2) = ends
        path = (
            f"M{middle_x:.1f} {middle_y:.1f}L{x1:.1f} {y1:.1f}"
            f"A{radius} {radius} 0 {int(turn > math.pi)} 1 {x2:.1f} {y2:.1f}Z"
        )
        marks.append(Mark(path, index, f"{segment['label']}: {_number(segment['value'])}"))
        angle += turn
    rows = tuple((str(each["label"]), "", _number(each["value"])) for each in segments)
    return Chart("pie", tuple(marks), (), (), tuple(str(each["label"]) for each in segments), rows)


def _plot(chart: Mapping[str, Any]) -> Chart:
    names = [str(each) for each in chart["axis_config"]["categories"]]
    series = [(str(each["name"]), {p["label"]: p["value"] for p in each["data"]}) for each in chart["series"]]
    values = [float(value) for _, points in series for value in points.values()]
    low, high = min(0.0, *values), _ceiling(max(0.0, *values))

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / ((high - low) or 1))

    step = (WIDTH - LEFT) / len(names)
    middles = [LEFT + step * (index + 0.5) for index in range(len(names))]
    marks: list[Mark] = []
    for colour, (name, points) in enumerate(series):
        heights = [y(points[label]) for label in names]
        if chart["type"] == "bar":
            wide = step * BAR_SHARE / len(series)
            for at, label, top in zip(middles, names, heights, strict=True):
                left = at - step * BAR_SHARE / 2 + wide * colour
                path = f"M{left:.1f} {y(0):.1f}V{top:.1f}h{wide:.1f}V{y(0):.1f}Z"
                marks.append(Mark(path, colour, f"{label}, {name}: {_number(points[label])}"))
        else:
            marks += _curve(chart["type"] == "area", middles, heights, y(0), colour, name)
    across = tuple(Tick(at, HEIGHT - 6, label) for at, label in zip(middles, names, strict=True))
    up = tuple(Tick(LEFT - 6, y(level), _number(level)) for level in _levels(low, high))
    rows = tuple((label, name, _number(points[label])) for name, points in series for label in names)
    return Chart(str(chart["type"]), tuple(marks), across, up, tuple(name for name, _ in series), rows)


def _curve(filled: bool, xs: list[float], ys: list[float], base: float, colour: int, name: str) -> list[Mark]:  # noqa: FBT001
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    line = Mark(path, colour, name, line=True)
    if not filled:
        return [line]
    return [Mark(f"{path}L{xs[-1]:.1f} {base:.1f}L{xs[0]:.1f} {base:.1f}Z", colour, name), line]


def _ceiling(value: float) -> float:
    """Find the end of an axis whose quarters are easily read; those of a few cases are whole."""
    if value <= 0:
        return 0
    size: float = 10.0 ** math.floor(math.log10(value))
    steps = (4, 8, 12) if size == 1 else (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
    return next(step * size for step in steps if step * size >= value)


def _levels(low: float, high: float) -> list[float]:
    return [low + (high - low) * index / STEPS for index in range(STEPS + 1)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")
