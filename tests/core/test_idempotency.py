"""``Idempotency-Key`` over a real ninja operation, with threads that race."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI, Schema, Status

from kexiang.core import idempotency
from kexiang.core.http import problem_of
from kexiang.core.idempotency import idempotent, idempotent_while
from kexiang.core.models import IdempotentRequest, JobSchedule
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.kernel.errors import Conflict, DomainError, NotFound, TooMany

pytestmark = pytest.mark.urls(__name__)


class Booking(Schema):
    slot: str


api = NinjaAPI(urls_namespace="idempotency-tests", docs_url=None)


@api.exception_handler(DomainError)
def _domain(request: HttpRequest, error: DomainError) -> Any:
    return problem_of(error)


@api.post("/book", response={201: dict[str, Any]})
@idempotent
def book(request: HttpRequest, body: Booking) -> Status[dict[str, Any]]:
    """Each real execution leaves one row; ``clash`` and ``busy`` refuse after writing one."""
    from django.utils import timezone  # noqa: PLC0415 -- the clock of the view alone

    with transaction.atomic():
        number = JobSchedule.objects.count() + 1
        JobSchedule.objects.create(name=f"{body.slot}-{number}", next_at=timezone.now())
        if body.slot == "clash":
            raise Conflict("该时段已被预约。")
        if body.slot == "busy":
            raise TooMany("请稍后再试。", 5)
        if body.slot == "crash":
            raise RuntimeError("crash")
    return Status(201, {"number": number})


HIDDEN: set[int] = set()


def _still_seen(request: HttpRequest, answer: dict[str, Any]) -> None:
    if answer["number"] in HIDDEN:
        raise NotFound("没有找到。")


@api.post("/note", response={201: dict[str, Any]})
@idempotent_while(_still_seen)
def note(request: HttpRequest, body: Booking) -> Status[dict[str, Any]]:
    from django.utils import timezone  # noqa: PLC0415 -- the clock of the view alone

    number = JobSchedule.objects.count() + 1
    JobSchedule.objects.create(name=f"note-{number}", next_at=timezone.now())
    return Status(201, {"number": number})


urlpatterns = [path("api/", api.urls)]
ROLES: dict[str, Actor] = {}
"""What the actor middleware finds behind a token; changed by a test as an administrator would."""


def act_as(get_response: Any) -> Any:
    def middleware(request: Any) -> Any:
        request.actor = ROLES.get(request.headers.get("Authorization", ""), ANONYMOUS)
        return get_response(request)

    return middleware


@pytest.fixture(autouse=True)
def _only_this_operation(settings: Any) -> None:
    """Who a token belongs to is asked before, by the actor middleware, and tested there."""
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", f"{__name__}.act_as"]
    ROLES.clear()
    HIDDEN.clear()


def _post(
    slot: str = "A",
    *,
    key: str | None = "k-1",
    token: str = "t",  # noqa: S107 -- not a secret
    path: str = "/api/book",
) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if key is not None:
        headers["Idempotency-Key"] = key
    return Client(raise_request_exception=False).post(
        path, {"slot": slot}, content_type="application/json", headers=headers
    )


@pytest.mark.django_db
def test_same_key_and_body_get_the_first_answer() -> None:
    first, second = _post(), _post()

    assert (first.status_code, first.json()) == (201, {"number": 1})
    assert (second.status_code, second.json()) == (201, {"number": 1})
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert ("Idempotent-Replayed" in first, "Idempotent-Replayed" in second) == (False, True)


@pytest.mark.django_db
def test_same_key_with_another_body_is_a_conflict() -> None:
    _post("A")

    answer = _post("B")

    assert answer.status_code == 409
    assert "请换一个新的" in answer.json()["detail"]
    assert JobSchedule.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"key": "k-2"}, {"token": "other"}])
def test_key_and_token_each_make_a_new_request(change: dict[str, str]) -> None:
    _post()

    assert _post(**change).json() == {"number": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("missing", [{"key": None}, {"token": ""}])
def test_without_key_or_token_nothing_is_kept(missing: dict[str, Any]) -> None:
    _post(**missing)
    _post(**missing)

    assert JobSchedule.objects.count() == 2
    assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db
def test_refusal_is_kept_and_its_writes_are_not() -> None:
    first, second = _post("clash"), _post("clash")

    assert (first.status_code, second.status_code) == (409, 409)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" in second
    assert not JobSchedule.objects.exists()


@pytest.mark.django_db
def test_answer_about_the_caller_is_not_kept() -> None:
    assert _post("busy").status_code == 429
    assert not IdempotentRequest.objects.exists()


ADMIN = Actor("p1", frozenset({Grant("unit_admin", org="o1")}), frozenset({"records:write"}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        ANONYMOUS,
        Actor("p2", ADMIN.grants, ADMIN.scopes),
        Actor("p1", frozenset(), ADMIN.scopes),
        Actor("p1", frozenset({Grant("unit_admin", org="o2")}), ADMIN.scopes),
        Actor("p1", frozenset({Grant("researcher", org="o1")}), ADMIN.scopes),
        Actor("p1", ADMIN.grants, frozenset({"records:read"})),
        Actor("p1", ADMIN.grants, None),
    ],
)
def test_kept_answer_is_not_given_when_rights_have_changed(now: Actor) -> None:
    ROLES["Bearer t"] = ADMIN
    assert _post().status_code == 201
    ROLES["Bearer t"] = now

    answer = _post()

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("idempotency_rights_changed")
    assert "number" not in answer.json()
    assert JobSchedule.objects.count() == 1, "and nothing is done a second time"
    ROLES["Bearer t"] = Actor("p1", frozenset(ADMIN.grants), frozenset({"records:write"}))
    assert _post().json() == {"number": 1}, "the same rights again see it again"


@pytest.mark.django_db
def test_kept_answer_is_not_given_when_its_content_is_hidden_by_now() -> None:
    first = _post(path="/api/note")
    HIDDEN.add(first.json()["number"])

    answer = _post(path="/api/note")

    assert (first.status_code, answer.status_code) == (201, 409)
    assert answer.json()["type"].endswith("idempotency_answer_hidden")
    assert JobSchedule.objects.count() == 1
    HIDDEN.clear()
    assert _post(path="/api/note").json() == first.json()


@pytest.mark.django_db(transaction=True)
def test_crash_leaves_nothing_so_that_a_retry_is_possible() -> None:
    assert _post("crash").status_code == 500
    assert not IdempotentRequest.objects.exists()
    assert not JobSchedule.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 129, "键"])
def test_bad_key_is_told(key: str) -> None:
    answer = _post(key=key.encode().decode("latin-1"))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.django_db
def test_key_is_forgotten_after_seven_days() -> None:
    _post()
    row = IdempotentRequest.objects.get()
    old = row.created_at - idempotency.KEEP - timedelta(seconds=1)
    IdempotentRequest.objects.update(created_at=old)

    assert _post("B").json() == {"number": 2}


@pytest.mark.django_db
def test_purge_forgets_only_what_is_old() -> None:
    _post()
    at = IdempotentRequest.objects.get().created_at

    assert idempotency.purge(at=at + idempotency.KEEP) == 0
    assert idempotency.purge(at=at + idempotency.KEEP + timedelta(seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_act_once() -> None:
    together = threading.Barrier(6)
    answers: list[Any] = []

    def send() -> None:
        together.wait()
        try:
            answers.append(_post())
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert [answer.status_code for answer in answers] == [201] * 6
    assert {answer.json()["number"] for answer in answers} == {1}
    assert JobSchedule.objects.count() == 1
