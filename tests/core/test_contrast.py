"""The colour pairs of all themes against WCAG 2.2 AA (ux.md B1.8, peers.md §13.5)."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "frontend/src/css/_tokens.scss"
TEXT, LARGE = 4.5, 3.0
PAIRS = [
    *(
        (text, ground, TEXT)
        for text in ("ink", "ink-2", "link")
        for ground in ("bg", "surface", "surface-2")
    ),
    ("on-fill", "fill", TEXT),
    ("on-fill", "fill-strong", 3.9),
    ("soft-ink", "soft", TEXT),
    ("mark-ink", "mark", TEXT),
    *((tone, f"{tone}-soft", TEXT) for tone in ("ok", "warn", "bad", "end")),
    *((tone, "surface", TEXT) for tone in ("ok", "warn", "bad", "end")),
    ("line-strong", "surface", LARGE),
    ("fill", "surface", LARGE),
]


def themes() -> dict[str, dict[str, str]]:
    text = TOKENS.read_text(encoding="utf-8")
    return {
        name: dict(re.findall(r"--kx-([a-z0-9-]+):\s*(#[0-9a-f]{6})", body))
        for name, body in re.findall(r"@mixin (\w+) \{(.*?)\n\}", text, re.DOTALL)
    }


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "eye"])
def test_text_can_be_read_in_every_theme(theme):
    colours = themes()[theme]
    faults = [
        f"{a} on {b}: {contrast(colours[a], colours[b]):.2f} < {least}"
        for a, b, least in PAIRS
        if contrast(colours[a], colours[b]) < least
    ]
    assert faults == []


def test_every_theme_names_every_colour():
    light, dark, eye = (set(themes()[name]) for name in ("light", "dark", "eye"))
    assert light == dark == eye
