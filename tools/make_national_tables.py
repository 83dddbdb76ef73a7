"""Writes the national tables of packs/base: classes, subjects, industries, regions, holidays.

Needs the folder of real data (default ../shared/data), whose codes and names are facts; the
tables it writes are committed and are what the product reads. Run again when a source grows:
``python tools/make_national_tables.py [DATA]``.
"""

import csv
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "packs" / "base"
CODE_HEAD = ["code", "label", "label_en", "parent", "valid_from", "valid_to"]
LIST_DAY = "2020-12-31"
YEAR_END = "日期取当年年末代码表"

# (day, kind, old code and name, new code, main heir, note). A day that is not known for
# certain is the last of its year and the note says so.
CHANGES = [
    ("2018-06-19", "merged", "140402", "城区", "140403", "yes", "国务院批复"),
    ("2018-06-19", "merged", "140411", "郊区", "140403", "yes", "国务院批复"),
    ("2018-06-19", "recoded", "140421", "长治县", "140404", "yes", "国务院批复"),
    ("2018-06-19", "recoded", "140424", "屯留县", "140405", "yes", "国务院批复"),
    ("2018-06-19", "recoded", "140481", "潞城市", "140406", "yes", "国务院批复"),
    ("2018-02-09", "merged", "140202", "城区", "140213", "yes", "国务院批复"),
    ("2018-02-09", "merged", "140203", "矿区", "140214", "yes", "国务院批复"),
    ("2018-02-09", "split", "140211", "南郊区", "140214", "yes", "国务院批复"),
    ("2018-02-09", "split", "140211", "南郊区", "140213", "no", "国务院批复"),
    ("2018-02-09", "recoded", "140227", "大同县", "140215", "yes", "国务院批复"),
    ("2018-12-31", "recoded", "140624", "怀仁县", "140681", "yes", YEAR_END),
    ("2019-12-31", "recoded", "140726", "太谷县", "140703", "yes", YEAR_END),
    ("2010-12-31", "merged", "110103", "崇文区", "110101", "yes", YEAR_END),
    ("2010-12-31", "merged", "110104", "宣武区", "110102", "yes", YEAR_END),
    ("2015-12-31", "recoded", "110228", "密云县", "110118", "yes", YEAR_END),
    ("2015-12-31", "recoded", "110229", "延庆县", "110119", "yes", YEAR_END),
    ("2009-12-31", "merged", "120107", "塘沽区", "120116", "yes", YEAR_END),
    ("2009-12-31", "merged", "120108", "汉沽区", "120116", "yes", YEAR_END),
    ("2009-12-31", "merged", "120109", "大港区", "120116", "yes", YEAR_END),
    ("2015-12-31", "recoded", "120221", "宁河县", "120117", "yes", YEAR_END),
    ("2015-12-31", "recoded", "120223", "静海县", "120118", "yes", YEAR_END),
    ("2016-12-31", "recoded", "120225", "蓟县", "120119", "yes", YEAR_END),
    ("2009-12-31", "merged", "310119", "南汇区", "310115", "yes", YEAR_END),
    ("2011-12-31", "merged", "310103", "卢湾区", "310101", "yes", YEAR_END),
    ("2015-12-31", "merged", "310108", "闸北区", "310106", "yes", YEAR_END),
    ("2016-12-31", "recoded", "310230", "崇明县", "310151", "yes", YEAR_END),
    ("2013-12-31", "merged", "320103", "白下区", "320104", "yes", YEAR_END),
    ("2013-12-31", "merged", "320107", "下关区", "320106", "yes", YEAR_END),
    ("2013-12-31", "recoded", "320124", "溧水县", "320117", "yes", YEAR_END),
    ("2013-12-31", "recoded", "320125", "高淳县", "320118", "yes", YEAR_END),
    ("2012-12-31", "merged", "320502", "沧浪区", "320508", "yes", YEAR_END),
    ("2012-12-31", "merged", "320503", "平江区", "320508", "yes", YEAR_END),
    ("2012-12-31", "merged", "320504", "金阊区", "320508", "yes", YEAR_END),
    ("2012-12-31", "recoded", "320584", "吴江市", "320509", "yes", YEAR_END),
    ("2021-04-09", "merged", "330103", "下城区", "330105", "yes", "浙江省政府公布"),
    ("2021-04-09", "split", "330104", "江干区", "330102", "yes", "浙江省政府公布"),
    ("2021-04-09", "split", "330104", "江干区", "330114", "no", "浙江省政府公布"),
    ("2011-12-31", "split", "341400", "巢湖市", "340100", "yes", YEAR_END),
    ("2011-12-31", "split", "341400", "巢湖市", "340200", "no", YEAR_END),
    ("2011-12-31", "split", "341400", "巢湖市", "340500", "no", YEAR_END),
    ("2011-12-31", "recoded", "341402", "居巢区", "340181", "yes", YEAR_END),
    ("2011-12-31", "recoded", "341421", "庐江县", "340124", "yes", YEAR_END),
    ("2011-12-31", "recoded", "341422", "无为县", "340225", "yes", YEAR_END),
    ("2019-12-31", "recoded", "340225", "无为县", "340281", "yes", YEAR_END),
    ("2011-12-31", "recoded", "341423", "含山县", "340522", "yes", YEAR_END),
    ("2011-12-31", "recoded", "341424", "和县", "340523", "yes", YEAR_END),
    ("2021-12-31", "merged", "350402", "梅列区", "350404", "yes", YEAR_END),
    ("2021-12-31", "merged", "350403", "三元区", "350404", "yes", YEAR_END),
    ("2021-12-31", "recoded", "350427", "沙县", "350405", "yes", YEAR_END),
    ("2019-12-31", "merged", "371200", "莱芜市", "370100", "yes", YEAR_END),
    ("2019-12-31", "recoded", "371202", "莱城区", "370116", "yes", YEAR_END),
    ("2019-12-31", "recoded", "371203", "钢城区", "370117", "yes", YEAR_END),
    ("2016-12-31", "recoded", "370181", "章丘市", "370114", "yes", YEAR_END),
    ("2018-12-31", "recoded", "370125", "济阳县", "370115", "yes", YEAR_END),
    ("2021-12-31", "merged", "410306", "吉利区", "410308", "yes", YEAR_END),
    ("2021-12-31", "merged", "410322", "孟津县", "410308", "yes", YEAR_END),
    ("2021-12-31", "recoded", "410381", "偃师市", "410307", "yes", YEAR_END),
    ("2011-12-31", "recoded", "430122", "望城县", "430112", "yes", YEAR_END),
    ("2021-12-31", "recoded", "431121", "祁阳县", "431181", "yes", YEAR_END),
    ("2021-12-31", "recoded", "450127", "横县", "450181", "yes", YEAR_END),
    ("2011-12-31", "merged", "500222", "綦江县", "500110", "yes", YEAR_END),
    ("2011-12-31", "merged", "500225", "大足县", "500111", "yes", YEAR_END),
    ("2014-12-31", "recoded", "500227", "璧山县", "500120", "yes", YEAR_END),
    ("2014-12-31", "recoded", "500224", "铜梁县", "500151", "yes", YEAR_END),
    ("2015-12-31", "recoded", "500223", "潼南县", "500152", "yes", YEAR_END),
    ("2015-12-31", "recoded", "500226", "荣昌县", "500153", "yes", YEAR_END),
    ("2016-12-31", "recoded", "500234", "开县", "500154", "yes", YEAR_END),
    ("2016-12-31", "recoded", "500228", "梁平县", "500155", "yes", YEAR_END),
    ("2016-12-31", "recoded", "500232", "武隆县", "500156", "yes", YEAR_END),
    ("2021-12-31", "recoded", "513425", "会理县", "513402", "yes", YEAR_END),
    ("2021-12-31", "recoded", "520522", "黔西县", "520581", "yes", YEAR_END),
    ("2021-12-31", "recoded", "532331", "禄丰县", "532302", "yes", YEAR_END),
    ("2023-12-31", "recoded", "540422", "米林县", "540481", "yes", YEAR_END),
    ("2023-12-31", "recoded", "540530", "错那县", "540581", "yes", YEAR_END),
    ("2021-12-31", "recoded", "610928", "旬阳县", "610981", "yes", YEAR_END),
    ("2021-12-31", "recoded", "654223", "沙湾县", "654203", "yes", YEAR_END),
]
# Codes that stand after the list of 2020-12.
LATER = {
    "330113": ("临平区", "2021-04-09"),
    "330114": ("钱塘区", "2021-04-09"),
    "350404": ("三元区", "2021-12-31"),
    "350405": ("沙县区", "2021-12-31"),
    "410307": ("偃师区", "2021-12-31"),
    "410308": ("孟津区", "2021-12-31"),
    "431181": ("祁阳市", "2021-12-31"),
    "450181": ("横州市", "2021-12-31"),
    "513402": ("会理市", "2021-12-31"),
    "520581": ("黔西市", "2021-12-31"),
    "532302": ("禄丰市", "2021-12-31"),
    "540481": ("米林市", "2023-12-31"),
    "540581": ("错那市", "2023-12-31"),
    "610981": ("旬阳市", "2021-12-31"),
    "654203": ("沙湾市", "2021-12-31"),
    "659011": ("新星市", "2021-12-31"),
    "659012": ("白杨市", "2023-12-31"),
}
# The same code under another name before that day.
EARLIER_NAMES = [
    ("420600", "襄樊市", "2010-12-31"),
    ("420607", "襄阳区", "2010-12-31"),
    ("530800", "思茅市", "2007-12-31"),
    ("500110", "万盛区", "2011-12-31"),
    ("500111", "双桥区", "2011-12-31"),
]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(file: str, head: list[str], rows: list[list[str]]) -> None:
    path = BASE / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
    print(f"{file}: {len(rows)}")


