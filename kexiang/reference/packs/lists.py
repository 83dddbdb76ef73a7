"""The tables and word lists of a pack: codes, regions, calendar, words."""

import re
from collections.abc import Iterator
from datetime import date

from kexiang.reference.packs.model import Code, Day, Region, RegionChange, System, Words
from kexiang.reference.packs.reading import Reader, Row, did_you_mean, overlapping
from kexiang.reference.packs.shape import Key, Shape, known_tables, tables

MAX_HOT_WORDS = 12
MODES = ("extend", "replace")
CHANGE_KINDS = ("renamed", "recoded", "merged", "split")
DAY_KINDS = {"off": False, "work": True}
SYSTEM = Shape(
    {
        "name": Key("name", required=True),
        "title": Key("name", required=True),
        "title_en": Key("text"),
        "version": Key("name", required=True),
        "source": Key("name", required=True),
        "mode": Key("name", choices=MODES),
        "file": Key("name"),
    },
    "[[system]] ",
)
CODE_COLUMNS = ("code", "label", "label_en", "parent", "valid_from", "valid_to")
REGION_COLUMNS = ("code", "name", "short", "parent", "valid_from", "valid_to")
CHANGE_COLUMNS = ("old_code", "new_code", "kind", "changed_on", "main", "note")
_REGION_CODE = re.compile(r"\d{6}")
_SHORT_ENDINGS = re.compile(
    r"(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|自治旗"
    r"|林区|特区|地区|省|市|县|区|盟|旗)$"
)


def read_systems(reader: Reader) -> tuple[System, ...]:
    """codes.toml names the lists; each list is codes/<name>.csv (or ``file``)."""
    if not reader.has("codes.toml"):
        for path in sorted((reader.folder / "codes").glob("*.csv")):
            reader.fault(f"codes/{path.name}", 1, "缺少 codes.toml,此表没有登记。")
        return ()
    doc = reader.toml("codes.toml")
    if doc is None:
        return ()
    known_tables(reader, doc, ("system",))
    found: dict[str, System] = {}
    files: set[str] = set()
    for number, entry in enumerate(tables(reader, doc, "system")):
        values = SYSTEM.read(reader, doc, entry, ("system", number))
        if values is None:
            continue
        name, line = values["name"], doc.line("system", number, "name")
        if name in found:
            reader.fault(doc.file, line, f"代码表“{name}”登记了两次。")
            continue
        file = values.pop("file") or f"codes/{name}.csv"
        files.add(file)
        codes: tuple[Code, ...] = ()
        if reader.has(file):
            codes = tuple(_codes(reader, file))
        else:
            reader.fault(doc.file, line, f"找不到代码表文件 {file}。")
        values["title_en"] = values["title_en"] or ""
        values["mode"] = values["mode"] or "extend"
        found[name] = System(**values, codes=codes, file=file)
    for path in sorted((reader.folder / "codes").glob("*.csv")):
        if f"codes/{path.name}" not in files:
            reader.fault(f"codes/{path.name}", 1, "此代码表没有在 codes.toml 中登记。")
    return tuple(found.values())


def _period(reader: Reader, file: str, row: Row) -> tuple[date | None, date | None]:
    start = reader.day(file, row.line, "valid_from", row["valid_from"])
    end = reader.day(file, row.line, "valid_to", row["valid_to"])
    reader.period(file, row.line, start, end)
    return start, end


def _codes(reader: Reader, file: str) -> Iterator[Code]:
    codes: list[Code] = []
    for row in reader.rows(file, CODE_COLUMNS, ("code", "label")):
        start, end = _period(reader, file, row)
        codes.append(
            Code(row["code"], row["label"], row["label_en"], row["parent"], start, end, row.line)
        )
    _no_overlap(reader, file, codes)
    return iter(codes)


def _no_overlap(reader: Reader, file: str, items: list[Code] | list[Region]) -> None:
    """A code may come back with another meaning later, never twice on the same day."""
    periods: dict[str, list[tuple[date | None, date | None, int]]] = {}
    for item in items:
        periods.setdefault(item.code, []).append((item.valid_from, item.valid_to, item.line))
    for code, same in periods.items():
        for line, earlier in overlapping(same) if len(same) > 1 else ():
            limited = any(start or end for start, end, _ in same)
            what = "的有效期与" if limited else "重复,已在"
            rest = f"第 {earlier} 行的重叠,请改为首尾相接。" if limited else f"第 {earlier} 行。"
            reader.fault(file, line, f"代码“{code}”{what}{rest}")


def read_regions(reader: Reader) -> tuple[Region, ...]:
    """regions.csv (administrative divisions) and zones.csv (功能区)."""
    found: list[Region] = []
    for file, kind in (("regions.csv", "admin"), ("zones.csv", "zone")):
        if not reader.has(file):
            continue
        here = []
        for row in reader.rows(file, REGION_COLUMNS, ("code", "name")):
            code = row["code"]
            if not _REGION_CODE.fullmatch(code):
                reader.fault(file, row.line, f"区划代码“{code}”应是 6 位数字。")
                continue
            start, end = _period(reader, file, row)
            short = row["short"] or short_name(row["name"])
            parent = row["parent"]
            if parent and not _REGION_CODE.fullmatch(parent):
                reader.fault(file, row.line, f"上级区划代码“{parent}”应是 6 位数字。")
            here.append(Region(code, row["name"], short, parent, kind, start, end, row.line))
        _no_overlap(reader, file, here)
        found += here
    return tuple(found)


