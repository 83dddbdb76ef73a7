import argparse
from pathlib import Path

from django.utils import timezone

from kexiang.catalog.queries.reading import RecordFilter
from kexiang.catalog.services.exports import FORMATS, export_records
from kexiang.catalog.services.national import FORM, export_national
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang_site.errors import CommandError

OPERATOR = Actor.system("operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="资源种类,如 instrument")
    parser.add_argument("file", type=Path, help="目标文件,以 .xlsx、.csv 或 .jsonl 结尾")
    parser.add_argument("--form", choices=[FORM], help="写成国家网络管理平台的填报表(.xlsx)")
    parser.add_argument("--sheet", default="", help="一种资源有两张填报表时写明用哪一张")


def run(args: argparse.Namespace) -> int:
    """Every record of the kind in every state, complete; an existing file is kept.

    Status 1 when a national form could not take everything.
    """
    target: Path = args.file
    ending = target.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise CommandError(f"不能导出为 .{ending},请用 .xlsx、.csv 或 .jsonl。")
    if target.exists():
        raise CommandError(f"{target} 已存在,请换一个文件名。")
    if args.form:
        if ending != "xlsx":
            raise CommandError("国家平台的填报表只能写成 .xlsx。")
        return _export_form(args.kind, target, args.sheet)
    count = export_records(
        actor=OPERATOR,
        wanted=RecordFilter(kind=kinds.kind(args.kind).code),
        kind_of_file=ending,
        target=target,
        at=timezone.now(),
    )
    print(f"已导出 {count:,} 条到 {target}。")
    return 0


def _export_form(kind: str, target: Path, sheet: str) -> int:
    result = export_national(
        actor=OPERATOR, wanted=RecordFilter(kind=kind), target=target, sheet=sheet
    )
    for told in result.told:
        print(told)
    print(
        f"已按国家平台填报表写出 {result.written:,} 条到 {target};"
        f"未写入 {len(result.refused):,} 条,未能填入的值 {len(result.losses):,} 处。"
    )
    return 1 if result.refused or result.losses else 0
