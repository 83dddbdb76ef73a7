"""More real tables through the importer: bases, banks, licences, notices. Exact losses.

What a source does not tell (funding, telephone) is the same stated value in every row. National
R&D projects have no kind: programmes are no shared resource.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from kexiang.catalog.models import Record
from tests.catalog.conftest import World
from tests.catalog.test_shared_data import load

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db(transaction=True), pytest.mark.once]
Rows = Iterable[dict[str, Any]]
PUBLIC = {"funding_source": "fiscal", "contact_phone": "0355-0001234"}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def laboratories(folder: Path) -> Rows:
    """National key laboratories; a joint laboratory is listed once for each of its hosts."""
    for row in table(folder, "organisations/SKLMost.csv"):
        yield {
            **PUBLIC,
            "title": row["name"],
            "base_no": row["NO"],
            "base_type": "国家重点实验室",
            "level": "国家级",
            "institution": row["institution"],
            "research_areas": row["area"],
            "competent_department": row["administrator"],
            "province": row["province"],
            "base_state": "运行",
        }


def stations(folder: Path) -> Rows:
    for row in table(folder, "organisations/ObsStation.csv"):
        yield {
            **PUBLIC,
            "title": row["name"],
            "base_no": f"{row['officer']}-{row['year']}-{row['index']}",
            "base_type": "国家级野外台站" if row["officer"] == "MOST" else "部属野外台站",
            "level": "国家级" if row["officer"] == "MOST" else "省部级",
            "institution": row["institution"],
            "competent_department": row["administrator"],
            "province": row["province"],
            "base_state": "运行",
        }


def farms(folder: Path) -> Rows:
    """Demonstration farms: the farm is its own host."""
    for row in table(folder, "organisations/StandardXmj.csv"):
        yield {
            **PUBLIC,
            "title": f"{row['com_name']}{row['prod_name']}标准化示范场",
            "base_no": f"{row['year']}-{row['index']}",
            "base_type": "科技示范基地",
            "level": "省部级",
            "institution": row["com_name"],
            "province": row["province"],
            "base_state": "运行",
        }


def banks(folder: Path) -> Rows:
    kinds = {"农作物": "农作物种质库", "农业微生物": "微生物菌种保藏机构"}
    for row in table(folder, "germplasm/GeneticResource.csv"):
        yield {
            **PUBLIC,
            "title": row["name"],
            "bank_no": f"{row['year']}-{row['batch']}-{row['type']}-{row['index']}",
            "bank_type": kinds[row["type"]],
            "level": "国家级",
            "institution": row["institution"],
            "origin_province": row["province"],
            "open_state": "对外开放",
            "sharing_mode": "公益性共享",
        }


def breeders(folder: Path) -> Rows:
    """Selections only: 35 lines rename a farm and 13 strike one off, they are no new farms."""
    for row in table(folder, "germplasm/BreedingXmj.csv"):
        if row["mark"] == "遴选公示":
            yield {
                **PUBLIC,
                "title": row["name_origin"],
                "bank_type": "畜禽遗传资源保种场、基因库",
                "level": "国家级",
                "institution": row["name_origin"],
                "description": row["type"],
                "origin_province": row["province"],
                "open_state": "对外开放",
                "sharing_mode": "知识产权交易性共享",
            }


def licences(folder: Path) -> Rows:
    """Seed licences as three yearly lists name them: the same licence comes up to four times."""
    for row in table(folder, "germplasm/SeedFirm.csv"):
        yield {
            "title": f"{row['ApplyCompanyName']} 农作物种子生产经营许可证",
            "accreditation_kind": "其他",
            "certificate_no": row["LicenceNo"],
            "issuer": row["IssuingAuthorityCaption"],
            "valid_from": row["PublishDate"],
            "valid_until": row["ExpireDate"],
            "scope": [{"object": row["PrinterProductionManageCrops"], "parameter": "种子生产经营"}],
        }


def notices(folder: Path) -> Rows:
    with (folder / "notices/official_notices.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found = re.search(r"发文机[构关]：\s*\n(.+)", row["text"])
            yield {
                "title": row["title"],
                "document_no": row["doc_no"],
                "issuers": found.group(1).strip() if found else "未注明",
                "policy_level": "国家部委",
                "policy_category": "通知公告",
                "issued_on": row["date"],
                "validity": "待核定",
                "text": row["text"],
            }


TOLD = 200  # an import tells so many faults; all of them stand in its marked workbook
TABLES: list[tuple[str, Callable[[Path], Rows], int, int, dict[str, int]]] = [
    # 31 lines repeat a joint laboratory under another host
    ("research_base", laboratories, 509, 478, {"基地编号“…”与第 n 行重复,请核对。": 31}),
    ("research_base", stations, 324, 324, {}),
    ("research_base", farms, 3377, 3377, {}),
    ("bio_bank", banks, 107, 107, {}),
    ("bio_bank", breeders, 239, 239, {}),
    # 175 licences stand in the lists of three years: 276 lines say again what is known
    ("accreditation", licences, 451, 175, {"证书编号“…”与第 n 行重复,请核对。": TOLD}),
    # two captured pages have no title, one of them no date either
    ("policy", notices, 41, 39, {"文件标题必填,请补充。": 2, "成文日期必填,请补充。": 1}),
]


def told(message: str) -> str:
    """The sentence without the value and the row it names."""
    return re.sub(r"第 \d+ 行", "第 n 行", re.sub(r"“.*?”", "“…”", message))


@pytest.mark.req("A-22", "AB-01", "C-03", "C-05", "F-05")
@pytest.mark.parametrize(
    ("kind", "rows", "total", "good", "losses"), TABLES, ids=[t[1].__name__ for t in TABLES]
)
def test_a_real_table_is_loaded_with_exactly_these_losses(
    world: World,
    shared_data: Path,
    tmp_path: Path,
    kind: str,
    rows: Callable[[Path], Rows],
    total: int,
    good: int,
    losses: dict[str, int],
) -> None:
    result = load(world, kind, rows(shared_data), tmp_path)

    why = Counter(told(fault.message) for fault in result.faults)
    assert (result.rows, result.good, dict(why)) == (total, good, losses)
    assert Record.objects.filter(kind=kind).count() == good


def test_lines_that_are_events_are_no_farms(shared_data: Path) -> None:
    marks = Counter(row["mark"] for row in table(shared_data, "germplasm/BreedingXmj.csv"))

    assert marks == {"遴选公示": 239, "名称变更": 35, "资格取消": 13}
