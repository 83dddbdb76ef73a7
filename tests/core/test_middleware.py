"""Headers, language and rate limits on every answer."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from kexiang.core import middleware

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/help", "/nowhere", "/api/v1/nowhere", "/healthz", "/robots.txt"]
)
def test_every_answer_carries_a_strict_policy(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_language_follows_the_visitor_only_on_the_public_side():
    client = Client()
    assert client.get("/help").headers["Content-Language"] == "zh-hans"
    assert client.get("/help", headers={"accept-language": "en"}).headers["Content-Language"] == (
        "zh-hans"
    )
    answer = client.get("/help?lang=en")
    assert answer.headers["Content-Language"] == "en"
    assert answer.cookies["django_language"].value == "en"
    assert "Three minutes" in client.get("/help").content.decode()
    assert "Content-Language" not in client.get("/work/").headers
    assert "Sign in" in client.get("/accounts/login/").content.decode()
    assert client.get("/help?lang=tlh").status_code == 200


@pytest.fixture
def limits(settings):
    settings.RATE_LIMIT = True
    cache.clear()
    yield
    cache.clear()


def test_anonymous_writes_are_limited(limits, client):
    answers = [client.post("/preferences", {"next": "/help"}).status_code for _ in range(61)]
    assert answers[:60] == [303] * 60
    refused = client.post("/preferences", {"next": "/help"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "操作过于频繁" in refused.content.decode()
    assert client.post("/preferences", {}, REMOTE_ADDR="10.1.1.1").status_code == 303
    assert client.get("/help").status_code == 200  # reading is counted apart


def test_reads_are_limited_and_the_api_answers_a_problem(limits, client, monkeypatch):
    monkeypatch.setattr(middleware, "READS_PER_MINUTE", 3)
    for _ in range(3):
        assert client.get("/robots.txt").status_code == 200
    refused = client.get("/api/v1/openapi.json")
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:kexiang:problem:too_many"
    assert client.get("/healthz").status_code == 200  # a probe is never refused


def test_limits_can_be_switched_off(settings, client):
    settings.RATE_LIMIT = False
    for _ in range(70):
        assert client.post("/preferences", {}).status_code == 303


@pytest.mark.parametrize("path", ["/units?q=%00", "/units?q=a%0%000b", "/?x=%00"])
def test_nul_in_a_question_is_a_blank(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not any("\x00" in value for value in answer.wsgi_request.GET.values())


@pytest.mark.parametrize(
    "path", ["/u/%00", "/r/a%00b", "/files/%00", "/sitemap-" + "9" * 30 + ".xml"]
)
def test_hostile_addresses_do_not_exist(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("data", [{"theme": "a\x00b"}, {"a\x00": "b"}])
def test_form_with_nul_is_refused_with_a_sentence(client, data):
    answer = client.post("/preferences", data)
    assert answer.status_code == 400
    assert "控制字符" in answer.content.decode()


class Asked:
    """What the views behind the middleware see as the client's address."""

    def __call__(self, request):
        self.address = request.META["REMOTE_ADDR"]
        return HttpResponse()


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
    ],
)
def test_only_our_proxy_says_who_asks(rf, settings, peer, forwarded, seen):
    settings.TRUSTED_PROXIES = frozenset({"10.0.0.1", "10.0.0.2"})
    view = Asked()
    request = rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    middleware.ClientAddressMiddleware(view)(request)
    assert view.address == seen
