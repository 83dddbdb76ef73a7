"""Every page of accounts and journal: who gets it, in Chinese, with what it must carry."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from kexiang.accounts import menus, services
from kexiang.accounts.models import ApiToken, Membership, Organisation, Person
from kexiang.audit import menus as journal
from kexiang.audit.models import Event
from tests.accounts.conftest import (
    AT,
    COUNTY,
    PASSWORD,
    SYSTEM,
    World,
    make_organisation,
    make_person,
)

pytestmark = pytest.mark.django_db
ANONYMOUS_PAGES = (
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/inactive/",
)
OWN_PAGES = (
    "/work/profile/",
    "/work/profile/name/",
    "/work/profile/close/",
    "/work/profile/tokens/new/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/phone/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/logout/",
)
ALLOWED_ENGLISH = {
    "EN", "English", "en", "kexiang", "audit", "verify", "Enter", "Ctrl", "Authorization",
    "Bearer", "kx", "record", "publish", "person", "system", "test", "opened", "role",
    "granted", "organisation", "fields", "signed", "in", "method", "example", "cn", "name",
}  # fmt: skip


def visible_text(html: str) -> str:
    main = re.search(r"<main.*?</main>", html, re.S)
    text = re.sub(r"<(script|style).*?</\1>", " ", main[0] if main else html, flags=re.S)
    return re.sub(r"<[^>]*>", " ", text)


def english(html: str, *known: str) -> set[str]:
    """Words of three and more Latin letters that people would read on the page."""
    words = set(re.findall(r"[A-Za-z]{3,}", visible_text(html)))
    return {w for w in words if w not in ALLOWED_ENGLISH and w not in " ".join(known)}


@pytest.mark.parametrize("path", ANONYMOUS_PAGES)
def test_entrance_pages_speak_chinese(client: Client, path: str):
    answer = client.get(path)

    assert answer.status_code == 200
    html = answer.content.decode()
    assert english(html) == set()
    assert "科技资源开放共享网络管理服务平台" in html


@pytest.mark.parametrize("path", OWN_PAGES)
def test_own_pages_speak_chinese(world: World, path: str, client: Client):
    client.post("/accounts/login/", {"login": "unit-admin", "password": PASSWORD})

    answer = client.get(path)

    assert answer.status_code == 200
    assert english(answer.content.decode(), "unit-admin") == set()


def test_second_factor_can_be_set_up_in_chinese(client: Client, world: World):
    client.post("/accounts/login/", {"login": "unit-admin", "password": PASSWORD})
    activate = "/accounts/2fa/totp/activate/"
    asked = client.get(activate)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert english(client.get(asked["Location"]).content.decode()) == set()
    client.post(asked["Location"], {"password": PASSWORD})

    answer = client.get(activate)

    assert answer.status_code == 200
    html = answer.content.decode()
    assert "data:image/svg+xml" in html
    secret = re.search(r'value="([A-Z2-7]{32})"', html)
    assert secret
    assert english(html, secret[1]) == set()


@pytest.mark.parametrize("path", [*ANONYMOUS_PAGES, *OWN_PAGES, "/work/people/"])
def test_pages_keep_the_content_policy(world: World, signed_in: Any, path: str):
    html = signed_in("sysadmin").get(path, follow=True).content.decode()

    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html)
    for script in re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", html):
        assert "application/json" in script


@pytest.mark.parametrize(
    "path", [*OWN_PAGES, "/work/people/", "/work/organisations/", "/work/journal/"]
)
def test_pages_send_strangers_to_sign_in_and_back(client: Client, path: str):
    if path == "/accounts/logout/":
        return
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


PEOPLE, UNITS, JOURNAL = "/work/people/", "/work/organisations/", "/work/journal/"


@pytest.mark.req("AA-02")
@pytest.mark.parametrize(
    ("path", "readers"),
    [
        (PEOPLE, {"sysadmin", "secadmin"}),
        (UNITS, {"sysadmin", "bureau_admin", "county_officer"}),
        (JOURNAL, {"auditor", "logadmin"}),
    ],
)
def test_lists_are_for_their_roles_and_others_are_told_why(
    world: World, signed_in: Any, path: str, readers: set[str]
):
    answers = {role: signed_in(role).get(path) for role in world.people}

    assert {role for role, a in answers.items() if a.status_code == 200} == readers
    for role, answer in answers.items():
        if role not in readers:
            assert answer.status_code == 403
            assert re.search("开放", answer.content.decode())


def test_people_list_searches_filters_sorts_and_masks(world: World, signed_in: Any):
    client = signed_in("sysadmin")
    page = client.get(PEOPLE).content.decode()
    assert "138****0000" in page
    assert "13800000000" not in page
    assert "12" in page

    def names(query: str) -> list[str]:
        html = client.get(f"{PEOPLE}?{query}").content.decode()
        return re.findall(r'<a href="/work/people/\w{26}/">([^<]+)</a>', html)

    assert names("q=unit-admin") == ["unit-admin"]
    assert names("q=13800000000") == ["unit-admin"]
    assert names("role=auditor") == ["auditor"]
    assert names("sort=username")[0] == "auditor"
    assert names("sort=-username")[0] == "visitor"
    assert len(names("size=20")) == 12
    services.lock_person(actor=SYSTEM, uid=world.people["visitor"].uid, at=AT)
    assert names("state=locked") == ["visitor"]


@pytest.mark.parametrize(
    "query", ["sort=secret", "page=0", "page=x", "size=5", "role=king", "state=x"]
)
def test_bad_filters_are_told_and_not_swallowed(world: World, signed_in: Any, query: str):
    assert signed_in("sysadmin").get(f"{PEOPLE}?{query}").status_code == 422


def test_people_export_is_complete_and_harmless(world: World, signed_in: Any):
    for n in range(25):
        make_person(f"more{n:02d}", name="=HYPERLINK(1)")
    answer = signed_in("sysadmin").get(f"{PEOPLE}?export=1")

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 12 + 25
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


@pytest.mark.parametrize("path", [PEOPLE, UNITS])
def test_lists_cost_the_same_for_few_and_many(
    world: World, signed_in: Any, path: str, django_assert_max_num_queries: Any
):
    client = signed_in("sysadmin")
    client.get(path)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(12) as seen:
            client.get(path)
        counts.append(len(seen))
        for n in range(5):
            person = make_person(f"p{len(counts)}{n}")
            unit = make_organisation(f"新{len(counts)}{n}院")
            services.grant_role(
                actor=SYSTEM, person=person.uid, role="pi", organisation=unit.uid, at=AT
            )

    assert counts[0] == counts[1]


def test_system_administrator_opens_an_account_and_gives_a_role(world: World, signed_in: Any):
    client = signed_in("sysadmin")
    answer = client.post(f"{PEOPLE}new/", {"name": "王芳", "mobile": "139 0000 0001"})
    person = Person.objects.get(mobile="+8613900000001")
    assert answer["Location"] == f"/work/people/{person.uid}/"

    faulty = client.post(answer["Location"], {"role": "pi", "organisation": "没有的单位"})
    assert faulty.status_code == 422
    assert "没有找到这个单位" in faulty.content.decode()
    client.post(answer["Location"], {"role": "pi", "organisation": "上党理工学院"})
    client.post(answer["Location"], {"role": "county_officer", "region": COUNTY})

    assert set(person.memberships.values_list("role", flat=True)) == {"pi", "county_officer"}
    assert (
        client.post(answer["Location"], {"role": "pi", "organisation": "sdlgxy"}).status_code == 422
    )


@pytest.mark.req("AA-02")
def test_a_number_in_clear_is_shown_on_demand_and_journalled(world: World, signed_in: Any):
    client, person = signed_in("sysadmin"), world.people["unit_admin"]
    assert client.get(f"/work/people/{person.uid}/contact/").status_code == 405

    page = client.post(f"/work/people/{person.uid}/contact/").content.decode()

    assert "13800000000" in page
    assert Event.objects.filter(kind="person.contact_read", subject=f"person:{person.uid}").exists()


def test_lock_unlock_and_close(world: World, signed_in: Any):
    client, person = signed_in("sysadmin"), world.people["visitor"]
    for action in ("lock", "unlock", "close"):
        assert client.post(f"/work/people/{person.uid}/{action}/").status_code == 302
    person.refresh_from_db()

    assert person.closed_at
    assert client.post(f"/work/people/{person.uid}/lock/").status_code == 404
    assert client.post(f"/work/people/{person.uid}/explode/").status_code == 404


def test_unit_administrator_keeps_his_unit(world: World, signed_in: Any):
    client = signed_in("unit_admin")
    home = f"/work/organisations/{world.unit.uid}/"
    assert client.get("/work/organisation/")["Location"] == home
    page = client.get(home).content.decode()
    assert "山西省长治市潞州区" in page
    edit = client.get(f"{home}edit/").content.decode()
    assert 'name="phone"' in edit
    assert 'name="credit_code"' not in edit

    answer = client.post(f"{home}edit/", {"phone": "0355-2000002", "version": "1"})
    assert answer.status_code == 302
    stale = client.post(f"{home}edit/", {"phone": "0355-2000003", "version": "1"})
    assert stale.status_code == 422
    assert "已被他人修改" in stale.content.decode()
    assert Organisation.objects.get(pk=world.unit.pk).phone == "0355-2000002"
    other = f"/work/organisations/{world.other.uid}/"
    assert client.get(f"{other}edit/").status_code == 403
    assert client.get(f"{other}members/").status_code == 403


def test_dated_facts_are_set_on_their_page(world: World, signed_in: Any):
    client = signed_in("unit_admin")
    home = f"/work/organisations/{world.unit.uid}/"
    values = {"value": world.department.uid, "valid_from": "2025-01-01"}

    assert client.get(f"{home}facts/department/").status_code == 403
    assert f"{home}facts/department/" not in client.get(home).content.decode()
    officer = signed_in("county_officer")
    assert officer.post(f"{home}facts/department/", values).status_code == 302
    assert "长治市教育局" in client.get(home).content.decode()
    assert client.post(f"{home}facts/nature/", {"value": "x", "valid_from": "y"}).status_code == 422
    assert client.get(f"{home}facts/colour/").status_code == 404


def test_members_are_invited_and_ended(world: World, signed_in: Any, settings: Any, tmp_path: Any):
    settings.HOME = tmp_path
    client = signed_in("unit_admin")
    path = f"/work/organisations/{world.unit.uid}/members/"
    answer = client.post(path, {"mobile": "13900000009", "name": "王芳", "role": "pi"})
    assert answer.status_code == 302
    assert "王芳" in client.get(path).content.decode()
    assert client.post(path, {"mobile": "1", "name": "王芳", "role": "pi"}).status_code == 422
    assert (
        client.post(path, {"mobile": "13900000009", "name": "王", "role": "sysadmin"}).status_code
        == 422
    )

    found = [client.get(f"{path}?{q}").content.decode() for q in ("q=王", "role=pi", "q=无此人")]
    assert [("王芳" in html) for html in found] == [True, True, False]
    assert "李明" not in found[1]
    contact = client.post(f"/work/people/{Person.objects.get(name='王芳').uid}/contact/")
    assert "13900000009" in contact.content.decode()
    rows = client.get(f"{path}?export=1")
    assert len(list(load_workbook(io.BytesIO(b"".join(rows.streaming_content))).active)) == 4
    row = Membership.objects.get(role="pi")
    assert client.post(f"/work/memberships/{row.pk}/end/")["Location"] == path
    assert signed_in("sme_admin").post(f"/work/memberships/{row.pk}/end/").status_code == 403


def test_officers_open_units_and_bad_codes_are_told(world: World, signed_in: Any):
    client = signed_in("county_officer")
    values = {"name": "新化工公司", "region": COUNTY, "credit_code": "91110000600037341A"}
    faulty = client.post("/work/organisations/new/", values)
    assert faulty.status_code == 422
    assert "校验位" in faulty.content.decode()

    values["credit_code"] = "91110000600037341l"
    answer = client.post("/work/organisations/new/", values)

    assert answer.status_code == 302
    assert Organisation.objects.get(name="新化工公司").credit_code == "91110000600037341L"


def test_units_are_listed_filtered_and_exported(world: World, signed_in: Any):
    client = signed_in("bureau_admin")

    def names(query: str) -> list[str]:
        html = client.get(f"{UNITS}?{query}").content.decode()
        return re.findall(r'<a href="/work/organisations/\w{26}/">([^<]+)</a>', html)

    assert names("") == ["上党理工学院", "太行分析测试中心", "长治市教育局"] or len(names("")) == 3
    assert names("q=理工") == ["上党理工学院"]
    assert names(f"region={COUNTY}") == ["上党理工学院"]
    answer = client.get(f"{UNITS}?export=1")
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert len(rows) == 4


def test_switching_roles_is_one_click(world: World, signed_in: Any):
    client, person = signed_in("unit_admin"), world.people["unit_admin"]
    second = services.grant_role(
        actor=SYSTEM, person=person.uid, role="pi", organisation=world.unit.uid, at=AT
    )
    foreign = world.people["sme_admin"].memberships.get()

    answer = client.post("/work/role/", {"role": second.pk, "next": "/work/profile/"})

    assert answer["Location"] == "/work/profile/"
    assert client.session["role"] == second.pk
    assert client.get("/work/people/").status_code == 403
    for wrong in (foreign.pk, 10**9, "x", "", "-1"):
        assert client.post("/work/role/", {"role": wrong}).status_code == 404
    assert client.session["role"] == second.pk
    evil = client.post("/work/role/", {"role": second.pk, "next": "https://evil.cn/"})
    assert evil["Location"] == "/work/"
    assert Client().post("/work/role/", {"role": second.pk}).status_code == 401
    assert client.get("/work/role/").status_code == 405


def test_a_token_is_shown_once(world: World, signed_in: Any):
    client = signed_in("unit_admin")
    path = "/work/profile/tokens/new/"
    assert client.post(path, {"name": "对接", "days": "90"}).status_code == 422

    page = client.post(path, {"name": "对接", "scopes": ["search"], "days": "90"})
    secret = re.search(r"kx_[\w-]{43}", page.content.decode())

    assert secret
    assert page["Cache-Control"].count("no-store")
    token = ApiToken.objects.get()
    profile = client.get("/work/profile/").content.decode()
    assert token.prefix in profile
    assert secret[0] not in profile
    assert (
        signed_in("researcher").post(f"/work/profile/tokens/{token.uid}/revoke/").status_code == 404
    )
    client.post(f"/work/profile/tokens/{token.uid}/revoke/")
    assert ApiToken.objects.get().revoked_at


def test_closing_ones_own_account(world: World, signed_in: Any):
    client = signed_in("researcher")
    assert client.post("/work/profile/close/", {"confirm": "好"}).status_code == 422

    answer = client.post("/work/profile/close/", {"confirm": "注销账号"})

    assert answer["Location"] == "/"
    assert Person.objects.get(uid=world.people["researcher"].uid).closed_at
    assert client.get("/work/profile/").status_code == 302


def test_menus_follow_the_role(world: World):
    def urls(role: str) -> list[str]:
        actor = world.actor(role)
        return [i.url for i in [*menus.menu(actor=actor), *journal.menu(actor=actor)]]

    assert urls("sysadmin") == ["/work/profile/", "/work/people/", "/work/organisations/"]
    assert urls("unit_admin") == ["/work/profile/", "/work/organisation/"]
    assert urls("logadmin") == ["/work/profile/", "/work/journal/"]
    assert urls("visitor") == ["/work/profile/"]
