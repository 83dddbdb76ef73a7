"""``{% load ui %}``: components, icons, assets and the formats of ux.md B1.3."""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template import Context, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kexiang.core import assets, formats
from kexiang.core.components import ComponentNode, PropsNode, SlotNode
from kexiang.core.providers import providers

register = template.Library()

for name in (
    "money",
    "yuan",
    "wan",
    "wan_yuan",
    "as_wan",
    "number",
    "hours",
    "percent",
    "cn_date",
    "cn_datetime",
    "short_datetime",
    "file_size",
):
    register.filter(name, getattr(formats, name))


def _workdays() -> formats.Workdays | None:
    """The working-day calendar, when a context has provided one (slot ``core.workdays``)."""
    return next(iter(providers("core.workdays")), None)


@register.filter
def rest(due: object, today: object) -> str:
    """``{{ due|rest:today }}`` – the rest of working days, in words."""
    return formats.rest(due, today, _workdays())


@register.filter
def rest_tone(due: object, today: object) -> str:
    """``{{ due|rest_tone:today }}`` – the status colour that goes with ``rest``."""
    return formats.rest_tone(due, today, _workdays())


@register.filter
def page_window(page: int, pages: int) -> list[int]:
    """Page numbers to show around ``page``; 0 stands for a gap."""
    wanted = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    shown: list[int] = []
    for n in wanted:
        if shown and n - shown[-1] > 1:
            shown.append(0)
        shown.append(n)
    return shown


TONES = {
    "success": "ok",
    "ok": "ok",
    "warning": "warn",
    "warn": "warn",
    "error": "bad",
    "bad": "bad",
    "end": "end",
}
TONE_ICONS = {
    "ok": "check-circle",
    "warn": "exclamation-triangle",
    "bad": "exclamation-circle",
}


@register.filter
def alert_tone(level: str) -> str:
    """The status colour of a message level of Django (or of a tone of our own)."""
    return TONES.get(level, "info")


@register.filter
def alert_icon(level: str) -> str:
    return TONE_ICONS.get(alert_tone(level), "info-circle")


@register.filter
def after_label(message: object, label: object) -> str:
    """A fault as it reads behind its label: ``原值`` + ``原值必填`` says ``原值`` once."""
    text, full = str(message), str(label)
    for known in (full, full.partition("(")[0]):
        if known and text.startswith(known):
            return text[len(known) :]
    return f":{text}"


@register.filter
def unlocalize_number(value: object) -> str:
    """A number as an HTML attribute needs it: no thousands comma, a decimal point."""
    found = formats.decimal_of(value)
    return "0" if found is None else f"{found:f}"


@register.filter
def share_of(value: object, items: Any) -> str:
    """``value`` as a percentage of the largest value of ``items`` ((label, value, …) rows)."""
    largest = max((formats.decimal_of(row[1]) or 0 for row in items), default=0)
    own = formats.decimal_of(value) or 0
    return f"{own / largest * 100:.1f}" if largest else "0"


@register.filter
def item(mapping: Any, key: object) -> object:
    """``{{ mapping|item:key }}`` – a look-up with a variable key; ``""`` when absent."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return ""


@register.simple_tag
def asset(path: str) -> str:
    """The address of a built file with its content hash: ``{% asset "app.css" %}``."""
    return f"{static('dist/' + path)}?v={assets.version(path)}"


@lru_cache(maxsize=512)
def _icon(name: str, size: int) -> SafeString:
    return format_html(
        '<svg class="icon" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        size,
        size,
        f"{static('dist/icons.svg')}?v={assets.version('icons.svg')}",
        name,
    )


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A decorative icon of the sprite; the word beside it carries the meaning."""
    if name not in assets.ICONS:
        raise TemplateSyntaxError(f"unknown icon {name!r}; see kexiang/core/assets.py")
    return _icon(name, size)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The current query string with ``changes`` applied; ``None`` or ``""`` removes a key.

    The page number is dropped unless it is itself changed, because a narrower list is shorter.
    """
    request = context.get("request")
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    if "page" not in changes:
        params.pop("page", None)
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        elif isinstance(value, list | tuple):
            params.setlist(key, [str(v) for v in value])
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.simple_tag
def debug_mode() -> bool:
    return bool(settings.DEBUG)


def _props(parser: Parser, bits: list[str], tag: str) -> dict[str, FilterExpression]:
    props = token_kwargs(bits, parser)
    if bits:
        raise TemplateSyntaxError(f"{tag}: props are written name=value, got {bits[0]!r}")
    return props


def _literal(text: str, tag: str) -> str:
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        raise TemplateSyntaxError(f"{tag}: a name must be a quoted literal, got {text!r}")
    return text[1:-1]


@register.tag
def props(parser: Parser, token: Token) -> PropsNode:
    """``{% props "needed" other="" slots="actions" %}`` – the head of a component file."""
    tag, *bits = token.split_contents()
    required: set[str] = set()
    while bits and bits[0][0] in "\"'":
        required.add(_literal(bits.pop(0), tag))
    given = _props(parser, bits, tag)
    defaults = {key: value.resolve(Context()) for key, value in given.items()}
    slots = frozenset(s.strip() for s in str(defaults.pop("slots", "")).split(",") if s.strip())
    return PropsNode(frozenset(required), defaults, slots)


@register.tag("ui")
def leaf(parser: Parser, token: Token) -> ComponentNode:
    """``{% ui "state" label=x tone="ok" %}`` – a component without a body."""
    tag, *bits = token.split_contents()
    if not bits:
        raise TemplateSyntaxError(f"{tag}: name of the component is missing")
    return ComponentNode(_literal(bits[0], tag), _props(parser, bits[1:], tag), None)


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """``{% component "card" title=x %}…{% endcomponent %}`` – a component with a body."""
    tag, *bits = token.split_contents()
    if not bits:
        raise TemplateSyntaxError(f"{tag}: name of the component is missing")
    name, given = _literal(bits[0], tag), _props(parser, bits[1:], tag)
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(name, given, nodelist)


@register.tag
def slot(parser: Parser, token: Token) -> SlotNode:
    """``{% slot "actions" %}…{% endslot %}`` – a named part of the enclosing component."""
    tag, *bits = token.split_contents()
    if len(bits) != 1:
        raise TemplateSyntaxError(f"{tag}: takes exactly one name")
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(_literal(bits[0], tag), nodelist)
