"""Who a request is: session, role switcher, bearer token; and what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from kexiang.accounts import services
from kexiang.accounts.models import ApiToken, Person
from kexiang.kernel.actor import Grant
from kexiang.kernel.errors import Invalid, NotAllowed, NotAuthenticated
from tests.accounts.conftest import SYSTEM, World, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@csrf_exempt
def who(request: HttpRequest) -> JsonResponse:
    """What the API sees: the actor of a request."""
    actor = request.actor
    return JsonResponse(
        {
            "uid": actor.uid,
            "grants": sorted([g.role, g.org, g.region] for g in actor.grants),
            "scopes": sorted(actor.scopes) if actor.scopes is not None else None,
        }
    )


def nothing(request: HttpRequest) -> JsonResponse:
    """A page that does not ask who it is for."""
    return JsonResponse({})


urlpatterns = [
    path("api/v1/who", who),
    path("work/who", who),
    path("nothing", nothing),
]


def issue(person: Person, scopes: tuple[str, ...] = ("search",), **more: Any) -> str:
    at = more.pop("at", timezone.now())
    issued = services.create_token(
        actor=SYSTEM,
        person=person.uid,
        name="对接",
        scopes=scopes,
        expires_at=more.pop("expires_at", at + timedelta(days=30)),
        at=at,
    )
    return issued.secret


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_nobody_is_anonymous(client: Client, world: World):
    assert client.get("/work/who").json() == {"uid": "", "grants": [], "scopes": None}


def test_a_session_acts_in_one_role(signed_in: Any, world: World):
    person = world.people["unit_admin"]

    assert signed_in("unit_admin").get("/work/who").json() == {
        "uid": person.uid,
        "grants": [["unit_admin", world.unit.uid, ""]],
        "scopes": None,
    }


def test_a_token_acts_in_all_roles_with_its_scopes(client: Client, world: World):
    person = world.people["unit_admin"]
    services.grant_role(
        actor=SYSTEM,
        person=person.uid,
        role="pi",
        organisation=world.unit.uid,
        at=timezone.now(),
    )
    secret = issue(person, ("records:read", "search"))

    answer = client.post("/api/v1/who", headers=bearer(secret)).json()

    assert [g[0] for g in answer["grants"]] == ["pi", "unit_admin"]
    assert answer["scopes"] == ["records:read", "search"]


def test_under_the_api_a_session_reads_but_never_writes(signed_in: Any, world: World):
    client = signed_in("unit_admin")

    assert client.get("/api/v1/who").json()["uid"] == world.people["unit_admin"].uid
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/api/v1/who").json()["uid"] == ""


def test_a_token_counts_under_the_api_only(client: Client, world: World):
    secret = issue(world.people["unit_admin"])

    assert client.get("/work/who", headers=bearer(secret)).json()["uid"] == ""


@pytest.mark.parametrize(
    "header",
    ["Bearer wrong", "Bearer ", "Bearer", "Basic dTpw", "kx_raw", "Bearer kx_\u00e9", "Bearer a b"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_bad_token_is_401_with_a_chinese_problem(
    client: Client, world: World, header: str, method: str
):
    answer = getattr(client, method)(
        "/api/v1/who", headers={"Authorization": header.encode().decode("latin-1")}
    )

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "令牌" in answer.json()["detail"]
    assert answer["WWW-Authenticate"] == "Bearer"


def test_tokens_end(client: Client, world: World):
    person, now = world.people["unit_admin"], timezone.now()
    expired = issue(person, at=now - timedelta(days=2), expires_at=now - timedelta(seconds=1))
    revoked, good = issue(person), issue(person)
    token = ApiToken.objects.get(digest=services.digest(revoked))
    services.revoke_token(actor=world.actor("unit_admin"), uid=token.uid, at=now)

    status = [client.get("/api/v1/who", headers=bearer(s)).status_code for s in (expired, revoked)]
    assert status == [401, 401]
    assert client.get("/api/v1/who", headers=bearer(good)).status_code == 200
    services.lock_person(actor=SYSTEM, uid=person.uid, at=now)
    assert client.get("/api/v1/who", headers=bearer(good)).status_code == 401


def test_a_token_loses_a_role_when_the_person_does(client: Client, world: World):
    person = world.people["researcher"]
    secret = issue(person)
    services.end_role(actor=SYSTEM, membership=person.memberships.get().pk, at=timezone.now())

    assert client.get("/api/v1/who", headers=bearer(secret)).json()["grants"] == []


def test_the_secret_is_nowhere_in_the_database(world: World):
    secret = issue(world.people["unit_admin"])

    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert secret.startswith(row["prefix"])
    assert len(secret) >= 43


def test_use_is_noted_at_most_once_a_minute(world: World):
    now = timezone.now()
    secret = issue(world.people["unit_admin"], at=now)
    seen = []
    for seconds in (1, 30, 60, 62):
        services.use_token(secret=secret, at=now + timedelta(seconds=seconds))
        seen.append(ApiToken.objects.get().last_used_at)

    assert seen == [now + timedelta(seconds=s) for s in (1, 1, 1, 62)]


def test_tokens_are_made_by_their_owner_in_a_session(world: World):
    now = timezone.now()
    rest = {"name": "x", "scopes": ["search"], "expires_at": now + timedelta(days=1), "at": now}
    own = world.actor("unit_admin")
    by_token = services.use_token(secret=issue(world.people["unit_admin"], at=now), at=now)
    for actor in (world.actor("sysadmin"), by_token):
        with pytest.raises(NotAllowed):
            services.create_token(actor=actor, person=own.uid, **rest)
    for wrong in (
        {"scopes": ["everything"]},
        {"scopes": []},
        {"name": " "},
        {"expires_at": now},
        {"expires_at": now + timedelta(days=400)},
    ):
        with pytest.raises(Invalid):
            services.create_token(actor=own, person=own.uid, **{**rest, **wrong})


def test_unknown_secrets_are_refused():
    with pytest.raises(NotAuthenticated):
        services.use_token(secret="kx_" + "a" * 43, at=timezone.now())


def test_what_a_request_costs(
    client: Client, signed_in: Any, world: World, django_assert_num_queries: Any
):
    secret = issue(world.people["unit_admin"])
    client.get("/api/v1/who", headers=bearer(secret))
    session = signed_in("unit_admin")

    with django_assert_num_queries(0):
        client.get("/work/who")
    with django_assert_num_queries(0):
        session.get("/nothing")
    with django_assert_num_queries(2):
        client.get("/api/v1/who", headers=bearer(secret))
    with django_assert_num_queries(3):  # the session itself, then person and memberships
        session.get("/work/who")


def test_three_roles_cost_what_one_costs(
    signed_in: Any, world: World, django_assert_num_queries: Any
):
    for role in ("pi", "researcher"):
        services.grant_role(
            actor=SYSTEM,
            person=world.people["unit_admin"].uid,
            role=role,
            organisation=world.unit.uid,
            at=timezone.now(),
        )
    session = signed_in("unit_admin")

    with django_assert_num_queries(3):
        session.get("/work/who")


def test_a_person_without_roles_is_known_and_may_nothing(signed_in: Any, world: World):
    assert signed_in("visitor").get("/work/who").json()["grants"] == []


def test_a_locked_person_is_nobody_at_the_next_request(signed_in: Any, world: World):
    client = signed_in("researcher")
    services.lock_person(actor=SYSTEM, uid=world.people["researcher"].uid, at=timezone.now())

    assert client.get("/work/who").json()["uid"] == ""


def test_an_expired_role_is_not_in_the_session(signed_in: Any, world: World):
    person = make_person("temp")
    world.people["temp"] = person
    row = services.grant_role(actor=SYSTEM, person=person.uid, role="expert", at=timezone.now())
    client = signed_in("temp")
    assert client.get("/work/who").json()["grants"] == [["expert", "", ""]]
    yesterday = timezone.localdate() - timedelta(days=1)
    row.starts_on = row.ends_on = yesterday
    row.save()

    assert client.get("/work/who").json()["grants"] == []


def test_grants_are_those_of_the_kernel(world: World):
    secret = issue(world.people["county_officer"])

    actor = services.use_token(secret=secret, at=timezone.now())
    assert actor.grants == frozenset({Grant("county_officer", "", "140403")})
    assert actor.has("county_officer", region="140403")
    assert not actor.has("county_officer", region="140404")


@pytest.mark.parametrize("path", ["search", "suggest"])
@pytest.mark.urls("kexiang_site.urls")
def test_a_narrow_token_does_not_search(client: Client, world: World, path: str):
    person = world.people["researcher"]
    narrow = client.get(f"/api/v1/{path}", headers=bearer(issue(person, ("records:read",))))
    assert narrow.status_code == 403
    assert "search" in narrow.json()["detail"]
    wide = client.get(f"/api/v1/{path}", headers=bearer(issue(person)))
    assert wide.status_code in (200, 503)
