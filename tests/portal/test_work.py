"""The first page of the workbench."""

from datetime import date

import pytest
from django.test import Client

from kexiang.accounts.models import Membership, Person
from kexiang.core import providers
from kexiang.core.context import MenuItem
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant
from kexiang.portal import workbench
from kexiang.portal.workbench import Todo
from tests.catalog.conftest import AT
from tests.portal.markup import faults

pytestmark = pytest.mark.django_db
KEEPER = Actor("k" * 26, frozenset({Grant("instrument_keeper", "u" * 26)}))


@pytest.fixture
def slots():
    """Slots as they are, restored afterwards."""
    kept = {name: list(found) for name, found in providers._slots.items()}
    yield
    providers._slots.clear()
    providers._slots.update(kept)


def test_visitors_are_asked_to_sign_in():
    response = Client().get("/work/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=%2Fwork%2F"


def test_todos_stand_by_due_date_then_number(slots):
    providers._slots["workbench.todos"] = [
        lambda actor, at: [Todo("later", 9, "/a"), Todo("soon", 1, "/b", date(2026, 11, 24))],
        lambda actor, at: [{"title": "today", "count": 2, "url": "/c", "due": date(2026, 11, 23)}],
    ]
    found = workbench.todos(actor=KEEPER, at=AT)
    assert [todo.title for todo in found] == ["today", "soon", "later"]
    assert workbench.todo_count(actor=KEEPER, at=AT) == 12


def test_nobody_has_no_menu():
    assert workbench.menu(actor=ANONYMOUS) == []


def sign_in(world, role="unit_admin"):
    """A session of somebody of the university in this role."""
    person = Person.objects.create(username=f"p-{role}", name="张三", created_at=AT)
    Membership.objects.create(
        person=person,
        role=role,
        organisation=world.university,
        starts_on=date(2020, 1, 1),
        given_by="system:test",
        created_at=AT,
    )
    client = Client()
    client.force_login(person)
    return client


def test_the_workbench_of_a_unit_administrator(world, slots):
    due = date(2026, 11, 24)
    providers._slots["workbench.todos"] = [
        lambda actor, at: [Todo("待单位审核", 3, "/work/records/?state=unit_check", due)]
    ]
    providers._slots.setdefault("workbench.menu", []).append(
        lambda actor: [MenuItem("仪器与中心", "/work/records/", "cpu", 20)]
    )
    response = sign_in(world).get("/work/")
    text = response.content.decode()
    assert response.status_code == 200
    assert faults(response) == []
    for part in ("待单位审核", "仪器与中心", "单位管理员", "上党大学(演示)", "切换到门户"):
        assert part in text


def test_a_role_without_a_workbench_lands_on_its_profile(world, slots):
    providers._slots["workbench.todos"] = []
    providers._slots["workbench.figures"] = []
    providers._slots["workbench.menu"] = [workbench.menu]
    response = sign_in(world, "researcher").get("/work/")
    assert response.headers["Location"] == "/work/profile/"


def test_the_empty_workbench_says_what_to_do(world, slots):
    providers._slots["workbench.todos"] = []
    providers._slots["workbench.menu"] = [lambda actor: [MenuItem("仪器", "/work/records/", "cpu")]]
    text = sign_in(world).get("/work/").content.decode()
    assert "现在没有等您处理的事" in text


def test_a_menu_has_at_most_eight_entries(world, slots):
    providers._slots["workbench.menu"] = [
        lambda actor: [MenuItem(f"项{n}", f"/work/x{n}/", "", n) for n in range(12)]
    ]
    text = sign_in(world).get("/work/").content.decode()
    assert "项7" in text
    assert "项8" not in text
