import argparse
from pathlib import Path

from django.utils import timezone

from kexiang.accounts import queries as accounts
from kexiang.catalog.services.imports import ImportResult, begin_undo, import_file, work_import
from kexiang.catalog.types import ImportMode, SecrecyCheck, Visibility
from kexiang.core import jobs
from kexiang.kernel.actor import Actor
from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress

OPERATOR = Actor.system("operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="资源种类,如 instrument;撤销导入时写 undo")
    parser.add_argument("file", help="xlsx、csv 或 jsonl 文件;撤销时写导入编号")
    parser.add_argument(
        "--owner", default="", metavar="单位", help="所属单位的代码、信用代码或名称"
    )
    parser.add_argument(
        "--map", action="append", default=[], metavar="列名=字段", help="列与字段的对应,可多次"
    )
    parser.add_argument(
        "--unit", action="append", default=[], metavar="字段=万元", help="金额列的单位,可多次"
    )
    parser.add_argument("--sheet", default="", help="工作表名(默认第一张有内容的)")
    parser.add_argument("--dry-run", action="store_true", help="只检查,不写入")
    parser.add_argument("--valid-rows-only", action="store_true", help="有错的行跳过,其余写入")
    parser.add_argument("--visibility", default="public", choices=Visibility.values)
    parser.add_argument(
        "--publish-as",
        metavar="用户名",
        help="直接发布;写明由谁完成了保密审查(用户名)",
    )


def run(args: argparse.Namespace) -> int:
    """Import, or undo an import; status 1 when rows were faulty or nothing was written."""
    if args.kind == "undo":
        return _undo(args.file)
    at = timezone.now()
    path = Path(args.file)
    if not path.is_file():
        raise CommandError(f"没有这个文件:{path}。")
    bar = Progress()
    with jobs.reporting(bar):
        result = import_file(
            actor=OPERATOR,
            kind=args.kind,
            path=path,
            at=at,
            owner=_owner(args.owner),
            mapping=_pairs(args.map, "--map"),
            units=_pairs(args.unit, "--unit"),
            mode=ImportMode.VALID_ROWS if args.valid_rows_only else ImportMode.ALL_OR_NOTHING,
            visibility=args.visibility,
            publish=SecrecyCheck(_person(args.publish_as), at) if args.publish_as else None,
            dry_run=args.dry_run,
            sheet=args.sheet,
        )
    bar.finish()
    return _tell(result, dry_run=args.dry_run)


def _tell(result: ImportResult, *, dry_run: bool) -> int:
    if result.is_resumed:
        print("接着上次中断的地方继续导入。")
    for fault in result.faults:
        print(f"第 {fault.row} 行 {fault.label or fault.where}:{fault.message}")
    if result.bad > len(result.faults):
        print(f"……只显示了前 {len(result.faults)} 处。")
    done = "检查完毕" if dry_run else "导入完毕" if result.is_done else "没有写入"
    print(f"{done}:共 {result.rows:,} 行,合格 {result.good:,} 行,有错 {result.bad:,} 行。")
    if result.message:
        print(result.message)
    if result.good and result.is_done and not dry_run:
        print(f"导入编号 {result.job}(撤销:kexiang import undo {result.job})")
    return 0 if result.is_done and not result.bad else 1


def _undo(job: str) -> int:
    at = timezone.now()
    begin_undo(actor=OPERATOR, uid=job, at=at)
    done = work_import(actor=OPERATOR, uid=job, at=at)
    print(f"已撤销导入 {job}。{done.message}")
    return 0


def _pairs(texts: list[str], option: str) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in texts]
    if any(not sign or not name for name, sign, _ in pairs):
        raise CommandError(f"{option} 应写成 名称=值,例如 {option} 仪器名称=title")
    return {name: value for name, _, value in pairs}


def _owner(text: str) -> str:
    if not text:
        return ""
    found = accounts.organisation_by_name(text)
    if found is None:
        found = accounts.organisations_named(OPERATOR, text).first()
    if found is None:
        raise CommandError(f"没有找到单位“{text}”,请写单位全称、信用代码或网址代码。")
    return str(found.uid)


def _person(username: str) -> str:
    found = accounts.people_named(OPERATOR, username).filter(username=username).first()
    if found is None:
        raise CommandError(f"没有用户“{username}”,请先开通账号。")
    return str(found.uid)
