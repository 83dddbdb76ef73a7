import argparse
from pathlib import Path

from django.utils import timezone

from kexiang.catalog.queries.reading import RecordFilter
from kexiang.catalog.services.exports import FORMATS, export_records
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang_site.errors import CommandError

OPERATOR = Actor.system("operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="资源种类,如 instrument")
    parser.add_argument("file", type=Path, help="目标文件,以 .xlsx、.csv 或 .jsonl 结尾")


def run(args: argparse.Namespace) -> None:
    """Every record of the kind in every state, complete; an existing file is kept."""
    target: Path = args.file
    ending = target.suffix.lstrip(".").lower()
    if ending not in FORMATS:
        raise CommandError(f"不能导出为 .{ending},请用 .xlsx、.csv 或 .jsonl。")
    if target.exists():
        raise CommandError(f"{target} 已存在,请换一个文件名。")
    count = export_records(
        actor=OPERATOR,
        wanted=RecordFilter(kind=kinds.kind(args.kind).code),
        kind_of_file=ending,
        target=target,
        at=timezone.now(),
    )
    print(f"已导出 {count:,} 条到 {target}。")
