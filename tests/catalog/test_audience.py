"""Who sees what: filter = predicate = tokens of the search document; fields by audience."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kexiang.accounts.types import Role
from kexiang.catalog import policies, queries, rules, search_docs, services
from kexiang.catalog.models import Record
from kexiang.catalog.types import Level, RecordState, Visibility
from kexiang.kernel.actor import ANONYMOUS, Actor, Grant, region_covers
from kexiang.kinds import queries as kinds
from kexiang.search import queries as search
from tests.catalog.conftest import AT, World, draft, published
from tests.support.records import published_as

REGIONS = ["140400", "140403", "140471", "140500", "140000", "110101"]


@pytest.fixture
def rows(world: World) -> list[Record]:
    """One record per state, audience and region."""
    made = []
    states = [
        (state, seen, region, held)
        for state in RecordState.values
        for seen in Visibility.values
        for region in ("140403", "140471", "140502")
        for held in (False, True)
    ]
    for n, (state, seen, region, held) in enumerate(states):
        made.append(
            Record(
                kind="instrument", number=f"T-{n}", title=f"设备{n}", owner=world.university,
                region=region, department=world.department.uid if n % 2 else "", state=state,
                visibility=seen, created_by="x", created_at=AT, updated_at=AT, published_at=AT,
                secrecy_by="x", secrecy_at=AT, is_held=held,
                taken_down_level=Level.CITY if state == "taken_down" else "",
            )
        )  # fmt: skip
    Record.objects.bulk_create(made)
    return list(Record.objects.select_related("owner"))


def actors(world: World) -> st.SearchStrategy[Actor]:
    orgs = [world.university.uid, world.firm.uid, world.department.uid]
    grant = st.one_of(
        st.builds(Grant, st.sampled_from(Role.values), st.sampled_from(orgs)),
        st.builds(
            lambda r, c: Grant(r, "", c), st.sampled_from(Role.values), st.sampled_from(REGIONS)
        ),
        st.builds(Grant, st.sampled_from(Role.values)),
    )
    known = st.builds(lambda g: Actor("a" * 26, frozenset(g)), st.lists(grant, max_size=3))
    return st.one_of(st.just(ANONYMOUS), st.just(Actor.system("x")), known)


@pytest.mark.req("A-31", "AA-02", "AA-05")
def test_filter_predicate_and_tokens_agree(world: World, rows: list[Record]) -> None:
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(actors(world))
    def agree(actor: Actor) -> None:
        filtered = set(Record.objects.filter(policies.visible(actor)).values_list("pk", flat=True))
        predicate = {row.pk for row in rows if policies.may_see(actor, row)}
        assert filtered == predicate
        tokens = search.audience(actor)
        for row in rows:
            doc = policies.audience(row)
            if not actor.is_system:
                assert (row.pk in filtered) == (not doc.isdisjoint(tokens))

    agree()


@pytest.mark.req("A-31", "AA-05")
def test_only_published_and_unrestricted_records_enter_the_index(rows: list[Record]) -> None:
    source = search_docs.RecordSource()
    indexed = {doc.id for doc in source.documents([row.uid for row in rows])}
    wanted = {
        row.uid
        for row in rows
        if rules.is_indexed(state=row.state, visibility=row.visibility, is_held=row.is_held)
    }
    assert indexed == wanted == set(source.all_uids())
    assert all(row.state in ("published", "change_check") for row in rows if row.uid in indexed)


@pytest.mark.req("X-06", "AA-02")
@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("county_officer", True),
        ("bureau_admin", True),
        ("bureau_leader", True),
        ("auditor", True),
        ("editor", False),
        ("finance_bureau", False),
    ],
)
def test_only_those_who_answer_for_a_region_see_what_is_under_review(
    rows: list[Record], role: str, sees: bool
) -> None:
    actor = Actor("a" * 26, frozenset({Grant(role, "", "140400")}))
    waiting = next(
        row
        for row in rows
        if row.state == "city_check" and row.region == "140403" and not row.is_held
    )
    assert policies.may_see(actor, waiting) is sees
    assert (policies.reach(actor, waiting) in ("unit", "restricted")) is sees
    assert Record.objects.filter(policies.inside(actor), pk=waiting.pk).exists() is sees


def test_document_carries_the_audience_of_the_policy(rows: list[Record]) -> None:
    source = search_docs.RecordSource()
    by_uid = {row.uid: row for row in rows}
    for doc in source.documents(list(by_uid)):
        assert doc.audience == policies.audience(by_uid[doc.id])


@given(st.sampled_from(REGIONS), st.sampled_from(REGIONS))
def test_region_chain_says_what_region_covers_says(outer: str, inner: str) -> None:
    assert (outer in rules.region_chain(inner)) == region_covers(outer, inner)


@pytest.mark.req("X-06", "AA-02")
@pytest.mark.parametrize(
    ("who", "sees"),
    [("anybody", False), ("reader", False), ("keeper", True), ("city", True), ("county", True)],
)
def test_unit_fields_are_hidden_in_every_output(world: World, who: str, sees: bool) -> None:
    record = published(world, serial_number="SN-1", customs_supervised="是", customs=[{
        "declaration_number": "020120211000123456", "item_number": "01",
        "form_name": "衍射仪", "import_date": "2021-04-12"}])  # fmt: skip
    actor = getattr(world, who)
    row = queries.record(actor, record.uid)

    assert ("serial_number" in queries.readable_values(actor, row)) == sees
    labels = {value.label for group in queries.record_view(actor, row) for value in group.values}
    assert ("出厂编号" in labels) == sees
    assert ("海关监管信息" in labels) == sees
    card: Any = queries.cards(actor, [record.uid])[0]
    assert "SN-1" not in str(card)
    doc = search_docs.RecordSource().documents([record.uid])[0]
    assert "SN-1" not in f"{doc.body} {doc.keywords}"


def test_versions_and_steps_are_not_for_the_public(world: World) -> None:
    record = published(world)
    row = queries.record(world.anybody, record.uid)
    assert not queries.revisions(world.anybody, row).exists()
    assert not queries.steps(world.reader, row).exists()
    assert queries.steps(world.keeper, row).exists()


@pytest.mark.parametrize("count", [1, 3, 50])
def test_lists_cost_the_same_for_any_number(
    world: World, django_assert_num_queries: Any, count: int
) -> None:
    made = [
        draft(world, title=f"设备{n}", inner_id=f"N{n}", asset_no="", model=f"M{n}")
        for n in range(count)
    ]
    Record.objects.update(
        state="published", published_at=AT, secrecy_by="x", secrecy_at=AT, confirmed_at=AT
    )
    uids = [row.uid for row in made]
    kinds.kinds()
    source = search_docs.RecordSource()
    with django_assert_num_queries(1):
        assert len(queries.cards(world.anybody, uids)) == count
    with django_assert_num_queries(1):
        assert len(source.hydrate(world.anybody, uids)) == count
    with django_assert_num_queries(1):
        assert len(source.documents(uids)) == count


def test_figures_carry_date_and_definition(world: World) -> None:
    from datetime import date  # noqa: PLC0415

    published(world)
    draft(world, inner_id="x", asset_no="")
    figures = queries.public_figures(world.anybody, date(2026, 11, 23))
    values = {figure.name: figure.value for figure in figures}
    assert (values["units"], values["instruments"], str(values["value"])) == (1, 1, "0.01")
    assert all(figure.as_of and figure.definition for figure in figures)
    counties = queries.figures_by_county(world.anybody, date(2026, 11, 23))
    assert sum(row.total for row in counties) == 1


def test_offers_similar_and_backlinks(world: World) -> None:
    from tests.catalog.conftest import TODAY, later, publish, test_item  # noqa: PLC0415

    instrument = published(world)
    admin = world.actor("unit_admin", world.county_unit)
    mine = publish(world, services.create_record(
        actor=world.admin, kind="test_item", owner=world.university.uid,
        raw=test_item(instruments=[instrument.number]), at=AT))  # fmt: skip
    other = services.create_record(
        actor=admin, kind="test_item", owner=world.county_unit.uid,
        raw=test_item(title="晶间腐蚀(硫酸铜法)", price="700"), at=AT,
    )  # fmt: skip
    services.submit_record(actor=admin, uid=other.uid, at=later(1))
    services.approve_record(actor=world.county, uid=other.uid, at=later(2))
    services.approve_record(actor=world.city, uid=other.uid, at=later(3), secrecy_checked=True)

    offers = queries.offers(world.anybody, mine, TODAY)
    assert [(o.owner, o.price_fen) for o in offers] == [
        ("潞州检测站(演示)", 70000),
        ("上党大学(演示)", 80000),
    ]
    assert [c.uid for c in queries.backlinks(world.anybody, instrument, TODAY)] == [mine.uid]


@pytest.mark.req("X-06", "B-07")
def test_columns_of_a_table_keep_their_audience(
    world: World, client: Client, tmp_path: Path
) -> None:
    """The telephone of a chief scientist is for the unit, her name is for everybody."""
    person = {"name": "秦教授", "phone": "0355-0007777", "email": "chief@example.org"}
    record = published_as(
        world,
        "facility",
        title="试验装置",
        title_en="Facility",
        inner_id="F-1",
        device_category="2",
        construction="2",
        original_value="100",
        begun_on="2020-01-01",
        subjects=["440"],
        technical="无",
        function="试验",
        service_content="试验",
        competent_department="市教育局",
        supporting_unit="上党大学",
        open_state="open",
        requirement="预约",
        street="科研路 1 号",
        funding_source="fiscal",
        contact_name="李老师",
        contact_phone="0355-0001234",
        contact_email="lab@example.org",
        scientist=[person],
    )

    page = client.get(f"/r/{record.uid}").content.decode()
    answer = str(client.get(f"/api/v1/records/{record.uid}").json())
    for text in (page, answer):
        assert "秦教授" in text
        assert "0007777" not in text
        assert "chief@example.org" not in text
    told = {}
    for who, actor in (("public", world.anybody), ("unit", world.admin)):
        for form in ("jsonl", "csv"):
            target = tmp_path / f"{who}.{form}"
            services.export_records(
                actor=actor,
                wanted=queries.RecordFilter(kind="facility"),
                kind_of_file=form,
                target=target,
                at=AT,
            )
            told[who, form] = "0007777" in target.read_text("utf-8")
    assert told == {
        ("public", "jsonl"): False,
        ("public", "csv"): False,
        ("unit", "jsonl"): True,
        ("unit", "csv"): True,
    }
