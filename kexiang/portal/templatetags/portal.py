"""``{% load portal %}``: what record cards and record pages need beyond ``ui``."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kexiang.catalog.types import Card
from kexiang.kinds import queries as kinds
from kexiang.kinds.types import KindSpec
from kexiang.portal import words
from kexiang.portal.queries import policies
from kexiang.reference import queries as reference

register = template.Library()

STATE_TONES = {
    "available": "ok",
    "in_use": "info",
    "maintenance": "warn",
    "fault": "bad",
    "calibration_due": "warn",
    "suspended": "end",
    "open": "ok",
    "queue": "warn",
    "paused": "bad",
    "replaced": "end",
    "abolished": "end",
    **policies.TONES,
}
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def card_tone(card: Card) -> str:
    """The status colour of an instrument's current state, or of a test's acceptance (ux.md B2)."""
    code = str(card.extra.get("state") or "")
    return STATE_TONES.get(code, "info")


@register.filter
def kind_icon(spec: KindSpec) -> str:
    return words.kind_icon(spec)


@register.filter
def region_name(code: str) -> str:
    return reference.region_label(code) if code else ""


@register.filter
def has_prices(cards: Sequence[Card]) -> bool:
    """Whether a list of cards tells prices; literature and data do not."""
    return any(card.price for card in cards)


@register.filter
def has_states(cards: Sequence[Card]) -> bool:
    return any(card.current_state for card in cards)


@register.filter
def short(text: str) -> str:
    """A badge without what is explained in brackets: ``CMA(检验检测机构资质认定)`` → ``CMA``."""
    return text.partition("(")[0] or text


@register.filter
def percent_text(value: int) -> str:
    return f"{value}%"


@register.filter
def data_block(data: dict[str, Any]) -> SafeString:
    """A JSON-LD data block; it is data, never run, and cannot close its own element."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308 -- angle brackets and ampersands are escaped above
    )


@register.filter
def icon_of_kind(code: str) -> str:
    """The icon of a kind by its code."""
    return words.kind_icon(kinds.kind(code))


@register.filter
def tab_of_kind(code: str) -> str:
    """The short name of a kind by its code."""
    return words.tab(kinds.kind(code))


def _address(query: str) -> str:
    return f"/search?{query}" if query else "/search"


@register.simple_tag(takes_context=True)
def tab_url(context: Context, code: str) -> str:
    """The same words, place and unit under another kind; filters of a kind do not travel."""
    params = {}
    for name in ("q", "region", "owner") if context["kind"] != code else ("q",):
        if context["request"].GET.get(name):
            params[name] = context["request"].GET[name]
    if code:
        params["kind"] = code
    return _address(urlencode(params))


@register.simple_tag(takes_context=True)
def without(context: Context, name: str, value: str) -> str:
    """The question without one of its conditions; an empty ``value`` takes the whole name away."""
    params = context["request"].GET.copy()
    left = [other for other in params.getlist(name) if value and other != value]
    for gone in (name, "page", "cursor"):
        params.pop(gone, None)
    if left:
        params.setlist(name, left)
    return _address(params.urlencode())


@register.simple_tag(takes_context=True)
def hidden_params(context: Context, ranges: Any) -> SafeString:
    """The rest of the question as hidden fields, for the form of the ranges."""
    own = {f"{r.name}{end}" for r in ranges for end in ("_from", "_to")}
    skipped = own | {"page", "cursor"}
    pairs = [
        (name, value)
        for name, values in context["request"].GET.lists()
        if name not in skipped
        for value in values
        if value
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