def day_before(day: str) -> str:
    year, month, number = day.split("-")
    if number != "01":
        return f"{year}-{month}-{int(number) - 1:02d}"
    raise ValueError(f"{day}: the tables know no change on the first of a month")


def make_codes(data: Path) -> None:
    classes: dict[str, list[str]] = {}
    for row in read(data / "classifications/nrii_instrument_class.csv"):
        parent = "" if row["parent_code"] == row["code"] else row["parent_code"]
        classes.setdefault(row["code"], [row["code"], row["name"], "", parent, "", ""])
    write("codes/nrii.class.csv", CODE_HEAD, list(classes.values()))
    subjects = read(data / "classifications/gbt13745_level1_nrii.csv")
    write(
        "codes/gbt13745.csv",
        CODE_HEAD,
        [[row["code"], row["name"], "", "", "", ""] for row in subjects],
    )
    for name, source, levels in (
        ("gbt4754", "gbt4754_2017_industry.csv", {"1", "2", "3", "4"}),
        ("clc", "clc_top.csv", {"1", "2", "3", "4"}),
    ):
        rows = read(data / "classifications" / source)
        level = "level" if "level" in rows[0] else "depth"
        kept = [row for row in rows if row[level] in levels]
        write(
            f"codes/{name}.csv",
            CODE_HEAD,
            [[row["code"], row["name"], "", row["parent_code"], "", ""] for row in kept],
        )


