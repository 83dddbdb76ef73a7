"""Every link of the public pages leads somewhere: a bounded crawl over a small place."""

import re
from collections import deque
from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.catalog.conftest import draft

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
MOST = 150
# Static files are whitenoise's; the probes and signed-in pages are no part of the public side.
ELSEWHERE = ("/static/", "/work/", "/demo/", "/files/")


def shape(path):
    """Addresses that differ only in the value of a filter are crawled once."""
    parts = urlsplit(path)
    names = re.findall(r"(?:^|&)([^=&]+)=", parts.query)
    where = re.sub(r"[0-9A-HJKMNP-TV-Z]{26}", "UID", parts.path)
    return where, tuple(sorted(names))


@pytest.mark.req("X-10")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_link_answers(visitor, world, place, language):
    hidden = draft(world, inner_id="NO-80", asset_no="ZC-80", title="未发布的仪器")
    visitor.cookies["django_language"] = language
    seen, waiting, broken = set(), deque(["/"]), []
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        if shape(path) in seen or path.startswith(ELSEWHERE):
            continue
        seen.add(shape(path))
        response = visitor.get(path)
        if response.status_code not in (200, 301, 302):
            broken.append((path, response.status_code))
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = response.content.decode()
        assert hidden.uid not in text, path  # nothing unpublished in any block
        assert "未发布的仪器" not in text, path
        waiting.extend(unescape(found) for found in LINK.findall(text))
    assert broken == []
    assert len(seen) > 40
