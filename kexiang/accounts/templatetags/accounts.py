"""``{% load accounts %}``: a browser and a mobile number as people write them."""

import re

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that fits counts: Chromium browsers all call themselves Chrome and Safari as well.
BROWSERS = (
    (r"MicroMessenger/(\d+)", "微信"),
    (r"Edg/(\d+)", "Edge"),
    (r"(?:QIHU|360SE)", "360"),
    (r"Firefox/(\d+)", "Firefox"),
    (r"Chrome/(\d+)", "Chrome"),
    (r"Version/(\d+).*Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """Chrome 142 · Windows, or 未知设备."""
    name = ""
    for pattern, label in BROWSERS:
        if found := re.search(pattern, user_agent):
            name = f"{label} {found[1]}" if found.groups() else label
            break
    system = next((label for mark, label in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (name, system) if part) or _("未知设备")


@register.filter
def mobile(number: str | None) -> str:
    """A mainland number without its country code; — when there is none."""
    return number.removeprefix("+86") if number else "—"
