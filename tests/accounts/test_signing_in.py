"""Sign-up, sign-in in three ways, second factor, throttling: real pages, real codes."""

import base64
import hmac
import json
import re
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from kexiang.accounts import services, sms
from kexiang.accounts.models import Person
from kexiang.audit.models import Event
from kexiang.core.worker import run_pending
from tests.accounts.conftest import AT, PASSWORD, SYSTEM, make_person

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/accounts/login/", "/accounts/login/code/"


@pytest.fixture(autouse=True)
def _outbox(settings: Any, tmp_path: Any) -> None:
    settings.HOME, settings.SMS_BACKEND = tmp_path, "file"


def sent() -> list[dict[str, str]]:
    run_pending()
    if not sms.outbox().exists():
        return []
    return [json.loads(line) for line in sms.outbox().read_text(encoding="utf-8").splitlines()]


def code() -> str:
    found = re.search(r"验证码 (\d{6})", sent()[-1]["text"])
    assert found
    return found[1]


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.fixture
def person(db: None) -> Person:
    return make_person("li-ming", mobile="13800138000", email="li@example.cn")


@pytest.mark.parametrize(
    "login",
    ["li-ming", "LI-MING", "li@example.cn", "13800138000", "138 0013 8000", "+8613800138000"],
)
def test_password_sign_in_by_name_address_or_number(client: Client, person: Person, login: str):
    answer = client.post(LOGIN, {"login": login, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/work/")
    assert who(client) == str(person.pk)
    assert Event.objects.filter(kind="person.signed_in", actor=person.uid).count() == 1


def test_sign_in_rotates_the_session(client: Client, person: Person):
    client.get(LOGIN)
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key

    client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})

    assert client.session.session_key != before


@pytest.mark.parametrize("login", ["li-ming", "nobody", "13800138000", "13900139000", "x@y.cn"])
def test_a_wrong_password_says_the_same_for_known_and_unknown(
    client: Client, person: Person, login: str
):
    page = client.post(LOGIN, {"login": login, "password": "wrong-wrong-1"}).content.decode()

    assert "密码不对,请核对后重试。" in page
    assert who(client) is None


def test_code_sign_in(client: Client, person: Person):
    answer = client.post(f"{CODE}?next=/search", {"phone": "138 0013 8000", "next": "/search"})
    assert answer.status_code == 302
    assert sent()[-1]["mobile"] == "+8613800138000"

    answer = client.post(answer["Location"], {"code": code(), "next": "/search"})

    assert (answer.status_code, answer["Location"]) == (302, "/search")
    assert who(client) == str(person.pk)


def test_a_wrong_code_is_refused_three_times_and_then_dead(client: Client, person: Person):
    page = client.post(CODE, {"phone": "13800138000"})["Location"]
    right = code()
    for _ in range(3):
        client.post(page, {"code": "000000" if right != "000000" else "111111"})
    client.post(page, {"code": right})

    assert who(client) is None


def test_an_unknown_number_sees_the_same_page_and_gets_another_text(client: Client, person: Person):
    known = client.post(CODE, {"phone": "13800138000"})
    other = Client()
    unknown = other.post(CODE, {"phone": "13900139000"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert "尚未注册" in sent()[-1]["text"]
    strip = re.compile(r"csrfmiddlewaretoken\" value=\"\w+|\+?86\d{11}|1\d{10}")
    pages = [strip.sub("", c.get(known["Location"]).content.decode()) for c in (client, other)]
    assert pages[0] == pages[1]


def test_sign_up_with_number_code_and_password(client: Client):
    answer = client.post("/accounts/signup/", {"phone": "13700137000", "password1": PASSWORD})
    assert answer.status_code == 302
    fresh = Person.objects.get()
    assert (fresh.mobile, fresh.pending_mobile) == (None, "+8613700137000")
    assert who(client) is None

    answer = client.post(answer["Location"], {"code": code()})

    assert answer.status_code == 302
    fresh.refresh_from_db()
    assert (fresh.mobile, fresh.pending_mobile) == ("+8613700137000", "")
    assert who(client) == str(fresh.pk)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"person.signed_up", "person.mobile_confirmed", "person.signed_in"} <= kinds


def test_nobody_can_squat_a_number(client: Client):
    """An unproven sign-up with my number does not keep me from signing up with it."""
    client.post("/accounts/signup/", {"phone": "13700137000", "password1": "squatter-pass-1"})
    mine = Client()

    page = mine.post("/accounts/signup/", {"phone": "13700137000", "password1": PASSWORD})
    mine.post(page["Location"], {"code": code()})

    assert who(mine)
    assert Person.objects.get(mobile="+8613700137000").check_password(PASSWORD)


def test_sign_up_with_a_known_number_tells_only_its_owner(client: Client, person: Person):
    answer = client.post("/accounts/signup/", {"phone": "13800138000", "password1": PASSWORD})

    assert answer.status_code == 302
    assert "已有账号" in sent()[-1]["text"]
    assert "已有账号" not in client.get(answer["Location"]).content.decode()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("password", ["short1", "1234567890", "password123"])
def test_weak_passwords_are_refused_in_chinese(client: Client, password: str):
    page = client.post("/accounts/signup/", {"phone": "13700137000", "password1": password})

    assert page.status_code == 200
    assert not Person.objects.exists()
    errors = re.findall(r'<ul class="kx-error".*?</ul>', page.content.decode(), re.S)
    assert errors
    assert not re.search(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", "", "".join(errors)))


def test_locked_people_do_not_get_in(client: Client, person: Person):
    services.lock_person(actor=SYSTEM, uid=person.uid, at=AT)

    client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})
    client.post(CODE, {"phone": "13800138000"})

    assert who(client) is None
    assert "尚未注册" in sent()[-1]["text"]