def short_name(name: str) -> str:
    """潞州区 → 潞州; names of two characters stay (沁县)."""
    short = _SHORT_ENDINGS.sub("", name)
    return short if len(short) >= 2 else name


def read_changes(reader: Reader) -> tuple[RegionChange, ...]:
    """region_changes.csv: what became of codes that are no longer in force."""
    file = "region_changes.csv"
    if not reader.has(file):
        return ()
    found: dict[tuple[str, str, date], RegionChange] = {}
    for row in reader.rows(file, CHANGE_COLUMNS, CHANGE_COLUMNS[:4]):
        changed_on = reader.day(file, row.line, "changed_on", row["changed_on"])
        if row["kind"] not in CHANGE_KINDS:
            hint = did_you_mean(row["kind"], CHANGE_KINDS)
            reader.fault(file, row.line, f"变更类型不能是“{row['kind']}”,{hint}")
            continue
        if row["main"] not in ("", "yes", "no"):
            reader.fault(file, row.line, "“main”只能填 yes、no 或留空。")
            continue
        if changed_on is None:
            continue
        key = (row["old_code"], row["new_code"], changed_on)
        if key in found:
            reader.fault(file, row.line, f"这项变更已写在第 {found[key].line} 行。")
            continue
        is_main = row["main"] != "no"
        found[key] = RegionChange(
            row["old_code"],
            row["new_code"],
            row["kind"],
            changed_on,
            is_main,
            row["note"],
            row.line,
        )
    return tuple(found.values())


def read_calendar(reader: Reader) -> tuple[Day, ...]:
    """calendar/YYYY.csv: the days of that year that differ from the weekday rule."""
    found: list[Day] = []
    for path in sorted((reader.folder / "calendar").glob("*.csv")):
        file = f"calendar/{path.name}"
        if not re.fullmatch(r"\d{4}", path.stem):
            reader.fault(file, 1, "文件名应是年份,如 2026.csv。")
            continue
        seen: dict[date, int] = {}
        rows = reader.rows(file, ("date", "kind", "name"), ("date", "kind"))
        for row in rows:
            day = reader.day(file, row.line, "date", row["date"])
            if day is None:
                continue
            if str(day.year) != path.stem:
                reader.fault(file, row.line, f"{day} 不在 {path.stem} 年。")
            elif row["kind"] not in DAY_KINDS:
                reader.fault(
                    file, row.line, f"“kind”只能是 off(放假)或 work(上班),现为“{row['kind']}”。"
                )
            elif day in seen:
                reader.fault(file, row.line, f"{day} 已在第 {seen[day]} 行。")
            else:
                found.append(Day(day, DAY_KINDS[row["kind"]], row["name"], row.line))
            seen.setdefault(day, row.line)
        if not seen:
            reader.fault(file, 1, "日历是空的:国务院办公厅尚未公布的年份请不要建文件。")
    return tuple(found)


def read_words(reader: Reader) -> Words:
    """synonyms.txt, error_words.txt and hot_words.txt."""
    groups: list[tuple[str, ...]] = []
    seen: dict[str, int] = {}
    for line, text in _optional(reader, "synonyms.txt"):
        words = _split(text)
        if len(words) < 2:
            reader.fault("synonyms.txt", line, "一组同义词至少两个,用逗号分开。")
        for word in words:
            if word.casefold() in seen:
                reader.fault(
                    "synonyms.txt",
                    line,
                    f"“{word}”已在第 {seen[word.casefold()]} 行,请合并成一组。",
                )
            seen[word.casefold()] = line
        groups.append(words)
    errors = _error_words(reader)
    hot = [text for _, text in _optional(reader, "hot_words.txt")]
    if len(set(hot)) != len(hot):
        reader.fault("hot_words.txt", 1, "热词有重复。")
    if len(hot) > MAX_HOT_WORDS:
        reader.fault("hot_words.txt", 1, f"热词有 {len(hot)} 个,首页只放得下 {MAX_HOT_WORDS} 个。")
    return Words(tuple(groups), errors, tuple(hot), _problems(reader))


def _problems(reader: Reader) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """problems.txt: ``发霉,长毛 → 霉菌,黄曲霉毒素``. One direction only: who asks for 霉菌 does
    not mean 发霉."""
    found = []
    for line, text in _optional(reader, "problems.txt"):
        said, arrow, meant = text.partition("→")
        if not (arrow and _split(said) and _split(meant)):
            reader.fault("problems.txt", line, "每行写“用户的说法,… → 检测的叫法,…”。")
        else:
            found.append((_split(said), _split(meant)))
    return tuple(found)


def _error_words(reader: Reader) -> tuple[tuple[str, str, str], ...]:
    found: dict[str, tuple[str, str, str]] = {}
    for line, text in _optional(reader, "error_words.txt"):
        cells = [cell.strip() for cell in re.split("[,\uff0c]", text, maxsplit=2)]
        if len(cells) not in (2, 3) or not cells[0] or not cells[1]:
            reader.fault("error_words.txt", line, "每行写“词,建议改为,理由(可省)”。")
        elif cells[0] in found:
            reader.fault("error_words.txt", line, f"“{cells[0]}”写了两次。")
        elif cells[0] in _split(cells[1]):
            reader.fault("error_words.txt", line, f"“{cells[0]}”的建议与原词相同。")
        else:
            found[cells[0]] = (cells[0], cells[1], cells[2] if len(cells) == 3 else "")
    return tuple(found.values())


def _optional(reader: Reader, file: str) -> Iterator[tuple[int, str]]:
    return reader.lines(file) if reader.has(file) else iter(())


def _split(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in re.split("[,\uff0c]", text) if word.strip())
