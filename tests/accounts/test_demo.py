"""The demo's one-click sign-in, and every way in which it must stay shut."""

import json
from typing import Any

import pytest
from django.test import Client

from kexiang.accounts import queries, services
from kexiang.accounts.models import DemoAccount, DemoPlace
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, NotAllowed, NotFound
from tests.accounts.conftest import AT, COUNTY, SYSTEM, World, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> DemoAccount:
    """A marked database with one demo account and one ordinary person."""
    services.mark_demo_place(actor=SYSTEM, pack="changzhi-2017", seed=1, at=AT)
    person = make_person("demo-county")
    role = services.grant_role(
        actor=SYSTEM, person=person.uid, role="county_officer", region=COUNTY, at=AT
    )
    make_person("ordinary")
    return services.add_demo_account(actor=SYSTEM, person=person.uid, membership=role.pk)


@pytest.fixture
def started_as_demo(settings: Any) -> None:
    settings.DEMO = True
    settings.HTTPS = False


@pytest.fixture
def opened(place: DemoAccount, started_as_demo: None) -> DemoAccount:
    return place


def enter(client: Client, account: Any, **more: Any) -> Any:
    return client.post("/demo/enter/", {"account": account, **more})


def is_shut(client: Client, account: int) -> bool:
    answers = [client.get("/demo/"), enter(client, account)]
    return [a.status_code for a in answers] == [404, 404] and "_auth_user_id" not in client.session


def test_one_click_signs_in_with_the_role(client: Client, opened: DemoAccount):
    page = client.get("/demo/").content.decode()
    assert "demo-county" in page
    assert "ordinary" not in page
    client.get("/demo/")
    before = client.session.session_key

    answer = enter(client, opened.pk)

    assert (answer.status_code, answer["Location"]) == (302, "/work/")
    assert client.session["_auth_user_id"] == str(opened.person_id)
    assert client.session["role"] == opened.membership_id
    assert client.session.session_key != before


def test_a_second_click_changes_the_person(client: Client, opened: DemoAccount):
    other = services.add_demo_account(actor=SYSTEM, person=make_person("demo-two").uid)
    enter(client, opened.pk)

    enter(client, other.pk)

    assert client.session["_auth_user_id"] == str(other.person_id)
    assert "role" not in client.session


def test_env_without_marker_is_shut(client: Client, started_as_demo: None, db: None):
    make_person("real")
    assert is_shut(client, 1)


def test_marker_without_env_is_shut(client: Client, place: DemoAccount, settings: Any):
    settings.DEMO = False
    assert is_shut(client, place.pk)


@pytest.mark.parametrize(
    "hosts", [["*"], ["kj.changzhi.gov.cn"], ["localhost", "kj.changzhi.gov.cn"], [".gov.cn"]]
)
def test_public_host_names_shut_it(
    client: Client, opened: DemoAccount, settings: Any, hosts: list[str]
):
    settings.ALLOWED_HOSTS = [*hosts, "testserver"]
    assert is_shut(client, opened.pk)


def test_a_host_header_cannot_open_it(client: Client, opened: DemoAccount, settings: Any):
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DEMO_HOSTS = []
    assert is_shut(client, opened.pk)
    answer = client.post("/demo/enter/", {"account": opened.pk}, headers={"Host": "localhost"})
    assert answer.status_code == 400


def test_https_shuts_it(client: Client, opened: DemoAccount, settings: Any):
    settings.HTTPS = True
    assert is_shut(client, opened.pk)


def test_only_listed_accounts_can_be_entered(client: Client, opened: DemoAccount):
    for account in (opened.pk + 99, 0, "-1", "x", "", "1" * 40, "1'"):
        assert enter(client, account).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_locked_demo_account_cannot_be_entered(client: Client, opened: DemoAccount):
    services.lock_person(actor=SYSTEM, uid=opened.person.uid, at=AT)
    assert enter(client, opened.pk).status_code == 404


def test_entering_needs_post_and_csrf(opened: DemoAccount):
    client = Client(enforce_csrf_checks=True)
    assert client.get("/demo/enter/").status_code == 405
    assert enter(client, opened.pk).status_code == 403


@pytest.mark.parametrize(
    "url", ["https://evil.cn/", "//evil.cn", "javascript:alert(1)", "\\\\evil.cn"]
)
def test_next_stays_on_this_site(client: Client, opened: DemoAccount, url: str):
    assert enter(client, opened.pk, next=url)["Location"] == "/work/"
    assert enter(client, opened.pk, next="/search?q=1")["Location"] == "/search?q=1"


def test_a_database_with_people_is_never_marked(world: World):
    with pytest.raises(Conflict):
        services.mark_demo_place(actor=SYSTEM, pack="changzhi-2017", seed=1, at=AT)
    with pytest.raises(Conflict):
        services.add_demo_account(actor=SYSTEM, person=world.people["visitor"].uid)
    assert not DemoPlace.objects.exists()


def test_marking_twice_or_by_a_person_is_refused(place: DemoAccount, db: None):
    with pytest.raises(Conflict):
        services.mark_demo_place(actor=SYSTEM, pack="changzhi-2017", seed=1, at=AT)
    person = queries.grants_of(place.person, today=AT.date())
    assert person
    actor = Actor(place.person.uid, person)
    with pytest.raises(NotAllowed):
        services.mark_demo_place(actor=actor, pack="x", seed=1, at=AT)
    with pytest.raises(NotAllowed):
        services.add_demo_account(actor=actor, person=place.person.uid)


def test_the_service_itself_refuses_outside_a_demo(place: DemoAccount, settings: Any):
    settings.DEMO = False
    with pytest.raises(NotFound):
        services.demo_login(account=place.pk, host="localhost", at=AT)


def test_doctor_is_told_which_locks_are_open(opened: DemoAccount, settings: Any):
    assert queries.demo_state() == {
        "started_as_demo": True,
        "database_is_marked": True,
        "hosts_are_private": True,
    }
    settings.ALLOWED_HOSTS = ["kj.changzhi.gov.cn"]
    assert not queries.demo_state()["hosts_are_private"]
    assert json.dumps(queries.demo_state())


def test_demo_accounts_are_listed_in_order(opened: DemoAccount):
    services.add_demo_account(actor=SYSTEM, person=make_person("demo-zero").uid, position=0)

    found = queries.demo_accounts()
    assert [(a.username, a.role) for a in found] == [
        ("demo-county", "county_officer"),
        ("demo-zero", "visitor"),
    ]
    assert found[0].organisation == "潞州区"
