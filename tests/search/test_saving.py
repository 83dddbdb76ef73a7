"""我的收藏检索: keeping a question, being told once, what is visible at the moment of telling."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from kexiang.accounts import services as accounts
from kexiang.accounts.models import Person
from kexiang.kernel.actor import Actor
from kexiang.kernel.errors import Conflict, Invalid, NotAuthenticated, NotFound
from kexiang.portal.models import Favourite
from kexiang.search import queries, saving, services
from kexiang.search.models import SavedHit, SavedSearch
from tests.search.support import doc

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("A-22")]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def person() -> Person:
    row = Person.objects.create(username="li", email="li@example.org", created_at=AT)
    EmailAddress.objects.create(user=row, email=row.email, primary=True, verified=True)
    return row


@pytest.fixture
def actor(person: Person) -> Actor:
    return Actor(person.uid)


@pytest.fixture
def filled(shelf: Any) -> Any:
    shelf.put(published("old", "扫描电子显微镜", AT - DAY))
    services.rebuild()
    return shelf


def published(uid: str, title: str, at: datetime, **more: Any) -> Any:
    return doc(uid, title, numbers={"published": int(at.timestamp())}, **more)


def put(shelf: Any, *docs: Any) -> None:
    shelf.put(*docs)
    for one in docs:
        services.enqueue(source="shelf", uid=one.id, version=1)
    services.catch_up()


def keep(actor: Actor, question: str = "q=显微镜&page=2&sort=pinyin", **more: Any) -> SavedSearch:
    given = {"name": "电镜", "frequency": "daily", "at": AT, **more}
    return services.save_search(actor=actor, question=question, **given)


def unread(actor: Actor) -> int:
    return sum(row.unread for row in queries.saved_searches(actor))


def test_each_new_record_is_told_once(filled: Any, actor: Actor) -> None:
    row = keep(actor)
    put(filled, published("n1", "透射电子显微镜", AT + timedelta(hours=2)))

    assert services.tell_due(at=AT + timedelta(hours=3)) == 0  # not due yet
    assert services.tell_due(at=AT + DAY) == 1
    assert services.tell_due(at=AT + 2 * DAY) == 0
    put(filled, published("n2", "金相显微镜", AT + 2 * DAY), published("x", "天平", AT + 2 * DAY))
    assert services.tell_due(at=AT + 4 * DAY) == 1

    assert [hit.key for hit in row.hits.order_by("id")] == ["shelf:n1", "shelf:n2"]
    assert len(mail.outbox) == 2
    assert "透射电子显微镜" in mail.outbox[0].body
    assert mail.outbox[0].to == ["li@example.org"]
    assert unread(actor) == 2
    (todo,) = queries.todos(actor=actor, at=AT)
    assert (todo["count"], todo["url"]) == (2, f"/work/searches/{row.uid}/")


def test_more_than_fits_at_once_follows_next_time(
    filled: Any, actor: Actor, monkeypatch: Any
) -> None:
    monkeypatch.setattr(saving, "MOST_TOLD", 2)
    monkeypatch.setattr(saving, "_PAGE", 2)
    keep(actor)
    put(filled, *(published(f"m{i}", f"显微镜{i}", AT + timedelta(hours=i)) for i in range(1, 6)))

    assert [services.tell_due(at=AT + (i + 1) * DAY) for i in range(4)] == [2, 2, 1, 0]
    assert SavedHit.objects.count() == 5


def test_visibility_counts_when_it_is_told_and_when_it_is_shown(filled: Any, actor: Actor) -> None:
    row = keep(actor)
    hidden = frozenset({"org:A"})
    put(
        filled,
        published("h1", "内部显微镜", AT + DAY / 2, audience=hidden),
        published("n1", "公开显微镜", AT + DAY / 2),
    )

    assert services.tell_due(at=AT + DAY) == 1
    assert "内部" not in mail.outbox[0].body
    assert [view.title for view, _ in queries.told_records(actor, row)] == ["公开显微镜"]
    filled.put(published("n1", "公开显微镜", AT + DAY / 2, audience=hidden))
    assert queries.told_records(actor, row) == []


def test_pausing_weekly_and_never(filled: Any, actor: Actor) -> None:
    row = keep(actor, frequency="weekly")
    put(filled, published("n1", "新显微镜", AT + timedelta(hours=1)))
    assert services.tell_due(at=AT + 2 * DAY) == 0

    change = {"actor": actor, "uid": row.uid, "name": "改名"}
    services.change_search(**change, frequency="weekly", is_paused=True, at=AT + 3 * DAY)
    assert services.tell_due(at=AT + 30 * DAY) == 0
    services.change_search(**change, frequency="never", is_paused=False, at=AT + 31 * DAY)
    assert services.tell_due(at=AT + 60 * DAY) == 0
    services.change_search(**change, frequency="daily", is_paused=False, at=AT + 61 * DAY)
    assert services.tell_due(at=AT + 90 * DAY) == 0  # what appeared meanwhile is not told later


def test_words_that_only_a_looser_reading_finds_are_no_news(filled: Any, actor: Actor) -> None:
    keep(actor, question="q=扫描电子显微镜")
    put(filled, published("n1", "电子天平与扫描仪、显微镜", AT + DAY / 2))

    assert services.tell_due(at=AT + DAY) == 0


def test_without_a_proven_address_or_with_a_dead_server_the_workbench_still_tells(
    filled: Any, actor: Actor, person: Person, monkeypatch: Any
) -> None:
    keep(actor)
    put(filled, published("n1", "显微镜甲", AT + DAY / 2))
    EmailAddress.objects.update(verified=False)
    assert services.tell_due(at=AT + DAY) == 1
    assert mail.outbox == []

    EmailAddress.objects.update(verified=True)
    put(filled, published("n2", "显微镜乙", AT + DAY * 1.5))

    def refuse(*_args: Any) -> None:
        raise OSError("no route")

    monkeypatch.setattr(saving, "send_mail", refuse)
    assert services.tell_due(at=AT + 2 * DAY) == 1
    assert unread(actor) == 2


def test_a_locked_account_is_told_nothing(filled: Any, actor: Actor, person: Person) -> None:
    row = keep(actor)
    put(filled, published("n1", "显微镜", AT + DAY / 2))
    Person.objects.filter(pk=person.pk).update(is_active=False)

    assert services.tell_due(at=AT + DAY) == 0
    row.refresh_from_db()
    assert row.is_paused


@pytest.mark.req("AA-02")
def test_a_closed_account_leaves_neither_searches_nor_marks(
    filled: Any, actor: Actor, person: Person
) -> None:
    row = keep(actor)
    put(filled, published("n1", "透射电子显微镜", AT + timedelta(hours=2)))
    services.tell_due(at=AT + DAY)
    assert row.hits.exists()
    Favourite.objects.create(person=person.uid, record="r" * 26, created_at=AT)
    Favourite.objects.create(person="somebody else", record="r" * 26, created_at=AT)

    accounts.close_person(actor=actor, uid=person.uid, at=AT + 2 * DAY)

    assert not SavedSearch.objects.exists()
    assert not SavedHit.objects.exists()
    assert [mark.person for mark in Favourite.objects.all()] == ["somebody else"]


def test_what_cannot_be_kept(filled: Any, actor: Actor) -> None:
    keep(actor)
    with pytest.raises(Conflict, match="同名"):
        keep(actor)
    with pytest.raises(Invalid, match="还没有检索条件"):
        keep(actor, question="page=2", name="空")
    with pytest.raises(Invalid, match="没有检索条件“shoe”"):
        keep(actor, question="shoe=1", name="怪")
    with pytest.raises(Invalid, match="应为数字"):
        keep(actor, question="price_from=x", name="数")
    with pytest.raises(Invalid):
        keep(actor, name=" ")
    with pytest.raises(NotAuthenticated):
        keep(Actor(""), name="无名")
    for number in range(saving.MOST_PER_PERSON - 1):
        keep(actor, name=f"第{number}个")
    with pytest.raises(Conflict, match="最多收藏"):
        keep(actor, name="又一个")


def test_nobody_reaches_what_another_keeps(filled: Any, actor: Actor) -> None:
    row = keep(actor)
    other = Person.objects.create(username="wang", created_at=AT)
    stranger = Actor(other.uid)

    with pytest.raises(NotFound):
        queries.saved_search(stranger, row.uid)
    with pytest.raises(NotFound):
        services.delete_search(actor=stranger, uid=row.uid, at=AT)
    with pytest.raises(NotFound):
        services.change_search(
            actor=stranger, uid=row.uid, name="x", frequency="daily", is_paused=False, at=AT
        )
    assert list(queries.saved_searches(stranger)) == []


def test_the_pages(filled: Any, actor: Actor, person: Person, client: Client) -> None:
    assert client.get("/work/searches/").status_code in (302, 401)
    client.force_login(person)
    address = "/work/searches/new/?q=显微镜&kind=instrument"

    assert "显微镜" in client.get(address).content.decode()
    assert client.post(address, {"name": "", "frequency": "daily"}).status_code == 200
    made = client.post(address, {"name": "电镜", "frequency": "daily"})
    row = SavedSearch.objects.get()
    assert (made.status_code, row.question) == (
        302,
        "kind=instrument&q=%E6%98%BE%E5%BE%AE%E9%95%9C",
    )

    put(filled, published("n1", "透射电子显微镜", row.created_at + timedelta(hours=1)))
    assert services.tell_due(at=row.created_at + DAY) == 1
    shown = client.get(f"/work/searches/{row.uid}/").content.decode()
    assert "透射电子显微镜" in shown
    assert "收藏的检索“电镜”有新结果" in client.get("/work/").content.decode()
    client.post(f"/work/searches/{row.uid}/read/")
    assert unread(actor) == 0

    listed = client.get("/work/searches/").content.decode()
    assert "另有 1 个条件" in listed
    exported = b"".join(client.get("/work/searches/?export=1").streaming_content)
    assert "电镜,显微镜,1,每天" in exported.decode("utf-8-sig")
    change = {"name": "电镜二", "frequency": "never", "is_paused": "on"}
    assert client.post(f"/work/searches/{row.uid}/", change).status_code == 302
    assert client.post(f"/work/searches/{row.uid}/delete/").status_code == 302
    assert not SavedSearch.objects.exists()
