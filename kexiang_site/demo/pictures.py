"""Illustrations of instruments, drawn here: one per sort and shade, shared by many records."""

import math
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from kexiang_site.demo.identity import content

SCALE = 5  # the grid of 160 × 120 becomes 800 × 600
SOFT = 2  # drawn twice as large and reduced: clean edges
SHADES = {
    "blue": ("#f3f7fc", "#dfe9f5", "#c9d8ea", "#9db6d3", "#4c6a8f", "#bfe0f2", "#1f6fd0"),
    "slate": ("#f5f6f8", "#e4e8ee", "#d0d7e0", "#a6b2c2", "#515f73", "#cfe2f0", "#c4622d"),
}
TONES = ("back", "body", "table", "shade", "dark", "glass", "accent")


def picture(name: str, shade: str) -> bytes:
    """A PNG of 800 × 600 of this sort in this shade."""
    return _drawn(name, shade)


@cache
def _drawn(name: str, shade: str) -> bytes:
    tones = dict(zip(TONES, SHADES[shade], strict=True)) | {"light": "#ffffff"}
    factor = SCALE * SOFT
    image = Image.new("RGB", (160 * factor, 120 * factor), tones["back"])
    draw = ImageDraw.Draw(image)
    draw.ellipse([c * factor for c in (12, 14, 148, 150)], fill=tones["table"])
    draw.rectangle([c * factor for c in (0, 104, 160, 120)], fill=tones["back"])
    for what, *numbers, tone in content("pictures")["picture"][name]:
        SHAPES[what](draw, [number * factor for number in numbers], tones[tone], numbers)
    buffer = BytesIO()
    image.resize((160 * SCALE, 120 * SCALE), Image.Resampling.LANCZOS).save(buffer, "PNG")
    return buffer.getvalue()


def _box(draw: Any, at: list[float], tone: str, _raw: list[float]) -> None:
    x, y, w, h, radius = at
    draw.rounded_rectangle([x, y, x + w, y + h], radius, fill=tone)


def _disc(draw: Any, at: list[float], tone: str, _raw: list[float]) -> None:
    x, y, r = at
    draw.ellipse([x - r, y - r, x + r, y + r], fill=tone)


def _ring(draw: Any, at: list[float], tone: str, _raw: list[float]) -> None:
    x, y, r, width = at
    draw.ellipse([x - r, y - r, x + r, y + r], outline=tone, width=round(width))


def _line(draw: Any, at: list[float], tone: str, _raw: list[float]) -> None:
    x1, y1, x2, y2, width = at
    draw.line([x1, y1, x2, y2], fill=tone, width=round(width))


def _wave(draw: Any, at: list[float], tone: str, raw: list[float]) -> None:
    """A measured curve: peaks of falling height on a base line."""
    x, y, w, height, _periods = at
    periods = raw[4]
    points = [
        (x + w * t / 60, y - height * math.sin(periods * math.pi * t / 30) * (1 - t / 120))
        for t in range(61)
    ]
    draw.line(points, fill=tone, width=SCALE * SOFT, joint="curve")


SHAPES = {"box": _box, "disc": _disc, "ring": _ring, "line": _line, "wave": _wave}
