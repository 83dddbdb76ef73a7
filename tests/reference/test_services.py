"""Loading packs: once, whole, dated, kept; another place without code."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from kexiang.kernel.errors import Conflict, Invalid, NotFound
from kexiang.reference import cache, models, packs, queries, services, store
from kexiang.reference.snapshot import Snapshot
from tests.reference.folders import BASE, PLACE

Place = Callable[..., Path]
pytestmark = pytest.mark.django_db


@pytest.mark.req("A-01", "W-05")
def test_another_place_needs_no_code(place: Place, at: datetime) -> None:
    place()

    info = services.load_all(at)

    assert (info.name, info.place, info.operator) == ("cangzhou-2024", "沧州市", "沧州市科学技术局")
    assert info.site["title"] == "沧州科技资源平台"
    assert [t.value_wan for t in queries.sharing_thresholds(date(2024, 12, 31))] == [Decimal(30)]
    assert [t.value_wan for t in queries.sharing_thresholds(date(2025, 1, 1))] == [Decimal(25)]
    assert queries.sharing_thresholds(date(2023, 12, 31)) == []
    assert queries.hot_words() == ["枣 检测", "管件"]
    assert queries.synonyms() == [("透射电镜", "TEM"), ("拉力机", "万能试验机", "拉伸试验机")]
    assert queries.record_steps("county") == ("unit_check", "county_check", "city_check")
    assert [info.code for info in queries.regions("130900", at=at)] == [
        "130902",
        "130904",
        "130971",
    ]
    assert queries.resolve_region("130921", at).code == "130904"
    assert queries.workdays_add(date(2024, 5, 10), 1) == date(2024, 5, 11)


def test_what_is_stored_is_what_was_read(place: Place, at: datetime) -> None:
    folder = place({"kinds/well.toml": '[kind]\ncode = "well"\n'})
    version = services.load_pack(folder, at=at)

    back = store.read(models.PackVersion.objects.get(pk=version.pk))

    read = packs.load(folder)
    drop = {"folder": Path()}
    assert replace(back, systems=(), **drop) == replace(_without_lines(read), systems=(), **drop)
    base = store.read(models.PackVersion.objects.get(name="base"))
    assert [s.name for s in base.systems] == ["funding_source", "org.affiliation"]
    assert [c.label for c in base.systems[1].codes] == ["市属", "县区属"]
    services.activate_pack("cangzhou-2024", at=at)
    assert [(f.pack, f.path) for f in queries.pack_files("kinds/")] == [
        ("cangzhou-2024", "kinds/well.toml")
    ]


def _without_lines(pack: packs.Pack) -> packs.Pack:
    return replace(
        pack,
        regions=tuple(replace(item, line=0) for item in pack.regions),
        region_changes=tuple(replace(item, line=0) for item in pack.region_changes),
        days=tuple(replace(item, line=0) for item in pack.days),
        parameters=tuple(replace(item, line=0) for item in pack.parameters),
    )


def test_the_shipped_pack_answers_alike_from_files_and_database(at: datetime) -> None:
    services.load_all(at)
    stored = Snapshot([store.read(version) for version in cache.active_versions()])
    read = Snapshot(packs.load_chain(packs.find("changzhi-2017", cache.folders())))

    assert stored.info == read.info
    assert stored.regions.by_code == read.regions.by_code
    assert stored.systems == read.systems
    assert [stored.codes(name) for name in stored.systems] == [
        read.codes(name) for name in read.systems
    ]
    assert stored.synonyms == read.synonyms
    assert stored.calendar.keys() == read.calendar.keys()


def test_loading_twice_stores_once(place: Place, at: datetime) -> None:
    folder = place()
    first = services.load_pack(folder, at=at)
    codes = models.Code.objects.count()

    second = services.load_pack(folder, at=at + timedelta(days=1))

    assert second.pk == first.pk
    assert second.loaded_at == at
    assert models.PackVersion.objects.count() == 2
    assert models.Code.objects.count() == codes


def test_a_change_makes_a_new_version_and_keeps_the_old(place: Place, at: datetime) -> None:
    place()
    services.load_all(at)
    old_key = queries.active_pack().key

    place({"hot_words.txt": "枣\n"})
    services.load_all(at + timedelta(days=1))

    assert queries.hot_words() == ["枣"]
    assert queries.active_pack().key != old_key
    versions = models.PackVersion.objects.filter(name="cangzhou-2024")
    assert [version.words["hot"] for version in versions.order_by("id")] == [
        ["枣 检测", "管件"],
        ["枣"],
    ]
    assert models.PackVersion.objects.filter(name="base").count() == 1
    assert models.PackActivation.objects.count() == 2

    place()
    services.load_all(at + timedelta(days=2))

    assert queries.active_pack().key == old_key, "going back needs no third version"
    assert versions.count() == 2


def test_a_changed_base_reaches_the_place(place: Place, at: datetime) -> None:
    place()
    services.load_all(at)

    place({"base/synonyms.txt": "电镜,EM\n"})
    services.load_all(at)

    assert ("电镜", "EM") in queries.synonyms()


def test_a_faulty_pack_leaves_nothing(place: Place, at: datetime) -> None:
    folder = place({"synonyms.txt": "TEM\n"})

    with pytest.raises(Invalid) as caught:
        services.load_pack(folder, at=at)

    assert caught.value.problems[0].where == "synonyms.txt:1"
    assert models.PackVersion.objects.count() == 0


def test_only_a_loaded_current_pack_can_be_used(place: Place, at: datetime) -> None:
    head = PLACE["pack.toml"].replace('"current"', '"historical"\nvalid_to = 2024-12-31')
    services.load_pack(place({"pack.toml": head}), at=at)

    with pytest.raises(Conflict, match="是历史政策包,只供查阅"):
        services.activate_pack("cangzhou-2024", at=at)
    with pytest.raises(NotFound, match="还没有载入"):
        services.activate_pack("taiyuan-2005", at=at)
    assert models.PackActivation.objects.count() == 0


def test_one_pack_is_active_at_a_time(place: Place, at: datetime) -> None:
    place()
    services.load_all(at)

    services.activate_pack("base", actor="01J", at=at)
    services.activate_pack("base", actor="01J")

    assert queries.active_pack().name == "base"
    assert models.PackSeries.objects.filter(is_active=True).count() == 1
    assert [a.actor for a in models.PackActivation.objects.order_by("id")] == [
        "system:packs",
        "01J",
    ]


def test_the_version_is_looked_at_again_after_a_while(
    place: Place, at: datetime, settings, django_assert_num_queries
) -> None:
    place()
    services.load_all(at)
    queries.active_pack()
    settings.PACK_CHECK_SECONDS = 0

    with django_assert_num_queries(1):
        queries.active_pack()


def _code(version: models.PackVersion, **values: object) -> models.Code:
    system = models.CodeSystem.objects.filter(pack=version).first()
    return models.Code(system=system, code="x", label="甲", position=9, **values)


def test_the_database_refuses_two_meanings_on_one_day(place: Place, at: datetime) -> None:
    services.load_pack(place(), at=at)
    version = models.PackVersion.objects.get(name="base")
    _code(version, valid_to=date(2020, 12, 31)).save()

    for start, end in [
        (date(2020, 12, 31), None),
        (None, date(2010, 1, 1)),
        (date(2015, 1, 1), date(2016, 1, 1)),
        (None, None),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            _code(version, valid_from=start, valid_to=end).save()
    _code(version, valid_from=date(2021, 1, 1)).save()

    with pytest.raises(IntegrityError), transaction.atomic():
        models.Parameter.objects.create(
            pack=models.PackVersion.objects.get(name="cangzhou-2024"),
            name="sharing.threshold.city",
            value=1,
            valid_from=date(2024, 6, 1),
            valid_to=date(2024, 6, 2),
            source="x",
            position=9,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Region.objects.create(
            pack=version, code="130902", name="x", short="x", kind="admin", position=99,
            valid_to=date(2000, 1, 1),
        )  # fmt: skip


def test_the_database_refuses_faulty_rows(place: Place, at: datetime) -> None:
    services.load_pack(place(), at=at)
    version = models.PackVersion.objects.get(name="base")

    with pytest.raises(IntegrityError), transaction.atomic():
        _code(version, valid_from=date(2021, 1, 1), valid_to=date(2020, 1, 1)).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Parameter.objects.create(
            pack=version, name="a", value=1, valid_from=date(2024, 1, 1), source="", position=0
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        models.PackSeries.objects.update(is_active=True)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (models.Code, {"label": "改"}),
        (models.CodeSystem, {"title": "改"}),
        (models.Region, {"name": "改"}),
        (models.RegionChange, {"note": "改"}),
        (models.CalendarDay, {"name": "改"}),
        (models.Parameter, {"value": 1}),
    ],
)
def test_rows_of_a_version_never_change(place: Place, at: datetime, model, change) -> None:
    services.load_pack(place(), at=at)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)


def test_rows_tell_what_they_are(place: Place, at: datetime) -> None:
    services.load_pack(place(), at=at)
    services.activate_pack("cangzhou-2024", at=at)

    def first(model: type[Model], **values: object) -> str:
        return str(model.objects.filter(**values).first())

    assert first(models.PackVersion, name="base").startswith("base 1 (")
    assert first(models.PackSeries, name="base") == "base"
    assert first(models.PackActivation).endswith(" 2026-11-23")
    assert first(models.CodeSystem, name="funding_source") == "funding_source"
    assert first(models.Code, code="fiscal") == "fiscal 财政资金"
    assert first(models.Region, code="130000") == "130000 河北省"
    assert first(models.RegionChange) == "130921 → 130904"
    assert first(models.CalendarDay) == "2024-05-01 劳动节"
    assert first(models.Parameter) == "sharing.threshold.city"


def test_only_the_last_few_contents_stay_in_memory(place: Place, at: datetime) -> None:
    for number in range(10):
        place({"hot_words.txt": f"词{number}\n"})
        services.load_all(at)

        assert queries.hot_words() == [f"词{number}"]


@pytest.mark.django_db(transaction=True)
def test_two_loaders_at_once_store_one_version(place: Place, at: datetime) -> None:
    folder = place()
    start = Barrier(2)

    def load() -> int:
        try:
            start.wait(10)
            return services.load_pack(folder, at=at).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = [one.result(60) for one in [pool.submit(load), pool.submit(load)]]

    assert found[0] == found[1]
    assert models.PackVersion.objects.count() == 2
    assert models.PackSeries.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_loaders_of_different_content_take_turns(tmp_path: Path, at: datetime) -> None:
    folders = []
    for name in ("a", "b"):
        for file, text in BASE.items():
            path = tmp_path / name / "base" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (tmp_path / name / "base" / "hot_words.txt").write_text(f"词{name}\n", encoding="utf-8")
        folders.append(tmp_path / name / "base")
    start = Barrier(2)

    def load(folder: Path) -> str:
        try:
            start.wait(10)
            return services.load_pack(folder, at=at).content_hash
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        hashes = list(pool.map(load, folders))

    series = models.PackSeries.objects.get(name="base")
    assert len(set(hashes)) == 2
    assert series.current.content_hash in hashes
    assert models.PackVersion.objects.count() == 2