def test_five_wrong_passwords_close_the_door_for_a_while(
    client: Client, person: Person, settings: Any
):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login": "30/m/ip"}
    for _ in range(5):
        client.post(LOGIN, {"login": "li-ming", "password": "wrong-wrong-1"})

    page = client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})

    assert "登录失败次数过多" in page.content.decode()
    assert who(client) is None


def test_too_many_sign_ins_from_one_address_get_a_chinese_page(client: Client, settings: Any):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    answers = [client.post(LOGIN, {"login": f"x{n}", "password": "y"}) for n in range(5)]

    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert "请等几分钟再试" in answers[-1].content.decode()


@pytest.mark.parametrize("url", ["https://evil.cn/", "//evil.cn", "javascript:alert(1)"])
def test_next_stays_on_this_site(client: Client, person: Person, url: str):
    answer = client.post(
        f"{LOGIN}?next={url}", {"login": "li-ming", "password": PASSWORD, "next": url}
    )

    assert answer["Location"] == "/work/"


def test_sign_in_needs_a_csrf_token(person: Person):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})

    assert answer.status_code == 403


def test_second_factor_is_asked_for(client: Client, person: Person):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)

    page = client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})
    assert page["Location"] == "/accounts/2fa/authenticate/"
    assert who(client) is None
    client.post(page["Location"], {"code": "000000"})
    assert who(client) is None

    client.post(page["Location"], {"code": current_totp(secret)})

    assert who(client) == str(person.pk)


def current_totp(secret: str) -> str:
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def test_password_reset_by_address_sends_a_code_in_chinese(client: Client, person: Person):
    answer = client.post("/accounts/password/reset/", {"email": "li@example.cn"})

    assert answer.status_code == 302
    assert mail.outbox[-1].to == ["li@example.cn"]
    assert re.search(r"\d{6}", mail.outbox[-1].body)
    assert "密码" in mail.outbox[-1].subject + mail.outbox[-1].body
    client.post("/accounts/password/reset/", {"email": "nobody@example.cn"})
    assert not re.search(r"\d{6}", mail.outbox[-1].body) or mail.outbox[-1].to != [
        "nobody@example.cn"
    ]


def test_a_new_password_after_a_code_and_only_then(client: Client, person: Person):
    client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})
    assert client.get("/work/profile/password/").status_code == 403
    client.post("/accounts/logout/")
    other = Client()
    other.post(LOGIN, {"login": "li-ming", "password": PASSWORD})
    page = client.post(CODE, {"phone": "13800138000"})["Location"]
    client.post(page, {"code": code()})

    assert client.post("/work/profile/password/", {"password": "123"}).status_code == 422
    answer = client.post("/work/profile/password/", {"password": "brand-new-pass-7"})

    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.check_password("brand-new-pass-7")
    assert client.get("/work/profile/").status_code == 200
    assert other.get("/work/profile/").status_code == 302


def test_changing_the_number_needs_its_code(client: Client, person: Person):
    client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})

    answer = client.post("/accounts/phone/change/", {"phone": "13600136000"})
    assert Person.objects.get(pk=person.pk).mobile == "+8613800138000"
    client.post(answer["Location"], {"code": code()})

    assert Person.objects.get(pk=person.pk).mobile == "+8613600136000"


def test_the_webhook_backend_hands_the_text_to_a_gateway(settings: Any):
    got: list[tuple[str | None, dict[str, str]]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["Authorization"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    settings.SMS_BACKEND, settings.SMS_TOKEN = "webhook", "t"
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/"
    sms.send({"mobile": "+8613800138000", "text": "测试"})
    thread.join()
    server.server_close()

    assert got == [("Bearer t", {"mobile": "+8613800138000", "text": "【科技资源共享】测试"})]
    with pytest.raises(OSError, match="refused"):
        sms.send({"mobile": "+8613800138000", "text": "无人接听"})


@pytest.mark.req("W-04")
def test_slow_gateway_keeps_nobody_waiting(client: Client, person: Person, monkeypatch: Any):
    """Even a gateway that never answers: the page comes at once, the code is tried again."""

    def hang(_mobile: str, _text: str) -> None:
        raise TimeoutError("no answer")

    monkeypatch.setitem(sms.BACKENDS, "file", hang)
    answer = client.post(CODE, {"phone": "13800138000"})

    assert answer.status_code == 302
    run_pending()
    row = DBTaskResult.objects.get(queue_name="express")
    assert row.status == "READY", "it will be tried again"
    assert "13800138000" not in str(row.args_kwargs)


def test_devices_are_told_in_plain_words(client: Client, person: Person):
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/86.0.1 Safari/537.36"
    for n in range(2):
        Client(headers={"User-Agent": f"{agent} Edg/{142 + n}"}).post(
            LOGIN, {"login": "li-ming", "password": PASSWORD}
        )
    client.post(LOGIN, {"login": "li-ming", "password": PASSWORD})

    page = client.get("/accounts/sessions/").content.decode()

    assert "Edge 142 · Windows" in page
    assert "未知设备" in page
    client.post("/accounts/sessions/")
    assert "Edge" not in client.get("/accounts/sessions/").content.decode()
