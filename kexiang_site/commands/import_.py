import argparse
from pathlib import Path

from django.utils import timezone

from kexiang.accounts import queries as accounts
from kexiang.catalog import queries as catalog
from kexiang.catalog.services.imports import (
    ImportResult,
    begin_undo,
    fault_workbook,
    import_file,
    reading,
    work_import,
)
from kexiang.catalog.types import ImportMode, SecrecyCheck, Visibility
from kexiang.core import jobs
from kexiang.core.tabular_types import letter_of
from kexiang.kernel.actor import Actor
from kexiang.kinds import queries as kinds
from kexiang_site.errors import CommandError
from kexiang_site.progress import Progress

OPERATOR = Actor.system("operator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="资源种类,如 instrument;撤销导入时写 undo")
    parser.add_argument("file", help="xlsx、xls、csv 或 jsonl 文件;撤销时写导入编号")
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
    parser.add_argument("--header-row", type=int, metavar="行号", help="列标题所在的行(最下一级)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="字段=值", help="全部行填同一个值,可多次"
    )
    parser.add_argument("--photos", type=Path, metavar="压缩包", help="按编号命名的照片 .zip")
    parser.add_argument("--drafts", action="store_true", help="缺必填项的行收作草稿")
    parser.add_argument("--preset", metavar="代码", help="表格格式(默认自动认出;写 none 为不用)")
    parser.add_argument(
        "--marked", type=Path, metavar="文件", help="把标注了错误的表格写到这里(.xlsx)"
    )
    parser.add_argument("--look", action="store_true", help="只看文件里有什么,不检查也不写入")
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
    for given in (path, args.photos or path):
        if not given.is_file():
            raise CommandError(f"没有这个文件:{given}。")
    found = reading.inspect(
        path, kinds.kind(args.kind), name=path.name, sheet=args.sheet, header_row=args.header_row
    )
    _tell_found(found)
    if args.look:
        _tell_columns(found, args.kind)
        return 0
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
            header_row=args.header_row,
            constants=_pairs(args.set, "--set", last=False),
            lenient=True if args.drafts else None,
            photos=args.photos,
            preset="" if args.preset == "none" else args.preset,
        )
    bar.finish()
    if args.marked and result.bad:
        _mark(result.job, args.marked)
    return _tell(result, dry_run=args.dry_run)


def _mark(uid: str, target: Path) -> None:
    """The sheet with its faulty cells red and commented; an existing file is kept."""
    if target.exists():
        raise CommandError(f"{target} 已存在,请换一个文件名。")
    fault_workbook(actor=OPERATOR, job=catalog.import_job(OPERATOR, uid), target=target)
    print(f"标注了错误的表格:{target}")


def _tell(result: ImportResult, *, dry_run: bool) -> int:
    if result.is_resumed:
        print("接着上次中断的地方继续导入。")
    for fault in result.faults:
        print(f"第 {fault.row} 行 {fault.label or fault.where}:{fault.message}")
    if result.bad > len(result.faults):
        print(f"……只显示了前 {len(result.faults)} 处。")
    done = "检查完毕" if dry_run else "导入完毕" if result.is_done else "没有写入"
    print(f"{done}:共 {result.rows:,} 行,合格 {result.good:,} 行,有错 {result.bad:,} 行。")
    if result.incomplete:
        print(f"其中 {result.incomplete:,} 行还缺必填项,只作草稿。")
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


def _tell_found(found: reading.Found) -> None:
    """What the reader decided about the file, before anything is done with it."""
    sheet = f"工作表“{found.sheet}”," if found.sheet else ""
    print(f"{sheet}列标题在第 {found.header_row} 行,共 {len(found.heads)} 列。")
    for note in found.notes:
        print(f"· {note}")


def _tell_columns(found: reading.Found, kind: str) -> None:
    """Which column is read as which field, and in which unit."""
    spec = kinds.kind(kind)
    mapping = reading.suggest(found, spec, preset=found.preset)
    labels = {column.key: column.label for column in kinds.import_columns(spec)}
    labels[reading.OWNER] = "填报单位"
    for index, head in enumerate(found.heads):
        field = mapping["columns"].get(str(index), "")
        unit = mapping["units"].get(field) or ("单位待定" if field in mapping["ask"] else "")
        unit = f"({unit})" if unit else ""
        shown = f"{labels.get(field, field)}{unit}" if field else "不读取"
        print(f"{letter_of(index):>3} {head or '(没有列标题)'} → {shown}")


def _pairs(texts: list[str], option: str, *, last: bool = True) -> dict[str, str]:
    """``name=value`` parted at the last sign (heads may hold one) or at the first."""
    pairs = [text.rpartition("=") if last else text.partition("=") for text in texts]
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
