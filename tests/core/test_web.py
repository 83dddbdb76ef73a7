"""Probes, preferences, error pages, forms."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django import forms
from django.test import Client, RequestFactory

from kexiang.core import assets, gallery, providers, views

ROOT = Path(__file__).resolve().parents[2]


def test_liveness_asks_nothing(client, django_assert_num_queries):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_readiness_names_what_is_missing(client):
    kept = list(providers._slots.get("ready", ()))
    try:
        providers._slots["ready"] = [lambda: ("search", False)]
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json() == {"ready": False, "checks": {"database": True, "search": False}}
        providers._slots["ready"] = [lambda: ("search", True)]
        assert client.get("/readyz").status_code == 200
    finally:
        providers._slots["ready"] = kept


def test_metrics_are_prometheus_text(client):
    client.get("/robots.txt")
    text = client.get("/metrics").content.decode()
    line = re.compile(r"^(# (HELP|TYPE) \S+ .+|kexiang_[a-z_]+(\{[^}]*\})? [0-9.e+-]+)$")
    assert all(line.match(row) for row in text.strip().split("\n"))
    assert 'method="GET",status="200"' in text


@pytest.mark.req("X-10")
@pytest.mark.parametrize(
    ("field", "value", "cookie", "attribute"),
    [
        ("theme", "dark", "kx_theme", 'data-theme="dark"'),
        ("theme", "eye", "kx_theme", 'data-theme="eye"'),
        ("size", "large", "kx_size", 'data-size="large"'),
        ("language", "en", "django_language", 'lang="en"'),
    ],
)
@pytest.mark.django_db
def test_a_choice_is_kept_without_script(field, value, cookie, attribute):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/preferences", {field: value, "next": "/help"})
    assert response.status_code == 303
    assert response.headers["Location"] == "/help"
    assert response.cookies[cookie].value == value
    assert attribute in client.get("/help").content.decode()


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example", "javascript:x", ""]
)
def test_a_choice_never_leads_elsewhere(client, next_url):
    response = client.post("/preferences", {"theme": "neon", "next": next_url})
    assert response.headers["Location"] == "/"
    assert not response.cookies


@pytest.mark.parametrize(
    ("handler", "status", "word"),
    [
        (views.bad_request, 400, "请求格式有误"),
        (views.forbidden, 403, "切换角色"),
        (views.not_found, 404, "没有找到"),
    ],
)
@pytest.mark.django_db
def test_error_pages_say_why_and_what_instead(client, handler, status, word):
    request = client.get("/help").wsgi_request
    response = handler(request, Exception())
    assert response.status_code == status
    assert word in response.content.decode()
    assert "回到首页" in response.content.decode()


def test_the_last_resort_asks_no_database():
    request = RequestFactory().get("/x")
    response = views.server_error(request)
    text = response.content.decode()
    assert response.status_code == 500
    assert "系统出现问题" in text
    assert "500" not in text  # ux.md B2: never "系统错误 500"


def test_errors_under_the_api_are_problem_documents():
    request = RequestFactory().get("/api/v1/x")
    for response in (views.server_error(request), views.not_found(request, Exception())):
        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(response.content)["detail"]


def test_a_stale_form_is_explained():
    request = RequestFactory().post("/x")
    assert "刷新后重新提交" in views.csrf_failure(request).content.decode()


def test_fields_carry_label_help_error_and_required_mark():
    html = str(gallery.SampleForm({"name": "", "value": "x"}))
    assert '<label for="id_name">名称' in html
    assert "必填" in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'aria-describedby="id_name_helptext id_name_error"', html)
    assert 'class="form-control is-invalid"' in html
    assert 'href="#id_name"' in html  # the list of errors on top leads to the field


def test_a_widget_of_ours_keeps_its_class():
    class Own(forms.Form):
        code = forms.CharField(widget=forms.TextInput(attrs={"class": "wide"}))

    assert 'class="form-control wide"' in str(Own())


def test_icons_are_named_once_and_exist_in_the_sprite():
    sprite = ROOT / "kexiang_site/static/dist/icons.svg"
    if not sprite.is_file():
        pytest.skip("front end not built")
    found = set(re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8")))
    assert found == assets.ICONS


def test_the_first_load_stays_small():
    folder = ROOT / "kexiang_site/static/dist"
    if not folder.is_dir():
        pytest.skip("front end not built")
    files = [folder / name for name in ("app.css", "app.js", "icons.svg")]
    assert sum(len(gzip.compress(f.read_bytes())) for f in files) <= 300 * 1024


def test_the_build_uses_nothing_newer_than_the_floor():
    """Chromium 86 knows no :has, :is with lists in :not, aspect-ratio without a fallback, inset."""
    css = ROOT / "kexiang_site/static/dist/app.css"
    if not css.is_file():
        pytest.skip("front end not built")
    text = css.read_text(encoding="utf-8")
    for word in (":has(", ":is(", ":where(", "color-mix(", "@layer", "@container"):
        assert word not in text, word
    assert not re.search(r"[;{]inset:", text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/help/", "/help"),
        (
            "/help/search/?a=1&b=%E4%B8%8D%E9%94%88%E9%92%A2",
            "/help/search?a=1&b=%E4%B8%8D%E9%94%88%E9%92%A2",
        ),
        ("/search/", "/search"),
        ("/units/", "/units"),
        ("/work", "/work/"),
        ("/accounts/login", "/accounts/login/"),
    ],
)
def test_a_slash_too_many_or_too_few_leads_on(client: Client, path: str, target: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, target)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nothing/", "//evil.example/", "/help//evil/", "/"])
def test_nothing_else_is_led_away(client: Client, path: str) -> None:
    assert client.get(path).status_code in (200, 404)
