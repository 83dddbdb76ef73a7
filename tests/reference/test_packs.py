"""Packs on disk: what is sound loads, every fault is told with its file and line (A-01, W-05)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kexiang.kernel.errors import Invalid, NotFound
from kexiang.reference import packs
from kexiang.reference.packs.lists import short_name
from kexiang.reference.snapshot import merge_groups
from kexiang.reference.types import PackFault
from tests.reference.faults import TOML_FAULTS
from tests.reference.faults_lists import LIST_FAULTS
from tests.reference.folders import PLACE

Place = Callable[..., Path]


def faults_of(folder: Path) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.line, fault.message) for fault in packs.check(folder)]


def test_the_small_packs_are_sound(place: Place) -> None:
    assert packs.check(place()) == []


FAULTS = TOML_FAULTS | LIST_FAULTS


@pytest.mark.req("A-01", "W-05")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_place(place: Place, name: str) -> None:
    changes, file, line, words = FAULTS[name]
    folder = place(changes)
    if file == "base":
        folder, file = folder.parent / "base", "codes/org.affiliation.csv"

    found = [fault for fault in faults_of(folder) if fault[:2] == (file, line)]

    assert [message for _, _, message in found if words in message], faults_of(folder)


def test_all_faults_come_at_once_and_in_order(place: Place) -> None:
    folder = place({"synonyms.txt": "TEM\n", "hot_words.txt": "甲\n甲\n", "zones.csv": "code\n"})

    assert [(file, line) for file, line, _ in faults_of(folder)] == [
        ("hot_words.txt", 1),
        ("synonyms.txt", 1),
        ("zones.csv", 1),
    ]


def test_a_file_that_is_not_utf8_is_told(place: Place) -> None:
    folder = place()
    (folder / "hot_words.txt").write_bytes("管件\n枣 检测\n".encode("gb18030"))

    assert faults_of(folder) == [("hot_words.txt", 1, "文件不是 UTF-8 编码,请另存为 UTF-8。")]


def test_a_higher_context_adds_its_own_faults(place: Place) -> None:
    folder = place({"kinds/well.toml": '[kind]\ncode = "well"\n'})

    def kinds(path: Path, chain: object) -> list[PackFault]:
        names = [pack.name for pack in chain]
        return [PackFault("kinds/well.toml", 2, f"{path.name} {names}")]

    found = packs.check(folder, extra_checkers=[kinds])

    assert [str(fault) for fault in found] == [
        "kinds/well.toml:2: cangzhou-2024 ['base', 'cangzhou-2024']"
    ]
    with pytest.raises(Invalid, match="有 2 处问题"):  # one for the base, one for the place
        packs.load_chain(folder, extra_checkers=[kinds])
    assert packs.load(folder).files == (("kinds/well.toml", '[kind]\ncode = "well"\n'),)


def test_a_faulty_pack_does_not_load(place: Place) -> None:
    folder = place({"synonyms.txt": "TEM\n"})

    with pytest.raises(Invalid) as caught:
        packs.load(folder)

    assert str(caught.value) == "政策包“cangzhou-2024”有 1 处问题,没有载入。"
    assert caught.value.problems[0].where == "synonyms.txt:1"


def test_a_missing_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    assert [str(fault) for fault in packs.check(tmp_path / "nowhere")] == [
        f"nowhere:1: 文件夹不存在:{tmp_path / 'nowhere'}。"
    ]
    with pytest.raises(Invalid):
        packs.load(tmp_path / "nowhere")
    with pytest.raises(NotFound, match="现有:没有"):
        packs.find("x", [tmp_path])


def test_the_hash_changes_with_any_file(place: Place) -> None:
    before = packs.load(place()).content_hash

    assert packs.load(place()).content_hash == before
    assert packs.load(place({"hot_words.txt": "枣\n"})).content_hash != before
    assert packs.load(place({"kinds/a.toml": "x = 1\n"})).content_hash != before


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("潞州区", "潞州"),
        ("沁县", "沁县"),
        ("郊区", "郊区"),
        ("山西省", "山西"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("香港特别行政区", "香港"),
        ("神农架林区", "神农架"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_groups_bridged_by_a_third_become_one() -> None:
    groups = [("甲", "乙"), ("TEM", "电镜"), ("tem", "乙"), ("丙", "丁")]

    assert merge_groups(groups) == (("TEM", "电镜", "甲", "乙"), ("丙", "丁"))


def test_a_blank_line_and_a_short_line_are_no_faults(place: Place) -> None:
    folder = place({"zones.csv": "code,name,parent,valid_from,valid_to\n\n130971,甲,130900\n"})

    assert packs.check(folder) == []
    assert [region.line for region in packs.load(folder).regions] == [3]


def test_a_pack_without_place_and_words_is_enough(place: Place) -> None:
    head = '[pack]\nname = "cangzhou-2024"\ntitle = "t"\nversion = "1"\nstatus = "current"\n'
    changes: dict[str, str | None] = dict.fromkeys(PLACE, None)
    folder = place(changes | {"pack.toml": f"{head}valid_from = 2024-01-01\n"})

    assert packs.check(folder) == []
    assert packs.load(folder).place == {}
