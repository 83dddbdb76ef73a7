"""The demo place as the services made it: what visitors, officers and searchers find."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from kexiang.accounts import services as accounts
from kexiang.accounts.models import DemoPlace, Membership, Organisation, Person
from kexiang.audit.services import seal, verify
from kexiang.catalog import queries as catalog
from kexiang.catalog.models import Record
from kexiang.catalog.types import RecordState
from kexiang.kernel.actor import ANONYMOUS
from kexiang.kernel.errors import Conflict
from kexiang.reference.services import load_all
from kexiang.search import queries as search
from kexiang.search.services import catch_up
from kexiang.search.types import SearchQuery
from kexiang_site.demo import build

pytestmark = pytest.mark.django_db

ROLES = {
    "bureau_admin", "bureau_leader", "county_officer", "unit_admin", "unit_finance",
    "unit_leader", "instrument_keeper", "sample_receiver", "researcher", "pi", "sme_admin",
    "expert", "finance_bureau", "auditor", "editor", "dept_officer", "sysadmin", "secadmin",
    "logadmin",
}  # fmt: skip


@pytest.fixture(scope="module")
def place(django_db_setup, django_db_blocker, tmp_path_factory):
    """The whole demo place with its index, made once for this file and rolled back after it."""
    from django.db import transaction  # noqa: PLC0415 -- only with the database open

    home = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic():
        at = timezone.now()
        load_all(at)
        cache.clear()
        build(at=at, home=home, pack=settings.PACK)
        catch_up()
        yield home, at
        transaction.set_rollback(True)
    cache.clear()


@pytest.fixture
def home(place, db):
    cache.clear()
    return place[0]


@pytest.fixture
def today(place):
    return timezone.localdate(place[1])


def _titles(q: str, kind: str = "") -> list[tuple[str, str]]:
    page = search.search(ANONYMOUS, SearchQuery(q=q, kind=kind))
    return [(hit.kind, hit.view.title) for hit in page.hits]


def test_accounts_are_written_for_every_role(home):
    lines = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))

    assert {line["role"] for line in lines} == ROLES
    assert all(set(line) == {"role", "username", "password", "api_token", "organisation"}
               for line in lines)  # fmt: skip
    assert (home / "demo-accounts.json").stat().st_mode & 0o077 == 0


def test_passwords_open_the_accounts(home):
    lines = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))

    for line in lines:
        assert Person.objects.get(username=line["username"]).check_password(line["password"])


def test_tokens_open_the_api(home, place):
    lines = json.loads((home / "demo-accounts.json").read_text(encoding="utf-8"))
    line = next(line for line in lines if line["role"] == "unit_admin")

    actor = accounts.use_token(secret=line["api_token"], at=place[1] + timedelta(seconds=1))

    assert actor.has("unit_admin")


@pytest.mark.req("W-04")
def test_one_person_holds_two_roles(home):
    keeper = Person.objects.get(username="instrument_keeper")

    roles = set(Membership.objects.filter(person=keeper).values_list("role", flat=True))
    assert roles == {"instrument_keeper", "researcher"}


@pytest.mark.req("A-07")
def test_figures_of_the_home_page_agree_with_the_database(home, today):
    figures = {f.name: f for f in catalog.public_figures(ANONYMOUS, today)}
    rows = Record.objects.filter(state__in=["published", "change_check"], visibility="public")
    instruments = rows.filter(kind="instrument")
    worth = sum((row.value_wan for row in instruments), Decimal(0))

    assert figures["instruments"].value == instruments.count() == 312
    assert figures["units"].value == 26
    assert figures["tests"].value == 177  # 180 less the three of the expired certificate
    assert figures["value"].value == (worth / 10_000).quantize(Decimal("0.01"))
    assert figures["hours"].value == sum(row.external_hours for row in instruments)


def test_every_state_of_a_record_occurs(home):
    found = set(Record.objects.values_list("state", flat=True))

    assert found == set(RecordState.values)


def test_no_desk_is_empty(home):
    waiting = Record.objects.values_list("state", flat=True)

    for state in ("draft", "unit_check", "dept_check", "city_check", "returned"):
        assert list(waiting).count(state) >= 3
    county = Record.objects.filter(state="dept_check", region="140403")
    assert county.count() >= 3


def test_something_is_fresh_and_something_stale(home, today):
    rows = Record.objects.filter(kind="instrument", state="published")

    assert rows.filter(confirmed_at__lt=timezone.now() - timedelta(days=180)).count() >= 10
    assert rows.filter(confirmed_at__gt=timezone.now() - timedelta(days=30)).count() >= 30


@pytest.mark.req("AA-01")
def test_every_published_record_keeps_its_secrecy_check(home):
    shown = Record.objects.filter(published_at__isnull=False)

    assert not shown.filter(secrecy_by="").exists()


def test_no_likely_mistake_in_the_texts(home):
    flagged = Record.objects.filter(flags__kind="error_word").values_list("title", flat=True)

    assert list(flagged) == []


def test_a_second_build_is_refused(home):
    with pytest.raises(Conflict):
        build(at=timezone.now(), home=home, pack=settings.PACK)

    assert DemoPlace.objects.count() == 1


def test_the_journal_is_whole(home):
    while seal():
        continue

    assert list(verify().faults) == []


def test_units_have_sites_and_firms_have_none(home):
    assert Organisation.objects.get(code="sdu").is_public
    assert not Organisation.objects.get(code="valve").is_public


@pytest.mark.req("A-22")
def test_plain_problem_finds_test_items_first(home):
    found = _titles("不锈钢 腐蚀")

    corrosion = ("不锈钢点腐蚀试验", "不锈钢晶间腐蚀试验")
    assert found[0] in [("test_item", title) for title in corrosion]
    assert {title for _, title in found[:8]} >= set(corrosion)
    assert _titles("不锈钢 生锈 检测")[0][0] == "test_item"
    assert _titles("阀门 漏气")[0][0] == "test_item"


@pytest.mark.req("A-22")
def test_material_and_method_find_the_item(home):
    """ux.md E 20: «316L 晶间腐蚀» is found without knowing names of instruments."""
    assert _titles("316L 晶间腐蚀")[0] == ("test_item", "不锈钢晶间腐蚀试验")


def test_synonym_abbreviation_and_pinyin_find_the_same(home):
    expected = _titles("透射电镜", "instrument")

    assert expected[0] == ("instrument", "透射电镜")
    assert _titles("TEM", "instrument")[0] == expected[0]
    assert _titles("toushedianjing", "instrument")[0] == expected[0]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("D8 ADVANCE", "X射线衍射仪"),
        ("jem2100f", "透射电镜"),
        ("GB/T 4334-2020", "不锈钢晶间腐蚀试验"),
        ("GBT4334", "不锈钢晶间腐蚀试验"),
        ("FACSAria", "流式细胞仪"),
    ],
)
def test_numbers_find_their_record(home, words, title):
    assert title in [name for _kind, name in _titles(words)]


def test_an_expired_certificate_hides_its_items(home):
    hidden = Record.objects.get(kind="test_item", title="化学需氧量", owner__code="zzenv")
    page = search.search(ANONYMOUS, SearchQuery(q="化学需氧量", kind="test_item"))

    assert hidden.uid not in {hit.id for hit in page.hits}
    assert page.total == 2


@pytest.mark.req("A-31")
def test_restricted_and_internal_records_are_not_found_by_visitors(home):
    hidden = Record.objects.filter(state="published").exclude(visibility="public")
    page = search.search(ANONYMOUS, SearchQuery(q="", size=100))

    assert {row.visibility for row in hidden} == {"unit", "restricted"}
    for row in hidden:
        found = search.search(ANONYMOUS, SearchQuery(q=row.model))
        assert row.uid not in {hit.id for hit in found.hits}
    shown = Record.objects.filter(state__in=["published", "change_check"], visibility="public")
    expired = 1 + 3  # the certificate and its items
    assert page.total == shown.count() - expired