def make_regions(data: Path) -> None:
    names = {row["code"]: row["name"] for row in read(data / "regions/gbt2260_202012.csv")}
    periods = {code: [names[code], "", ""] for code in names}
    born = {new: day for day, kind, _, _, new, _, _ in CHANGES if kind in ("recoded",)}
    born |= {new: day for day, _, _, _, new, _, _ in CHANGES if new[:4] in ("1404", "1402")}
    for code, (name, day) in LATER.items():
        periods[code] = [name, day, ""]
    for code, day in born.items():
        if code in names and day <= LIST_DAY:
            periods[code][1] = day
    for day, _, old, name, _, _, _ in CHANGES:
        start = periods[old][1] if old in periods else born.get(old, "")
        periods[old] = [name, start, day_before(day)]
    rows = [[code, *period] for code, period in periods.items()]
    for code, name, day in EARLIER_NAMES:
        periods[code][1] = day
        rows.append([code, name, "", day_before(day)])
    rows = [[code, *periods[code]] for code in periods] + rows[len(periods) :]
    known = set(periods)
    rows.sort(key=lambda row: (row[0], row[2]))
    write(
        "regions.csv",
        ["code", "name", "parent", "valid_from", "valid_to"],
        [[code, name, parent_of(code, known), start, end] for code, name, start, end in rows],
    )
    changes = [[old, new, kind, day, main, note] for day, kind, old, _, new, main, note in CHANGES]
    renamed = [[code, code, "renamed", day, "yes", YEAR_END] for code, _, day in EARLIER_NAMES]
    write(
        "region_changes.csv",
        ["old_code", "new_code", "kind", "changed_on", "main", "note"],
        sorted(changes + renamed, key=lambda row: (row[3], row[0], row[1])),
    )


def parent_of(code: str, known: set[str]) -> str:
    if code.endswith("0000"):
        return ""
    city = code[:4] + "00"
    return city if city != code and city in known else code[:2] + "0000"


def make_calendar(data: Path) -> None:
    years: dict[str, dict[str, list[str]]] = {}
    for path in sorted((data / "calendar").glob("holiday_cn_*.json")):
        for day in json.loads(path.read_text(encoding="utf-8"))["days"]:
            kind = "off" if day["isOffDay"] else "work"
            years.setdefault(day["date"][:4], {})[day["date"]] = [day["date"], kind, day["name"]]
    for year, days in sorted(years.items()):
        if year >= "2018":
            write(f"calendar/{year}.csv", ["date", "kind", "name"], [days[d] for d in sorted(days)])


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    if not data.is_dir():
        raise SystemExit(f"找不到数据文件夹 {data}。")
    make_codes(data)
    make_regions(data)
    make_calendar(data)


if __name__ == "__main__":
    main()
